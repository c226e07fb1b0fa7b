"""`qloak get`: redeem an object, once."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import ForbiddenError, QloakError, UsageError
from .object_view import show_receipt
from .options import JsonOption, MethodOption, whole_number
from .output import print_json
from .state_source import StateOptions
from .store import KeyOption, ObjectArgument, VaultOption, YesOption, confirm, reach

if TYPE_CHECKING:
    from ..storage.vault.client import Source, VaultClient

__all__ = ["get"]


def get(
    ref: ObjectArgument,
    *,
    verify: Annotated[
        str,
        typer.Option("--verify", metavar="K", help="Fetch K clones and compare them: 2 detects, 3 corrects a bad one."),
    ] = "1",
    clone: Annotated[
        str | None, typer.Option("--clone", metavar="NAME", help="The clone to decrypt; default: the best one.")
    ] = None,
    method: MethodOption = "measured",
    expect_bloch: Annotated[
        str | None,
        typer.Option("--expect-bloch", metavar="THETA,PHI", help="Compare what comes back with this qubit (emulator)."),
    ] = None,
    expect_qasm: Annotated[
        Path | None,
        typer.Option("--expect-qasm", metavar="FILE", help="Compare it with what this OpenQASM file prepares."),
    ] = None,
    expect_statevector: Annotated[
        Path | None,
        typer.Option("--expect-statevector", metavar="FILE", help="Compare it with the amplitudes in a .npy file."),
    ] = None,
    yes: YesOption = False,
    key: KeyOption = None,
    vault: VaultOption = None,
    json: JsonOption = False,
) -> None:
    """Get a state back, which spends its key: it works once.

    The register is in the workbench afterwards; `qloak register` works on it. For example
    `qloak get savings --expect-bloch 1.05,0.5`, or `qloak get savings --verify 3`.

    What was stored is forgotten on purpose, so a fidelity can only be given with a state that you name; only an
    emulator can tell it, and from a gateway it needs the scope `emulator`.

    Exit codes: 0 redeemed, 1 no provider answers or somebody else is at it, 2 bad usage, 10 no vault, 11 locked,
    12 the key is spent, 13 lost, 14 the compared clones contradict each other (nothing is spent then).
    """
    expected = StateOptions(expect_bloch, expect_qasm, expect_statevector, prefix="--expect-").read()
    count = whole_number("--verify", verify)
    with reach(vault) as client:
        if expected is not None:
            _check_size(client, ref, expected)
        confirm(f"Redeem {ref}? Its key opens once.", yes=yes)
        receipt = client.redeem(ref, verify=count, clone=clone, method=method, idempotency_key=key)
        fidelity = None if expected is None else _fidelity(client, receipt["handle"], expected)
    if json:
        print_json(receipt | ({} if fidelity is None else {"fidelity": fidelity}))
        return
    show_receipt(receipt, fidelity)


def _check_size(client: VaultClient, ref: str, expected: Source) -> None:
    """See that the comparison can be made before the key is spent.

    Raises:
        UsageError: if the expected state is of another size.
        StateError, ProgramError: if it is none.
    """
    from ..storage.vault.sources import read_source

    register = read_source(expected).register
    stored = client.object(ref)["num_qubits"]
    if register is not None and register.num_qubits != stored:
        raise UsageError.of("--expect", f"{register.num_qubits} qubits", f"the object's {stored}", "Nothing is spent.")


def _fidelity(client: VaultClient, handle: str, expected: Source) -> float | None:
    """State fidelity of the register with what the user expects; None where it may not be looked at."""
    try:
        return float(client.peek(handle, expected=expected)["fidelity"])
    except ForbiddenError as error:
        print(f"qloak: no fidelity: {error}", file=sys.stderr)
    except QloakError as error:
        # The key is spent and the register is there: this is no failure of the redemption.
        print(f"qloak: the register was redeemed, but not compared: {error}", file=sys.stderr)
    return None
