"""Bloch vectors of every qubit, against dense vectors that are evolved gate by gate and branch by branch."""

from __future__ import annotations

import numpy as np
import pytest
import stim

from qloak.circuits import decryption, encryption_circuit
from qloak.core import EncryptedCloning
from qloak.lab.bloch import look
from tests import oracles

READ = {"M": "Z", "MX": "X", "MY": "Y"}
INPUT = (0.6, -0.48, 0.64)


def ket(bloch):
    x, y, z = bloch
    half = np.arccos(z) / 2
    return np.array([np.cos(half), np.sin(half) * np.exp(1j * np.arctan2(y, x))])


def branches(circuit, vector, num_qubits):
    """Every sequence of outcomes: (vector, not normalised; outcomes)."""
    alive = [(vector, ())]
    for instruction in circuit.flattened():
        for group in instruction.target_groups():
            qubits = [t.value for t in group if t.is_qubit_target]
            if instruction.name in READ:
                text = oracles.on_qubits({qubits[0]: READ[instruction.name]}, num_qubits)
                alive = [
                    ((v + sign * oracles.apply_pauli(text, v)) / 2, (*outcomes, sign < 0))
                    for v, outcomes in alive
                    for sign in (1, -1)
                ]
            elif group[0].is_measurement_record_target:
                letter = instruction.name[-1]
                text = oracles.on_qubits({qubits[0]: letter}, num_qubits)
                alive = [
                    (oracles.apply_pauli(text, v) if outcomes[group[0].value] else v, outcomes) for v, outcomes in alive
                ]
            else:
                matrix = stim.gate_data(instruction.name).unitary_matrix
                alive = [(oracles.apply(matrix, qubits, v), outcomes) for v, outcomes in alive]
    return [v for v, _ in alive]


def dense(circuit, num_qubits):
    """Bloch vectors, the mean over all outcomes."""
    zero = np.array([1, 0], dtype=complex)
    start = oracles.tensor([ket(INPUT), *[zero] * (num_qubits - 1)])
    found = np.zeros((num_qubits, 3))
    for vector in branches(circuit, start, num_qubits):
        for qubit in range(num_qubits):
            for axis, letter in enumerate("XYZ"):
                text = oracles.on_qubits({qubit: letter}, num_qubits)
                found[qubit, axis] += np.vdot(vector, oracles.apply_pauli(text, vector)).real
    return found


@pytest.mark.parametrize("method", ["unitary", "measured"])
@pytest.mark.parametrize(("n", "clone"), [(2, "S2"), (2, "A"), (3, "S1")])
def test_agrees_with_dense_evolution(n, clone, method):
    scheme = EncryptedCloning(n)
    for circuit in (
        encryption_circuit(scheme),
        encryption_circuit(scheme) + decryption(scheme, clone, method=method).circuit,
    ):
        seen = look(circuit, INPUT, num_qubits=2 * n + 1)
        np.testing.assert_allclose(seen.bloch, dense(circuit, 2 * n + 1), atol=1e-6)  # stim has floats of 32 bits


def test_what_is_measured_keeps_the_component_that_was_read():
    seen = look(stim.Circuit("MY 0\nCZ rec[-1] 1"), INPUT, num_qubits=2)
    assert seen.bloch[0] == (0.0, INPUT[1], 0.0)
    assert seen.measured == {0}
    np.testing.assert_allclose(seen.bloch, dense(stim.Circuit("MY 0\nCZ rec[-1] 1"), 2), atol=1e-12)


@pytest.mark.parametrize("n", [2, 3, 8, 15, 30])
def test_everything_is_at_the_centre_after_encryption_and_back_after_decryption(n):
    scheme = EncryptedCloning(n)
    encrypted = encryption_circuit(scheme)
    assert set(look(encrypted, INPUT, num_qubits=2 * n + 1).bloch) == {(0.0, 0.0, 0.0)}
    back = look(encrypted + decryption(scheme, "S1").circuit, INPUT, num_qubits=2 * n + 1)
    assert back.bloch[1] == INPUT
    assert {vector for qubit, vector in enumerate(back.bloch) if qubit != 1} == {(0.0, 0.0, 0.0)}
