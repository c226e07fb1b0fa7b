"""Checks of the model and of published data: physical noise against twirled noise, and public jobs again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .series import OURS, PAPER, Rows
from .style import BLUE, GREEN, GREY, VERMILION, legend

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["draw_kraus", "draw_published"]

_VERDICTS = {
    "recovered": (BLUE, "D"),
    "failed": (VERMILION, "X"),
    "key missing": (GREEN, "^"),
    "inconclusive": (GREY, "s"),
}


def draw_kraus(figure: Figure, rows: Rows) -> None:
    """Exact values of the Pauli model as lines, sampled ones of physical noise as marks with error bars."""
    axes = figure.subplots()
    for look, offset in ((OURS, 0.04), (PAPER, -0.04)):
        known = [row for row in rows if "fidelity" in row.get(look.arm, {})]
        places = [row["clones"] for row in known]
        name = "our circuit, S1" if look is OURS else "the paper's circuit"
        exact = [row[look.arm]["fidelity"] for row in known]
        axes.plot(places, exact, color=look.colour, linestyle=look.line, label=f"{name}, twirled noise, exact")
        sampled = [row[look.arm]["untwirled"] for row in known]
        axes.errorbar(
            [place + offset for place in places],
            [each["value"] for each in sampled],
            yerr=[each["error"] for each in sampled],
            fmt=look.marker,
            color=look.colour,
            capsize=3,
            label=f"{name}, physical noise, sampled",
        )
    axes.set(xlabel="number of clones n", ylabel="entanglement fidelity $F_e$", xticks=[row["clones"] for row in rows])
    legend(figure, [axes])


def draw_published(figure: Figure, rows: Rows) -> None:
    """Every published fidelity by our estimators, coloured by what it shows; hollow: after the best Pauli."""
    axes = figure.subplots()
    for place, row in enumerate(rows):
        estimate, (colour, marker) = row["estimate"], _VERDICTS[row["verdict"]]
        spread = [[estimate["value"] - estimate["low"]], [estimate["high"] - estimate["value"]]]
        style: dict[str, Any] = {"color": colour, "marker": marker, "linestyle": "none"}
        axes.errorbar([estimate["value"]], [place], xerr=spread, capsize=3, label=row["verdict"], **style)
        if row["verdict"] == "failed" and row["best_pauli"] not in ("", "I"):
            label = "failed, with one Pauli on the clone undone"
            axes.plot([row["after_best_pauli"]["value"]], [place], markerfacecolor="none", label=label, **style)
    axes.axvline(0.5, color=GREEN, linestyle=":", linewidth=1, label="above: entangled")
    axes.axvline(0.25, color=GREEN, linestyle="--", linewidth=1, label="nothing left")
    axes.set_yticks(range(len(rows)), [f"{row['run']}: {row['label']}\n{row['backend']}" for row in rows], fontsize=7)
    axes.invert_yaxis()
    axes.set(xlabel="entanglement fidelity $F_e$ with 95 % intervals", xlim=(0.15, 0.8))
    legend(figure, [axes])
