"""The last steps of a search, on exact fidelities."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from .estimate import clone_fidelities
from .graph import DeviceGraph
from .search import Candidate, TreeSearch
from .tree import UnitTree

__all__ = ["Exact", "refine"]

_RANKED = 150
_PER_SOURCE = 60
_REFINED = 3
_SCREEN = 2e-3


@dataclass(frozen=True, slots=True, eq=False)
class Exact:
    """A tree with the exact fidelities of its clones and the objective's number for them.

    Attributes:
        tree: complete.
        fidelities: entanglement fidelity by physical qubit.
        value: the number to make small.
        estimate: the same number from first-order estimates, which are much cheaper.
    """

    tree: UnitTree
    fidelities: dict[int, float]
    value: float
    estimate: float


def refine(
    search: TreeSearch, graph: DeviceGraph, found: Sequence[Candidate], moves: int, *, deadline: float = math.inf
) -> Exact:
    """Rank candidates by their exact fidelities, then improve the best ones by small changes.

    Args:
        search: makes the changes.
        graph: whose device says how noisy things are.
        found: at least one, the best first.
        moves: exact evaluations of changed trees, and at most so many of candidates before.
        deadline: monotonic time at which to stop.
    """
    ranked: list[Exact] = []
    for candidate in _varied(found)[:moves]:
        if ranked and time.monotonic() > deadline:
            break
        ranked.append(_exact(search, graph, candidate.tree, candidate.value))
    ranked.sort(key=lambda each: each.value)
    best = ranked[0]
    starts = ranked[:_REFINED]
    for start in starts:
        best = min(
            best, _climb(search, graph, start, moves // len(starts), deadline=deadline), key=lambda each: each.value
        )
    return best


def _varied(found: Sequence[Candidate]) -> list[Candidate]:
    """Those to rank: few of each source, for the best estimates are often small variations of one tree."""
    chosen, of_source = [], Counter[int]()
    for candidate in found:
        source = candidate.tree.source
        of_source[source] += 1
        if of_source[source] <= _PER_SOURCE:
            chosen.append(candidate)
    return chosen[:_RANKED]


def _climb(search: TreeSearch, graph: DeviceGraph, now: Exact, moves: int, *, deadline: float) -> Exact:
    """Accept what is better. Changes that the estimate finds clearly worse are not evaluated."""
    evaluated = 0
    for _ in range(50 * moves):
        if evaluated >= moves or time.monotonic() > deadline:
            break
        tree = search.neighbor(now.tree)
        if tree is None:
            continue
        estimate = search.value(tree)
        if estimate == now.estimate or estimate > now.estimate + _SCREEN:
            continue
        evaluated += 1
        changed = _exact(search, graph, tree, estimate)
        now = min(now, changed, key=lambda each: each.value)
    return now


def _exact(search: TreeSearch, graph: DeviceGraph, tree: UnitTree, estimate: float) -> Exact:
    fidelities = clone_fidelities(tree.to_encoder(), graph.device)
    lost = {clone: 1 - fidelity for clone, fidelity in fidelities.items()}
    return Exact(tree, fidelities, search.value(tree, lost), estimate)
