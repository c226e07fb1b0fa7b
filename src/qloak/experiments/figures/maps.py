"""Maps of the reference's correlators with every qubit."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import TYPE_CHECKING, Any

from .series import Rows
from .style import GREY

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.collections import QuadMesh
    from matplotlib.figure import Figure

__all__ = ["MOST_MAPS", "draw_correlators"]

MOST_MAPS = 4
"""Rows that are drawn; more would be too small to read."""

_ARMS = {"paper_circuit": "paper's circuit", "our_circuit": "our circuit"}
_STAGES = {"before": "before decryption", "after": "$S_1$ decrypted"}
_LETTERS = ["".join(pair) for pair in product("XYZ", repeat=2)]
_DARK = 0.55
_LARGE_LETTERS = 6  # qubits


def draw_correlators(figure: Figure, rows: Rows) -> None:
    """A row of maps for each n: both circuits, before and after."""
    shown = [row for row in rows[:MOST_MAPS] if any("before" in row[arm] for arm in _ARMS)]
    grid = figure.subplots(len(shown), 4, squeeze=False)
    mesh = None
    for line, row in zip(grid, shown, strict=True):
        for axes, (arm, stage) in zip(line, product(_ARMS, _STAGES), strict=True):
            if stage not in row[arm]:
                axes.set_axis_off()
                continue
            mesh = _draw_map(axes, row[arm][stage])
            axes.set_title(f"{_ARMS[arm]},\n{_STAGES[stage]}", fontsize=8)
        line[0].set_ylabel(f"n = {row['clones']}\nreference, qubit")
    if mesh is not None:
        bar = figure.colorbar(mesh, ax=grid, shrink=0.8, label="correlator with the reference", aspect=30)
        bar.outline.set_visible(False)


def _draw_map(axes: Axes, values: Mapping[str, Mapping[str, Any]]) -> QuadMesh:
    """Pauli letters of reference and qubit down, qubits along; values that are not 0 are written in."""
    cells = [[values[qubit][letters] for qubit in values] for letters in _LETTERS]
    from matplotlib import colormaps

    # Steps of 0.05: what has more than 50 becomes an image in the bar. An odd number, so that 0 is white.
    colours = colormaps["PuOr"].resampled(41)
    # A mesh, unlike an image, stays sharp in an SVG.
    mesh = axes.pcolormesh(cells, cmap=colours, vmin=-1, vmax=1, edgecolors=GREY, linewidth=0.2)
    size = 5 if len(values) <= _LARGE_LETTERS else 3.6
    for (down, line), along in product(enumerate(cells), range(len(values))):
        if value := line[along]:
            colour = "white" if abs(value) > _DARK else "black"
            axes.text(
                along + 0.5, down + 0.5, f"{value:.2f}".replace("-", "−"), fontsize=size, color=colour, **_CENTRED
            )
    axes.set_xticks([place + 0.5 for place in range(len(values))], list(values), fontsize=7)
    axes.set_yticks([place + 0.5 for place in range(len(_LETTERS))], _LETTERS, fontsize=7)
    axes.invert_yaxis()
    axes.tick_params(length=0)
    axes.spines[:].set_visible(False)
    return mesh


_CENTRED: dict[str, Any] = {"ha": "center", "va": "center"}
