"""Decryption circuits of the canonical scheme against U_dec and the decrypted state in closed form."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import stim

from qloak.circuits import decryption, encryption_circuit, roundtrip_circuit
from qloak.core import EncryptedCloning
from qloak.simulators.dense import DenseState
from qloak.simulators.dense_engine import Branch, branches, run, unitary_matrix
from tests.oracles import (
    IDENTITY,
    PHI,
    decrypted_state,
    decryption_unitary,
    encrypted_reference_state,
    encrypted_state,
    encryption_unitary,
    random_state,
)

EVERY_CLONE = [(n, int(clone)) for n in range(2, 8) for clone in EncryptedCloning(n).clones]
SMALL = [(n, clone) for n, clone in EVERY_CLONE if n <= 5]


def renumbered(circuit: stim.Circuit, qubits: list[int]) -> stim.Circuit:
    """The gates of a circuit with qubits[k] called k."""
    number = {qubit: k for k, qubit in enumerate(qubits)}
    out = stim.Circuit()
    for gate in circuit:
        out.append(gate.name, [number[target.value] for target in gate.targets_copy()])
    return out


def is_pure(state: DenseState, qubit: int, psi: np.ndarray) -> bool:
    """Whether a qubit is exactly in the state psi."""
    return np.allclose(state.reduced_density_matrix([qubit]), np.outer(psi, psi.conj()), atol=1e-12)


class TestUnitary:
    @pytest.mark.parametrize(("n", "clone"), [(n, clone) for n, clone in SMALL if clone])
    def test_circuit_is_u_dec_with_its_global_phase(self, n, clone):
        circuit = decryption(EncryptedCloning(n), clone).circuit
        compact = renumbered(circuit, [clone, *range(n + 1, 2 * n + 1)])
        assert np.allclose(unitary_matrix(compact), decryption_unitary(n, clone), atol=1e-13)

    @pytest.mark.parametrize("n", (2, 4))
    def test_source_circuit_is_the_inverse_encryption_on_the_key(self, n):
        compact = renumbered(decryption(EncryptedCloning(n), "A").circuit, [0, *range(n + 1, 2 * n + 1)])
        assert np.allclose(1j * unitary_matrix(compact), encryption_unitary(n).conj().T, atol=1e-13)

    @pytest.mark.parametrize(("n", "clone"), EVERY_CLONE)
    def test_every_clone_returns_the_state_and_fresh_pairs(self, n, clone):
        """The whole final vector, global phase included: i from U_enc, undone again where A is decrypted."""
        psi = random_state(1, 100 * n + clone)
        start = DenseState.prepare(psi, num_qubits=2 * n + 1)
        (branch,) = branches(start, roundtrip_circuit(EncryptedCloning(n), clone))
        phase = 1j if clone else 1
        assert np.allclose(branch.state.vector, phase * decrypted_state(psi, n, clone), atol=1e-12)

    @pytest.mark.parametrize(("n", "clone"), [(n, clone) for n, clone in SMALL if n % 2 == 0])
    def test_a_missing_key_qubit_leaves_nothing(self, n, clone):
        """With one N_k reset (k != j) the clone of an even scheme ends maximally mixed, whatever the input."""
        lost = 2 * n if clone < n else 2 * n - 1
        circuit = encryption_circuit(EncryptedCloning(n))
        circuit += stim.Circuit(f"R {lost}") + decryption(EncryptedCloning(n), clone).circuit
        start = DenseState.prepare(random_state(1, n), num_qubits=2 * n + 1)
        mixture = sum(b.weight * b.state.reduced_density_matrix([clone]) for b in branches(start, circuit))
        assert np.allclose(mixture, IDENTITY / 2, atol=1e-13)


class TestMeasured:
    @pytest.mark.parametrize(("n", "clone"), [(n, clone) for n, clone in EVERY_CLONE if n <= 4])
    def test_every_branch_returns_the_state(self, n, clone):
        """All 2^n outcome patterns, equally likely, with feed-forward."""
        psi = random_state(1, 100 * n + clone)
        start = DenseState(encrypted_state(psi, n))
        courses = list(branches(start, decryption(EncryptedCloning(n), clone, method="measured").circuit))
        assert sorted(branch.record for branch in courses) == list(itertools.product((False, True), repeat=n))
        for branch in courses:
            assert branch.weight == pytest.approx(2**-n)
            assert is_pure(branch.state, clone, psi)

    @pytest.mark.parametrize(("n", "clone"), EVERY_CLONE)
    @pytest.mark.parametrize("frame", ["feedforward", "recorded"])
    def test_random_branches_of_every_clone(self, n, clone, frame):
        psi = random_state(1, 100 * n + clone)
        scheme = EncryptedCloning(n)
        plan = decryption(scheme, clone, method="measured", frame=frame)
        assert plan.output == clone
        (encrypted,) = branches(DenseState.prepare(psi, num_qubits=2 * n + 1), encryption_circuit(scheme))
        rng = np.random.default_rng(n)
        for _ in range(2):
            branch = run(encrypted.state, plan.circuit, rng)
            assert is_pure(corrected(branch, plan.output, *plan.frame.corrections(np.array(branch.record))), clone, psi)

    @pytest.mark.parametrize(("n", "clone"), [(n, clone) for n, clone in EVERY_CLONE if n <= 4])
    def test_recorded_frame_in_every_branch(self, n, clone):
        """As feed-forward, and the frame really is needed: without it three quarters of the branches are wrong."""
        psi = random_state(1, 100 * n + clone)
        plan = decryption(EncryptedCloning(n), clone, method="measured", frame="recorded")
        uncorrected = 0
        for branch in branches(DenseState(encrypted_state(psi, n)), plan.circuit):
            uncorrected += is_pure(branch.state, clone, psi)
            due = plan.frame.corrections(np.array(branch.record))
            assert is_pure(corrected(branch, clone, *due), clone, psi)
        assert uncorrected == 2**n // 4

    @pytest.mark.parametrize(("n", "clone"), SMALL)
    def test_touches_the_clone_and_its_key_only(self, n, clone):
        plan = decryption(EncryptedCloning(n), clone, method="measured")
        touched = {t.value for gate in plan.circuit for t in gate.targets_copy() if t.is_qubit_target}
        assert touched == {clone, *range(n + 1, 2 * n + 1)}

    @pytest.mark.parametrize("n", (2, 3, 4, 5))
    def test_other_clones_are_left_maximally_mixed(self, n):
        """Together with the reference of an entangled input: I/4, so nothing of the state is left there.

        For odd n the source A is no clone: it ends in a Y state that the outcomes name, the same for every input.
        """
        start = DenseState(encrypted_reference_state(n))
        reference = 2 * n + 1
        branch = run(start, decryption(EncryptedCloning(n), 1, method="measured").circuit, np.random.default_rng(n))
        bell_pair = branch.state.reduced_density_matrix([1, reference])
        assert np.allclose(bell_pair, np.outer(PHI, PHI), atol=1e-13)
        for other in range(2, n + 1):
            assert np.allclose(branch.state.reduced_density_matrix([other, reference]), np.eye(4) / 4, atol=1e-13)
        source = branch.state.reduced_density_matrix([0])
        assert np.allclose(branch.state.reduced_density_matrix([0, reference]), np.kron(IDENTITY / 2, source))
        if n % 2 == 0:
            assert np.allclose(source, IDENTITY / 2, atol=1e-13)


def corrected(branch: Branch, output: int, x_due: bool, z_due: bool) -> DenseState:
    """The branch's state after the corrections that its frame asks for."""
    state = branch.state
    for due, letter in ((x_due, "X"), (z_due, "Z")):
        if due:
            state = state.apply_pauli(stim.PauliString({output: letter}))
    return state
