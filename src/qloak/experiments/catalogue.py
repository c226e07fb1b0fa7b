"""The experiments by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from ..errors import UnknownNameError, UsageError
from .bench import Bench
from .chsh import chsh_experiment
from .cloning_machine import cloning_machine_experiment
from .control import control_experiment
from .correlators import CorrelatorMaps
from .experiment import Experiment
from .fidelity import fidelity_experiment
from .ghz import ghz_experiment
from .iterated import iterated_experiment
from .kraus import KrausComparison
from .published import PublishedJobs
from .suppression import suppression_experiment
from .variability import variability_experiment

__all__ = ["CATALOGUE", "Entry", "build"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One experiment.

    Attributes:
        summary: what it shows, one line.
        by: what its rows are by: "clones", "levels" or "size".
        span: smallest and largest value that it takes.
        default: values that it takes if none are given.
        make: builds it.
        exact_only: whether it takes no sampling engine.
    """

    summary: str
    by: str
    span: tuple[int, int]
    default: Sequence[int]
    make: Callable[[Bench, Sequence[int]], Experiment]
    exact_only: bool = False


_TO_15: Final = range(2, 16)

CATALOGUE: Final[Mapping[str, Entry]] = MappingProxyType(
    {
        "fidelity": Entry("entanglement fidelity against n, Table I", "clones", (2, 40), _TO_15, fidelity_experiment),
        "chsh": Entry("CHSH in three orders of reading, Table II", "clones", (2, 40), _TO_15, chsh_experiment),
        "iterated": Entry("iterated cloning, Tables III and VI", "levels", (0, 6), range(7), iterated_experiment),
        "ghz": Entry("GHZ states encrypted in parallel, Table IV", "size", (1, 16), range(1, 16), ghz_experiment),
        "correlators": Entry(
            "maps of correlators with the reference", "clones", (2, 15), (2, 4), CorrelatorMaps, exact_only=True
        ),
        "control": Entry("CHSH without the key", "clones", (2, 15), range(2, 7), control_experiment),
        "cloning-machine": Entry(
            "against the optimal universal cloning machine", "clones", (2, 40), _TO_15, cloning_machine_experiment
        ),
        "variability": Entry(
            "transpiler seeds, and days of Table V", "clones", (2, 15), range(2, 7), variability_experiment
        ),
        "suppression": Entry(
            "bounds of decoupling and twirling", "clones", (2, 15), range(2, 7), suppression_experiment, exact_only=True
        ),
        "kraus": Entry("physical noise against its Pauli model", "clones", (2, 5), range(2, 6), KrausComparison, True),
        "published": Entry("public jobs of others, analysed again", "clones", (2, 2), (2,), lambda *_: PublishedJobs()),
    }
)
"""Name -> experiment; tables are those of [Yamaguchi2026hardware]."""


def build(name: str, bench: Bench, *, by: str = "", values: Sequence[int] | None = None) -> Experiment:
    """An experiment.

    Args:
        name: of the catalogue.
        bench: the setting.
        by: what `values` are: "clones", "levels" or "size".
        values: rows that are wanted; default the experiment's own.

    Raises:
        UnknownNameError: for a name that is not in the catalogue.
        UsageError: for values of another kind, or beyond what the experiment takes.
    """
    if name not in CATALOGUE:
        raise UnknownNameError.of("experiment", name, f"one of {', '.join(CATALOGUE)}")
    entry = CATALOGUE[name]
    if values is None:
        return entry.make(bench, entry.default)
    low, high = entry.span
    if by != entry.by:
        raise UsageError.of(by, list(values), f"{entry.by} instead, for the experiment {name}")
    if not values or any(not low <= value <= high for value in values):
        raise UsageError.of(by, list(values), f"values from {low} to {high} for the experiment {name}")
    return entry.make(bench, values)
