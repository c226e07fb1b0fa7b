"""Entropies of stabilizer states by ranks over GF(2), and the conditions that encrypted clones fulfil."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import numpy as np
import stim

from qloak.core import PauliTable, gf2

GATES = {
    "ZX": "CX", "ZY": "CY", "ZZ": "CZ", "XX": "XCX", "XY": "XCY", "XZ": "XCZ", "YX": "YCX", "YY": "YCY", "YZ": "YCZ",
}  # fmt: skip


def generators(circuit: stim.Circuit, num_qubits: int) -> PauliTable:
    """Stabilizer generators of the state that the circuit makes of |0..0>."""
    return PauliTable.from_stim(stim.Tableau.from_circuit(circuit).to_stabilizers(), num_qubits)


def entropy(table: PauliTable, qubits: Collection[int]) -> int:
    """Entropy in bits of some qubits of a pure stabilizer state: rank of the restricted generators, less the number."""
    chosen = np.array(sorted(qubits), dtype=np.int64)
    return gf2.rank(table.restricted(chosen), 2 * len(chosen)) - len(chosen)


def information(table: PauliTable, one: Collection[int], other: Collection[int]) -> int:
    """Mutual information in bits of two disjoint sets of qubits."""
    return entropy(table, one) + entropy(table, other) - entropy(table, [*one, *other])


def supported_on(table: PauliTable, qubits: Collection[int]) -> list[str]:
    """Independent stabilizers that act on some qubits only, as letters on those qubits, ascending."""
    inside = np.array(sorted(qubits), dtype=np.int64)
    outside = np.setdiff1d(np.arange(table.num_qubits), inside)
    found = [
        table.product(np.flatnonzero(row)) for row in gf2.null_combinations(table.restricted(outside), 2 * len(outside))
    ]
    return ["".join(row.to_strings()[0][1:][q] for q in inside) for row in found]


def with_reference(source: int, gates: Iterable[tuple[int, int, str]], num_qubits: int) -> stim.Circuit:
    """A Bell pair of the source and the reference, the last qubit, and then controlled Paulis."""
    circuit = stim.Circuit()
    circuit.append("H", [num_qubits - 1])
    circuit.append("CX", [num_qubits - 1, source])
    for a, b, letters in gates:
        circuit.append(GATES[letters], [a, b])
    # Mentions every qubit, so that the tableau has them all.
    circuit.append("I", range(num_qubits))
    return circuit


def assert_clones(table: PauliTable, *, reference: int, clones: Collection[int], key: Collection[int]) -> None:
    """Every clone and the key determine the input; key, clones alone and all clones but one know nothing of it."""
    assert information(table, [reference], key) == 0
    assert entropy(table, key) == len(key)
    for clone in clones:
        assert information(table, [reference], [clone, *key]) == 2
        assert information(table, [reference], [clone]) == 0
        assert information(table, [reference], set(clones) - {clone}) == 0


def assert_full_weight_pair(table: PauliTable, qubits: Collection[int]) -> None:
    """Exactly two independent stabilizers act on these qubits only, with different letters on every one."""
    first, second = supported_on(table, qubits)
    assert all(a != b and "_" not in (a, b) for a, b in zip(first, second, strict=True))
