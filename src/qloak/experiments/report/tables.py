"""The tables of the report, as text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeAlias

from ..row_text import row_name

__all__ = ["Table", "table_of", "text_of"]

Row: TypeAlias = Mapping[str, Any]

_NONE: Final = "–"
_PARTS: Final = {
    "parity": "by parity oscillations",
    "reference-first": "reference read first",
    "clone-first": "clone read first",
}
_FIGURES: Final = ("fidelity", "chsh")


@dataclass(frozen=True, slots=True)
class Table:
    """Text, cell by cell.

    Attributes:
        groups: headings over several columns, and over how many; the first stands over the names of the rows.
        head: headings of the columns.
        body: lines, the first cell of each is its name.
    """

    groups: tuple[tuple[str, int], ...]
    head: tuple[str, ...]
    body: tuple[tuple[str, ...], ...]


def table_of(experiment: str, rows: Sequence[Row]) -> Table:
    """The table of an experiment."""
    return _TABLES.get(experiment, _comparison)(rows)


def text_of(value: float | None, error: float = 0.0, decimals: int = 3) -> str:
    """A number and its standard error."""
    if value is None:
        return _NONE
    shown = f"{value:.{decimals}f}" + (f" ± {error:.{decimals}f}" if error else "")
    return shown.replace("-", "−")


def _comparison(rows: Sequence[Row]) -> Table:
    """Measured, the paper's circuit predicted, our circuit."""
    lines = []
    for row in rows:
        lines.append((row_name(row), *_cells(row)))
        lines += [(f"… {text}", *_cells(row[part])) for part, text in _PARTS.items() if part in row]
    return Table(
        (("", 1), ("measured", 2), ("the paper’s circuit", 3), ("our circuit", 4)),
        ("", "layers", "value", "layers", "gates", "value", "layers", "gates", "mean", "worst clone"),
        tuple(lines),
    )


def _cells(row: Row) -> tuple[str, ...]:
    paper, ours = row.get("paper_circuit", {}), row.get("our_circuit", {})
    measured = text_of(row.get("paper_measured"), row.get("paper_error", 0.0))
    worst = next((text_of(ours[f"{name}_min"]) for name in _FIGURES if f"{name}_min" in ours), _NONE)
    return (str(row.get("paper_two_qubit_layers", _NONE)), measured, *_arm(paper), *_arm(ours), worst)


def _arm(arm: Row) -> tuple[str, str, str]:
    """Layers, gates and figure of merit."""
    layers, gates = (str(arm.get(f"two_qubit_{name}", _NONE)) for name in ("layers", "gates"))
    return layers, gates, next((_value(arm, name) for name in _FIGURES if name in arm), _NONE)


def _value(arm: Row, name: str = "fidelity") -> str:
    return text_of(arm.get(name), arm.get(f"{name}_error", 0.0))


def _correlators(rows: Sequence[Row]) -> Table:
    head = ("", "measured", "the paper’s circuit", "our circuit")
    body = (
        (
            row_name(row),
            text_of(row["paper_measured_maximum"], decimals=2),
            *(text_of(row[arm].get("maximum")) for arm in ("paper_circuit", "our_circuit")),
        )
        for row in rows
    )
    return Table((("", 1), ("largest correlator after decryption", 3)), head, tuple(body))


def _control(rows: Sequence[Row]) -> Table:
    head = ("", "measured", "the paper’s circuit", "the paper’s circuit")
    body = (
        (
            row_name(row),
            text_of(row["paper_measured"], row.get("paper_error", 0.0)),
            *(_value(row[arm], "chsh") for arm in ("undecrypted", "decrypted")),
        )
        for row in rows
    )
    return Table((("", 1), ("S2, not decrypted", 2), ("S1, decrypted", 1)), head, tuple(body))


def _cloning_machine(rows: Sequence[Row]) -> Table:
    head = ("", "copies", "cloning machine", "measured", "the paper’s circuit", "our circuit")
    body = (
        (
            row_name(row),
            str(row["copies"]),
            text_of(row["cloning_machine"]["fidelity"]),
            text_of(row.get("paper_measured"), row.get("paper_error", 0.0)),
            *(_value(row[arm]) for arm in ("paper_circuit", "our_circuit")),
        )
        for row in rows
    )
    return Table((("", 2), ("entanglement fidelity", 4)), head, tuple(body))


def _variability(rows: Sequence[Row]) -> Table:
    head = ("", "seeds", "fidelity, mean ± deviation", "layers, mean ± deviation", "mean ± deviation")
    body = []
    for row in rows:
        seeds = [_spread(row.get(name), decimals) for name, decimals in (("fidelity", 3), ("two_qubit_layers", 1))]
        body.append((row_name(row), str(len(row.get("seeds", ()))), *seeds, _spread(row.get("paper_fidelity"), 3)))
    groups = (("", 1), ("the paper’s circuit, over transpiler seeds", 3), ("measured on five days", 1))
    return Table(groups, head, tuple(body))


def _spread(found: Row | None, decimals: int) -> str:
    return _NONE if found is None else text_of(found["mean"], found["deviation"], decimals)


def _suppression(rows: Sequence[Row]) -> Table:
    body = []
    for row in rows:
        cells = [row_name(row)]
        for arm in ("paper_circuit", "our_circuit"):
            bounds = list(row[arm].get("robustness", {}).values())
            cells += [_value(row[arm]), _value(bounds[0]) if bounds else _NONE]
        body.append(tuple(cells))
    head = ("", "as it is", "decoupled, at most", "as it is", "decoupled, at most")
    return Table((("", 1), ("the paper’s circuit", 2), ("our circuit", 2)), head, tuple(body))


def _kraus(rows: Sequence[Row]) -> Table:
    body = []
    for row in rows:
        cells = [row_name(row)]
        for arm in ("paper_circuit", "our_circuit"):
            physical = row[arm].get("untwirled")
            sampled = text_of(physical["value"], physical["error"], 4) if physical else _NONE
            cells += [text_of(row[arm].get("fidelity"), decimals=4), sampled]
        body.append(tuple(cells))
    head = ("", "Pauli model, exact", "physical noise", "Pauli model, exact", "physical noise")
    return Table((("", 1), ("the paper’s circuit", 2), ("our circuit, S1", 2)), head, tuple(body))


def _published(rows: Sequence[Row]) -> Table:
    head = ("", "processor", "key used", "published", "here", "after the best Pauli", "what it shows")
    body = (
        (
            row_name(row),
            row["backend"],
            "yes" if row["key"] else "no",
            text_of(row["stated"], decimals=4),
            text_of(row["estimate"]["value"], row["estimate"]["error"], 4),
            f"{text_of(row['after_best_pauli']['value'])} ({row['best_pauli']})" if row["best_pauli"] else _NONE,
            row["verdict"],
        )
        for row in rows
    )
    return Table((("", 3), ("entanglement fidelity", 3), ("", 1)), head, tuple(body))


_TABLES: Final[Mapping[str, Callable[[Sequence[Row]], Table]]] = {
    "correlators": _correlators,
    "control": _control,
    "cloning-machine": _cloning_machine,
    "variability": _variability,
    "suppression": _suppression,
    "kraus": _kraus,
    "published": _published,
}
