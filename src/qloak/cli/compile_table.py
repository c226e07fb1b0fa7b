"""`qloak compile --table`: many numbers of clones at once, beside what the hardware experiment measured."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..errors import UsageError
from .compile_columns import Figures, Part
from .compile_figures import Tables
from .compile_search import Search
from .files import write_bytes
from .options import whole_number
from .output import print_json

__all__ = ["TableOptions", "compile_table"]

SCHEMA = "qloak.compile-table/1"

_MAX_CLONES = 40
_NARROW, _WIDE = 3, 6
_SHORT = {"clones": "n", "levels": "L", "size": "r"}


@dataclass(frozen=True, slots=True)
class TableOptions:
    """What to show, and how.

    Attributes:
        sizes: a range of numbers of clones such as "2-15".
        full: whether to show every mode, other devices and more noise.
        csv: a file to write too.
        as_json: whether to answer in JSON.
    """

    sizes: str
    full: bool = False
    csv: Path | None = None
    as_json: bool = False

    @property
    def range(self) -> range:
        """The numbers of clones.

        Raises:
            UsageError: for text that is no such range.
        """
        first, _, last = self.sizes.partition("-")
        bounds = whole_number("--table", first), whole_number("--table", last or first)
        if not 2 <= bounds[0] <= bounds[1] <= _MAX_CLONES:
            raise UsageError.of("--table", self.sizes, f"a range such as 2-15, within 2 to {_MAX_CLONES}")
        return range(bounds[0], bounds[1] + 1)


def compile_table(search: Search, options: TableOptions) -> None:
    """Compile, and print each line as soon as it is known.

    Raises:
        UsageError: if a number of clones does not fit on the device that was asked for.
    """
    document: dict[str, list[Figures]] = {"rows": [{"clones": n} for n in options.range]}
    tables = Tables(search)
    parts = [tables.first(), *(tables.others() if options.full else ())]
    for number, part in enumerate(parts, start=1):
        tables.about = f"table {number} of {len(parts)}: " if options.full else ""
        if not options.as_json:
            print(("\n" if number > 1 else "") + part.title)
            print(_line(part, [_SHORT[part.key], *part.heads]))
        for row in document.setdefault(part.rows, [{part.key: size} for size in part.sizes]):
            figures = part.figures(row[part.key])
            _merge(row, figures)
            if not options.as_json:
                print(_line(part, [str(row[part.key]), *(_text(figures, path) for path in part.paths)]), flush=True)
    if options.csv is not None:
        write_bytes("--csv", options.csv, _csv([row for rows in document.values() for row in rows]).encode())
    if options.as_json:
        where = {"device": search.graph.name, "snapshot": search.graph.device.snapshot, "method": search.method}
        written = {} if options.csv is None else {"csv": str(options.csv)}
        print_json({"schema": SCHEMA, **where, **document, **written})


def _line(part: Part, cells: Sequence[str]) -> str:
    """Cells below each other, those of the largest numbers as wide as they need."""
    widths = [_NARROW, *(max(_WIDE, len(head)) for head in part.heads)]
    return "  ".join(f"{cell:>{width}}" for cell, width in zip(cells, widths, strict=True)).rstrip()


def _text(figures: Figures, path: Sequence[str]) -> str:
    """One figure, found by its names."""
    value: object = figures
    for name in path:
        value = value.get(name) if isinstance(value, Mapping) else None
    match value:
        case None:
            return "-"
        case float():
            return f"{value:.4f}"
        case {"mean": mean, "min": worst}:
            return f"{mean:.4f}/{worst:.4f}"
        case {"min": low, "max": high}:
            return str(low) if low == high else f"{low}-{high}"
        case list():
            return "/".join(map(str, value))
        case _:
            return str(value)


def _merge(row: Figures, figures: Figures) -> None:
    """Take figures into a row; what stands below the same name stands side by side."""
    for name, value in figures.items():
        if isinstance(value, dict) and isinstance(row.get(name), dict):
            _merge(row[name], value)
        else:
            row[name] = value


def _csv(rows: Sequence[Figures]) -> str:
    """One line for each row; names of figures joined by dots, what is not known left empty."""
    flat = [dict(_flat(row)) for row in rows]
    names = list(dict.fromkeys(name for row in flat for name in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, names, lineterminator="\n")
    writer.writeheader()
    writer.writerows(flat)
    return text.getvalue()


def _flat(figures: Figures, before: str = "") -> list[tuple[str, object]]:
    found: list[tuple[str, object]] = []
    for name, value in figures.items():
        if isinstance(value, dict):
            found += _flat(value, f"{before}{name}.")
        elif isinstance(value, list):
            found += [(f"{before}{name}.{place}", each) for place, each in enumerate(value)]
        elif value is not None:
            found.append((f"{before}{name}", value))
    return found
