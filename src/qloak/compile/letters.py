"""Which Pauli letters the gates of a circuit need, so that a state of a wanted class comes out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import TypeAlias

import numpy as np

from ..core.types import BitArray
from .local_class import LocalClasses

__all__ = ["Gates", "iter_letters", "start_class"]

Gates: TypeAlias = tuple[tuple[int, int, str], ...]
"""Controlled Paulis (a, b, letters) in order of time."""

Frame: TypeAlias = tuple[tuple[int, ...], ...]
"""For each qubit the images of X, Y, Z under a local Clifford, as indices into "XYZ", signs left out."""

_KEEP: tuple[int, ...] = (0, 1, 2)
_SWAP_YZ = (0, 2, 1)
_SWAP_XY = (1, 0, 2)


@dataclass(frozen=True, slots=True)
class _Framed:
    """A stabilizer state as a graph state up to local Cliffords.

    Attributes:
        graph: the graph.
        frame: the local Cliffords.
    """

    graph: int
    frame: Frame


def start_class(classes: LocalClasses, pair: tuple[int, int]) -> int:
    """The class of a state in which one pair is maximally entangled and all other qubits are pure."""
    return int(classes.of_graph[classes.edge(*pair)])


def iter_letters(
    classes: LocalClasses, edges: Sequence[tuple[int, int]], *, start: tuple[int, int], target: int
) -> Iterator[Gates]:
    """All letters of gates on given couplers that lead into the class `target`, gate for gate into another class.

    Letters that differ by a symmetry of the state they act on count once. None if the class is out of reach.

    Args:
        classes: of the right number of qubits.
        edges: the couplers in order of time.
        start: the pair that is maximally entangled at first, both qubits in their own frame; the others are in |0>.
        target: a class.
    """
    ahead = [np.arange(len(classes)) == target]
    for edge in reversed(edges):
        ahead.append(classes.changes(*edge)[:, ahead[-1]].any(axis=1))
    ahead.reverse()
    if ahead[0][start_class(classes, start)]:
        # The graph state of an isolated vertex is |+>, the qubit is in |0>.
        frame = tuple(_KEEP if qubit in start else (2, 1, 0) for qubit in range(classes.num_qubits))
        yield from _continued(classes, _Framed(classes.edge(*start), frame), edges, ahead[1:])


def _continued(
    classes: LocalClasses, state: _Framed, edges: Sequence[tuple[int, int]], ahead: Sequence[BitArray]
) -> Iterator[Gates]:
    """The letters of the remaining gates; `ahead[k]` says which classes after gate k still lead to the target."""
    if not edges:
        yield ()
        return
    a, b = edges[0]
    here = classes.of_graph[state.graph]
    for (of_a, of_b), (graph, frame) in _moves(classes, state.graph, a, b).items():
        reached = classes.of_graph[graph]
        if reached == here or not ahead[0][reached]:
            continue
        renamed = tuple(tuple(old[i] for i in new) for old, new in zip(state.frame, frame, strict=True))
        letters = "XYZ"[state.frame[a][of_a]] + "XYZ"[state.frame[b][of_b]]
        for rest in _continued(classes, _Framed(graph, renamed), edges[1:], ahead[1:]):
            yield ((a, b, letters), *rest)


@cache
def _moves(classes: LocalClasses, graph: int, a: int, b: int) -> dict[tuple[int, int], tuple[int, Frame]]:
    """By letters of a gate on a graph state, as indices into "XYZ": the graph state it leads to, and its frame.

    A graph of the orbit is the same state in another frame; there the gate of two letters Z toggles an edge.
    """
    moves: dict[tuple[int, int], tuple[int, Frame]] = {}
    for member, frame in _orbit(classes, graph):
        moves.setdefault((frame[a][2], frame[b][2]), (member ^ classes.edge(a, b), frame))
    return moves


@cache
def _orbit(classes: LocalClasses, graph: int) -> tuple[tuple[int, Frame], ...]:
    """Every graph of the class of `graph`, with the frame in which its graph state is that of `graph`.

    The local Clifford of a complementation at v swaps Y and Z on v, X and Y on its neighbours.
    """
    found = {graph: (_KEEP,) * classes.num_qubits}
    waiting = [graph]
    for member in waiting:
        for qubit in range(classes.num_qubits):
            other = int(classes.complemented[qubit, member])
            if other in found:
                continue
            near = classes.neighbours(member, qubit)
            swaps = [_SWAP_YZ if q == qubit else _SWAP_XY if q in near else _KEEP for q in range(classes.num_qubits)]
            found[other] = tuple(tuple(old[i] for i in swap) for old, swap in zip(found[member], swaps, strict=True))
            waiting.append(other)
    return tuple(found.items())
