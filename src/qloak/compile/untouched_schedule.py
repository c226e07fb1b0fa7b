"""When and how the gates of a path of signals spread the input: all schedules of a given depth, counted and drawn.

A path is cut at any coupler into two parts that meet only in the two gates there. So a table over the patterns and
layers of those gates, filled from the right end of the path to the left, counts every schedule, and the fewest
layers are exact (for two gates on each coupler).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations, count
from random import Random
from typing import Self, TypeAlias

import numpy as np

from ..core.types import FloatArray
from ..errors import UsageError
from .untouched_labels import FULL, USES, Patterns, courses

__all__ = ["Schedules", "Use"]

Order: TypeAlias = tuple[int, ...]


@dataclass(frozen=True, slots=True, order=True)
class Use:
    """One gate between neighbours on a path.

    Attributes:
        layer: two-qubit layer, from 1.
        site: the left qubit of the two, by place on the path.
        left: pattern on the left qubit; see `untouched_labels`.
        right: pattern on the right qubit.
    """

    layer: int
    site: int
    left: int
    right: int


class Schedules:
    """All schedules that make every site of a path FULL, two gates on each coupler.

    Attributes:
        ready: first layer in which each site is free, left to right.
        source: place of the source.
        last: layer in which the last gates may run.
        number: of schedules.
    """

    def __init__(self, ready: Sequence[int], source: int, last: int) -> None:
        """Count the schedules."""
        self.ready = tuple(ready)
        self.source = source
        self.last = last
        self._tables: list[dict[Patterns, FloatArray]] = [{} for _ in ready]
        for site in reversed(range(1, len(self.ready))):
            self._tables[site] = self._table(site)
        self.number = sum(weight for *_, weight in self._right_of(0, (), ()))

    @classmethod
    def shallowest(cls, ready: Sequence[int], source: int) -> Self:
        """The schedules of the fewest layers.

        Raises:
            UsageError: for an even number of sites, for which there are none: the two images anticommute, so an odd
                number of sites holds two different letters.
        """
        if len(ready) < 3 or len(ready) % 2 == 0:
            raise UsageError.of("ready", ready, "an odd number of sites, 3 or more")
        return next(found for last in count(max(ready) + 1) if (found := cls(ready, source, last)).number)

    def draw(self, random: Random) -> tuple[Use, ...]:
        """A schedule, all with the same chance, in order of time."""
        uses: list[Use] = []
        patterns: Patterns = ()
        layers: tuple[int, ...] = ()
        for site in range(len(self.ready) - 1):
            choices = list(self._right_of(site, patterns, layers))
            weights = [weight for *_, weight in choices]
            patterns, order, _ = random.choices(choices, weights)[0]
            fitting = _fits(order, self.last)[_index(layers, self.last)] * self._tables[site + 1][patterns]
            layers = random.choices(_layer_choices(self.last, USES), fitting.tolist())[0]
            uses += [Use(layer, site, *pattern) for layer, pattern in zip(layers, patterns, strict=True)]
        return tuple(sorted(uses))

    def _start(self, site: int) -> int:
        return FULL if site == self.source else 0

    def _right_of(
        self, site: int, patterns: Patterns, layers: tuple[int, ...]
    ) -> Iterator[tuple[Patterns, Order, float]]:
        """What the gates to the right of a site can be, given those to its left, and in how many schedules."""
        table = self._tables[site + 1]
        row = _index(layers, self.last)
        for to_right, order in _courses_by_left(self._start(site), len(layers))[patterns]:
            if to_right in table:
                weight = float(_fits(order, self.last)[row] @ table[to_right])
                if weight:
                    yield to_right, order, weight

    def _table(self, site: int) -> dict[Patterns, FloatArray]:
        """For the gates to the left of a site: patterns -> schedules of the rest of the path, by layers."""
        end = site == len(self.ready) - 1
        right: dict[Patterns, FloatArray] = {(): np.ones(1)} if end else self._tables[site + 1]
        sums: dict[tuple[Patterns, Order], FloatArray] = {}
        for to_left, to_right, order in courses(self._start(site), USES, 0 if end else USES):
            if to_right in right:
                sums[to_left, order] = sums.get((to_left, order), 0) + right[to_right]
        first = max(self.ready[site - 1], self.ready[site])
        early = np.array([layers[0] >= first for layers in _layer_choices(self.last, USES)])
        table: dict[Patterns, FloatArray] = {}
        for (to_left, order), weights in sums.items():
            found = early * (_fits(order, self.last) @ weights)
            if found.any():
                table[to_left] = table.get(to_left, 0) + found
        return table


@cache
def _courses_by_left(start: int, num_left: int) -> dict[Patterns, list[tuple[Patterns, Order]]]:
    """Gates to the left -> gates to the right, and the order of both."""
    found: dict[Patterns, list[tuple[Patterns, Order]]] = defaultdict(list)
    for to_left, to_right, order in courses(start, num_left, USES):
        found[to_left].append((to_right, order))
    return found


@cache
def _layer_choices(last: int, number: int) -> tuple[tuple[int, ...], ...]:
    """Layers of so many gates on one coupler."""
    return tuple(combinations(range(1, last + 1), number))


@cache
def _places(last: int, number: int) -> dict[tuple[int, ...], int]:
    return {layers: place for place, layers in enumerate(_layer_choices(last, number))}


def _index(layers: tuple[int, ...], last: int) -> int:
    return _places(last, len(layers))[layers]


@cache
def _fits(order: Order, last: int) -> FloatArray:
    """Whether layers to the left (rows) and to the right (columns) of a site come in an order, as 0 and 1."""
    rows, columns = (_layer_choices(last, order.count(side)) for side in (0, 1))
    fits = np.zeros((len(rows), len(columns)))
    for i, left in enumerate(rows):
        for j, right in enumerate(columns):
            merged = sorted([*((layer, 0) for layer in left), *((layer, 1) for layer in right)])
            distinct = len({layer for layer, _ in merged}) == len(merged)
            fits[i, j] = distinct and tuple(side for _, side in merged) == order
    return fits
