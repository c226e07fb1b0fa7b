"""Tiles: places and times of units on a graph, for filling it completely."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from .embedding import EmbeddedUnit, Embeddings, placements
from .graph import DeviceGraph
from .unit import Unit
from .unit_cost import HORIZON, busy_until

__all__ = ["NEVER", "Tile", "tiles_on"]

NEVER = -HORIZON
"""Delay of a qubit that does not wait for the input."""

_Times: TypeAlias = tuple[tuple[int, ...], tuple[int, ...]]
_Place: TypeAlias = tuple[str, int, tuple[int, int]]


@dataclass(frozen=True, slots=True, eq=False)
class Tile:
    """Units of one shape, input and key on physical qubits that keep to the same times.

    With the input ready in layer r, position p is finished in layer max(early[p], r + delays[p]) or before.

    Attributes:
        qubits: physical qubit of each position.
        units: all alike in shape, input and key; the first needs the times in full.
        early: by position, the layer in which it is finished at the earliest.
        delays: by position, layers that it is finished after the input is ready; `NEVER` if it does not wait.
    """

    qubits: tuple[int, ...]
    units: tuple[Unit, ...]
    early: tuple[int, ...]
    delays: tuple[int, ...]

    @property
    def input(self) -> int:
        """Physical qubit of the input."""
        return self.qubits[self.units[0].input]

    @property
    def new(self) -> tuple[int, ...]:
        """Physical qubits that it takes up, the input left out."""
        return tuple(q for q in self.qubits if q != self.input)

    @property
    def key(self) -> tuple[int, int]:
        """Physical qubits of the key."""
        first, second = self.units[0].key
        return self.qubits[first], self.qubits[second]

    @property
    def edges(self) -> Iterator[tuple[int, int]]:
        """Couplers of the shape, smaller number first."""
        for a, b in self.units[0].edges:
            first, second = self.qubits[a], self.qubits[b]
            yield min(first, second), max(first, second)

    def cheapest(self, embeddings: Embeddings) -> EmbeddedUnit:
        """The unit that costs its clones least."""
        return min((embeddings.embed(unit, self.qubits) for unit in self.units), key=lambda unit: sum(unit.costs))


def tiles_on(graph: DeviceGraph, units: Sequence[Unit]) -> tuple[Tile, ...]:
    """All tiles on a graph, those left out that are as slow as another one everywhere, or slower.

    Mirror images of a place are listed once.

    Args:
        graph: where to.
        units: a library.
    """
    alike: dict[_Place, list[Unit]] = defaultdict(list)
    for unit in units:
        alike[unit.shape, unit.input, unit.key].append(unit)
    found: dict[object, Tile] = {}
    for group in alike.values():
        fastest = _fastest(group)
        for start in range(graph.num_qubits):
            for qubits in placements(graph.neighbors, group[0].edges, {group[0].input: start}):
                for (early, delays), fitting in fastest:
                    tile = Tile(tuple(qubits), fitting, early, delays)
                    times = frozenset(zip(qubits, early, delays, strict=True))
                    found.setdefault((start, frozenset(tile.key), frozenset(tile.edges), times), tile)
    return tuple(found.values())


def _fastest(units: Sequence[Unit]) -> list[tuple[_Times, tuple[Unit, ...]]]:
    """The times that no others are better than, each with the units that keep to them."""
    times = {unit: _times(unit) for unit in units}
    chosen = []
    for own in dict.fromkeys(times.values()):
        if not any(other != own and _within(other, own) for other in times.values()):
            exact = [unit for unit in units if times[unit] == own]
            chosen.append((own, (*exact, *(unit for unit in units if unit not in exact and _within(times[unit], own)))))
    return chosen


def _times(unit: Unit) -> _Times:
    """Earliest end by position, and delay behind the input: layers are a max-plus linear function of its readiness."""
    first, late, latest = (busy_until(unit)[ready] for ready in (0, HORIZON - 2, HORIZON - 1))
    delays = (b - HORIZON + 1 if b > a else NEVER for a, b in zip(late, latest, strict=True))
    return first, tuple(delays)


def _within(times: _Times, limits: _Times) -> bool:
    return all(a <= b for mine, theirs in zip(times, limits, strict=True) for a, b in zip(mine, theirs, strict=True))
