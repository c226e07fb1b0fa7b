"""The closed forms among themselves: the definitions of the protocol imply what the documentation says.

Nothing of Qloak runs here; what passes here is what the circuits are then compared with.
"""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from tests.oracles import (
    IDENTITY,
    PAULIS,
    PHI,
    Y,
    alpha,
    apply,
    bell,
    decrypted_state,
    decryption_unitary,
    encrypted_isometry,
    encrypted_reference_state,
    encrypted_state,
    encryption_sum,
    encryption_unitary,
    joint,
    overlap,
    pauli,
    random_state,
    reduced,
)

SIZES = (1, 2, 3, 4, 5)


def signals(n: int) -> list[int]:
    return list(range(1, n + 1))


def noises(n: int) -> list[int]:
    return list(range(n + 1, 2 * n + 1))


def information_bits(state: np.ndarray, qubits: list[int], reference: int) -> float:
    """Mutual information of the reference with some qubits, in bits."""

    def entropy(subset: list[int]) -> float:
        spectrum = np.linalg.eigvalsh(reduced(state, subset))
        spectrum = spectrum[spectrum > 1e-12]
        return float(-np.sum(spectrum * np.log2(spectrum)))

    return entropy([reference]) + entropy(qubits) - entropy([*qubits, reference])


class TestDefinitions:
    def test_alpha_2_by_n_mod_4(self):
        assert [alpha(2, n) for n in range(1, 9)] == [1, 1j, -1, -1j] * 2

    @pytest.mark.parametrize("n", SIZES)
    def test_encryption_is_unitary_and_both_forms_agree(self, n):
        unitary = encryption_unitary(n)
        assert np.allclose(unitary @ unitary.conj().T, np.eye(2 ** (n + 1)), atol=1e-14)
        assert np.allclose(unitary, encryption_sum(n), atol=1e-14)

    @pytest.mark.parametrize(("n", "j"), [(n, j) for n in SIZES for j in signals(n)])
    def test_decryption_is_unitary(self, n, j):
        unitary = decryption_unitary(n, j)
        assert np.allclose(unitary @ unitary.conj().T, np.eye(2 ** (n + 1)), atol=1e-14)

    @pytest.mark.parametrize("n", SIZES)
    def test_encrypted_state_is_encryption_applied_to_bell_pairs(self, n):
        psi = random_state(1, n)
        start = joint([(psi, [0]), *[(PHI, [i, n + i]) for i in signals(n)]])
        assert np.allclose(apply(encryption_unitary(n), [0, *signals(n)], start), encrypted_state(psi, n), atol=1e-14)

    def test_bell_states_are_orthonormal(self):
        states = np.array([bell(mu) for mu in range(4)])
        assert np.allclose(states.conj() @ states.T, np.eye(4), atol=1e-15)

    def test_double_basis_change_maps_bell_states_to_their_labels(self):
        """V = (H x H) CZ (1 x H) sends |phi_mu> to |m1>|m1 xor m2> up to a phase, mu = 2 m1 + m2."""
        h = (PAULIS[1] + PAULIS[3]) / np.sqrt(2)
        for mu in range(4):
            state = apply(h, [1], bell(mu))
            state = apply(np.diag([1, 1, 1, -1]), [0, 1], state)
            state = apply(h, [1], apply(h, [0], state))
            high, low = mu >> 1, mu & 1
            assert abs(state[high + 2 * (high ^ low)]) == pytest.approx(1)


class TestDecryption:
    @pytest.mark.parametrize(("n", "j"), [(n, j) for n in SIZES for j in signals(n)])
    def test_state_moves_to_the_clone_and_all_pairs_are_fresh(self, n, j):
        psi = random_state(1, 10 * n + j)
        out = apply(decryption_unitary(n, j), [j, *noises(n)], encrypted_state(psi, n))
        assert np.allclose(out, decrypted_state(psi, n, j), atol=1e-14)

    @pytest.mark.parametrize("n", SIZES)
    def test_the_source_is_a_clone_exactly_for_even_n(self, n):
        """Undo U_enc on A and the key: average fidelity (2 F_e + 1) / 3 = 1 for even n, 1/2 for odd n."""
        undone = apply(encryption_unitary(n).conj().T, [0, *noises(n)], encrypted_reference_state(n))
        fidelity = float(np.vdot(PHI, reduced(undone, [0, 2 * n + 1]) @ PHI).real)
        assert (2 * fidelity + 1) / 3 == pytest.approx(1 if n % 2 == 0 else 0.5, abs=1e-13)
        if n % 2 == 0:
            psi = random_state(1, n)
            out = apply(encryption_unitary(n).conj().T, [0, *noises(n)], encrypted_state(psi, n))
            assert overlap(out, decrypted_state(psi, n, 0)) == pytest.approx(1, abs=1e-13)

    @pytest.mark.parametrize("n", SIZES)
    def test_source_and_all_signals_need_no_key(self, n):
        psi = random_state(1, n)
        out = apply(encryption_unitary(n).conj().T, [0, *signals(n)], encrypted_state(psi, n))
        assert np.allclose(reduced(out, [0]), np.outer(psi, psi.conj()), atol=1e-14)


class TestWhatIsHidden:
    def test_a_single_clone_is_not_encrypted(self):
        """n = 1: S_1 shows the Y component as it is, and only that."""
        psi = random_state(1, 3)
        shown = reduced(encrypted_state(psi, 1), [1])
        r_y = np.vdot(psi, Y @ psi).real
        assert np.allclose(shown, (IDENTITY + r_y * Y) / 2, atol=1e-15)

    @pytest.mark.parametrize("n", (2, 3, 4, 5))
    def test_single_qubits_are_maximally_mixed(self, n):
        state = encrypted_state(random_state(1, n), n)
        for qubit in range(2 * n + 1):
            assert np.allclose(reduced(state, [qubit]), IDENTITY / 2, atol=1e-14)

    @pytest.mark.parametrize("n", (2, 3, 4, 5))
    def test_the_smallest_informative_sets_have_three_qubits(self, n):
        state = encrypted_reference_state(n)
        reference = 2 * n + 1
        for pair in itertools.combinations(range(2 * n + 1), 2):
            assert information_bits(state, list(pair), reference) == pytest.approx(0, abs=1e-9)
        for j in signals(n):
            assert information_bits(state, [0, j, n + j], reference) == pytest.approx(2, abs=1e-9)

    @pytest.mark.parametrize("n", (2, 3, 4, 5))
    def test_the_key_alone_knows_nothing(self, n):
        key = reduced(encrypted_state(random_state(1, n), n), noises(n))
        assert np.allclose(key, np.eye(2**n) / 2**n, atol=1e-14)

    @pytest.mark.parametrize("n", (2, 3, 4, 5))
    def test_all_signals_together(self, n):
        """Even n: nothing. Odd n: <Y .. Y> = (-1)^((n-1)/2) r_y and nothing else."""
        psi = random_state(1, n)
        expected = np.eye(2**n, dtype=complex)
        if n % 2:
            r_y = np.vdot(psi, Y @ psi).real
            expected += (-1) ** ((n - 1) // 2) * r_y * pauli("Y" * n)
        assert np.allclose(reduced(encrypted_state(psi, n), signals(n)), expected / 2**n, atol=1e-14)


class TestIsometry:
    @pytest.mark.parametrize("n", SIZES)
    def test_columns_are_orthonormal_and_linear(self, n):
        isometry = encrypted_isometry(n)
        assert np.allclose(isometry.conj().T @ isometry, np.eye(2), atol=1e-14)
        psi = random_state(1, 20 + n)
        assert np.allclose(isometry @ psi, encrypted_state(psi, n), atol=1e-14)
