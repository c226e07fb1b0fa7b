"""`qloak units`: the library of units that the compiler builds with, and the search that makes it."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from .files import write_bytes
from .options import JsonOption
from .output import print_json

if TYPE_CHECKING:
    from ..compile.unit import Unit

__all__ = ["units"]

units = typer.Typer(no_args_is_help=True, help="Five-qubit encoders that the compiler builds with: list, search.")


@units.command("list")
def list_units(
    *,
    shape: Annotated[
        str | None, typer.Option("--shape", metavar="SHAPE", help="Only this shape: P5, T5 or Q5.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """List the library: where the input enters, which qubits are the key, type of each clone, gates with layers.

    Positions 0 to 4 of P5 are a path; of T5, 2 is the centre, 0 and 1 its leaves, 2-3-4 its leg; of Q5, 0-1-2-3 is a
    square and 4 is coupled to 0. The gate
    `aP-bQ@t` is (1 + P_a + Q_b - P_a Q_b)/2 in layer t. A clone of type L is opened by measuring each key qubit
    alone, one of type B needs one two-qubit gate between them.
    """
    from ..compile.unit import SHAPES, count_units, load_units

    found = load_units(*(SHAPES if shape is None else [shape]))
    if json:
        print_json({"schema": "qloak.units/1", "counts": count_units(found), "units": [u.to_entry() for u in found]})
        return
    print(f"{'shape':<7}{'input':>5}  {'key':<5}{'clones':<10}{'gates':>5}{'layers':>7}")
    for unit in found:
        print(_line(unit))
    _print_counts(found)


@units.command()
def search(
    *,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write the library to this file.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Search all units again, by trying every arrangement of gates, and compare with the library that is in use.

    Takes seconds. Besides the units it proves the least number of layers and gates that any encoder of this size
    needs.
    """
    from ..compile.unit import SHAPES, count_units, load_units
    from ..compile.unit_search import find_bounds, library_json, search_units

    found = search_units(lambda line: print(line, file=sys.stderr))
    same = found == load_units(*SHAPES)
    if output is not None:
        write_bytes("--output", output, library_json(found).encode())
    if json:
        bounds = [asdict(each) for each in find_bounds()]
        print_json(
            {"schema": "qloak.unit-search/1", "same": same, "counts": count_units(found), "bounds": bounds}
            | ({"output": str(output)} if output is not None else {})
        )
        return
    _print_counts(found)
    for bound in find_bounds():
        print(bound)
    print(f"The library in use is {'the same' if same else 'another'}.")


def _line(unit: Unit) -> str:
    key = "{}-{}".format(*unit.key)
    counts = f"{len(unit.gates):>5}{unit.depth:>7}"
    return f"{unit.shape:<7}{unit.input:>5}  {key:<5}{unit.clones_text():<10}{counts}  {unit.gates_text()}"


def _print_counts(found: tuple[Unit, ...]) -> None:
    from ..compile.unit import count_units

    print(f"{len(found)} units")
    for kind, count in count_units(found).items():
        print(f"  {kind}: {count}")
