"""Where the lines of a chart of fidelities run; the numbers come from the gateway."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

__all__ = ["FidelityChart"]

WIDTH: Final = 600.0
HEIGHT: Final = 200.0
_FLOORS: Final = (0.99, 0.9, 0.5)
_MOST_CLONES: Final = 12
_TICKS: Final = 5
_HOUR: Final = 3600.0
_DAY: Final = 24.0
_SHOWN: Final = 7
_SAME: Final = 1e-9


@dataclass(frozen=True, slots=True)
class FidelityChart:
    """Entanglement fidelities over the coming hours, as lines in a box of WIDTH x HEIGHT, y downwards.

    Attributes:
        hours: how far it goes.
        best: the path of the best recovery.
        clones: name of a clone -> its path; none where all are alike, or too many to be told apart.
        floor: fidelity at the lower edge; 1 is the upper.
        limit: y of the best that anybody could do without a quantum memory; None below the floor.
        y_labels, x_labels: evenly spread, from the top and from the left; hours, or days of a long time.
        in_days: whether x_labels are days.
        samples: some points of the forecast, for a table.
        flat: whether nothing fades.
    """

    hours: float
    best: str
    clones: Mapping[str, str]
    floor: float
    limit: float | None
    y_labels: tuple[str, ...]
    x_labels: tuple[str, ...]
    in_days: bool
    samples: tuple[Mapping[str, Any], ...]
    flat: bool

    @classmethod
    def of(cls, forecast: Mapping[str, Any]) -> Self | None:
        """From a document "qloak.forecast/1"; None if there is nothing to come back."""
        points = forecast["points"]
        if not points:
            return None
        best = [point["entanglement_fidelity"] for point in points]
        lines = {each["clone"]: each["entanglement_fidelity"] for each in forecast["clones"]}
        lowest = min(best)
        floor = next((floor for floor in _FLOORS if lowest >= floor), 0.0)
        limit = forecast["best_without_quantum_memory"]
        hours = points[-1]["seconds"] / _HOUR
        unit = _DAY if hours > 2 * _DAY else 1.0
        alike = all(abs(a - b) < _SAME for line in lines.values() for a, b in zip(line, best, strict=True))
        return cls(
            hours=hours,
            best=_path(best, floor),
            clones={} if alike or len(lines) > _MOST_CLONES else {name: _path(v, floor) for name, v in lines.items()},
            floor=floor,
            limit=_y(limit, floor) if limit >= floor else None,
            y_labels=tuple(_number(1 - (1 - floor) * i / (_TICKS - 1)) for i in range(_TICKS)),
            x_labels=tuple(_number(hours / unit * i / (_TICKS - 1)) for i in range(_TICKS)),
            in_days=unit > 1,
            samples=tuple(points[i * (len(points) - 1) // (_SHOWN - 1)] for i in range(_SHOWN)),
            flat=abs(best[0] - best[-1]) < _SAME,
        )


def _path(values: Sequence[float], floor: float) -> str:
    step = WIDTH / (len(values) - 1)
    # What is below the floor runs along the lower edge.
    return "M" + " L".join(f"{i * step:.1f} {min(_y(v, floor), HEIGHT):.2f}" for i, v in enumerate(values))


def _y(value: float, floor: float) -> float:
    return HEIGHT * (1 - value) / (1 - floor)


def _number(value: float) -> str:
    return f"{value:.4g}"
