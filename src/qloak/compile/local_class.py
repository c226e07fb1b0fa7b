"""Stabilizer states of a few labelled qubits up to local Cliffords, and what one two-qubit gate does to them.

Every stabilizer state is a graph state up to local Cliffords, and two graph states are equal up to local Cliffords
iff local complementations lead from one graph to the other (Van den Nest, Dehaene and De Moor, Phys. Rev. A 69,
022316, 2004). So a class is an orbit of graphs, and few enough to list: 760 for six labelled qubits.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from typing import Self

import numpy as np

from ..core.types import BitArray, IntArray

__all__ = ["LocalClasses"]


@dataclass(frozen=True, slots=True, eq=False)
class LocalClasses:
    """All classes of stabilizer states of `num_qubits` labelled qubits.

    A graph is an integer: bit k is set where the k-th pair of (0, 1), (0, 2), ..., (1, 2), ... is an edge.

    Attributes:
        num_qubits: number of qubits, at most 6 (the graphs are listed: 2^15 of them for 6).
        of_graph: shape (graphs,), the class of every graph.
        smallest: shape (classes,), the smallest graph of every class; ascending.
        complemented: shape (num_qubits, graphs), every graph after local complementation at a qubit, which
            joins two neighbours of the qubit where they were not joined and parts them where they were.
    """

    num_qubits: int
    of_graph: IntArray
    smallest: IntArray
    complemented: IntArray

    @classmethod
    @cache
    def of(cls, num_qubits: int) -> Self:
        """The classes of `num_qubits` qubits, found by spreading the smallest graph over each orbit."""
        bits = {pair: 1 << k for k, pair in enumerate(combinations(range(num_qubits), 2))}
        graphs = np.arange(1 << len(bits))
        complemented = np.array([graphs] * num_qubits)
        for qubit in range(num_qubits):
            for a, b in combinations([other for other in range(num_qubits) if other != qubit], 2):
                both = bits[min(qubit, a), max(qubit, a)] | bits[min(qubit, b), max(qubit, b)]
                complemented[qubit] ^= np.where(graphs & both == both, bits[a, b], 0)
        label, spread = graphs, graphs[complemented].min(axis=0)
        while (spread < label).any():
            label, spread = spread, np.minimum(spread, spread[complemented].min(axis=0))
        smallest, of_graph = np.unique(label, return_inverse=True)
        return cls(num_qubits, of_graph, smallest, complemented)

    def __len__(self) -> int:
        """Number of classes."""
        return len(self.smallest)

    def edge(self, a: int, b: int) -> int:
        """The graph whose only edge joins a and b."""
        low, high = sorted((a, b))
        return 1 << (low * (2 * self.num_qubits - low - 1) // 2 + high - low - 1)

    def neighbours(self, graph: int, qubit: int) -> tuple[int, ...]:
        """Qubits joined to `qubit`, ascending."""
        return tuple(other for other in range(self.num_qubits) if other != qubit and graph & self.edge(qubit, other))

    def reached(self, a: int, b: int) -> BitArray:
        """Shape (classes, classes): entry (i, j) says whether a gate on a and b leads from class i to class j.

        The gate is any (1 + P_a + Q_b - P_a Q_b)/2. If P_a, Q_b or P_a Q_b is a stabilizer up to sign it acts as a
        local Pauli and the class stays; that is left out here. Otherwise choose one more letter at every other
        qubit in turn such that still no product of the chosen letters is a stabilizer up to sign. At most one of
        three letters fails, for two stabilizers that differ in this one place only would anticommute. The chosen
        letters are then the Z of a graph state, on which the gate is a CZ. So what is reached are the classes of
        G with the edge between a and b toggled, where G runs through the orbit.
        """
        found = np.zeros((len(self), len(self)), dtype=np.bool_)
        found[self.of_graph, self.of_graph[np.arange(len(self.of_graph)) ^ self.edge(a, b)]] = True
        return found

    def changes(self, a: int, b: int) -> BitArray:
        """The same without the gates that leave the class as it is."""
        return self.reached(a, b) & ~np.eye(len(self), dtype=np.bool_)

    def entropy(self, index: int, qubits: Collection[int]) -> int:
        """Entropy in bits of some qubits in a state of the class: the cut rank of its graph."""
        graph = int(self.smallest[index])
        outside = [qubit for qubit in range(self.num_qubits) if qubit not in qubits]
        rows = [sum(1 << other for other in outside if graph & self.edge(qubit, other)) for qubit in qubits]
        rank = 0
        while rows:
            pivot = rows.pop()
            if pivot:
                rank += 1
                rows = [row ^ pivot if row & pivot & -pivot else row for row in rows]
        return rank

    def information(self, index: int, one: Collection[int], other: Collection[int]) -> int:
        """Mutual information in bits between two disjoint sets of qubits."""
        return self.entropy(index, one) + self.entropy(index, other) - self.entropy(index, [*one, *other])

    def letters_on(self, index: int, qubit: int, support: Iterable[int]) -> int:
        """How many letters, the identity included, the stabilizers that act on `support` alone show on `qubit`.

        1, 2 or 4; a matter of the class, for local Cliffords only rename letters.
        """
        graph, inside = int(self.smallest[index]), set(support)
        masks = [sum(1 << other for other in self.neighbours(graph, each)) for each in range(self.num_qubits)]
        seen = set()
        for x in range(1 << self.num_qubits):
            z = 0
            for each, mask in enumerate(masks):
                z ^= mask * (x >> each & 1)
            if all(each in inside for each in range(self.num_qubits) if (x | z) >> each & 1):
                seen.add((x >> qubit & 1, z >> qubit & 1))
        return len(seen)
