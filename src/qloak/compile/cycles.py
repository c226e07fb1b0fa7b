"""The rings of a graph: short cycles that all others are sums of."""

from __future__ import annotations

from collections import deque
from typing import TypeAlias

from .graph import DeviceGraph

__all__ = ["rings_of"]

_Edge: TypeAlias = tuple[int, int]


def rings_of(graph: DeviceGraph) -> tuple[frozenset[_Edge], ...] | None:
    """The rings of a graph that can be drawn in the plane: faces, but the outer one, as sets of couplers.

    They are found as a basis of shortest cycles (Horton, SIAM J. Comput. 16, 358, 1987). If each coupler is in at
    most two of them, the graph is planar and the rings bound its faces (Mac Lane, Fund. Math. 28, 22, 1937).

    Returns:
        As many rings as there are couplers more than a tree of each piece has, the shortest first; None if the
        shortest cycles bound no faces. The rings of heavy-hex graphs and square lattices always do.
    """
    numbers = {edge: i for i, edge in enumerate(sorted(graph.edges))}
    shortest = sorted(_candidates(graph, numbers), key=lambda cycle: (cycle.bit_count(), cycle))
    chosen: list[int] = []
    reduced: dict[int, int] = {}
    for cycle in shortest:
        rest = cycle
        while rest and rest.bit_length() in reduced:
            rest ^= reduced[rest.bit_length()]
        if rest:
            reduced[rest.bit_length()] = rest
            chosen.append(cycle)
    rings = tuple(frozenset(edge for edge, i in numbers.items() if cycle >> i & 1) for cycle in chosen)
    return rings if all(sum(edge in ring for ring in rings) <= 2 for edge in numbers) else None


def _candidates(graph: DeviceGraph, numbers: dict[_Edge, int]) -> set[int]:
    """Cycles as bit masks of couplers: from each qubit the shortest ways to both ends of each coupler, and it."""
    found = set()
    for piece in graph.pieces:
        for start in piece:
            ways = _ways(graph, start, numbers)
            found |= {ways[a] ^ ways[b] ^ (1 << i) for (a, b), i in numbers.items() if a in ways}
    return found - {0}


def _ways(graph: DeviceGraph, start: int, numbers: dict[_Edge, int]) -> dict[int, int]:
    """A shortest way from a qubit to each other one as a bit mask of couplers."""
    ways = {start: 0}
    waiting = deque([start])
    while waiting:
        here = waiting.popleft()
        for there in graph.neighbors[here]:
            if there not in ways:
                ways[there] = ways[here] | 1 << numbers[min(here, there), max(here, there)]
                waiting.append(there)
    return ways
