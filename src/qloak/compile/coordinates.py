"""Where the qubits of a device are drawn."""

from __future__ import annotations

from collections import deque

import numpy as np

from ..core.types import FloatArray
from .graph import DeviceGraph

__all__ = ["coordinates"]

_LONGEST = 1.5
"""Longest coupler of a picture by rows, in steps; with a longer one it is no picture of rows."""
_STEPS = 200
_MAX_SPRINGS = 400


def coordinates(graph: DeviceGraph) -> FloatArray:
    """Coordinates of all qubits of the device, shape (num_qubits, 2), y downwards, couplers about 1 long.

    Heavy-hex lattices and grids are found from their numbering: runs of coupled consecutive numbers are rows,
    and what is coupled across lies above each other. Other graphs are laid out by springs, large ones on a
    circle. All couplers of the device count, dead ones too.
    """
    by_rows = _by_rows(graph)
    if by_rows is not None:
        return by_rows
    return _by_springs(graph) if graph.num_qubits <= _MAX_SPRINGS else _on_circle(graph.num_qubits)


def _by_rows(graph: DeviceGraph) -> FloatArray | None:
    """The picture by rows, if there is one in which no coupler is long and no two qubits meet."""
    pairs = graph.device.couplers
    neighbors: list[list[int]] = [[] for _ in range(graph.num_qubits)]
    for a, b in pairs.tolist():
        neighbors[a].append(b)
        neighbors[b].append(a)
    rows = _rows(neighbors)
    place: dict[int, tuple[float, float]] = {}
    for start in range(graph.num_qubits):
        if start not in place:
            # Pieces that nothing connects go below each other.
            depth = max((y for _, y in place.values()), default=-1.0) + 1
            _lay_row(rows, start, (0.0, depth), place)
            _lay_neighbors(rows, neighbors, deque(_row_of(rows, start)), place)
    found = np.array([place[qubit] for qubit in range(graph.num_qubits)], dtype=np.float64).reshape(-1, 2)
    lengths = np.linalg.norm(found[pairs[:, 0]] - found[pairs[:, 1]], axis=1)
    if (lengths > _LONGEST).any() or len(np.unique(found, axis=0)) < len(found):
        return None
    shifted: FloatArray = found - found.min(axis=0, initial=0.0)
    return shifted


def _rows(neighbors: list[list[int]]) -> list[int]:
    """For each qubit the first of its row, a run of at least two coupled consecutive numbers; else itself."""
    first = list(range(len(neighbors)))
    for qubit in range(1, len(neighbors)):
        if qubit - 1 in neighbors[qubit]:
            first[qubit] = first[qubit - 1]
    return first


def _row_of(rows: list[int], qubit: int) -> list[int]:
    """All qubits of a row."""
    end = qubit + 1
    while end < len(rows) and rows[end] == rows[qubit]:
        end += 1
    return list(range(rows[qubit], end))


def _lay_row(rows: list[int], qubit: int, at: tuple[float, float], place: dict[int, tuple[float, float]]) -> None:
    """Lay a whole row so that one of its qubits comes to a place."""
    for other in _row_of(rows, qubit):
        place[other] = (at[0] + other - qubit, at[1])


def _lay_neighbors(
    rows: list[int], neighbors: list[list[int]], queue: deque[int], place: dict[int, tuple[float, float]]
) -> None:
    """Lay what is coupled across to what is laid: below, where numbers rise, above, where they fall."""
    while queue:
        qubit = queue.popleft()
        x, y = place[qubit]
        for other in neighbors[qubit]:
            if other not in place:
                _lay_row(rows, other, (x, y + (1 if other > qubit else -1)), place)
                queue.extend(_row_of(rows, other))


def _by_springs(graph: DeviceGraph) -> FloatArray:
    """Coupled qubits attract, all repel; from a fixed start, so that a graph always looks the same."""
    count = graph.num_qubits
    at = _on_circle(count) + np.random.default_rng(0).normal(scale=0.1, size=(count, 2))
    coupled = np.zeros((count, count), dtype=bool)
    coupled[tuple(graph.device.couplers.T)] = True
    coupled |= coupled.T
    for step in range(_STEPS):
        apart = at[:, None] - at[None]
        distance = np.maximum(np.linalg.norm(apart, axis=2), 0.01)
        force = (apart / distance[..., None] * (1 / distance - coupled * distance**2)[..., None]).sum(axis=1)
        size = np.maximum(np.linalg.norm(force, axis=1, keepdims=True), 1e-9)
        at += force / size * np.minimum(size, 0.5 * (1 - step / _STEPS))
    moved: FloatArray = at - at.min(axis=0, initial=0.0)
    return moved


def _on_circle(count: int) -> FloatArray:
    """Evenly on a circle, neighbours 1 apart."""
    angles = 2 * np.pi * np.arange(count) / max(count, 1)
    circle: FloatArray = np.stack([np.cos(angles), np.sin(angles)], axis=1) * count / (2 * np.pi)
    placed: FloatArray = circle - circle.min(axis=0, initial=0.0)
    return placed
