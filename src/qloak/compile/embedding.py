"""Units on a device graph: every way to put a unit of the library on free qubits around its input."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from copy import copy
from dataclasses import dataclass
from typing import TypeAlias, overload

import numpy as np

from ..core.types import FloatArray, IntArray
from ..noise import idle_pauli, pauli_strength
from .graph import DeviceGraph
from .unit import Unit
from .unit_cost import busy_until, needed_layers, unit_weights

__all__ = ["EmbeddedUnit", "Embeddings", "Spot", "placements"]

_Parts: TypeAlias = tuple[tuple[int, ...], tuple[str, ...], tuple[tuple[int, ...], ...], tuple[int, ...]]
"""Of a unit: positions and types of its clones, `busy_until`, `needed_layers`."""

_KEPT_PER_SPOT = 24
_SPOTS = 24
"""Placements of one shape around one qubit, evenly chosen where there are more, as on a square lattice."""
_UNKNOWN = 0.5
_LATENESS = 1e-3


@dataclass(frozen=True, slots=True, eq=False)
class EmbeddedUnit:
    """A unit on physical qubits.

    Attributes:
        unit: from the library.
        qubits: physical qubit of each local position.
        new: bit mask of the qubits that it takes up, the input left out.
        input: physical qubit of its input.
        key: physical qubits of its key.
        clones: physical qubits of its clones.
        kinds: "L" or "B" by clone.
        busy: see `busy_until`.
        needed: see `needed_layers`.
        costs: by clone, infidelity added on the way from the input to the clone, to first order.
    """

    unit: Unit
    qubits: tuple[int, ...]
    new: int
    input: int
    key: tuple[int, int]
    clones: tuple[int, ...]
    kinds: tuple[str, ...]
    busy: tuple[tuple[int, ...], ...]
    needed: tuple[int, ...]
    costs: tuple[float, ...]


class Spot(Sequence[EmbeddedUnit]):
    """Units for one place around an input, the cheapest first; each is embedded when it is first asked for.

    A search looks at few of the many units that would fit.

    Attributes:
        new: bit mask of the qubits that any of them takes up, the input left out.
    """

    __slots__ = ("_chosen", "_costs", "_group", "_made", "_qubits", "new")

    def __init__(self, group: _Group, qubits: Sequence[int], costs: FloatArray, chosen: Sequence[int]) -> None:
        """Some units of a group on qubits by position; costs have shape (units of the group, 3)."""
        self._group, self._qubits, self._costs, self._chosen = group, qubits, costs, chosen
        self._made: dict[int, EmbeddedUnit] = {}
        self.new = sum([1 << q for q in qubits]) - (1 << qubits[group.units[0].input])

    def __len__(self) -> int:
        return len(self._chosen)

    @overload
    def __getitem__(self, place: int) -> EmbeddedUnit: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[EmbeddedUnit]: ...
    def __getitem__(self, place: int | slice) -> EmbeddedUnit | Sequence[EmbeddedUnit]:
        if isinstance(place, slice):
            return [self[each] for each in range(*place.indices(len(self)))]
        index = self._chosen[place]
        found = self._made.get(index)
        if found is None:
            group = self._group
            found = _embed(group.units[index], group.parts[index], self._qubits, self._costs[index])
            self._made[index] = found
        return found

    def in_time(self, ready: int, max_layers: int) -> Spot:
        """The units that need at most so many layers if the input is busy until layer `ready`."""
        parts = self._group.parts
        spot = copy(self)
        spot._chosen = [index for index in self._chosen if parts[index][3][ready] <= max_layers]
        return spot


class Embeddings:
    """All embeddings of a library on a graph, found per input qubit when first asked for.

    Attributes:
        graph: the device graph; see `DeviceGraph.thinned`.
        gate_errors: first-order cost of one touch by coupler, one-qubit gates beside it included.
        readout: chance of a wrong record by qubit.
        waiting: chance of an error by qubit while one layer passes.
    """

    def __init__(self, graph: DeviceGraph, units: Sequence[Unit]) -> None:
        """Read the errors of the device; embeddings follow on demand."""
        self.graph = graph
        self.gate_errors, readout, waiting = _errors(graph)
        # Lists: the search looks single numbers up far more often than it adds arrays.
        self.readout: list[float] = readout.tolist()
        self.waiting: list[float] = waiting.tolist()
        self._readout = readout
        by_place: dict[tuple[tuple[tuple[int, int], ...], int], list[Unit]] = defaultdict(list)
        for unit in units:
            by_place[unit.edges, unit.input].append(unit)
        self._by_place = dict(by_place)
        self._groups: dict[tuple[tuple[tuple[int, int], ...], int], _Group] = {}
        self._spots: dict[int, list[Spot]] = {}

    def around(self, qubit: int) -> list[Spot]:
        """The spots around an input qubit, with the cheapest and the earliest units of each."""
        if qubit not in self._spots:
            # A shape and its mirror image are listed both: the letters of mirrored units differ, and so their costs.
            spots: list[Spot] = []
            for place, units in self._by_place.items():
                edges, position = place
                found = list(placements(self.graph.neighbors, edges, {position: qubit}))
                if found:
                    if place not in self._groups:
                        self._groups[place] = _Group(units)
                    every = -(-len(found) // _SPOTS)
                    spots += self._best(np.array(found[::every]), self._groups[place])
            self._spots[qubit] = spots
        return self._spots[qubit]

    def embed(self, unit: Unit, qubits: Sequence[int]) -> EmbeddedUnit:
        """One unit on given qubits, by position."""
        errors = np.array([self.gate_errors[_pair(qubits[a], qubits[b])] for a, b in unit.edges])
        parts = tuple(position for position, _ in unit.clones), tuple(kind for _, kind in unit.clones)
        costs = unit_weights(unit).couplers @ errors + sum(self.readout[qubits[position]] for position in unit.key)
        return _embed(unit, (*parts, busy_until(unit), needed_layers(unit)), qubits, costs)

    def _best(self, qubits: IntArray, group: _Group) -> list[Spot]:
        """The cheapest units for each placement of one shape, qubits of shape (m, 5)."""
        errors = np.array(
            [[self.gate_errors[_pair(row[a], row[b])] for a, b in group.units[0].edges] for row in qubits.tolist()]
        )
        readout = self._readout[qubits]
        costs = np.einsum("uce,me->muc", group.weights, errors) + readout[:, group.keys].sum(axis=2)[:, :, None]
        totals = costs.sum(axis=2)
        score = totals + 1.5 * readout[:, group.clones].sum(axis=2) + _LATENESS * group.ends
        cheap = np.argsort(score, axis=1)[:, : _KEPT_PER_SPOT // 2].tolist()
        early = np.argsort(group.ends + 100 * totals, axis=1)[:, : _KEPT_PER_SPOT // 2].tolist()
        return [
            Spot(group, row, costs[i], list(dict.fromkeys(cheap[i] + early[i])))
            for i, row in enumerate(qubits.tolist())
        ]


class _Group:
    """The units of one shape and input, what is needed of them as arrays; read once, for that takes a while."""

    def __init__(self, units: Sequence[Unit]) -> None:
        self.units = units
        self.weights = np.stack([unit_weights(unit).couplers for unit in units])
        self.keys = np.array([unit.key for unit in units])
        self.clones = np.array([[clone for clone, _ in unit.clones] for unit in units])
        self.ends = np.array([[unit.last_layer[clone] for clone, _ in unit.clones] for unit in units]).mean(axis=1)
        self.parts: list[_Parts] = [
            (tuple(row), tuple(kind for _, kind in unit.clones), busy_until(unit), needed_layers(unit))
            for row, unit in zip(self.clones.tolist(), units, strict=True)
        ]


def _embed(unit: Unit, parts: _Parts, qubits: Sequence[int], costs: FloatArray) -> EmbeddedUnit:
    positions, kinds, busy, needed = parts
    return EmbeddedUnit(
        unit=unit,
        qubits=tuple(qubits),
        new=sum([1 << q for q in qubits]) - (1 << qubits[unit.input]),
        input=qubits[unit.input],
        key=(qubits[unit.key[0]], qubits[unit.key[1]]),
        clones=tuple([qubits[position] for position in positions]),
        kinds=kinds,
        busy=busy,
        needed=needed,
        costs=tuple(costs.tolist()),
    )


def placements(
    neighbors: Sequence[Sequence[int]], edges: Sequence[tuple[int, int]], placed: dict[int, int]
) -> Iterator[list[int]]:
    """Every way to complete an embedding of a connected shape, as qubits by position.

    Args:
        neighbors: by qubit.
        edges: of the shape, between positions; all of them have to be couplers.
        placed: qubits by position, of one position at least.
    """
    for a, b in edges:
        if (a in placed) != (b in placed):
            known, missing = (a, b) if a in placed else (b, a)
            for qubit in neighbors[placed[known]]:
                if qubit not in placed.values():
                    yield from placements(neighbors, edges, {**placed, missing: qubit})
            return
    # Placed along a tree of edges, a ring may not have closed.
    if all(placed[b] in neighbors[placed[a]] for a, b in edges):
        yield [placed[position] for position in range(len(placed))]


def _pair(a: int, b: int) -> tuple[int, int]:
    return (a, b) if a < b else (b, a)


def _errors(graph: DeviceGraph) -> tuple[dict[tuple[int, int], float], FloatArray, FloatArray]:
    """Cost of a touched gate by coupler, of a record by qubit, of a layer's wait by qubit."""
    device = graph.device
    pulses = (4 / 3) * pauli_strength(np.nan_to_num(device.one_qubit_errors, nan=_UNKNOWN), num_qubits=1)
    gates = (16 / 15) * pauli_strength(np.nan_to_num(graph.coupler_errors, nan=_UNKNOWN), num_qubits=2)
    totals = gates + pulses[graph.couplers].sum(axis=1)
    costs = {(a, b): float(total) for (a, b), total in zip(graph.couplers.tolist(), totals, strict=True)}
    medians = device.medians()
    layer = medians.two_qubit_seconds + 2 * medians.one_qubit_seconds
    t1 = np.where(np.isnan(device.t1_seconds), medians.t1_seconds, device.t1_seconds)
    t2 = np.minimum(np.where(np.isnan(device.t2_seconds), medians.t2_seconds, device.t2_seconds), 2 * t1)
    waiting: FloatArray = idle_pauli(layer, t1, t2).sum(axis=1)
    return costs, np.nan_to_num(device.readout_flips, nan=_UNKNOWN), waiting
