"""What circuits cost and what that does: layers and gates, transpiler seeds, other noise, the decay with layers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..measured import DEPTH_LAW_LAYERS, depth_law
from .series import OURS, PAPER, Look, Rows, draw_line, draw_measured
from .style import BLUE, GREEN, GREY, PURPLE, VERMILION, legend

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["draw_agreement", "draw_costs", "draw_robustness", "draw_suppression", "draw_variability"]

_LAYERS, _GATES = "two_qubit_layers", "two_qubit_gates"
_TITLES = {_LAYERS: "two-qubit layers", _GATES: "two-qubit gates"}
_TONES = (BLUE, GREEN, PURPLE, VERMILION, GREY)
_MARKS = "D^vso"


def draw_costs(figure: Figure, rows: Rows) -> None:
    """Two-qubit layers and gates, on logarithmic scales: the paper's own count, Qiskit's here, ours."""
    by = "size" if "size" in rows[0] else "clones"
    # Reference and clone meet again for a Bell measurement only, so that parity oscillations are the fair comparison.
    part = [{by: row[by], **row.get("parity", row), OURS.arm: row.get(OURS.arm, {})} for row in rows]
    panels = list(figure.subplots(1, 2))
    for axes, (count, title) in zip(panels, _TITLES.items(), strict=True):
        for look in (PAPER, OURS):
            known = [row for row in part if count in row.get(look.arm, {})]
            places, counts = [row[by] for row in known], [row[look.arm][count] for row in known]
            axes.plot(
                places, counts, color=look.colour, marker=look.marker, linestyle=look.line, label=_cost_label(look)
            )
        printed = [row for row in part if row.get(f"paper_{count}") is not None]
        if printed:
            values = [row[f"paper_{count}"] for row in printed]
            axes.plot([row[by] for row in printed], values, "o", color=GREY, label="in the paper")
        axes.set(
            yscale="log", title=title, xlabel="qubits r of the GHZ state" if by == "size" else "number of clones n"
        )
    panels[0].set_ylabel("number, largest over clones")
    legend(figure, panels)


def draw_variability(figure: Figure, rows: Rows) -> None:
    """Fidelity and layers of every transpiler seed; the days of Table V with the n that they are of."""
    panels = list(figure.subplots(1, 2))
    for axes, name in zip(panels, ("fidelity", "layers"), strict=True):
        for row in rows:
            seeds = [seed[name] for seed in row.get("seeds", ())]
            offsets = np.linspace(-0.12, 0.12, len(seeds)) if len(seeds) > 1 else np.zeros(len(seeds))
            label = "the paper's circuit, one transpiler seed each"
            axes.plot(row["clones"] + offsets, seeds, "s", color=VERMILION, markerfacecolor="none", label=label)
        axes.set(xlabel="number of clones n", xticks=[row["clones"] for row in rows])
    for row in rows:
        days = row.get("paper_days", ())
        values, errors = [day["value"] for day in days], [day["error"] for day in days]
        if days:
            places = row["clones"] + np.linspace(0.25, 0.45, len(days))
            panels[0].errorbar(places, values, yerr=errors, fmt="o", color=GREY, capsize=2, label="measured, five days")
    panels[0].set_ylabel("entanglement fidelity $F_e$")
    panels[1].set_ylabel("two-qubit layers")
    legend(figure, panels)


def draw_suppression(figure: Figure, rows: Rows) -> None:
    """Both circuits as they are, and the bound of decoupling."""
    axes = figure.subplots()
    for look in (OURS, PAPER):
        known = [row for row in rows if "robustness" in row.get(look.arm, {})]
        places = [row["clones"] for row in known]
        axes.plot(places, [row[look.arm]["fidelity"] for row in known], **_marked(look), label=_short(look))
        for noise in known[0][look.arm]["robustness"] if known else ():
            bounds = [row[look.arm]["robustness"][noise].get("fidelity", np.nan) for row in known]
            style = {**_marked(look), "linestyle": ":", "marker": "^"}
            axes.plot(places, bounds, **style, label=f"{_short(look)}, {noise}")
    axes.set(xlabel="number of clones n", ylabel="entanglement fidelity $F_e$", xticks=[row["clones"] for row in rows])
    legend(figure, [axes])


def draw_robustness(figure: Figure, rows: Rows) -> None:
    """Our circuits under more noise and under other calibrations, mean and worst clone."""
    panels = list(figure.subplots(1, 2, sharey=True))
    scored = [row for row in rows if "robustness" in row.get(OURS.arm, {})]
    names = list(scored[0][OURS.arm]["robustness"]) if scored else []
    for axes, key, title in zip(panels, ("fidelity", "fidelity_min"), ("mean of clones", "worst clone"), strict=True):
        _draw_noise(axes, [(row["clones"], row[OURS.arm].get(key)) for row in scored], "as calibrated", 0)
        for number, name in enumerate(names, start=1):
            points = [(row["clones"], row[OURS.arm]["robustness"][name].get(key)) for row in scored]
            _draw_noise(axes, points, name, number)
        draw_line(axes, 0.5, "above: entangled")
        axes.set(title=title, xlabel="number of clones n")
    panels[0].set_ylabel("entanglement fidelity $F_e$")
    legend(figure, panels)


def draw_agreement(figure: Figure, rows: Rows) -> None:
    """Measured and predicted fidelity of the paper's circuits against their two-qubit layers, with the depth law."""
    axes = figure.subplots()
    part = [each for row in rows for each in (row, row.get("parity", {})) if each.get("paper_measured") is not None]
    draw_measured(axes, part, lambda row: float(row["paper_two_qubit_layers"]))
    known = [row[PAPER.arm] for row in part if "fidelity" in row.get(PAPER.arm, {})]
    places, values = [arm[_LAYERS] for arm in known], [arm["fidelity"] for arm in known]
    axes.plot(places, values, "s", color=VERMILION, markerfacecolor="none", label=PAPER.label)
    layers = np.linspace(0, max([*places, *(row["paper_two_qubit_layers"] for row in part), 1.0]), 200)
    law = [depth_law(float(each)) for each in layers]
    axes.plot(layers, law, color=GREEN, linestyle="-.", label=f"$1/4 + 3/4\\,\\exp(-L/{DEPTH_LAW_LAYERS:g})$")
    axes.set(xlabel="two-qubit layers L", ylabel="entanglement fidelity $F_e$", ylim=(0.15, 1.02))
    legend(figure, [axes])


def _draw_noise(axes: Axes, points: list[tuple[float, float | None]], name: str, number: int) -> None:
    known = [(place, value) for place, value in points if value is not None]
    tone, mark = _TONES[number % len(_TONES)], _MARKS[number % len(_MARKS)]
    line = "-" if number == 0 else "--" if number <= len(_TONES) else ":"
    axes.plot([p for p, _ in known], [v for _, v in known], color=tone, marker=mark, linestyle=line, label=name)


def _marked(look: Look) -> dict[str, Any]:
    return {"color": look.colour, "marker": look.marker, "linestyle": look.line}


def _short(look: Look) -> str:
    return "our circuit" if look is OURS else "the paper's circuit"


def _cost_label(look: Look) -> str:
    return "our circuit" if look is OURS else "the paper's circuit, best transpiler seed here"
