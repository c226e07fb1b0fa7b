"""How far predictions are from what the hardware measured, series by series."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import log, sqrt

from .experiment import Row

__all__ = ["deviations"]

_SPANS = {"fidelity": (0.25, 1.0), "chsh": (0.0, 2 * sqrt(2))}
"""Figure -> what it is when nothing of a pair is left, and without noise."""


@dataclass(frozen=True, slots=True)
class _Point:
    """One measurement with its prediction, and the figure's floor and ceiling there."""

    measured: float
    predicted: float
    law: float | None
    floor: float
    ceiling: float

    def decay(self, value: float) -> float | None:
        """-log of the part of the signal that is left, which noise adds to; None below the floor."""
        signal = (value - self.floor) / (self.ceiling - self.floor)
        return -log(signal) if signal > 0 else None


def deviations(rows: Sequence[Row]) -> list[Row]:
    """Root-mean-square and mean of predicted minus measured, for each series of a table.

    A calibration knows neither crosstalk nor drift nor leakage, and the days of calibration and measurement differ,
    so that predictions are expected above the measurements. `noise_factor` says by how much: the factor on the
    logarithms of the predicted signals that fits those of the measured ones best. Beside it, where it applies, stands
    what the depth law, which has no calibration in it, makes of the paper's layers.

    Args:
        rows: of an experiment.

    Returns:
        One object for each series with `series`, `rows`, `rms`, `mean`, `noise_factor` and `depth_law_rms`.
    """
    found: dict[str, list[_Point]] = {}
    for series, row in _series(rows):
        for figure, (floor, ceiling) in _SPANS.items():
            if figure in row["paper_circuit"]:
                predicted = float(row["paper_circuit"][figure])
                point = _Point(row["paper_measured"], predicted, row.get("depth_law"), row.get("floor", floor), ceiling)
                found.setdefault(series, []).append(point)
    return [{"series": series, **_summary(points)} for series, points in found.items()]


def _series(rows: Iterable[Row]) -> Iterator[tuple[str, Row]]:
    """Rows with a measurement and a prediction, parts included, each with the name of its series."""
    for row in rows:
        name = " ".join(str(row[key]) for key in ("kind", "n") if key in row) or "table"
        inner = [(name, row), *((part, value) for part, value in row.items() if isinstance(value, dict))]
        for series, each in inner:
            if each.get("paper_measured") is not None and "paper_circuit" in each:
                yield series, each


def _summary(points: list[_Point]) -> Row:
    differences = [point.predicted - point.measured for point in points]
    laws = [point.law - point.measured for point in points if point.law is not None]
    summary: Row = {"rows": len(points), "rms": _rms(differences), "mean": sum(differences) / len(differences)}
    decays = [(point.decay(point.predicted), point.decay(point.measured)) for point in points]
    known = [(ours, theirs) for ours, theirs in decays if ours is not None and theirs is not None]
    weight = sum(ours**2 for ours, _ in known)
    if weight:
        summary["noise_factor"] = sum(ours * theirs for ours, theirs in known) / weight
    return summary | ({"depth_law_rms": _rms(laws)} if laws else {})


def _rms(values: Sequence[float]) -> float:
    return sqrt(sum(value**2 for value in values) / len(values))
