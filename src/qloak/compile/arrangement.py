"""Arrangements of two-qubit gates in layers on a few couplers, without their letters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from typing import TypeAlias

__all__ = ["Arrangement", "Edge", "Layer", "arranged", "chain_from", "extensions", "matchings", "parts"]

Edge: TypeAlias = tuple[int, int]
Layer: TypeAlias = tuple[Edge, ...]
"""Couplers that are used at the same time, ascending, no two with a common qubit."""
Arrangement: TypeAlias = tuple[Layer, ...]
"""Which couplers are used in which layer, every gate as early as possible: one for each order up to commuting gates."""


def matchings(edges: Sequence[Edge]) -> tuple[Layer, ...]:
    """All layers on the given couplers, the empty one left out."""
    sizes = range(1, len({qubit for edge in edges for qubit in edge}) // 2 + 1)
    choices = (choice for size in sizes for choice in combinations(sorted(edges), size))
    return tuple(choice for choice in choices if len({q for edge in choice for q in edge}) == 2 * len(choice))


def arranged(gates: Iterable[Edge]) -> Arrangement:
    """The arrangement of gates in order of time."""
    layers: list[list[Edge]] = []
    free: dict[int, int] = {}
    for a, b in gates:
        layer = max(free.get(a, 0), free.get(b, 0))
        layers += [[]] if layer == len(layers) else []
        layers[layer].append((a, b))
        free[a] = free[b] = layer + 1
    return tuple(tuple(sorted(layer)) for layer in layers)


def extensions(arrangement: Arrangement, layers: Iterable[Layer]) -> Iterator[Layer]:
    """The layers that can come next such that no gate of them could be earlier."""
    for layer in layers:
        used = {qubit for edge in arrangement[-1] for qubit in edge} if arrangement else set()
        if not arrangement or all(used.intersection(edge) for edge in layer):
            yield layer


def parts(arrangement: Arrangement, at_least: int) -> Iterator[Arrangement]:
    """What remains if some gates are left out, `at_least` or more remaining."""
    order = [edge for layer in arrangement for edge in layer]
    for size in range(at_least, len(order)):
        yield from map(arranged, combinations(order, size))


def chain_from(arrangement: Arrangement, qubit: int) -> int:
    """Length of the longest chain of gates that starts on a qubit, each gate sharing a qubit with the one before.

    So many layers are left when everything that does not depend on the qubit has been done in advance.
    """
    chain = {qubit: 0}
    for edge in (edge for layer in arrangement for edge in layer):
        if chain.keys() & set(edge):
            longest = max(chain.get(each, 0) for each in edge) + 1
            chain |= dict.fromkeys(edge, longest)
    return max(chain.values())
