"""The dense oracle itself, against linear algebra written out here and against stim's gate tables."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import stim

from qloak.errors import LimitError, ProgramError, StateError, UsageError
from qloak.simulators.dense import MAX_DENSE_QUBITS, DenseState
from qloak.simulators.dense_engine import DenseEngine, branches, run, unitary_matrix
from qloak.simulators.register import Register

I2 = np.eye(2)
X = np.array([[0, 1], [1, 0]])
Y = np.array([[0, -1j], [1j, 0]])
Z = np.diag([1, -1])
UNITARY_GATES = sorted(
    name for name, gate in stim.gate_data().items() if gate.is_unitary and not gate.takes_pauli_targets
)


def random_vector(num_qubits: int, seed: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    vector = rng.normal(size=2**num_qubits) + 1j * rng.normal(size=2**num_qubits)
    return vector / np.linalg.norm(vector)


def pauli_matrix(text: str) -> np.ndarray:
    """Kronecker product with the last letter leftmost: qubit 0, the first letter, is least significant."""
    out = np.eye(1)
    for letter in text:
        out = np.kron({"_": I2, "I": I2, "X": X, "Y": Y, "Z": Z}[letter], out)
    return out


class TestState:
    def test_operations_leave_the_original_alone(self):
        state = DenseState.zeros(2)
        state.apply_unitary(X + 0j, [0])
        state.postselect(stim.PauliString("X"), True)
        assert np.array_equal(state.vector, [1, 0, 0, 0])

    def test_qubit_0_is_the_least_significant_bit(self):
        assert np.array_equal(DenseState.zeros(3).apply_unitary(X + 0j, [0]).vector, np.eye(8)[1])
        assert np.array_equal(DenseState.zeros(3).apply_unitary(X + 0j, [2]).vector, np.eye(8)[4])

    def test_prepare_spreads_over_named_qubits(self):
        a, b = random_vector(1, 1), random_vector(1, 2)
        state = DenseState.prepare(np.kron(b, a), num_qubits=4, qubits=[3, 1])
        zero = np.array([1, 0])
        expected = np.kron(a, np.kron(zero, np.kron(b, zero)))
        assert np.allclose(state.vector, expected, atol=1e-15)

    @pytest.mark.parametrize("qubits", list(itertools.permutations(range(4), 2)))
    def test_two_qubit_matrix_on_any_qubits(self, qubits):
        """(P x Q) on (a, b) is P on b and Q on a: the first qubit is the least significant."""
        p, q = (X + Z) @ np.diag([1, 1j]) / np.sqrt(2), Y
        vector = random_vector(4, 3)
        expected = DenseState(vector).apply_unitary(q, qubits[:1]).apply_unitary(p, qubits[1:])
        got = DenseState(vector).apply_unitary(np.kron(p, q) + 0j, qubits)
        assert np.allclose(got.vector, expected.vector, atol=1e-15)

    def test_pauli_strings_match_kronecker_products(self):
        vector = random_vector(3, 4)
        for letters in itertools.product("_XYZ", repeat=3):
            text = "".join(letters)
            matrix = pauli_matrix(text)
            assert np.allclose(DenseState(vector).apply_pauli(stim.PauliString(text)).vector, matrix @ vector)
            expected = float(np.real(vector.conj() @ matrix @ vector))
            assert DenseState(vector).expectation(stim.PauliString("-" + text)) == pytest.approx(-expected, abs=1e-14)

    def test_a_short_pauli_string_acts_on_the_first_qubits(self):
        assert DenseState(np.eye(8)[1] + 0j).expectation(stim.PauliString("Z")) == -1

    def test_reduced_density_matrix_is_the_partial_trace(self):
        vector = random_vector(4, 5)
        full = np.outer(vector, vector.conj()).reshape((2,) * 8)
        # Row axes (3, 2, 1, 0), column axes likewise; trace out qubits 0 and 2.
        expected = np.einsum("dcbaDcBa->dbDB", full).reshape(4, 4)
        assert np.allclose(DenseState(vector).reduced_density_matrix([1, 3]), expected, atol=1e-15)

    def test_postselection_projects_and_keeps_the_phase(self):
        vector = random_vector(2, 6)
        observable = stim.PauliString("XY")
        for outcome, sign in ((False, 1), (True, -1)):
            projected = (vector + sign * pauli_matrix("XY") @ vector) / 2
            state = DenseState(vector)
            assert state.probability(observable, outcome) == pytest.approx(np.linalg.norm(projected) ** 2)
            expected = projected / np.linalg.norm(projected)
            assert np.allclose(state.postselect(observable, outcome).vector, expected, atol=1e-14)

    def test_certain_outcomes_are_exactly_certain(self):
        plus = DenseState(np.full(8, 8**-0.5, dtype=complex))
        assert plus.probability(stim.PauliString("XXX"), False) == 1
        assert plus.probability(stim.PauliString("XXX"), True) == 0

    @pytest.mark.parametrize("vector", [[1, 1], [0, 0], [np.nan, 0], [np.inf, 0], [1, 0, 0], [], [[1, 0]]])
    def test_refuses_what_is_no_state(self, vector):
        with pytest.raises(StateError):
            DenseState.prepare(np.array(vector, dtype=complex))

    def test_refuses_misuse(self):
        state = DenseState.zeros(2)
        with pytest.raises(LimitError, match="at most"):
            DenseState.zeros(MAX_DENSE_QUBITS + 1)
        with pytest.raises(UsageError, match="different"):
            state.apply_unitary(np.eye(4) + 0j, [0, 0])
        with pytest.raises(UsageError, match="from 0 to 1"):
            state.reduced_density_matrix([2])
        with pytest.raises(UsageError, match="as many"):
            DenseState.prepare(np.array([1, 0], dtype=complex), qubits=[0, 1])
        with pytest.raises(UsageError, match="Hermitian"):
            state.expectation(stim.PauliString("iX"))
        with pytest.raises(UsageError, match="possible"):
            state.postselect(stim.PauliString("Z"), True)
        with pytest.raises(UsageError, match="different"):
            state.expectation(stim.PauliString("__Z"))


class TestGates:
    @pytest.mark.parametrize("name", UNITARY_GATES)
    def test_every_gate_conjugates_as_its_tableau_says(self, name):
        tableau = stim.gate_data(name).tableau
        matrix = unitary_matrix(stim.Circuit(f"{name} {' '.join(map(str, range(len(tableau))))}"))
        assert np.allclose(matrix @ matrix.conj().T, np.eye(len(matrix)), atol=1e-15)
        for index in range(1, 4 ** len(tableau)):
            pauli = stim.PauliString([index % 4, index // 4][: len(tableau)])
            image = tableau(pauli)
            before, after = str(pauli)[1:], str(image)[1:]
            expected = np.real(image.sign) * pauli_matrix(after)
            assert np.allclose(matrix @ pauli_matrix(before) @ matrix.conj().T, expected, atol=1e-14)

    def test_phases_are_exact(self):
        """Gates as their textbook matrices, not up to a phase, to double precision."""
        half = np.sqrt(0.5)
        cases = {
            "S 0": np.diag([1, 1j]),
            "H 0": half * np.array([[1, 1], [1, -1]]),
            "SQRT_X 0": np.array([[1 + 1j, 1 - 1j], [1 - 1j, 1 + 1j]]) / 2,
            "ISWAP 0 1": np.array([[1, 0, 0, 0], [0, 0, 1j, 0], [0, 1j, 0, 0], [0, 0, 0, 1]]),
            "SPP Z0": np.diag([1, 1j]),
            "SPP !Z0": np.diag([1j, 1]),
            "SPP_DAG Z0*Z1": np.diag([1, -1j, -1j, 1]),
            "SQRT_ZZ 0 1": np.diag([1, 1j, 1j, 1]),
        }
        for text, matrix in cases.items():
            assert np.allclose(unitary_matrix(stim.Circuit(text)), matrix, atol=1e-15), text

    def test_pauli_phases_match_stim(self):
        """SPP on strings with gaps and repeated letters, against stim's own tableau."""
        circuit = stim.Circuit("SPP X0*Y2*Z3 !Y1*Z2\nSPP_DAG Y3 Z0*X1")
        matrix = unitary_matrix(circuit)
        expected = circuit.to_tableau().to_unitary_matrix(endian="little")
        overlap = np.trace(expected.conj().T @ matrix) / 16
        assert abs(overlap) == pytest.approx(1, abs=1e-5)

    def test_the_first_gate_acts_first(self):
        assert np.allclose(unitary_matrix(stim.Circuit("H 0\nS 0")), np.diag([1, 1j]) @ (X + Z) / np.sqrt(2))

    def test_a_unitary_has_no_measurements(self):
        with pytest.raises(ProgramError, match="gates only"):
            unitary_matrix(stim.Circuit("H 0\nR 1"))


class TestCircuits:
    @pytest.mark.parametrize(
        ("circuit", "record"),
        [
            ("X 0\nM 0 1 !0 !1", (1, 0, 0, 1)),
            ("RX 0\nZ 0\nMX 0 !0", (1, 0)),
            ("RY 0\nX 0\nMY 0", (1,)),
            ("X 0\nMR !0\nM 0", (0, 0)),
            ("RX 0\nZ 0\nMRX 0\nMX 0", (1, 0)),
            ("RY 0\nZ 0\nMRY 0\nMY 0", (1, 0)),
            ("H 0\nCX 0 1\nMXX 0 1\nMYY 0 1 !0 1\nMZZ 0 !1", (0, 1, 0, 1)),
            ("H 0\nCX 0 1\nMPP X0*X1 !Y0*Y1 Z0*Z1", (0, 0, 0)),
            ("MPAD 1 0 1", (1, 0, 1)),
            ("X 0\nM 0\nCX rec[-1] 1\nM 1\nCZ rec[-1] rec[-2]\nXCZ 2 rec[-2]\nM 2", (1, 1, 1)),
            ("X 0\nM 0\nRX 1 2 3\nCZ rec[-1] 1\nCZ 2 rec[-1]\nCY rec[-1] 3\nMX 1 2 3", (1, 1, 1, 1)),
            ("M 0\nCX rec[-1] 1\nM 1", (0, 0)),
            ("REPEAT 3 {\nX 0\nM 0\n}\nDETECTOR rec[-1]\nTICK", (1, 0, 1)),
        ],
    )
    def test_certain_results(self, circuit, record):
        courses = list(branches(DenseState.zeros(4), stim.Circuit(circuit)))
        assert {branch.record for branch in courses} == {tuple(map(bool, record))}
        assert sum(branch.weight for branch in courses) == pytest.approx(1)

    def test_teleportation_branches(self):
        """Four equally likely records, and the state arrives in each."""
        vector = random_vector(1, 7)
        circuit = stim.Circuit("H 1\nCX 1 2 0 1\nMX 0\nM 1\nCX rec[-1] 2\nCZ rec[-2] 2")
        courses = list(branches(DenseState.prepare(vector, num_qubits=3), circuit))
        assert sorted(b.record for b in courses) == list(itertools.product((False, True), repeat=2))
        for branch in courses:
            assert branch.weight == pytest.approx(0.25)
            rho = branch.state.reduced_density_matrix([2])
            assert np.vdot(vector, rho @ vector).real == pytest.approx(1)

    def test_unequal_chances(self):
        """cos^2 and sin^2 of the half angle, and a reset that branches without a record."""
        vector = np.array([np.cos(0.3), np.sin(0.3)], dtype=complex)
        courses = list(branches(DenseState(vector), stim.Circuit("R 0\nM 0")))
        assert [b.record for b in courses] == [(False,), (False,)]
        assert sorted(b.weight for b in courses) == pytest.approx([np.sin(0.3) ** 2, np.cos(0.3) ** 2])
        rng = np.random.default_rng(1)
        ones = sum(run(DenseState(vector), stim.Circuit("M 0"), rng).record[0] for _ in range(4000))
        # Hoeffding: P(|ones - mean| >= 208) <= 2 exp(-2 * 208^2 / 4000) < 1e-9.
        assert abs(ones - 4000 * np.sin(0.3) ** 2) < 208

    @pytest.mark.parametrize(
        "text",
        ["DEPOLARIZE1(0.1) 0", "M(0.1) 0", "X_ERROR(0.1) 0", "E(0.5) X0", "HERALDED_ERASE(0.1) 0", "MPAD(0.2) 0"],
    )
    def test_noise_is_refused(self, text):
        with pytest.raises(ProgramError, match="without_noise"):
            run(DenseState.zeros(1), stim.Circuit(text), np.random.default_rng(0))

    @pytest.mark.parametrize("text", ["CX sweep[0] 0", "CX rec[-1] 0", "M 0\nCX rec[-2] 0", "E(0) X0"])
    def test_what_has_no_meaning_is_refused(self, text):
        with pytest.raises(ProgramError):
            run(DenseState.zeros(1), stim.Circuit(text), np.random.default_rng(0))


class TestEngine:
    def test_shape_and_correlations(self):
        circuit = stim.Circuit("H 0\nCX 0 1\nM 0 1\nM 2")
        records = DenseEngine().sample(circuit, 1000, rng=np.random.default_rng(2))
        assert records.shape == (1000, 3)
        assert records.dtype == np.bool_
        assert np.array_equal(records[:, 0], records[:, 1])
        assert not records[:, 2].any()
        # Hoeffding: P(|ones - 500| >= 104) <= 2 exp(-2 * 104^2 / 1000) < 1e-9.
        assert abs(records[:, 0].sum() - 500) < 104

    def test_shots_are_not_sorted_by_outcome(self):
        records = DenseEngine().sample(stim.Circuit("H 0\nM 0"), 200, rng=np.random.default_rng(3))[:, 0]
        # With k ones the sorted orders have chance 2 / C(200, k): below 1e-9 for 6 <= k <= 194, which fails
        # with a chance below 1e-48.
        assert np.count_nonzero(np.diff(records)) > 1

    def test_no_measurements(self):
        assert DenseEngine().sample(stim.Circuit("H 0"), 5, rng=np.random.default_rng(4)).shape == (5, 0)

    def test_no_shots_are_refused(self):
        with pytest.raises(UsageError, match="at least 1"):
            DenseEngine().sample(stim.Circuit("H 0\nM 0"), 0, rng=np.random.default_rng(4))

    @pytest.mark.parametrize(
        "register", [Register.dense(random_vector(2, 8)), Register.stabilizer(stim.Circuit("H 0\nCX 0 1\nS 1"))]
    )
    def test_a_register_enters_on_the_first_qubits(self, register):
        """Swap it away and undo its preparation there: qubits 2, 3 show the register, 0 and 1 nothing."""
        prepared = DenseState.prepare(register.to_statevector())
        (branch,) = branches(DenseState.prepare(prepared.vector, num_qubits=4), stim.Circuit("SWAP 0 2 1 3"))
        expected = [branch.state.probability(stim.PauliString({2: "Z"}), True), 0.0]
        records = DenseEngine().sample(
            stim.Circuit("SWAP 0 2 1 3\nM 2 0"), 4000, register=register, rng=np.random.default_rng(9)
        )
        # Hoeffding: P(|mean - expected| >= 0.052) <= 2 exp(-2 * 4000 * 0.052^2) < 1e-9.
        assert np.abs(records.mean(axis=0) - expected).max() < 0.052

    def test_same_seed_same_shots(self):
        circuit = stim.Circuit("H 0 1\nM 0 1")
        first, second = (DenseEngine().sample(circuit, 50, rng=np.random.default_rng(5)) for _ in range(2))
        assert np.array_equal(first, second)


def test_vector_too_large_for_a_norm_is_refused():
    with pytest.raises(StateError, match="norm"):
        DenseState(np.full(2, 1e200 + 0j))
