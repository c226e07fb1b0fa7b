"""Columns and figures of the tables of `qloak compile --table`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from ..compile import CompiledCircuit
    from ..compile.robustness import Score

__all__ = [
    "BEST",
    "FIDELITY",
    "PAPER_FIDELITY",
    "PAPER_LAYERS",
    "PAPER_SIZE",
    "SIZE",
    "STRICT",
    "Columns",
    "Figures",
    "Part",
    "figures_of",
    "paper_of",
    "part_under",
    "scores",
    "spread",
]

Figures: TypeAlias = dict[str, Any]
"""JSON values by name, those of one number of clones."""

Columns: TypeAlias = dict[str, tuple[str, ...]]
"""Head of each column -> the names under which its figures are found."""

SIZE: Columns = {"layers": ("two_qubit_layers",), "gates": ("two_qubit_gates",)}
STRICT: Columns = {"layers": SIZE["layers"], "strict": ("two_qubit_layers_strict",), "gates": SIZE["gates"]}
FIDELITY: Columns = {"Fe mean": ("fidelity", "mean"), "worst": ("fidelity", "min")}
BEST: Columns = {"best": ("fidelity", "max")}
PAPER_LAYERS: Columns = {"paper: layers": ("paper", "two_qubit_layers")}
PAPER_SIZE: Columns = {**PAPER_LAYERS, "its gates": ("paper", "two_qubit_gates")}
PAPER_FIDELITY: Columns = {"measured Fe": ("paper", "entanglement_fidelity")}


@dataclass(frozen=True, slots=True, eq=False)
class Part:
    """One of the tables that stand below each other.

    Attributes:
        title: what it shows.
        heads: of the columns after the number of clones.
        paths: names under which the figures of the columns are found.
        figures: of one size.
        sizes: of its lines; none for the numbers of clones of the command.
        key: what a size is.
        rows: where its lines stand in the document.
    """

    title: str
    heads: tuple[str, ...]
    paths: tuple[tuple[str, ...], ...]
    figures: Callable[[int], Figures]
    sizes: tuple[int, ...] = ()
    key: str = "clones"
    rows: str = "rows"


def part_under(
    title: str,
    name: tuple[str, ...],
    size: Columns,
    figures: Callable[[int], Figures | None],
    *columns: Columns,
) -> Part:
    """A table whose figures stand under some names in the rows."""
    every = {head: path for each in (size, *columns) for head, path in each.items()}

    def under(n: int) -> Figures:
        found: Any = figures(n)
        for each in reversed(name):
            found = {each: found}
        return dict(found)

    return Part(title, tuple(every), tuple((*name, *path) for path in every.values()), under)


def scores(title: str, columns: Columns, figures: Callable[[int], Figures]) -> Part:
    """A table of scores, each wide enough for two numbers."""
    return Part(title, tuple(f"{head:>13}" for head in columns), tuple(columns.values()), figures)


def figures_of(compiled: CompiledCircuit) -> Figures:
    """Sizes and fidelities of one number of clones, the least and the most over the clones that count."""
    from ..circuits import circuit_metrics
    from ..compile.robustness import score
    from ..compile.untouched_check import strict_layers

    sizes = [circuit_metrics(compiled.trips[qubit].to_stim()) for qubit in compiled.clones.values()]
    layers = _range(size.two_qubit_layers for size in sizes)
    figures: Figures = {"two_qubit_layers": layers}
    if compiled.key_untouched:
        # Readout adds layers to neither where it is done before the encoder is; to both otherwise.
        figures["two_qubit_layers_strict"] = max(strict_layers(compiled.encoder), layers["max"])
    figures["two_qubit_gates"] = _range(size.two_qubit_gates for size in sizes)
    return figures | {"fidelity": spread(score(compiled))}


def _range(values: Iterable[int]) -> dict[str, int]:
    each = list(values)
    return {"min": min(each), "max": max(each)}


def spread(found: Score) -> dict[str, float]:
    """A score as JSON values."""
    return {"min": found.min, "mean": found.mean, "max": found.max}


def paper_of(n: int) -> Figures:
    """What the hardware experiment measured, if it did."""
    from ..compile.paper import MEASURED

    row = MEASURED.get(n)
    if row is None:
        return {}
    return {"paper": {"two_qubit_layers": list(row.layers), "entanglement_fidelity": list(row.entanglement_fidelity)}}
