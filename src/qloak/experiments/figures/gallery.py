"""All figures: whose rows they show, what they say, how large they are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from .checks import draw_kraus, draw_published
from .costs import draw_agreement, draw_costs, draw_robustness, draw_suppression, draw_variability
from .curves import draw_chsh, draw_cloning_machine, draw_control, draw_fidelity, draw_ghz, draw_iterated
from .maps import MOST_MAPS, draw_correlators
from .series import OURS, Rows
from .style import house_style, rendered

if TYPE_CHECKING:
    from matplotlib.figure import Figure

__all__ = ["GALLERY", "Drawing", "Plot", "draw_all", "origin"]

Inches: TypeAlias = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Plot:
    """One figure.

    Attributes:
        name: of its files.
        experiment: whose rows it shows.
        caption: what there is to see.
        draw: on an empty figure.
        inches: width and height for some rows.
        wanted: whether there is something to draw.
        noted: whether its values are of the documents' device, which a line under it then says.
    """

    name: str
    experiment: str
    caption: str
    draw: Callable[[Figure, Rows], None]
    inches: Callable[[Rows], Inches] = lambda _: (7.0, 4.0)
    wanted: Callable[[Rows], bool] = bool
    noted: bool = True


@dataclass(frozen=True, slots=True)
class Drawing:
    """A figure as files; `name`, `experiment` and `caption` as of `Plot`."""

    name: str
    experiment: str
    caption: str
    svg: bytes
    png: bytes


def draw_all(documents: Iterable[Mapping[str, Any]]) -> list[Drawing]:
    """Every figure that some experiments' documents have rows for, in the order of the gallery.

    Args:
        documents: as `qloak experiment NAME --json` prints them.

    Raises:
        MissingExtraError: without matplotlib.
    """
    known = {document["experiment"]: document for document in documents if document["rows"]}
    wanted = [plot for plot in GALLERY if plot.experiment in known and plot.wanted(known[plot.experiment]["rows"])]
    with house_style():
        return [_drawing(plot, known[plot.experiment]) for plot in wanted]


def origin(document: Mapping[str, Any]) -> str:
    """Where the values of an experiment come from, as part of a sentence."""
    if document["engine"] == "qiskit":
        kind = "run on the processor" if document["device"].startswith("ibm:") else "run on the model"
        return f"{kind} {document['device'].partition(':')[2]}"
    date = document["snapshot"].partition("T")[0]
    how = "without sampling" if document["engine"] == "exact" else f"sampled with {document['engine']}"
    return f"predicted by the calibration {document['device']} of {date}, {how}"


def _drawing(plot: Plot, document: Mapping[str, Any]) -> Drawing:
    from matplotlib.figure import Figure

    rows = document["rows"]
    figure = Figure(figsize=plot.inches(rows), layout="constrained")
    plot.draw(figure, rows)
    if plot.noted:
        figure.supxlabel(f"The paper's circuit and ours: {origin(document)}.", fontsize=7, x=0.99, ha="right")
    svg = rendered(figure, "svg")
    figure.set_layout_engine("none")  # everything is in its place now
    return Drawing(plot.name, plot.experiment, plot.caption, svg, rendered(figure, "png"))


def _wide(_: Rows) -> Inches:
    return 8.0, 4.2


def _maps_size(rows: Rows) -> Inches:
    return 9.0, 0.6 + 2.3 * min(len(rows), MOST_MAPS)


def _has_maps(rows: Rows) -> bool:
    return any("before" in row[arm] for row in rows for arm in ("paper_circuit", "our_circuit"))


def _is_scored_again(rows: Rows) -> bool:
    return any("robustness" in row.get(OURS.arm, {}) for row in rows)


_MARKS = "Dots: measured, with the printed error bars."

GALLERY: Final = (
    Plot(
        "fidelity",
        "fidelity",
        f"Entanglement fidelity of one decrypted clone against the number of clones, Table I. {_MARKS} Our circuit "
        "is the same in both panels.",
        draw_fidelity,
        _wide,
    ),
    Plot(
        "costs",
        "fidelity",
        "Two-qubit layers and gates of the circuits for parity oscillations. The paper gives layers only.",
        draw_costs,
        _wide,
    ),
    Plot(
        "agreement",
        "fidelity",
        "The paper's circuits: the measured values in the layers that the paper counted, ours in those of "
        "the circuit here, and the law that fits all measurements, which knows no calibration.",
        draw_agreement,
    ),
    Plot(
        "robustness",
        "fidelity",
        "Our circuits as they were placed, scored under more noise and under other calibrations. Where a line ends, a "
        "coupler of the circuit is dead there.",
        draw_robustness,
        _wide,
        _is_scored_again,
    ),
    Plot(
        "chsh",
        "chsh",
        f"CHSH value of reference and clone for each order of reading, Table II. {_MARKS}",
        draw_chsh,
        lambda _: (9.0, 4.2),
    ),
    Plot(
        "iterated",
        "iterated",
        f"Clones that are cloned again, Tables III and VI. {_MARKS} Our circuit makes as many clones at once, in the "
        "first panel as many of them as fit.",
        draw_iterated,
        lambda _: (9.0, 4.2),
    ),
    Plot("ghz", "ghz", f"GHZ states whose qubits are encrypted in parallel, Table IV. {_MARKS}", draw_ghz),
    Plot("ghz-costs", "ghz", "Two-qubit layers and gates of the GHZ registers.", draw_costs, _wide),
    Plot(
        "correlators",
        "correlators",
        "Correlators of the reference with every qubit. Before decryption there are none; afterwards S1 has them, and "
        "nothing else.",
        draw_correlators,
        _maps_size,
        _has_maps,
    ),
    Plot(
        "control",
        "control",
        f"CHSH value of the reference with S1 decrypted, and with S2 that nobody decrypts. {_MARKS}",
        draw_control,
    ),
    Plot(
        "cloning-machine",
        "cloning-machine",
        f"One decrypted clone against a copy of the optimal universal cloning machine that makes as many. {_MARKS}",
        draw_cloning_machine,
    ),
    Plot(
        "variability",
        "variability",
        "What the transpiler's seed does to the paper's circuits, and what the day did to the measurement, Table V.",
        draw_variability,
        _wide,
    ),
    Plot(
        "suppression",
        "suppression",
        "What dynamical decoupling could gain at most: no pure dephasing, pulses without errors.",
        draw_suppression,
        wanted=_is_scored_again,
    ),
    Plot(
        "kraus",
        "kraus",
        "The Pauli model, exact, against relaxation, dephasing and readout errors as they are, sampled in at "
        "most 2000 shots of each setting. Bars: one standard error.",
        draw_kraus,
        wanted=lambda rows: any("fidelity" in row[arm] for row in rows for arm in ("paper_circuit", "our_circuit")),
        noted=False,  # half of it is sampled
    ),
    Plot(
        "published",
        "published",
        "Public jobs of others, n = 2, from their raw counts. Where a control with the key fails on the same machine, "
        "nothing follows from a low fidelity.",
        draw_published,
        lambda rows: (7.0, 1.4 + 0.36 * len(rows)),
        noted=False,
    ),
)
"""Every figure, in the order of a report."""
