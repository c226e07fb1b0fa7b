"""Tilings as a constraint program: which tiles, so that they form one tree, and a good one.

A tree of k units, with the reference, is k tiles of four new qubits each and a pair of neighbours, reference and
source. Every tile begins on the source or on a clone of another one. Counted with the coupler of the pair, it uses
4k + 1 couplers for 4k + 2 qubits; so it is one tree, and no chain of tiles bites its own tail, exactly if the couplers
in use close no ring. In a plane this is a matter of the rings' neighbours: couplers that are not in use must lead from
each ring to the outside, from ring to ring. A heavy-hex processor of 156 qubits has some eighteen rings.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

from ..errors import MissingExtraError
from .embedding import Embeddings
from .graph import DeviceGraph
from .tiles import NEVER, Tile
from .tree import UnitTree

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

    _Term: TypeAlias = tuple[int, cp_model.IntVar]
    _Steps: TypeAlias = dict[tuple[int, int], list[_Term]]
    _Variables: TypeAlias = Mapping[int, cp_model.IntVar]

__all__ = ["Tiling", "TilingModel"]

_SCALE = 1000
_MOST_LOST = 20
_LATEST = 250
_LATE = 5000
"""What one qubit that is busy one layer too long counts, in the same thousandths."""
_READ_AND_COMPARE = 1.5


@dataclass(frozen=True, slots=True)
class Tiling:
    """Tiles that form a tree.

    Attributes:
        reference: physical qubit.
        source: physical qubit, its neighbour.
        tiles: parents before children.
    """

    reference: int
    source: int
    tiles: tuple[Tile, ...]

    def to_tree(self, embeddings: Embeddings) -> UnitTree:
        """The tree of units, from each tile the one that costs its clones least."""
        units = (tile.cheapest(embeddings) for tile in self.tiles)
        return UnitTree(embeddings, self.reference, self.source, units)


class TilingModel:
    """The constraints and the aim, one group for each method.

    Attributes:
        value: of the solution: what the aims miss, the smaller the better.
    """

    def __init__(self, graph: DeviceGraph, tiles: Sequence[Tile]) -> None:
        """A model without constraints.

        Args:
            graph: connected, but for single qubits.
            tiles: that may be chosen.

        Raises:
            MissingExtraError: without OR-tools.
        """
        try:
            from ortools.sat.python import cp_model
        except ImportError as error:
            raise MissingExtraError.of("ortools", "tiling") from error
        self._model, self._solver = cp_model.CpModel(), cp_model.CpSolver()
        self._expression = cp_model.LinearExpr
        self._solved = (cp_model.OPTIMAL, cp_model.FEASIBLE)
        self._graph, self._tiles = graph, tiles
        self._piece = graph.pieces[0]
        self._chosen = [self._model.new_bool_var("") for _ in tiles]
        # Reference first, source second.
        self._pairs = {pair: self._model.new_bool_var("") for a, b in sorted(graph.edges) for pair in ((a, b), (b, a))}
        self._inputs: dict[int, list[cp_model.IntVar]] = defaultdict(list)
        for tile, chosen in zip(tiles, self._chosen, strict=True):
            self._inputs[tile.input].append(chosen)
        self._aims: list[_Term] = []
        self.value = 0.0

    def cover(self, num_units: int) -> None:
        """Each qubit is new in one place at most, and only clones are encrypted, each once."""
        new, new_key, keys = (defaultdict[int, "list[cp_model.IntVar]"](list) for _ in range(3))
        for tile, chosen in zip(self._tiles, self._chosen, strict=True):
            for qubit in tile.new:
                (new_key if qubit in tile.key else new)[qubit].append(chosen)
            for qubit in tile.key:
                keys[qubit].append(chosen)
        self._model.add(self._expression.sum(self._chosen) == num_units)
        self._model.add_exactly_one(self._pairs.values())
        spare = []
        for qubit in self._piece:
            around = self._graph.neighbors[qubit]
            references = [self._pairs[qubit, other] for other in around]
            sources = [self._pairs[other, qubit] for other in around]
            spare.append(self._model.new_bool_var(""))
            no_clone = [*new_key[qubit], *references, spare[-1]]
            self._model.add_exactly_one([*new[qubit], *no_clone, *sources])
            self._model.add_at_most_one([*self._inputs[qubit], *no_clone])
            self._model.add_at_most_one(keys[qubit])
            self._model.add(self._expression.sum(self._inputs[qubit]) >= self._expression.sum(sources))
        self._model.add(self._expression.sum(spare) == len(self._piece) - 2 - 4 * num_units)

    def open_rings(self, rings: Sequence[Collection[tuple[int, int]]]) -> None:
        """From each ring a coupler that is not in use leads outside, or to a ring that is nearer to the outside."""
        used = self._used_couplers()
        steps = [self._model.new_int_var(1, len(rings), "") for _ in rings]
        for i, ring in enumerate(rings):
            borders: dict[int | None, list[tuple[int, int]]] = defaultdict(list)
            for edge in sorted(ring):
                borders[next((j for j, other in enumerate(rings) if j != i and edge in other), None)].append(edge)
            ways = []
            for beyond, edges in borders.items():
                ways.append(self._model.new_bool_var(""))
                self._model.add_bool_or([~used[edge] for edge in edges]).only_enforce_if(ways[-1])
                if beyond is not None:
                    self._model.add(steps[i] > steps[beyond]).only_enforce_if(ways[-1])
            self._model.add_exactly_one(ways)

    def _used_couplers(self) -> dict[tuple[int, int], cp_model.IntVar]:
        users: dict[tuple[int, int], list[cp_model.IntVar]] = defaultdict(list)
        for tile, chosen in zip(self._tiles, self._chosen, strict=True):
            for edge in tile.edges:
                users[edge].append(chosen)
        used = {edge: self._model.new_bool_var("") for edge in sorted(self._graph.edges)}
        for (a, b), one in used.items():
            self._model.add(self._expression.sum([*users[a, b], self._pairs[a, b], self._pairs[b, a]]) == one)
        return used

    def keep_time(self, max_layers: int) -> None:
        """Aim: no qubit is busy after the last layer, no key qubit in it, which a gate of the decryption may need."""
        ready = {qubit: self._model.new_int_var(1, _LATEST, "") for qubit in self._piece}
        early, late = (defaultdict[int, "list[_Term]"](list) for _ in range(2))
        steps: _Steps = defaultdict(list)
        for tile, chosen in zip(self._tiles, self._chosen, strict=True):
            for qubit, first, delay in zip(tile.qubits, tile.early, tile.delays, strict=True):
                in_key = int(qubit in tile.key)
                if qubit == tile.input:
                    late[qubit].append((max(0, delay + in_key), chosen))
                    continue
                early[qubit].append((first, chosen))
                late[qubit].append((in_key, chosen))
                if delay != NEVER:
                    steps[tile.input, qubit].append((delay, chosen))
        for qubit, layer in ready.items():
            excess = self._model.new_int_var(0, _LATEST, "")
            # New in one tile and the input of one at most.
            self._model.add(layer >= self._total(early[qubit]))
            self._model.add(excess >= layer + self._total(late[qubit]) - max_layers)
            self._aims.append((_LATE, excess))
        self._add_steps(ready, steps)

    def lose_least(self, embeddings: Embeddings) -> None:
        """Aim: the least sum of infidelities, which add along paths; waiting is left out.

        An encrypted clone passes on what it has lost to three clones instead of one.
        """
        lost = {qubit: self._model.new_int_var(0, _MOST_LOST * _SCALE, "") for qubit in self._piece}
        readout = embeddings.readout
        for (reference, source), chosen in self._pairs.items():
            gate = embeddings.gate_errors[min(reference, source), max(reference, source)]
            first = 0.75 * gate + _READ_AND_COMPARE * readout[reference]
            self._model.add(lost[source] >= round(_SCALE * first) * chosen)
        steps: _Steps = defaultdict(list)
        for tile, chosen in zip(self._tiles, self._chosen, strict=True):
            unit = tile.cheapest(embeddings)
            records = sum(_READ_AND_COMPARE * readout[q] for q in unit.clones)
            self._aims.append((round(_SCALE * (sum(unit.costs) + records)), chosen))
            for qubit, cost in zip(unit.clones, unit.costs, strict=True):
                if qubit != tile.input and self._inputs[qubit]:
                    steps[tile.input, qubit].append((round(_SCALE * cost), chosen))
        encrypted = {qubit: self._model.new_bool_var("") for qubit in self._piece}
        for qubit, one in encrypted.items():
            self._model.add(self._expression.sum(self._inputs[qubit]) == one)
        self._add_steps(lost, steps, encrypted)
        self._aims += [(2, each) for each in lost.values()]

    def _add_steps(
        self, values: _Variables, steps: _Steps, conditions: Mapping[int, cp_model.IntVar] | None = None
    ) -> None:
        """From the input of a chosen tile to a new qubit of it, a value rises by the tile's step at least.

        One constraint for each pair of qubits rather than for each tile: they share the work of presolving.

        Args:
            values: by qubit.
            steps: by input and new qubit, the tiles in question with their steps; one of them at most is chosen.
            conditions: by new qubit, when it matters; default always.
        """
        for (start, end), terms in steps.items():
            any_chosen = self._model.new_bool_var("")
            self._model.add(self._expression.sum([chosen for _, chosen in terms]) == any_chosen)
            rises = self._model.add(values[end] >= values[start] + self._total(terms))
            rises.only_enforce_if(any_chosen, *([] if conditions is None else [conditions[end]]))

    def _total(self, terms: Sequence[_Term]) -> cp_model.LinearExpr:
        """Sum of numbers times variables."""
        return self._expression.weighted_sum([chosen for _, chosen in terms], [number for number, _ in terms])

    def hint(self, tiling: Tiling) -> None:
        """Where to begin."""
        tiles = set(tiling.tiles)
        for tile, chosen in zip(self._tiles, self._chosen, strict=True):
            self._model.add_hint(chosen, tile in tiles)
        for pair, chosen in self._pairs.items():
            self._model.add_hint(chosen, pair == (tiling.reference, tiling.source))

    def solve(self, *, seed: int, work: float, seconds: float | None = None) -> Tiling | None:
        """A solution, the best one found in time; the same seed gives the same one unless `seconds` end the search.

        Args:
            seed: of the solver.
            work: the most to do, in the solver's own units, which are about seconds.
            seconds: time budget.
        """
        if self._aims:
            self._model.minimize(self._total(self._aims))
        parameters = self._solver.parameters
        parameters.num_workers = 1
        parameters.random_seed = seed
        parameters.max_deterministic_time = work
        if seconds is not None:
            parameters.max_time_in_seconds = max(seconds, 0.0)
        if self._solver.solve(self._model) not in self._solved:
            return None
        self.value = self._solver.objective_value
        reference, source = next(pair for pair, chosen in self._pairs.items() if self._solver.boolean_value(chosen))
        pieces = zip(self._tiles, self._chosen, strict=True)
        by_input: Mapping[int, Tile] = {
            tile.input: tile for tile, chosen in pieces if self._solver.boolean_value(chosen)
        }
        ordered = [by_input[source]]
        for tile in ordered:
            ordered += [by_input[q] for q in tile.new if q in by_input]
        return Tiling(reference, source, tuple(ordered))
