"""`qloak put`: store a state."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import UsageError
from .object_view import EMULATED, plain, show_object, show_readers
from .options import JsonOption, whole_number
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
)
from .store import KeyOption, VaultOption, reach

if TYPE_CHECKING:
    from ..storage.vault.client import Document, PutOptions, Source, VaultClient

__all__ = ["put"]


def put(
    *,
    name: Annotated[str, typer.Option("--name", metavar="NAME", help="Free text to find it by.")] = "",
    bloch: BlochOption = None,
    qasm: QasmOption = None,
    statevector: StatevectorOption = None,
    random: RandomOption = False,
    qubits: QubitsOption = None,
    seed: SeedOption = None,
    ghz: GhzOption = None,
    bell: BellOption = False,
    handle: Annotated[
        str | None,
        typer.Option("--handle", metavar="HANDLE", help="A register in the workbench; it is void afterwards."),
    ] = None,
    positions: Annotated[
        str | None,
        typer.Option("--positions", metavar="LIST", help="Qubits of the register, such as 0,2; default: all."),
    ] = None,
    keep: Annotated[
        str | None, typer.Option("--keep", metavar="K", help="Keep the last K qubits of a new state in the workbench.")
    ] = None,
    clones: Annotated[
        str | None,
        typer.Option("--clones", metavar="N", help="Number of clones; default: one for each provider, made even."),
    ] = None,
    providers: Annotated[
        str | None, typer.Option("--providers", metavar="NAMES", help="One provider for each clone, by commas.")
    ] = None,
    custody: Annotated[
        str, typer.Option("--custody", metavar="POLICY", help="clones, clones+source or pairs.")
    ] = "clones",
    min_clones: Annotated[
        str | None, typer.Option("--min-clones", metavar="M", help="Fewest clones that must arrive; default: all.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what it would take and who could read; store nothing.")
    ] = False,
    key: KeyOption = None,
    vault: VaultOption = None,
    json: JsonOption = False,
) -> None:
    """Store a state: encrypt it into clones, one for each provider; the key stays at home.

    For example `qloak put --name savings --bloch 1.05,0.5`, or `qloak put --qasm ghz.qasm --custody pairs`, or
    `qloak put --random --qubits 2 --clones 4 --dry-run`. Without a vault it makes one with six embedded providers.

    Exit codes: 0 stored, 1 too few providers took a clone (the register is in the workbench then), 2 bad usage,
    11 another process has the vault open.
    """
    from ..storage.vault.client import PutOptions

    source = StateOptions(
        bloch, qasm, statevector, random, ghz, bell, handle, qubits=qubits, seed=seed, positions=positions, keep=keep
    ).read()
    if source is None:
        raise UsageError(
            "put: got no state, expected --bloch, --qasm, --statevector, --random, --ghz, --bell or --handle."
        )
    options = PutOptions(
        name,
        None if clones is None else whole_number("--clones", clones),
        () if providers is None else tuple(part.strip() for part in providers.split(",")),
        custody,
        None if min_clones is None else whole_number("--min-clones", min_clones),
    )
    with reach(vault, create=True) as client:
        if dry_run:
            document = _plan(client, source, options)
        else:
            document = client.put(source, options, idempotency_key=key)
    if json:
        print_json(document)
    elif dry_run:
        _show_plan(document)
    else:
        show_object(document)
        _warn(document)


def _warn(document: Document) -> None:
    """What this number of clones gives away."""
    from ..core import CustodyPolicy
    from ..storage.vault.health import warnings_of

    for warning in warnings_of(document["clones"], CustodyPolicy(document["custody"])):
        print(f"  warning: {warning}")


def _plan(client: VaultClient, source: Source, options: PutOptions) -> Document:
    """What a put would take; nothing is stored."""
    return client.plan(
        num_qubits=_stored_qubits(client, source),
        clones=options.clones,
        custody=options.custody,
        providers=options.providers,
    )


def _stored_qubits(client: VaultClient, source: Source) -> int:
    """How many qubits would be stored."""
    if "handle" in source:
        positions = source.get("positions")
        return len(positions) if positions else int(client.register(source["handle"])["num_qubits"])
    from ..storage.vault.sources import read_source

    prepared = read_source(source)
    return len(prepared.stored_positions()) or (prepared.register.num_qubits if prepared.register else 0)


def _show_plan(document: Document) -> None:
    """The plan for people."""
    count = document["num_qubits"]
    print(f"{count} qubit{'' if count == 1 else 's'} in {document['clones']} clones, custody {document['custody']}")
    print(f"  at {', '.join(plain(name) for name in document['providers'])}")
    print(f"  {document['qubits']} physical qubits, {document['two_qubit_gates']} two-qubit gates to encrypt")
    show_readers(document)
    print(EMULATED)
