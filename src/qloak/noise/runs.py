"""Cutting an instruction where it uses a qubit again, or where something else changes."""

from __future__ import annotations

from bisect import bisect_left
from itertools import pairwise

import numpy as np

from ..core.types import BitArray, FloatArray, IntArray

__all__ = ["disjoint_runs", "equal_stretches"]


def disjoint_runs(targets: IntArray) -> list[tuple[int, int]]:
    """The fewest consecutive stretches in which no qubit occurs twice.

    Args:
        targets: shape (g, w), the qubits of each gate in order.

    Returns:
        Pairs (first, end) of row numbers that cover all rows.
    """
    gates, width = targets.shape
    if not gates:
        return []
    flat = targets.ravel()
    order = np.argsort(flat, kind="stable")
    again = flat[order[1:]] == flat[order[:-1]]
    if not again.any():
        return [(0, gates)]
    # For each gate the latest earlier gate that shares a qubit with it or with a gate before it.
    earlier = np.full(gates, -1, dtype=np.int64)
    np.maximum.at(earlier, order[1:][again] // width, order[:-1][again] // width)
    latest = np.maximum.accumulate(earlier).tolist()
    runs = []
    first = 0
    while first < gates:
        end = bisect_left(latest, first)
        runs.append((first, end))
        first = end
    return runs


def equal_stretches(values: FloatArray | BitArray) -> list[tuple[int, int]]:
    """The longest consecutive stretches of equal values, as pairs (first, end), for at least one value."""
    return list(pairwise([0, *(np.flatnonzero(np.diff(values)) + 1).tolist(), len(values)]))
