"""`qloak register`: the workbench, where redeemed registers are."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from ..errors import UsageError
from .files import read_bytes
from .object_view import EMULATED, clock, print_columns
from .options import JsonOption
from .output import print_json
from .state_source import (
    BellOption,
    BlochOption,
    GhzOption,
    QasmOption,
    QubitsOption,
    RandomOption,
    SeedOption,
    StateOptions,
    StatevectorOption,
    positions_of,
)
from .store import KeyOption, VaultOption, YesOption, confirm, reach

__all__ = ["register"]

_MAX_QASM_BYTES = 1_000_000

register = typer.Typer(no_args_is_help=True, help="The workbench: registers that were redeemed, kept or made.")

HandleArgument = Annotated[str, typer.Argument(metavar="HANDLE", help="A register from `qloak register ls`.")]


@register.command("ls")
def list_registers(*, vault: VaultOption = None, json: JsonOption = False) -> None:
    """List the registers in the workbench; those that are void were stored, given away or discarded."""
    with reach(vault) as client:
        document = client.registers()
    if json:
        print_json(document)
        return
    rows = [
        (
            each["handle"],
            each["num_qubits"],
            each["origin"],
            each["source"],
            "yes" if each["live"] else "void",
            clock(each["created"]),
        )
        for each in document["registers"]
    ]
    print_columns(("handle", "qubits", "origin", "source", "live", "made"), rows)


@register.command("show")
def show_register(handle: HandleArgument, *, vault: VaultOption = None, json: JsonOption = False) -> None:
    """Show where a register is from and whether it is still there."""
    with reach(vault) as client:
        document = client.register(handle)
    _show(document, as_json=json)


@register.command()
def new(
    *,
    bloch: BlochOption = None,
    qasm: QasmOption = None,
    statevector: StatevectorOption = None,
    random: RandomOption = False,
    qubits: QubitsOption = None,
    seed: SeedOption = None,
    ghz: GhzOption = None,
    bell: BellOption = False,
    key: KeyOption = None,
    vault: VaultOption = None,
    json: JsonOption = False,
) -> None:
    """Make a register. For example `qloak register new --ghz 3`; `qloak put --handle` stores it."""
    source = StateOptions(bloch, qasm, statevector, random, ghz, bell, qubits=qubits, seed=seed).read()
    if source is None:
        raise UsageError("new: got no state, expected --bloch, --qasm, --statevector, --random, --ghz or --bell.")
    with reach(vault, create=True) as client:
        document = client.prepare(source, idempotency_key=key)
    _show(document, as_json=json)


@register.command()
def apply(
    handle: HandleArgument,
    program: Annotated[Path, typer.Argument(metavar="FILE", help="A unitary OpenQASM 2 or 3 program.")],
    *,
    key: KeyOption = None,
    vault: VaultOption = None,
    json: JsonOption = False,
) -> None:
    """Run gates on a register, from an OpenQASM file of as many qubits."""
    text = read_bytes("FILE", program, max_bytes=_MAX_QASM_BYTES).decode("utf-8", errors="replace")
    with reach(vault) as client:
        document = client.apply(handle, text, idempotency_key=key)
    _show(document, as_json=json)


@register.command()
def measure(
    handle: HandleArgument,
    observable: Annotated[str, typer.Argument(metavar="OBSERVABLE", help="A product of Paulis, such as Z0 or X0,Z2.")],
    *,
    key: KeyOption = None,
    vault: VaultOption = None,
    json: JsonOption = False,
) -> None:
    """Measure a Pauli observable of a register and print 0 (for +1) or 1 (for -1).

    For example `qloak register measure HANDLE X0,X1`. The register stays, in the state that the measurement left.
    """
    letters = _letters(observable)
    with reach(vault) as client:
        document = client.measure(handle, letters, idempotency_key=key)
    if json:
        print_json(document)
        return
    print(document["outcome"])


@register.command()
def split(
    handle: HandleArgument,
    positions: Annotated[str, typer.Argument(metavar="POSITIONS", help="Qubits of the first part, such as 0,2.")],
    *,
    key: KeyOption = None,
    vault: VaultOption = None,
    json: JsonOption = False,
) -> None:
    """Make two registers from one; what was entangled stays entangled."""
    chosen = positions_of("POSITIONS", positions)
    with reach(vault) as client:
        document = client.split(handle, chosen, idempotency_key=key)
    if json:
        print_json(document)
        return
    print_columns(("handle", "qubits"), [(part["handle"], part["num_qubits"]) for part in document["registers"]])


@register.command()
def give(
    handle: HandleArgument,
    tenant: Annotated[str, typer.Argument(metavar="TENANT", help="Who gets it.")],
    *,
    key: KeyOption = None,
    vault: VaultOption = None,
    json: JsonOption = False,
) -> None:
    """Hand a register to another tenant."""
    with reach(vault) as client:
        document = client.give(handle, tenant, idempotency_key=key)
    _show(document, as_json=json)


@register.command()
def discard(
    handle: HandleArgument,
    *,
    yes: YesOption = False,
    key: KeyOption = None,
    vault: VaultOption = None,
    json: JsonOption = False,
) -> None:
    """Reset a register for ever."""
    with reach(vault) as client:
        confirm(f"Reset {handle} for ever?", yes=yes)
        document = client.discard(handle, idempotency_key=key)
    _show(document, as_json=json)


@register.command()
def peek(
    handle: HandleArgument,
    *,
    expect_bloch: Annotated[
        str | None, typer.Option("--expect-bloch", metavar="THETA,PHI", help="Compare it with this qubit.")
    ] = None,
    expect_qasm: Annotated[
        Path | None, typer.Option("--expect-qasm", metavar="FILE", help="Compare it with what this program prepares.")
    ] = None,
    vault: VaultOption = None,
    json: JsonOption = False,
) -> None:
    """Look at the state of a register without disturbing it, as only an emulator can.

    From a gateway it needs the scope `emulator`.
    """
    expected = StateOptions(expect_bloch, expect_qasm, prefix="--expect-").read()
    with reach(vault) as client:
        document = client.peek(handle, expected=expected)
    if json:
        print_json(document)
        return
    for qubit, (x, y, z) in enumerate(document["bloch"]):
        print(f"qubit {qubit}: Bloch vector {x:+.9f} {y:+.9f} {z:+.9f}")
    if "fidelity" in document:
        print(f"state fidelity with what you expect: {document['fidelity']:.12f}")
    print(document["note"])


def _show(document: Mapping[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(document)
        return
    count = document["num_qubits"]
    print(f"{document['handle']}: {count} qubit{'' if count == 1 else 's'}, {'live' if document['live'] else 'void'}")
    print(f"  {document['origin']} {document['source']}, {clock(document['created'])}".rstrip())
    print(EMULATED)


def _letters(text: str) -> dict[int, str]:
    """A Pauli product, each qubit once."""
    expected = "Paulis and qubit numbers, each qubit once, such as Z0 or X0,Z2"
    parts = [re.fullmatch(r"([XYZ])([0-9]{1,6})", part.strip()) for part in text.split(",")]
    letters = {int(part[2]): part[1] for part in parts if part}
    if None in parts or len(letters) != len(parts):
        raise UsageError.of("OBSERVABLE", text, expected)
    return letters
