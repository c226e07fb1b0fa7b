"""`qloak access`: what a set of qubits reveals."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from ..errors import UsageError
from .files import read_bytes, write_bytes
from .options import ClonesOption, JsonOption, LevelsOption, build_scheme
from .output import print_json

if TYPE_CHECKING:
    from ..core import EncryptedCloning, IteratedCloning
    from ..core.types import IntArray

__all__ = ["access"]

_MAX_HOLDING_BYTES = 400_000_000


def access(
    clones: ClonesOption,
    holding: Annotated[
        str | None,
        typer.Option("--holding", metavar="QUBITS", help="Qubits held, such as S1,N2,N3; S* and N* for all."),
    ] = None,
    holding_file: Annotated[
        Path | None, typer.Option("--holding-file", metavar="FILE", help="The same, read from a file.")
    ] = None,
    *,
    every: Annotated[bool, typer.Option("--all", help="Count the subsets of all qubits by class.")] = False,
    levels: LevelsOption = "0",
    method: Annotated[
        str, typer.Option("--method", metavar="METHOD", help="auto, rule (canonical scheme) or rank (any scheme).")
    ] = "auto",
    attack: Annotated[
        Path | None, typer.Option("--attack", metavar="FILE", help="Write the .stim circuit that reads what leaks.")
    ] = None,
    plot: Annotated[
        Path | None, typer.Option("--plot", metavar="FILE", help="With --all: draw the counts, as SVG, PDF or PNG.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Say whether a set of qubits recovers the state, leaks a component of it, or reveals nothing.

    Qubits: A the source, S1 to SN the encrypted clones, N1 to NN the key. The answer is exact and holds
    for every state.
    """
    if method not in ("auto", "rule", "rank"):
        raise UsageError.of("--method", method, "auto, rule or rank")
    chosen: Literal["auto", "rule", "rank"] = method  # type: ignore[assignment]
    if [holding is not None, holding_file is not None, every].count(True) != 1:
        raise UsageError("--holding: got none or several of --holding, --holding-file and --all, expected exactly one.")
    scheme = build_scheme(clones, levels)
    if every:
        if attack is not None:
            raise UsageError.of("--attack", str(attack), "no file together with --all")
        _print_counts(scheme, chosen, plot, as_json=json)
        return
    if plot is not None:
        raise UsageError.of("--plot", str(plot), "no figure without --all")
    from ..core import parse_holding

    text = holding if holding is not None else _read(holding_file)
    members = parse_holding(scheme.qubits, text)
    if attack is not None:
        from ..circuits import attack_circuit

        write_bytes("--attack", attack, f"{attack_circuit(scheme, members).circuit}\n".encode())
    _print_access(scheme, members, chosen, as_json=json)


def _read(path: Path | None) -> str:
    if path is None:
        return ""
    data = read_bytes("--holding-file", path, max_bytes=_MAX_HOLDING_BYTES)
    if not data.isascii():
        raise UsageError.of("--holding-file", str(path), "names of qubits as plain ASCII text")
    return data.decode("ascii")


def _print_counts(
    scheme: EncryptedCloning | IteratedCloning,
    method: Literal["auto", "rule", "rank"],
    plot: Path | None,
    *,
    as_json: bool,
) -> None:
    from ..lab.access import ACCESS_MEANING, counts_document

    document = counts_document(scheme, method=method)
    counts = document["counts"]
    if plot is not None:
        from .figures import draw_bars

        total = 2 ** len(scheme.qubits)
        # Exact integers, divided exactly: the counts may be beyond the range of floats.
        shares = {name: number / total for name, number in counts.items()}
        draw_bars(shares, plot, xlabel="share of all subsets of qubits (dimensionless)", title=scheme.name)
    if as_json:
        print_json(document)
        return
    print(f"{scheme.name}: {len(scheme.qubits)} qubits, 2^{len(scheme.qubits)} subsets")
    for name, number in counts.items():
        print(f"  {number} {name}: {ACCESS_MEANING[name]}")


def _print_access(
    scheme: EncryptedCloning | IteratedCloning,
    members: IntArray,
    method: Literal["auto", "rule", "rank"],
    *,
    as_json: bool,
) -> None:
    from ..lab.access import ACCESS_MEANING, access_document

    document = access_document(scheme, members, method=method)
    if as_json:
        print_json(document)
        return
    shown = document["holding"]
    names = ", ".join(shown[:12]) + (f", … ({len(members)} qubits)" if len(members) > 12 else "")
    print(f"{scheme.name}; holding {names or 'no qubit'}")
    print(f"  {document['class']}: {ACCESS_MEANING[document['class']]}")
    print(f"  information on a reference: {document['information_bits']:g} of 2 bits")
    if document["class"] != "authorized":
        for each in document["operators"]:
            print(f"  readable: {each['logical']} of the state, as the mean of {each['operator']}")
