"""Counts that hardware people ask for first: two-qubit gates and two-qubit layers."""

from __future__ import annotations

from dataclasses import dataclass

import stim

__all__ = ["CircuitMetrics", "circuit_metrics"]


@dataclass(frozen=True, slots=True)
class CircuitMetrics:
    """Size of a circuit.

    Attributes:
        num_qubits: qubits it acts on, counted by the highest number.
        two_qubit_gates: gates between two qubits; classical feed-forward is not one.
        two_qubit_layers: depth counting two-qubit gates only, every gate as soon as its qubits are free.
        one_qubit_gates: other unitary gates, feed-forward not counted.
        measurements: outcomes recorded.
    """

    num_qubits: int
    two_qubit_gates: int
    two_qubit_layers: int
    one_qubit_gates: int
    measurements: int


def circuit_metrics(circuit: stim.Circuit) -> CircuitMetrics:
    """Count gates and layers; linear in the number of gates.

    Composite measurements (MPP) and annotations are not gates.
    """
    depth = [0] * circuit.num_qubits
    two = one = 0
    for instruction in circuit.flattened():
        gate = stim.gate_data(instruction.name)
        if not gate.is_unitary or gate.takes_pauli_targets:
            continue
        if not gate.is_two_qubit_gate:
            one += len(instruction.targets_copy())
            continue
        for a, b in instruction.target_groups():
            if a.is_qubit_target and b.is_qubit_target:
                two += 1
                depth[a.value] = depth[b.value] = max(depth[a.value], depth[b.value]) + 1
    return CircuitMetrics(circuit.num_qubits, two, max(depth, default=0), one, circuit.num_measurements)
