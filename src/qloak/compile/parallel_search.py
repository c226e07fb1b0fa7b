"""Growing and annealing trees of groups: where the groups of a parallel register go."""

from __future__ import annotations

import math
import random
import time
from collections.abc import Callable, Iterator
from typing import Literal, TypeAlias

from .embedding import EmbeddedUnit, Embeddings
from .parallel_tree import Group, GroupTree, LinkKind
from .unit_cost import HORIZON

__all__ = ["Goal", "RegisterSearch", "best_clone"]

Goal: TypeAlias = Literal["fidelity", "depth", "gates"]

_READ_AND_COMPARE = 1.5
_MISSING = 10.0
"""Value of a group that found no place: more than any group costs."""
_STEP = {"fidelity": (0.0, 0.0), "depth": (1.0, 0.0), "gates": (0.0, 1.0)}
"""By goal the value of a layer and of a gate, beside errors, which are below 1 in total."""
_PACKING_HEAT = 0.3
_PACKING_MOVES, _PATIENT_MOVES = 1500, 20_000
"""Changes to try until a tree is complete, and where none was."""
_ROUNDS = ((16, 0.4, 0.02, 1e-3), (4, 0.6, 5e-3, 3e-4))
"""Of each round of annealing: trees, part of the moves, temperatures at its begin and end."""
_HEAT_PER_STEP = 0.3
_LOOKS = 8
_DRAWS = 6
_ONLY_UNIT = 0.4
_ROOM = 0.02
"""Value of a free coupler on a source while groups are still to come."""


class RegisterSearch:
    """A search for trees of a number of groups.

    Attributes:
        tried: trees valued so far.
        most: the most groups that any tree had.
    """

    def __init__(self, embeddings: Embeddings, num_groups: int, *, links: LinkKind, goal: Goal, seed: int) -> None:
        """Nothing is searched yet; arguments as for `place_parallel`."""
        self._embeddings = embeddings
        self._num_groups = num_groups
        self._links = links
        self._per_layer, self._per_gate = _STEP[goal]
        self._step = max(_STEP[goal])
        self._random = random.Random(seed)
        self._roots = [q for q, neighbors in enumerate(embeddings.graph.neighbors) if neighbors]
        self.tried = self.most = 0

    def run(
        self, starts: int, moves: int, *, seconds: float = math.inf, progress: Callable[[float], None] | None = None
    ) -> list[GroupTree]:
        """Complete trees, the best first: grow some, then anneal the best few.

        Args:
            starts: trees grown from scratch.
            moves: changes tried in all annealings together.
            seconds: time budget.
            progress: told the part of the work that is done, from 0 to 1.
        """
        begin = time.monotonic()
        first = sorted((self._start() for _ in range(starts)), key=self.value)
        for packing in (_PACKING_MOVES, _PATIENT_MOVES):
            left = seconds - (time.monotonic() - begin)
            pool = self._rounds(first, moves, seconds=left, packing=packing, progress=progress)
            if pool:
                break
        return [pool[value] for value in sorted(pool)]

    def _rounds(
        self,
        first: list[GroupTree],
        moves: int,
        *,
        seconds: float,
        packing: int,
        progress: Callable[[float], None] | None,
    ) -> dict[float, GroupTree]:
        """Trees completed and annealed, by value; arguments as for `run`."""
        begin, done = time.monotonic(), 0.0
        pool: dict[float, GroupTree] = {}
        for width, share, hot, cold in _ROUNDS:
            # Which sources and links are good shows only after some annealing: many short ones, then few long ones.
            for tree in [pool[value] for value in sorted(pool)[:width]] or first[:width]:
                done += share / width
                deadline = begin + done * seconds
                packed = self._pack(tree, packing, deadline)
                if len(packed.groups) == self._num_groups:
                    heat = max(hot, _HEAT_PER_STEP * self._step), cold
                    value, packed = self._anneal(packed, int(moves * share / width), heat, deadline)
                    pool[value] = packed
                if progress is not None:
                    progress(done)
        return pool

    def value(self, tree: GroupTree) -> float:
        """First-order infidelity of the decrypted register, and what the goal adds; smaller is better."""
        self.tried += 1
        self.most = max(self.most, len(tree.groups))
        errors, readout, waiting = self._embeddings.gate_errors, self._embeddings.readout, self._embeddings.waiting
        preparation, ready = tree.preparation(), tree.ready()
        rows = [group.unit.busy[min(ready[group.source], HORIZON - 1)] for group in tree.groups]
        end = max((max(row) for row in rows), default=0)
        cost = sum([errors[min(gate.qubits), max(gate.qubits)] for _, gate in preparation], 0.0)
        for group, row in zip(tree.groups, rows, strict=True):
            # Gates run as late as they can: for the rest of the register the source alone waits, not its unit.
            last, busy = max(row), dict(zip(group.unit.qubits, row, strict=True))
            infidelity, clone = best_clone(self._embeddings, group.unit)
            cost += infidelity + (end - last) * waiting[group.source]
            cost += sum([(last - busy[qubit]) * waiting[qubit] for qubit in (*group.unit.key, clone)])
            if group.via >= 0 and self._links == "measured":
                cost += readout[group.via]
        gates = len(preparation) + sum(len(group.unit.unit.gates) for group in tree.groups)
        missing = self._num_groups - len(tree.groups)
        return missing * _MISSING + cost + self._per_layer * end + self._per_gate * gates

    def _start(self) -> GroupTree:
        """A tree grown as far as it goes, from a random source."""
        tree = GroupTree((), self._links)
        for _ in range(_LOOKS):
            root = self._random.choice(self._roots)
            unit = self._draw(tree, root)
            if unit is not None:
                tree.append(Group(unit))
                break
        return self._grow(tree)

    def _grow(self, tree: GroupTree) -> GroupTree:
        """Add groups until the register is complete or nothing fits."""
        while tree.groups and len(tree.groups) < self._num_groups:
            places = list(self._places(tree))
            best, best_score = None, math.inf
            looks = 1 + int(_LOOKS * self._random.random())
            for parent, via, source in self._random.sample(places, min(len(places), looks)) if places else ():
                unit = self._draw(tree, source, also=1 << via if via >= 0 else 0)
                if unit is not None and (score := self._score(tree, unit, via)) < best_score:
                    best, best_score = Group(unit, parent, via), score
            if best is None:
                self._random.shuffle(places)
                best = next(self._any(tree, places), None)
            if best is None:
                break
            tree.append(best)
        return tree

    def _any(self, tree: GroupTree, places: list[tuple[int, int, int]]) -> Iterator[Group]:
        """Groups that fit somewhere, looked for everywhere."""
        for parent, via, source in places:
            unit = self._draw(tree, source, also=1 << via if via >= 0 else 0, thorough=True)
            if unit is not None:
                yield Group(unit, parent, via)

    def _places(self, tree: GroupTree) -> Iterator[tuple[int, int, int]]:
        """Where a next source could be: its parent, the qubit between or -1, and itself."""
        neighbors, used = self._embeddings.graph.neighbors, tree.used
        for group in tree.groups:
            for near in neighbors[group.source]:
                if used >> near & 1:
                    continue
                yield group.source, -1, near
                for far in neighbors[near]:
                    if not used >> far & 1:
                        yield group.source, near, far

    def _draw(self, tree: GroupTree, source: int, *, also: int = 0, thorough: bool = False) -> EmbeddedUnit | None:
        """A random unit around a source, one of the better ones, if one is found on free qubits."""
        draw, used = self._random.random, tree.used | also
        if used >> source & 1:
            return None
        spots = self._embeddings.around(source)
        if thorough:
            spots = [spot for spot in spots if not spot.new & used]
        for _ in range(_DRAWS if spots else 0):
            spot = spots[int(len(spots) * draw())]
            if not spot.new & used:
                return spot[int(len(spot) * draw() ** 2)]
        return None

    def _score(self, tree: GroupTree, unit: EmbeddedUnit, via: int) -> float:
        """What a group adds, to first order; room for further links counts while groups are to come."""
        used = tree.used | unit.new | 1 << unit.input | (1 << via if via >= 0 else 0)
        free = sum(~used >> near & 1 for near in self._embeddings.graph.neighbors[unit.input])
        cost = best_clone(self._embeddings, unit)[0] + (self._embeddings.readout[via] if via >= 0 else 0.0)
        return cost + self._per_layer * unit.needed[2] - _ROOM * free

    def _pack(self, tree: GroupTree, moves: int, deadline: float) -> GroupTree:
        """For a tight fit: change part after part, seldom accepting fewer groups, until the register is complete."""
        for move in range(moves):
            if len(tree.groups) == self._num_groups or (move % 16 == 0 and time.monotonic() > deadline):
                break
            changed = self._neighbor(tree)
            fewer = len(tree.groups) - len(changed.groups)
            self.most = max(self.most, len(changed.groups))
            if fewer <= 0 or self._random.random() < math.exp(-fewer / _PACKING_HEAT):
                tree = changed
        return tree

    def _anneal(
        self, tree: GroupTree, moves: int, heat: tuple[float, float], deadline: float
    ) -> tuple[float, GroupTree]:
        """Change one part after the other, ever more reluctant to accept worse; the best tree with its value."""
        now = best = self.value(tree)
        best_tree, begin = tree, time.monotonic()
        (hot, cold), part = heat, 0.0
        for move in range(moves):
            if move % 16 == 0:
                part = max(move / moves, (time.monotonic() - begin) / max(deadline - begin, 1e-9))
                if part > 1:
                    break
            changed = self._neighbor(tree)
            new = self.value(changed)
            if new < now or self._random.random() < math.exp((now - new) / (hot * (cold / hot) ** part)):
                tree, now = changed, new
                if now < best:
                    best, best_tree = now, tree
        return best, best_tree

    def _neighbor(self, tree: GroupTree) -> GroupTree:
        """A tree with another unit for one source, or without a part and grown again."""
        index = int(len(tree.groups) * self._random.random())
        if self._random.random() < _ONLY_UNIT:
            group = tree.groups[index]
            bare = GroupTree((g for i, g in enumerate(tree.groups) if i != index), self._links)
            unit = self._draw(bare, group.source, also=1 << group.via if group.via >= 0 else 0)
            groups = list(tree.groups)
            groups[index] = Group(unit or group.unit, group.parent, group.via)
            return self._grow(GroupTree(groups, self._links))
        removed = tree.subtree(index)
        if len(removed) == len(tree.groups) > 1:
            removed = tree.subtree(1 + int((len(tree.groups) - 1) * self._random.random()))
        if len(removed) == len(tree.groups):
            return self._start()
        return self._grow(tree.without(removed))


def best_clone(embeddings: Embeddings, unit: EmbeddedUnit) -> tuple[float, int]:
    """First-order infidelity and physical qubit of the clone that is cheapest to decrypt without a gate."""
    return min(
        (cost + _READ_AND_COMPARE * embeddings.readout[clone], clone)
        for clone, kind, cost in zip(unit.clones, unit.kinds, unit.costs, strict=True)
        if kind == "L"
    )
