"""When are two circuits the same? Independent comparisons for the format tests."""

from __future__ import annotations

import numpy as np
import stim

PRODUCTS = ("MPP", "SPP", "SPP_DAG")


def same_instrument(first: stim.Circuit, second: stim.Circuit) -> bool:
    """Whether two circuits do the same to every state, outcome by outcome, up to global phase.

    A Clifford circuit with feed-forward is fixed by its stabilizer flows, signs and records included, so
    each must have all flows that generate the other's.
    """
    if first.num_measurements != second.num_measurements:
        return False
    pad = stim.Circuit(f"I {max(first.num_qubits, second.num_qubits, 1) - 1}")
    first, second = _separated(first + pad), _separated(second + pad)
    return first.has_all_flows(second.flow_generators()) and second.has_all_flows(first.flow_generators())


def _separated(circuit: stim.Circuit) -> stim.Circuit:
    """The circuit with one application an instruction, kept apart by TICK.

    Stim 1.16 gives wrong flow generators for instructions that measure and reset a qubit twice (MR 0 0).
    """
    separated = stim.Circuit()
    for instruction in circuit.flattened():
        if instruction.name == "TICK":
            continue
        for group in instruction.target_groups():
            joined = [part for target in group for part in (target, stim.target_combiner())][:-1]
            targets = joined if instruction.name in PRODUCTS else group
            separated.append(instruction.name, targets, instruction.gate_args_copy())
            separated.append("TICK")
    return separated


def same_up_to_phase(first: np.ndarray, second: np.ndarray, tolerance: float = 1e-6) -> bool:
    """Whether two unitaries are equal up to a global phase."""
    overlap = np.trace(first.conj().T @ second) / len(first)
    return abs(abs(overlap) - 1) < tolerance


def on_qubits(matrix: np.ndarray, qubits: tuple[int, ...], num_qubits: int) -> np.ndarray:
    """A gate's matrix on some of the qubits as the matrix on all, little-endian, by summing over index bits."""
    full = np.zeros((2**num_qubits, 2**num_qubits), dtype=complex)
    for column in range(2**num_qubits):
        inner = sum((column >> qubit & 1) << place for place, qubit in enumerate(qubits))
        rest = column & ~sum(1 << qubit for qubit in qubits)
        for row in range(len(matrix)):
            outer = sum((row >> place & 1) << qubit for place, qubit in enumerate(qubits))
            full[rest | outer, column] += matrix[row, inner]
    return full
