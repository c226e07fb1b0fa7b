"""What the rows show: every sentence with a number in it is decided here, from the numbers."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any, Final, TypeAlias

from ..row_text import row_name
from .tables import text_of

__all__ = ["Finding", "Series", "findings", "limits", "series_of"]

Row: TypeAlias = Mapping[str, Any]

_WITNESS: Final = 0.5
_CLASSICAL: Final = 2.0


@dataclass(frozen=True, slots=True)
class Finding:
    """One number of the summary.

    Attributes:
        title: what it is.
        value: ours.
        beside: what to compare it with.
    """

    title: str
    value: str
    beside: str


@dataclass(frozen=True, slots=True)
class Series:
    """How far predictions are from measurements in one series, as text."""

    experiment: str
    series: str
    rows: int
    rms: str
    mean: str
    noise: str
    law: str


def findings(documents: Mapping[str, Row]) -> list[Finding]:
    """The summary: at most four numbers of our circuits, each beside what was measured.

    Args:
        documents: by experiment.
    """
    found = [_largest(documents.get("fidelity")), _chsh(documents.get("chsh")), _most(documents.get("iterated"))]
    found.append(_ghz(documents.get("ghz")))
    return [each for each in found if each is not None]


def series_of(documents: Iterable[Row]) -> list[Series]:
    """Deviations of predictions from measurements."""
    return [
        Series(
            document["experiment"],
            each["series"],
            each["rows"],
            text_of(each["rms"]),
            f"{each['mean']:+.3f}".replace("-", "−"),
            f"{each['noise_factor']:.2f}" if "noise_factor" in each else "–",
            text_of(each.get("depth_law_rms")),
        )
        for document in documents
        for each in document["deviations"]
    ]


def limits(document: Row) -> list[str]:
    """Why something is missing or smaller than it should be, row by row."""
    found = []
    for row in document["rows"]:
        for name, arm in row.items():
            if isinstance(arm, Mapping) and arm.get("limited_by"):
                found.append(f"{row_name(row)}, {name.replace('_', ' ')}: {arm['limited_by']}")
    return found


def _largest(document: Row | None) -> Finding | None:
    rows = [row for row in _rows(document) if "fidelity" in row["our_circuit"]]
    if not rows:
        return None
    row = rows[-1]
    ours = row["our_circuit"]
    worst = f"worst clone {text_of(ours['fidelity_min'])}; " if "fidelity_min" in ours else ""
    measured = row["paper_measured"]
    beside = f"measured with the paper’s: {text_of(measured)}" if measured is not None else "not measured"
    return Finding(f"Mean entanglement fidelity, n = {row['clones']}", text_of(ours["fidelity"]), worst + beside)


def _chsh(document: Row | None) -> Finding | None:
    rows = _rows(document)
    ours = _up_to(rows, "clones", lambda row: _above(row["our_circuit"], "chsh", _CLASSICAL))
    if ours is None:
        return None
    measured = _up_to(rows, "clones", lambda row: _measured_above(row, _CLASSICAL))
    value = f"n = {ours}" + (f", of {rows[-1]['clones']}" if ours < rows[-1]["clones"] else "")
    return Finding("CHSH violated by every clone up to", value, _beside("n", measured))


def _most(document: Row | None) -> Finding | None:
    def clones(arm: Row) -> int:
        return int(arm["clones"]) if _above(arm, "fidelity", _WITNESS) else 0

    trees = [row for row in _rows(document) if row["kind"] == "tree"]
    ours = max((clones(row["our_circuit"]) for row in trees), default=0)
    if not ours:
        return None
    measured = max((row["clones"] for row in trees if _measured_above(row, _WITNESS)), default=None)
    beside = f"measured: {measured}" if measured is not None else "none of these rows measured"
    return Finding("Most clones, each witnessed entangled", str(ours), beside)


def _ghz(document: Row | None) -> Finding | None:
    rows = _rows(document)
    ours = _up_to(rows, "size", lambda row: _above(row["our_circuit"], "fidelity", _WITNESS))
    if ours is None:
        return None
    measured = _up_to(rows, "size", lambda row: _measured_above(row, _WITNESS))
    return Finding("GHZ state entangled as a whole up to", f"r = {ours}", _beside("r", measured))


def _rows(document: Row | None) -> Sequence[Row]:
    return [] if document is None else document["rows"]


def _above(arm: Row, figure: str, bound: float) -> bool:
    """Whether the worst clone is above a bound, three standard errors included."""
    value = arm.get(f"{figure}_min", arm.get(figure))
    clones = arm.get("clones_scored", 1)
    return value is not None and value - 3 * sqrt(clones) * arm.get(f"{figure}_error", 0.0) > bound


def _measured_above(row: Row, bound: float) -> bool:
    return row.get("paper_measured") is not None and row["paper_measured"] - 3 * row["paper_error"] > bound


def _up_to(rows: Sequence[Row], by: str, good: Callable[[Row], bool]) -> int | None:
    """The largest value of `by` such that all rows up to it are good."""
    found = None
    for row in rows:
        if not good(row):
            break
        found = row[by]
    return found


def _beside(letter: str, measured: int | None) -> str:
    return f"measured with the paper’s: {letter} = {measured}" if measured is not None else "not measured"
