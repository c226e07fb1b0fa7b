"""Growing unit trees at random and annealing them: the search behind every placement."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace

from .effort import Effort
from .embedding import EmbeddedUnit, Embeddings, Spot
from .objective import SHALLOW, Objective
from .tree import UnitTree
from .unit_cost import HORIZON

__all__ = ["Candidate", "Effort", "TreeSearch"]

_GROWING, _PACKING = 0.1, 0.5
_PACKING_HEAT = 0.2
_ROUNDS = ((24, 0.3, 4e-3, 5e-4), (8, 0.3, 1.5e-3, 2e-4), (3, 0.3, 8e-4, 5e-5))
"""Of each round of annealing: trees, part of the moves, temperatures at its begin and end (in infidelity)."""
_SECONDS_PER_ROUNDS = 10
_MOST_REMOVED = 3
_LOOKS = 8
_NEW_REFERENCE = 0.05
_LATE = 0.02
_DRAWS = 6


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A complete tree and its value."""

    tree: UnitTree
    value: float


class TreeSearch:
    """A search for trees of a number of units.

    Attributes:
        max_layers: that encryption and decryption of any clone may take.
        tried: trees completed so far.
        most: the most units that any tree had, complete or not.
        timed_out: whether the time budget ended the search.
    """

    def __init__(
        self, embeddings: Embeddings, num_clones: int, objective: Objective, *, max_layers: int, seed: int
    ) -> None:
        """Nothing is searched yet.

        Args:
            embeddings: of the library on the graph.
            num_clones: an even number leaves one clone of the tree unused, the worst.
            objective: what to optimise.
            max_layers: that encryption and decryption of any clone may take.
            seed: of all random choices.
        """
        self._embeddings = embeddings
        self._num_clones = num_clones
        self._num_units = num_clones // 2
        self._objective = objective
        self.max_layers = max_layers
        self._random = random.Random(seed)
        self._roots = self._rank_roots()
        self._spots: dict[tuple[int, int], list[Spot]] = {}
        self.tried = self.most = 0
        self.timed_out = False

    def run(
        self, effort: Effort, *, start: UnitTree | None = None, progress: Callable[[float], None] | None = None
    ) -> list[Candidate]:
        """Grow, anneal in rounds, and return the candidates, the best first, none twice.

        Each round anneals fewer trees for longer and from colder on: the source of a tree never changes, and
        which sources are good shows only after some annealing.

        Args:
            effort: how long.
            start: a complete tree to anneal instead of growing any.
            progress: told the part of the work that is done, from 0 to 1.
        """
        pool = self._grown(effort) if start is None else [Candidate(start, self.value(start))]
        done = _GROWING
        if progress is not None:
            progress(done)
        # Much time goes into more sources rather than into longer annealings, which stop gaining.
        scale = 1 if effort.seconds is None else max(1, int(effort.seconds / _SECONDS_PER_ROUNDS))
        for narrow, share, hot, cold in _ROUNDS:
            width = scale * narrow if start is None else 1
            pool = _distinct(pool)
            for candidate in pool[:width]:
                pool += self._anneal(candidate, share / width, effort, (hot, cold))
                done += share / width
                if progress is not None:
                    progress(done)
        if progress is not None:
            progress(1.0)
        return _distinct(pool)

    def value(self, tree: UnitTree, infidelities: Mapping[int, float] | None = None) -> float:
        """The objective's number for a complete tree.

        Args:
            tree: the tree.
            infidelities: of its clones by physical qubit; default: estimates to first order.
        """
        leaves = tree.leaves()
        if infidelities is not None:
            leaves = [replace(leaf, infidelity=infidelities[leaf.qubit]) for leaf in leaves]
        leaves = sorted(leaves, key=lambda leaf: leaf.infidelity)[: self._num_clones]
        return self._objective.value(
            [leaf.infidelity for leaf in leaves],
            layers=max(tree.encoder_layers, *(leaf.layers for leaf in leaves)),
            gates=[tree.num_gates + leaf.gates for leaf in leaves],
            late=sum(layer - SHALLOW for layer in tree.busy if layer > SHALLOW),
        )

    def allows(self, tree: UnitTree) -> bool:
        """Whether a tree keeps to the layers."""
        return tree.layers(tree.open) <= self.max_layers

    def neighbor(self, tree: UnitTree) -> UnitTree | None:
        """A complete tree that differs in one to three units that hang together, perhaps in the reference."""
        reference = None
        if self._random.random() < _NEW_REFERENCE:
            around = self._embeddings.graph.neighbors[tree.source]
            free = [q for q in around if not tree.used >> q & 1]
            reference = self._random.choice(free) if free else None
        changed = self._pruned(tree, reference=reference)
        return changed if self._grow(changed) else None

    def _pruned(self, tree: UnitTree, *, reference: int | None = None) -> UnitTree:
        """The tree without one to three units that hang together."""
        removed = tree.subtree(int(len(tree.units) * self._random.random()))
        while len(removed) > _MOST_REMOVED:
            removed = tree.subtree(int(len(tree.units) * self._random.random()))
        return tree.without(removed, reference=reference)

    def _grown(self, effort: Effort) -> list[Candidate]:
        """Complete trees from many sources, or, where room is scarce, one."""
        started = time.monotonic()
        seconds = math.inf if effort.seconds is None else effort.seconds
        pool = list(self._grow_many(effort.starts, started + _GROWING * seconds))
        return pool or list(self._pack(effort.moves, deadline=started + _PACKING * seconds))

    def _grow_many(self, starts: int, deadline: float) -> Iterator[Candidate]:
        for i in range(starts):
            if i and time.monotonic() > deadline:
                self.timed_out = True
                return
            # Good roots first, all of them in the end.
            tree = self._start(-(-len(self._roots) * (i + 1) // starts))
            if len(tree.units) == self._num_units:
                yield Candidate(tree, self.value(tree))

    def _pack(self, moves: int, *, deadline: float) -> Iterator[Candidate]:
        """For a tight fit: from the fullest tree of a few, remove units and grow others, seldom accepting fewer."""
        now = max((self._start(len(self._roots)) for _ in range(_LOOKS)), key=lambda tree: len(tree.units))
        for move in range(moves if now.units else 0):
            if move % 16 == 0 and time.monotonic() > deadline:
                self.timed_out = True
                return
            tree = self._pruned(now)
            complete = self._grow(tree)
            fewer = len(now.units) - len(tree.units)
            if fewer <= 0 or self._random.random() < math.exp(-fewer / _PACKING_HEAT):
                now = tree
            if complete:
                yield Candidate(tree, self.value(tree))
                return

    def _start(self, spread: int) -> UnitTree:
        """A tree grown as far as it goes, from one of the most promising roots."""
        source, reference = self._roots[self._random.randrange(spread)]
        tree = UnitTree(self._embeddings, reference, source)
        self._grow(tree)
        return tree

    def _rank_roots(self) -> list[tuple[int, int]]:
        """Every source with every neighbour as reference, promising ones first."""
        errors, readout, graph = self._embeddings.gate_errors, self._embeddings.readout, self._embeddings.graph
        roots = []
        for source, neighbors in enumerate(graph.neighbors):
            for reference in neighbors if len(neighbors) > 1 else ():
                pair = (min(source, reference), max(source, reference))
                # A source of two couplers has a single way to grow.
                cost = errors[pair] + 2 * readout[reference] + (0.01 if len(neighbors) == 2 else 0.0)
                roots.append((cost, source, reference))
        return [(source, reference) for _, source, reference in sorted(roots)]

    def _grow(self, tree: UnitTree) -> bool:
        """Add units until the tree is complete; False if there is no room."""
        while len(tree.units) < self._num_units:
            unit = self._choose(tree)
            if unit is None:
                return False
            tree.append(unit)
            self.most = max(self.most, len(tree.units))
        self.tried += 1
        return True

    def _choose(self, tree: UnitTree) -> EmbeddedUnit | None:
        """The best of a few units drawn at random; None if no unit fits anywhere."""
        draw, clones = self._random.random, list(tree.open)
        best, best_score = None, math.inf
        for _ in range(1 + int(_LOOKS * draw())):
            clone = clones[int(len(clones) * draw())]
            unit = self._draw_at(tree, clone)
            if unit is not None and (score := self._score(tree, unit)) < best_score:
                best, best_score = unit, score
        if best is None:
            self._random.shuffle(clones)
            found = (self._draw_at(tree, clone, thorough=True) for clone in clones)
            best = next((unit for unit in found if unit is not None), None)
        return best

    def _draw_at(self, tree: UnitTree, clone: int, *, thorough: bool = False) -> EmbeddedUnit | None:
        """A random unit that fits around a clone, if one is found. Only a few spots are looked at unless `thorough`."""
        draw, used = self._random.random, tree.used
        spots = self._in_time(clone, tree.busy[clone])
        if thorough:
            spots = [spot for spot in spots if not spot.new & used]
        for _ in range(_DRAWS if spots else 0):
            spot = spots[int(len(spots) * draw())]
            if not spot.new & used:
                # Units are sorted by cost: prefer the cheap ones.
                return spot[int(len(spot) * draw() ** 2)]
        return None

    def _in_time(self, clone: int, ready: int) -> list[Spot]:
        """The spots around a clone with the units that need no more layers than allowed."""
        if (clone, ready) not in self._spots:
            around = self._embeddings.around(clone) if ready < HORIZON else ()
            fitting = (spot.in_time(ready, self.max_layers) for spot in around)
            self._spots[clone, ready] = [spot for spot in fitting if spot]
        return self._spots[clone, ready]

    def _score(self, tree: UnitTree, unit: EmbeddedUnit) -> float:
        """What the unit adds to the sum of the clones' infidelities, late layers punished."""
        readout = self._embeddings.readout
        added = 2 * tree.open[unit.input] + sum(unit.costs) + 1.5 * sum(readout[q] for q in unit.clones)
        if self._objective.goal == "depth":
            added += _LATE * max(0, unit.needed[tree.busy[unit.input]] - SHALLOW)
        return added

    def _anneal(self, start: Candidate, share: float, effort: Effort, heat: tuple[float, float]) -> Iterator[Candidate]:
        """Remove a few units and grow others, ever more reluctant to accept worse; every new best tree.

        Args:
            start: where from.
            share: of the effort.
            effort: of all annealings.
            heat: temperatures at begin and end.
        """
        now = best = start
        hot, cold = heat
        draw, started = self._random.random, time.monotonic()
        moves, part = max(1, int(effort.moves * share)), 0.0
        for move in range(moves):
            if effort.seconds is None:
                part = move / moves
            elif move % 16 == 0:
                part = (time.monotonic() - started) / (effort.seconds * share)
                if part > 1:
                    self.timed_out = True
                    return
            tree = self.neighbor(now.tree)
            if tree is None:
                continue
            value = self.value(tree)
            if value < now.value or draw() < math.exp((now.value - value) / (hot * (cold / hot) ** part)):
                now = Candidate(tree, value)
                if value < best.value:
                    best = now
                    yield best


def _distinct(pool: list[Candidate]) -> list[Candidate]:
    """The best first, one of each value: equal values are nearly always equal trees."""
    return sorted({each.value: each for each in pool}.values(), key=lambda each: each.value)
