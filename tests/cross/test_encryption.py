"""Encryption circuits against U_enc and the encrypted state in closed form."""

from __future__ import annotations

import numpy as np
import pytest

from qloak.circuits import bell_pairs, encryption_circuit, inverse_encryption_circuit
from qloak.core import EncryptedCloning
from qloak.simulators.dense import DenseState
from qloak.simulators.dense_engine import branches, unitary_matrix
from tests.oracles import PHI, encrypted_state, encryption_unitary, joint, random_state


@pytest.mark.parametrize("n", (2, 3, 4, 5, 6, 7))
def test_circuit_is_u_enc_up_to_the_phase_minus_i(n):
    circuit = encryption_circuit(EncryptedCloning(n), bell_pairs=False)
    assert circuit.num_qubits == n + 1  # the key is not touched
    assert np.allclose(-1j * unitary_matrix(circuit), encryption_unitary(n), atol=1e-13)


@pytest.mark.parametrize("n", (2, 3, 4, 5))
def test_inverse_is_the_adjoint(n):
    circuit = inverse_encryption_circuit(EncryptedCloning(n))
    assert np.allclose(1j * unitary_matrix(circuit), encryption_unitary(n).conj().T, atol=1e-13)


@pytest.mark.parametrize("n", (2, 3, 4))
def test_bell_pairs(n):
    (branch,) = branches(DenseState.zeros(2 * n + 1), bell_pairs(EncryptedCloning(n).unit))
    expected = joint([(np.eye(2)[0], [0]), *[(PHI, [i, n + i]) for i in range(1, n + 1)]])
    assert np.allclose(branch.state.vector, expected, atol=1e-14)


@pytest.mark.parametrize("n", (2, 3, 4, 5, 6, 7))
def test_encrypted_state(n):
    psi = random_state(1, n)
    start = DenseState.prepare(psi, num_qubits=2 * n + 1)
    (branch,) = branches(start, encryption_circuit(EncryptedCloning(n)))
    assert np.allclose(-1j * branch.state.vector, encrypted_state(psi, n), atol=1e-13)
