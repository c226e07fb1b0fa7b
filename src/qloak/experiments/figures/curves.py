"""Figures of merit against size: fidelity, CHSH, iterated cloning, GHZ states, and what bounds them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from math import sqrt
from typing import TYPE_CHECKING, Any

from .series import OURS, PAPER, Rows, draw_arm, draw_comparison, draw_line, draw_measured
from .style import GREEN, PURPLE, legend

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["draw_chsh", "draw_cloning_machine", "draw_control", "draw_fidelity", "draw_ghz", "draw_iterated"]

_CLONES = "number of clones n"
_FIDELITY = "entanglement fidelity $F_e$"
_WITNESS = "above: entangled"
_ORDERS = {"reference-first": "reference read first", "together": "read together", "clone-first": "clone read first"}


def draw_fidelity(figure: Figure, rows: Rows) -> None:
    """Two panels: by Bell measurement, by parity oscillations."""
    panels = _panels(figure, 2)
    parts = (rows, [{"clones": row["clones"], **row["parity"]} for row in rows])
    for axes, part, title in zip(panels, parts, ("Bell measurement", "parity oscillations"), strict=True):
        draw_comparison(axes, part, _clones, ours=rows)
        _depth_law(axes, part)
        _fidelity_scale(axes)
        axes.set(title=title, xlabel=_CLONES)
    _whole_ticks(panels, [row["clones"] for row in rows])
    panels[0].set_ylabel(_FIDELITY)
    legend(figure, panels)


def draw_chsh(figure: Figure, rows: Rows) -> None:
    """Three panels: one for each order of reading."""
    panels = _panels(figure, 3)
    for axes, (order, title) in zip(panels, _ORDERS.items(), strict=True):
        part = [row if order == "together" else {"clones": row["clones"], **row[order]} for row in rows]
        draw_line(axes, 2 * sqrt(2), "quantum bound", style="--")
        draw_line(axes, 2, "classical bound")
        draw_comparison(axes, part, _clones, figure="chsh")
        axes.set(title=title, xlabel=_CLONES, ylim=(0, 3))
    _whole_ticks(panels, [row["clones"] for row in rows])
    panels[0].set_ylabel("CHSH value S")
    legend(figure, panels)


def draw_iterated(figure: Figure, rows: Rows) -> None:
    """A panel for the trees, and one for each n of which one clone per level is encrypted again."""
    groups: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        name = "whole trees, n = 2" if row["kind"] == "tree" else f"one clone per level, n = {row['n']}"
        groups.setdefault(name, []).append(row)
    panels = _panels(figure, len(groups))
    for axes, (title, part) in zip(panels, groups.items(), strict=True):
        places = {id(row): float(place) for place, row in enumerate(part)}
        draw_comparison(axes, part, lambda row, places=places: places[id(row)])  # type: ignore[misc]
        _depth_law(axes, [{**row, "clones": places[id(row)]} for row in part])
        _fidelity_scale(axes)
        axes.set_xticks(list(places.values()), [_level(row) for row in part])
        axes.set(title=title, xlabel="level, number of clones" if part[0]["kind"] == "tree" else "level")
    panels[0].set_ylabel(_FIDELITY)
    legend(figure, panels)


def draw_ghz(figure: Figure, rows: Rows) -> None:
    """Fidelity with the GHZ state against its size."""
    (axes,) = _panels(figure, 1)
    draw_line(axes, 0.5, "above: all qubits entangled")
    sizes = [row["size"] for row in rows]
    axes.plot(sizes, [row["floor"] for row in rows], color=PURPLE, linestyle="-.", linewidth=1, label="nothing left")
    draw_comparison(axes, rows, lambda row: float(row["size"]))
    axes.set(xlabel="qubits r of the GHZ state", ylabel="fidelity $F_r$", ylim=(0, 1))
    _whole_ticks([axes], sizes)
    legend(figure, [axes])


def draw_cloning_machine(figure: Figure, rows: Rows) -> None:
    """Entanglement fidelity of one decrypted clone, and of a copy of the universal cloning machine."""
    (axes,) = _panels(figure, 1)
    limits = [row["cloning_machine"]["fidelity"] for row in rows]
    places = [row["clones"] for row in rows]
    axes.plot(places, limits, color=PURPLE, marker="v", linestyle="-.", label="optimal cloning machine")
    draw_comparison(axes, rows, _clones)
    _fidelity_scale(axes)
    axes.set(xlabel=_CLONES, ylabel=_FIDELITY)
    _whole_ticks([axes], places)
    legend(figure, [axes])


def draw_control(figure: Figure, rows: Rows) -> None:
    """CHSH of the reference with an undecrypted clone, and after decryption."""
    from dataclasses import replace

    (axes,) = _panels(figure, 1)
    draw_line(axes, 2, "classical bound")
    with_key = replace(PAPER, arm="decrypted", label="the paper's circuit, with the key")
    without = replace(OURS, arm="undecrypted", label="without the key", colour=PURPLE, line="-.")
    draw_arm(axes, rows, _clones, with_key, figure="chsh")
    draw_arm(axes, rows, _clones, without, figure="chsh")
    draw_measured(axes, rows, _clones)
    axes.set(xlabel=_CLONES, ylabel="CHSH value S", ylim=(-0.15, 3))
    _whole_ticks([axes], [row["clones"] for row in rows])
    legend(figure, [axes])


def _panels(figure: Figure, number: int) -> list[Axes]:
    """Side by side, with one vertical axis."""
    return list(figure.subplots(1, number, squeeze=False, sharey=True)[0])


def _clones(row: Mapping[str, Any]) -> float:
    return float(row["clones"])


def _depth_law(axes: Axes, rows: Rows) -> None:
    """What the fit to all measurements makes of the paper's layers."""
    known = [row for row in rows if "depth_law" in row]
    places, values = [_clones(row) for row in known], [row["depth_law"] for row in known]
    axes.plot(places, values, color=GREEN, linestyle="-.", linewidth=1, label="depth law, a fit to the measurements")


def _fidelity_scale(axes: Axes) -> None:
    draw_line(axes, 0.5, _WITNESS)
    draw_line(axes, 0.25, "nothing left", style="--")
    axes.set_ylim(0.15, 1)


def _level(row: Mapping[str, Any]) -> str:
    return f"{row['label']}\n{row['clones']}" if row["kind"] == "tree" else str(row["levels"])


def _whole_ticks(panels: Sequence[Axes], places: Sequence[int]) -> None:
    """Ticks at whole numbers, not too many."""
    step = 1 if len(places) * len(panels) <= 16 else 2 if len(places) * len(panels) <= 32 else 3
    for axes in panels:
        axes.set_xticks(list(places)[::step])
