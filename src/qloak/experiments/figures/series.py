"""Series of an experiment's rows, drawn: what the paper measured, its circuit and ours here."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from .style import BLUE, GREEN, GREY, VERMILION

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["OURS", "PAPER", "Look", "Place", "Rows", "draw_arm", "draw_comparison", "draw_line", "draw_measured"]

Rows: TypeAlias = Sequence[Mapping[str, Any]]
Place: TypeAlias = Callable[[Mapping[str, Any]], float]
"""Where a row stands on the horizontal axis."""

MEASURED = "measured in the paper"


@dataclass(frozen=True, slots=True)
class Look:
    """How one arm is drawn.

    Attributes:
        arm: its name in a row.
        label: in the legend.
        spread: in the legend, for the band around it.
        colour: of line and marks.
        marker: shape of the marks.
        line: its style.
    """

    arm: str
    label: str
    spread: str
    colour: str
    marker: str
    line: str


PAPER = Look("paper_circuit", "the paper's circuit", "the paper's circuit, all transpiler seeds", VERMILION, "s", "--")
OURS = Look("our_circuit", "our circuit, mean", "our circuit, worst to best clone", BLUE, "D", "-")


def draw_measured(axes: Axes, rows: Rows, place: Place, *, value: str = "paper_measured") -> None:
    """What the paper measured, with its printed error bars."""
    known = [row for row in rows if row.get(value) is not None]
    axes.errorbar(
        [place(row) for row in known],
        [row[value] for row in known],
        yerr=[row.get("paper_error", 0.0) for row in known],
        fmt="o",
        markersize=4,
        color=GREY,
        capsize=3,
        zorder=4,
        label=MEASURED,
    )


def draw_arm(axes: Axes, rows: Rows, place: Place, look: Look, *, figure: str = "fidelity") -> None:
    """An arm: its line, a band over clones or transpiler seeds, and error bars if it was sampled."""
    known = [row for row in rows if figure in row.get(look.arm, {})]
    arms = [row[look.arm] for row in known]
    places = [place(row) for row in known]
    values = [arm[figure] for arm in arms]
    low, high = zip(*(_span(arm, figure) for arm in arms), strict=True) if arms else ((), ())
    if any(bottom != top for bottom, top in zip(low, high, strict=True)):
        axes.fill_between(places, low, high, color=look.colour, alpha=0.18, linewidth=0, label=look.spread)
    errors = [arm.get(f"{figure}_error", 0.0) for arm in arms]
    axes.errorbar(
        places,
        values,
        yerr=errors if any(errors) else None,
        color=look.colour,
        marker=look.marker,
        markerfacecolor="none" if look is PAPER else look.colour,
        linestyle=look.line,
        capsize=2,
        label=look.label,
    )


def draw_comparison(
    axes: Axes, rows: Rows, place: Place, *, figure: str = "fidelity", ours: Rows | None = None
) -> None:
    """Measured, the paper's circuit, our circuit.

    Args:
        axes: to draw on.
        rows: of an experiment, or a part of each.
        place: where a row stands.
        figure: of merit.
        ours: rows with our circuit if `rows` have none.
    """
    draw_arm(axes, rows if ours is None else ours, place, OURS, figure=figure)
    draw_arm(axes, rows, place, PAPER, figure=figure)
    draw_measured(axes, rows, place)


def draw_line(axes: Axes, height: float, label: str, *, style: str = ":") -> None:
    """A bound or a floor."""
    axes.axhline(height, color=GREEN, linestyle=style, linewidth=1, label=label, zorder=0)


def _span(arm: Mapping[str, Any], figure: str) -> tuple[float, float]:
    """Smallest and largest value over the clones, or over transpiler seeds, or the value itself twice."""
    if f"{figure}_min" in arm:
        return arm[f"{figure}_min"], arm[f"{figure}_max"]
    seeds = arm.get("predicted_over_seeds")
    if figure == "fidelity" and seeds is not None and f"{figure}_error" not in arm:
        return seeds["min"], seeds["max"]
    return arm[figure], arm[figure]
