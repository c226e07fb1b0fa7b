"""Searching where nearly all qubits of a graph are needed."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import replace

from .effort import Effort
from .embedding import Embeddings
from .known_trees import known_trees
from .search import Candidate, TreeSearch
from .tiling import Tiler
from .tree import UnitTree
from .unit import load_units

__all__ = ["Filler"]

_FULL = 0.95
"""Part of the qubits from which on a graph is filled rather than grown on."""
_LAYERS = 12
"""With fewer, it is the layers that may be too few, and more are tried before anything is filled."""
_WINDOWS = 60
_LEAST_SECONDS = 0.01


class Filler:
    """Runs searches, from a tree that fills the graph where that is needed.

    Attributes:
        is_full: whether it is.
        has_decided: whether a tree that fills the graph has been looked for with all means.
    """

    def __init__(self, embeddings: Embeddings, num_units: int, *, seed: int) -> None:
        """For trees of a number of units; the seed is that of the tilings."""
        self._embeddings, self._num_units, self._seed = embeddings, num_units, seed
        self.is_full = 4 * num_units + 2 >= _FULL * len(embeddings.graph.pieces[0])
        self.has_decided = False

    def run(self, search: TreeSearch, effort: Effort, *, progress: Callable[[float], None]) -> list[Candidate]:
        """Candidates from a known tree, else from grown ones, else from a new tiling.

        Args:
            search: for trees of this number of units, nothing tried yet.
            effort: of each annealing; of all together if it has a time budget.
            progress: told the part of the work that is done, from 0 to 1.

        Raises:
            MissingExtraError: if nothing is known and nothing could be grown, without OR-tools.
        """
        if not self.is_full:
            return search.run(effort, progress=progress)
        known = [tree for tree in known_trees(self._embeddings, self._num_units) if search.allows(tree)]
        if known:
            return search.run(effort, start=min(known, key=search.value), progress=progress)
        deadline = math.inf if effort.seconds is None else time.monotonic() + effort.seconds
        found = search.run(effort, progress=lambda part: progress(part / 2))
        if found or search.max_layers < _LAYERS:
            return found
        self.has_decided = True
        tree = self._tiled(search.max_layers, deadline, lambda part: progress((1 + part) / 2))
        if tree is None or not search.allows(tree):
            return []
        return search.run(replace(effort, seconds=_left(deadline)), start=tree)

    def _tiled(self, max_layers: int, deadline: float, progress: Callable[[float], None]) -> UnitTree | None:
        """A tree of units without rings by constraint programming; half of what time is left goes into improving it."""
        tiler = Tiler(self._embeddings, load_units(), self._num_units, max_layers=max_layers)
        tiling = tiler.find(seed=self._seed, seconds=_left(deadline))
        if tiling is None:
            return None
        left = _left(deadline)
        seconds = None if left is None else left / 2
        best = tiler.improve(tiling, _WINDOWS, seed=self._seed, seconds=seconds, progress=progress)
        return best.to_tree(self._embeddings)


def _left(deadline: float) -> float | None:
    return None if math.isinf(deadline) else max(_LEAST_SECONDS, deadline - time.monotonic())
