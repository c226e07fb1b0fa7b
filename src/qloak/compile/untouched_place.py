"""Where a two-armed path fits on a device, the cheapest places first."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from heapq import nsmallest
from itertools import product
from typing import NamedTuple

from .embedding import Embeddings
from .untouched_arms import Arms
from .untouched_cost import NoiseWeights

__all__ = ["Placement", "find_placements"]

_KEPT_AT_FIRST, _KEPT = 8, 64
"""Beginnings of an arm that are followed, in a look at every source and at the best ones."""
_BEST_SOURCES = 16


@dataclass(frozen=True, slots=True, order=True)
class Placement:
    """A two-armed path on physical qubits.

    Attributes:
        cost: mean infidelity of the clones to first order.
        qubits: physical qubit of each local number.
    """

    cost: float
    qubits: tuple[int, ...]


class _Arm(NamedTuple):
    """An arm, or the beginning of one: its cost, its physical qubits in the order of growth, and as a bit mask."""

    cost: float
    qubits: tuple[int, ...]
    used: int


def find_placements(noise: Embeddings, arms: Arms, weights: NoiseWeights, *, most: int) -> list[Placement]:
    """The cheapest placements; none if the shape does not fit.

    Every source is tried, the best ones thoroughly, and every left arm with the cheapest right arm that leaves it
    alone. Where an arm can be laid in many ways, only its cheapest beginnings are followed.

    Args:
        noise: errors of the device.
        arms: the shape.
        weights: of an encoder of this shape, by local numbers.
        most: number of placements.
    """
    quick, thorough = (_Search(noise, arms, weights, kept) for kept in (_KEPT_AT_FIRST, _KEPT))
    firsts = (min(quick.around(source, math.inf), default=None) for source in range(noise.graph.num_qubits))
    sources = [best.qubits[arms.source] for best in nsmallest(_BEST_SOURCES, filter(None, firsts))]
    placements: list[Placement] = []
    for source in sources:
        limit = placements[-1].cost if len(placements) == most else math.inf
        placements = nsmallest(most, [*placements, *thorough.around(source, limit)])
    return placements


@dataclass(frozen=True, slots=True, eq=False)
class _Search:
    noise: Embeddings
    arms: Arms
    weights: NoiseWeights
    kept: int

    def around(self, source: int, limit: float) -> Iterator[Placement]:
        """Placements with a given source and a cost up to a limit."""
        neighbors = self.noise.graph.neighbors[source]
        base = self._qubit_cost(self.arms.source, source)
        lefts = {start: self._arms(0, source, start, limit - base) for start in neighbors}
        # An arm without signals begins nowhere.
        starts = neighbors if self.arms.right else (-1,)
        rights = {start: self._arms(1, source, start, limit - base) for start in starts}
        for left_start, right_start in product(lefts, rights):
            if left_start == right_start:
                continue
            free = sorted((self._reference_cost(q, source), q) for q in neighbors if q not in (left_start, right_start))
            for left in lefts[left_start]:
                for right in rights[right_start]:
                    if base + left.cost + right.cost > limit:
                        break
                    if left.used & right.used:
                        continue
                    used = left.used | right.used
                    reference = next(((cost, q) for cost, q in free if not used >> q & 1), None)
                    if reference is not None:
                        yield self._placement(source, reference[1], base + reference[0], (left, right))
                        break

    def _placement(self, source: int, reference: int, cost: float, pair: tuple[_Arm, _Arm]) -> Placement:
        places = {self.arms.source: source, self.arms.reference: reference}
        for side, arm in enumerate(pair):
            cost += arm.cost
            places |= zip((child for _, child in self.arms.growth(side)), arm.qubits, strict=True)
        return Placement(cost, tuple(places[local] for local in range(self.arms.num_qubits)))

    def _arms(self, side: int, source: int, start: int, limit: float) -> list[_Arm]:
        """The ways to lay one arm from a neighbour of the source on, the cheapest first."""
        partial = [_Arm(0.0, (), 1 << source)]
        places = {self.arms.source: -1}
        for parent, child in self.arms.growth(side):
            longer = []
            for arm in partial:
                at = source if parent == self.arms.source else arm.qubits[places[parent]]
                for qubit in self.noise.graph.neighbors[at] if arm.qubits else (start,):
                    if not arm.used >> qubit & 1:
                        cost = self._coupler_cost((parent, child), (at, qubit)) + self._qubit_cost(child, qubit)
                        longer.append(_Arm(arm.cost + cost, (*arm.qubits, qubit), arm.used | 1 << qubit))
            partial = nsmallest(self.kept, (arm for arm in longer if arm.cost <= limit))
            places[child] = len(places) - 1
        return [_Arm(arm.cost, arm.qubits, arm.used & ~(1 << source)) for arm in partial]

    def _coupler_cost(self, local: tuple[int, int], physical: tuple[int, int]) -> float:
        a, b = physical
        weight = self.weights.couplers[min(local), max(local)]
        return weight * self.noise.gate_errors[min(a, b), max(a, b)]

    def _qubit_cost(self, local: int, qubit: int) -> float:
        waits = self.weights.waiting[local] * self.noise.waiting[qubit]
        return self.weights.readout[local] * self.noise.readout[qubit] + waits

    def _reference_cost(self, qubit: int, source: int) -> float:
        local = self.arms.reference
        return self._qubit_cost(local, qubit) + self._coupler_cost((self.arms.source, local), (source, qubit))
