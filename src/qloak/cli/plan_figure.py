"""The figure of `qloak plan`: loss and fidelity of the best plans over time."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

from .figures import figure

if TYPE_CHECKING:
    from ..analysis.plan import Plan

__all__ = ["draw_plan"]

_COLORS = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9")
"""Of the palette of Okabe and Ito, which colour-blind people can tell apart."""

_DASHES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)))
_TIMES = 60
_SCALES = ((86400 * 365.25, "years"), (86400, "days"), (3600, "hours"), (60, "minutes"), (1, "seconds"), (1e-3, "ms"))


def draw_plan(found: Plan, path: Path) -> None:
    """Draw the plans ranked first, five at most, up to twice the horizon.

    Raises:
        MissingExtraError: without matplotlib.
        UsageError: for a name that does not end in .svg, .pdf or .png, or a file that cannot be written.
    """
    from ..analysis.plan import describe
    from ..analysis.survival import timeline

    horizon = found.requirements.horizon_seconds
    scale, unit = next(((s, u) for s, u in _SCALES if horizon >= s), (1e-6, "us"))
    times = [2 * horizon * (step + 1) / _TIMES for step in range(_TIMES)]
    with figure(path, height_inches=6) as axes:
        drawing = axes.figure
        axes.remove()
        lost, fidelity = drawing.subplots(2, 1, sharex=True)
        for option, color, dashes in zip(found.options, _COLORS, _DASHES, strict=False):
            outlooks = timeline(option.arrangement, found.conditions, times)
            style = {"color": color, "linestyle": dashes, "label": describe(option.arrangement)}
            x = [time / scale for time in times]
            failures = [o.chance.failure or math.nan for o in outlooks]
            lost.semilogy(x, failures, **style)
            fidelity.plot(x, [o.expected_entanglement_fidelity for o in outlooks], **style)
        for panel, limit in (
            (lost, found.requirements.unavailability),
            (fidelity, found.requirements.entanglement_fidelity),
        ):
            panel.axvline(horizon / scale, color="#7a7a7a", linewidth=0.8)
            if 0 < limit < 1:
                panel.axhline(limit, color="#7a7a7a", linewidth=0.8)
            panel.spines[["top", "right"]].set_visible(False)
        lost.set_ylabel("probability of loss (dimensionless)")
        fidelity.set_ylabel("expected F_e (dimensionless)")
        fidelity.set_xlabel(f"time since storage ({unit})")
        lost.set_title("The thin lines mark the horizon and the requirements")
        handles, labels = fidelity.get_legend_handles_labels()
        drawing.legend(handles, labels, loc="outside lower center", frameon=False, fontsize="small")
