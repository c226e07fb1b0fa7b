"""Filling a graph with units, for more clones than growing at random finds room for, and improving what fills it."""

from __future__ import annotations

import random
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from typing import TypeAlias

from .cycles import rings_of
from .embedding import Embeddings
from .tiles import Tile, tiles_on
from .tiling_model import Tiling, TilingModel
from .tree import UnitTree
from .unit import Unit

__all__ = ["Tiler"]

_MOST_TILES = 60_000
_WORK, _WINDOW_WORK = 300.0, 1.0
_WINDOW = 6
"""Tiles that are taken up and laid anew at a time."""

_Place: TypeAlias = tuple[int, frozenset[int], frozenset[int]]


class Tiler:
    """Tilings of a graph by a number of units.

    Attributes:
        tiles: all that there are; none if the graph is no planar one or has too many.
    """

    def __init__(self, embeddings: Embeddings, units: Sequence[Unit], num_units: int, *, max_layers: int) -> None:
        """Nothing is searched yet.

        Args:
            embeddings: on a graph that is connected, but for single qubits.
            units: a library of shapes without rings.
            num_units: at least 1.
            max_layers: two-qubit layers that encryption and decryption of any clone may take.
        """
        self._embeddings, self._graph = embeddings, embeddings.graph
        self._num_units, self._max_layers = num_units, max_layers
        rings = rings_of(self._graph)
        tiles = () if rings is None else tiles_on(self._graph, units)
        self.tiles = tiles if len(tiles) <= _MOST_TILES else ()
        self._rings = rings or ()

    def find(self, *, seed: int = 0, seconds: float | None = None) -> Tiling | None:
        """Any tiling, however many layers it takes; None if there is none or none was found in time.

        Args:
            seed: of the solver.
            seconds: time budget.

        Raises:
            MissingExtraError: without OR-tools.
        """
        if not self.tiles:
            return None
        by_place = {_place(tile): tile for tile in self.tiles}
        return self._model(list(by_place.values())).solve(seed=seed, work=_WORK, seconds=seconds)

    def tiling_of(self, tree: UnitTree) -> Tiling:
        """The tiling that a tree of units without rings is.

        Raises:
            KeyError: for units that are none of the tiles.
        """
        by_place = {_place(tile): tile for tile in self.tiles}
        units = ((unit.input, frozenset(unit.qubits) - {unit.input}, frozenset(unit.key)) for unit in tree.units)
        return Tiling(tree.reference, tree.source, tuple(by_place[place] for place in units))

    def improve(
        self,
        tiling: Tiling,
        windows: int,
        *,
        seed: int = 0,
        seconds: float | None = None,
        progress: Callable[[float], None] | None = None,
    ) -> Tiling:
        """Take up a few neighbouring tiles and lay them anew in the best way, again and again.

        What is too late is mended first, then fidelity counts.

        Args:
            tiling: where from.
            windows: how often.
            seed: of all random choices.
            seconds: time budget; without it, the same seed gives the same tiling.
            progress: told the part of the work that is done, from 0 to 1.

        Raises:
            MissingExtraError: without OR-tools.
        """
        by_place: dict[_Place, list[Tile]] = defaultdict(list)
        for tile in self.tiles:
            by_place[_place(tile)].append(tile)
        started, draw = time.monotonic(), random.Random(seed)
        best, value = tiling, float("inf")
        for window in range(windows):
            left = None if seconds is None else seconds - (time.monotonic() - started)
            if left is not None and left <= 0:
                break
            # First none at all: what the tiling is worth.
            taken = self._window(best, draw) if window else ()
            kept = [tile for tile in best.tiles if tile not in taken]
            free = set(self._graph.pieces[0]) - {q for tile in kept for q in tile.new}
            tiles = [other for tile in kept for other in by_place[_place(tile)]]
            tiles += [tile for tile in self.tiles if free.issuperset(tile.new)]
            model = self._model(tiles)
            model.keep_time(self._max_layers)
            model.lose_least(self._embeddings)
            model.hint(best)
            found = model.solve(seed=seed, work=_WINDOW_WORK, seconds=left)
            if found is not None and model.value <= value:
                best, value = found, model.value
            if progress is not None:
                progress((window + 1) / windows)
        return best

    def _model(self, tiles: Sequence[Tile]) -> TilingModel:
        model = TilingModel(self._graph, tiles)
        model.cover(self._num_units)
        model.open_rings(self._rings)
        return model

    def _window(self, tiling: Tiling, draw: random.Random) -> Sequence[Tile]:
        """The tiles that are nearest to a random qubit."""
        centre = draw.choice(self._graph.pieces[0])
        distances = {centre: 0}
        waiting = [centre]
        for here in waiting:
            for there in self._graph.neighbors[here]:
                if there not in distances:
                    distances[there] = distances[here] + 1
                    waiting.append(there)
        return sorted(tiling.tiles, key=lambda tile: sum(distances[q] for q in tile.new))[:_WINDOW]


def _place(tile: Tile) -> _Place:
    """What tiles have in common that differ in their times only."""
    return tile.input, frozenset(tile.new), frozenset(tile.key)
