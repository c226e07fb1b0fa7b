"""Growing unit trees at random and annealing them: the search behind every placement."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ..errors import UsageError
from .embedding import EmbeddedUnit, Embeddings
from .objective import Objective
from .tree import Leaf, UnitTree

__all__ = ["Candidate", "Effort", "TreeSearch"]

_HOT, _COLD = 4e-3, 5e-5
_MOST_REMOVED = 3
_LOOKS = 8
_NEW_REFERENCE = 0.05
_LATE = 0.02


@dataclass(frozen=True, slots=True)
class Effort:
    """How long to search.

    Attributes:
        starts: trees grown from scratch.
        annealed: how many of them, the best, are annealed.
        moves: changes tried in each annealing.
        seconds: stop after so long, with the best so far; None for never. Only without it does the same seed
            always give the same placement.

    Raises:
        UsageError: unless all are above 0.
    """

    starts: int
    annealed: int
    moves: int
    seconds: float | None = None

    def __post_init__(self) -> None:
        for name in ("starts", "annealed", "moves"):
            if getattr(self, name) < 1:
                raise UsageError.of(name, getattr(self, name), "at least 1")
        if self.seconds is not None and not self.seconds > 0:
            raise UsageError.of("seconds", self.seconds, "a time budget above 0")

    @classmethod
    def normal(cls, num_units: int, *, seconds: float | None = None) -> Effort:
        """What is known to suffice for so many units."""
        return cls(starts=30 + 10 * num_units, annealed=6, moves=400 * num_units, seconds=seconds)


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """A complete tree and its value."""

    tree: UnitTree
    value: float


class TreeSearch:
    """A search for trees of a number of units.

    Attributes:
        tried: trees completed so far.
        most: the most units that any tree had, complete or not.
        timed_out: whether the time budget ended the search.
    """

    def __init__(self, embeddings: Embeddings, num_clones: int, objective: Objective, *, seed: int) -> None:
        """Nothing is searched yet.

        Args:
            embeddings: of the library on the graph.
            num_clones: an even number leaves one clone of the tree unused, the worst.
            objective: what to optimise.
            seed: of all random choices.
        """
        self._embeddings = embeddings
        self._num_clones = num_clones
        self._num_units = num_clones // 2
        self._objective = objective
        self._limit = objective.limit(self._num_units)
        self._random = random.Random(seed)  # noqa: S311 - a search, nothing secret
        self._roots = self._rank_roots()
        self.tried = self.most = 0
        self.timed_out = False

    def run(self, effort: Effort, *, progress: Callable[[float], None] | None = None) -> list[Candidate]:
        """Grow, anneal, and return the candidates of all annealings, the best first, none twice.

        Args:
            effort: how long.
            progress: told the part of the work that is done, from 0 to 1.
        """
        deadline = math.inf if effort.seconds is None else time.monotonic() + effort.seconds
        report = progress or (lambda part: None)
        # Of a time budget a fifth is for starting points; one tree is grown whatever the budget.
        grown = list(self._grow_many(effort.starts, time.monotonic() + (deadline - time.monotonic()) / 5))
        report(0.1)
        grown.sort(key=lambda each: each.value)
        found: dict[float, Candidate] = {each.value: each for each in grown[:_LOOKS]}
        chosen = grown[: effort.annealed]
        for i, start in enumerate(chosen):
            share = (deadline - time.monotonic()) / (len(chosen) - i)
            for best in self._anneal(start, effort.moves, time.monotonic() + share):
                found[best.value] = best
            report(0.1 + 0.9 * (i + 1) / len(chosen))
        return sorted(found.values(), key=lambda each: each.value)

    def value(self, tree: UnitTree) -> float:
        """The objective's number for a complete tree."""
        leaves = self.used_leaves(tree)
        layers = max(tree.encoder_layers, *(leaf.layers for leaf in leaves))
        gates = tree.num_gates * len(leaves) + sum(leaf.gates for leaf in leaves)
        losses = [leaf.infidelity for leaf in leaves]
        return self._objective.value(losses, layers=layers, gates=gates / len(leaves), limit=self._limit)

    def used_leaves(self, tree: UnitTree) -> list[Leaf]:
        """The clones that are used, the best first."""
        return sorted(tree.leaves(), key=lambda leaf: leaf.infidelity)[: self._num_clones]

    def _grow_many(self, starts: int, deadline: float) -> Iterator[Candidate]:
        for i in range(starts):
            if i and time.monotonic() > deadline:
                self.timed_out = True
                return
            # Good roots first, all of them in the end.
            spread = 1 + len(self._roots) * (i + 1) // starts
            source, reference = self._roots[self._random.randrange(spread)]
            tree = UnitTree(self._embeddings, reference, source)
            if self._grow(tree):
                yield Candidate(tree, self.value(tree))

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
                self.most = max(self.most, len(tree.units))
                return False
            tree.append(unit)
        self.tried += 1
        self.most = self._num_units
        return True

    def _choose(self, tree: UnitTree) -> EmbeddedUnit | None:
        """The best of a few units drawn at random; None if no unit fits anywhere."""
        draw, clones = self._random.random, list(tree.open)
        best, best_score = None, math.inf
        for _ in range(1 + int(_LOOKS * draw())):
            clone = clones[int(len(clones) * draw())]
            unit = self._draw_at(clone, tree.used)
            if unit is not None and (score := self._score(tree, unit)) < best_score:
                best, best_score = unit, score
        if best is None:
            self._random.shuffle(clones)
            found = (self._draw_at(clone, tree.used, thorough=True) for clone in clones)
            best = next((unit for unit in found if unit is not None), None)
        return best

    def _draw_at(self, clone: int, used: int, *, thorough: bool = False) -> EmbeddedUnit | None:
        """A random unit with its input on a clone; without `thorough` only a few spots are looked at."""
        draw, spots = self._random.random, self._embeddings.around(clone)
        if thorough:
            spots = [spot for spot in spots if not spot[0] & used]
        for _ in range(4 if spots else 0):
            new, units = spots[int(len(spots) * draw())]
            if not new & used:
                # Units are sorted by cost: prefer the cheap ones.
                return units[int(len(units) * draw() ** 2)]
        return None

    def _score(self, tree: UnitTree, unit: EmbeddedUnit) -> float:
        """What the unit adds to the sum of the clones' infidelities, late layers punished."""
        readout = self._embeddings.readout
        added = 2 * tree.open[unit.input] + sum(unit.costs) + 1.5 * float(sum(readout[q] for q in unit.clones))
        last = tree.layers_with(unit)
        late = last - tree.encoder_layers if self._objective.goal == "depth" else last - self._limit
        return added + _LATE * max(0, late)

    def _anneal(self, start: Candidate, moves: int, deadline: float) -> Iterator[Candidate]:
        """Remove a few units and grow others, moves times, ever more reluctant to accept worse; the best ones."""
        now = best = start
        draw = self._random.random
        started = time.monotonic()
        for move in range(moves):
            part = move / moves
            if deadline < math.inf and move % 16 == 0:
                if time.monotonic() > deadline:
                    self.timed_out = True
                    return
                part = max(part, (time.monotonic() - started) / (deadline - started))
            tree = self._neighbor(now.tree)
            if not self._grow(tree):
                continue
            value = self.value(tree)
            if value < now.value or draw() < math.exp((now.value - value) / (_HOT * (_COLD / _HOT) ** part)):
                now = Candidate(tree, value)
                if value < best.value:
                    best = now
                    yield best

    def _neighbor(self, tree: UnitTree) -> UnitTree:
        """The tree without one to three units that hang together, perhaps with another reference."""
        count = len(tree.units)
        removed = tree.subtree(int(count * self._random.random()))
        while len(removed) > _MOST_REMOVED:
            removed = tree.subtree(int(count * self._random.random()))
        reference = None
        if self._random.random() < _NEW_REFERENCE:
            around = self._embeddings.graph.neighbors[tree.source]
            free = [q for q in around if not tree.used >> q & 1]
            reference = self._random.choice(free) if free else None
        return tree.without(removed, reference=reference)
