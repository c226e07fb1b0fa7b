"""Registers: every way to make one, and what can be asked of it."""

from __future__ import annotations

import math

import numpy as np
import pytest
import stim

from qloak.circuits.formats import read_program
from qloak.errors import LimitError, ProgramError, StateError, UsageError
from qloak.simulators import Register
from qloak.simulators.register import MAX_DENSE_REGISTER
from tests.oracles import LETTERS, overlap, random_state, reduced

BELL = stim.Circuit("H 0\nCX 0 1")


def program(body: str, *, qubits: int = 1) -> Register:
    text = f'OPENQASM 3.0;\ninclude "stdgates.inc";\nqubit[{qubits}] q;\n{body}'
    return Register.from_program(read_program(text))


class TestDense:
    def test_keeps_the_amplitudes(self):
        vector = random_state(3, 1)
        register = Register.dense(vector)
        assert (register.num_qubits, register.is_dense) == (3, True)
        assert np.allclose(register.to_statevector(), vector, atol=1e-15)

    def test_a_list_of_numbers_will_do(self):
        assert Register.dense([0, 1]).bloch_vector().tolist() == [0, 0, -1]

    @pytest.mark.parametrize("error", [3e-10, -3e-10])
    def test_a_norm_within_the_tolerance_is_made_exact(self, error):
        """Else every fidelity would be off by it."""
        register = Register.dense(random_state(1, 2) * (1 + error))
        assert abs(register.state_fidelity(Register.dense(random_state(1, 2))) - 1) < 1e-14

    @pytest.mark.parametrize(
        "vector",
        [
            [1, 1],
            [1 + 1e-6, 0],
            [0, 0],
            [math.nan, 0],
            [math.inf, 0],
            [1, 0, 0],
            [],
            [1],
            [[1, 0], [0, 0]],
        ],
        ids=str,
    )
    def test_what_is_no_state_is_refused(self, vector):
        with pytest.raises(StateError, match="vector: got"):
            Register.dense(np.array(vector, dtype=complex))

    def test_too_many_qubits(self):
        vector = np.zeros(2 ** (MAX_DENSE_REGISTER + 1))
        vector[0] = 1
        with pytest.raises(LimitError, match="got 21, expected at most 20 qubits"):
            Register.dense(vector)


class TestStabilizer:
    def test_of_any_size(self):
        ghz = Register.stabilizer(stim.Circuit("H 0\n" + "\n".join(f"CX {q} {q + 1}" for q in range(299))))
        assert (ghz.num_qubits, ghz.is_dense) == (300, False)
        assert ghz.bloch_vector(299).tolist() == [0, 0, 0]
        with pytest.raises(LimitError, match="got 300, expected at most 20"):
            ghz.to_statevector()

    def test_more_qubits_than_the_circuit_uses(self):
        register = Register.stabilizer(stim.Circuit("X 1"), num_qubits=4)
        assert [register.bloch_vector(q)[2] for q in range(4)] == [1, -1, 1, 1]

    @pytest.mark.parametrize("num_qubits", (-1, 0, 1))
    def test_fewer_are_refused(self, num_qubits):
        with pytest.raises(StateError, match=r"num_qubits: got .*, expected at least 2"):
            Register.stabilizer(BELL, num_qubits=num_qubits)

    def test_no_qubit_at_all_is_refused(self):
        with pytest.raises(StateError, match="expected at least 1"):
            Register.stabilizer(stim.Circuit())

    def test_measurements_are_refused(self):
        with pytest.raises(ProgramError, match="unitary gates alone"):
            Register.stabilizer(stim.Circuit("H 0\nM 0"))


class TestBloch:
    @pytest.mark.parametrize(("theta", "phi"), [(0, 0), (1.05, 0.5), (math.pi, 1), (2, -3), (-1, 7), (40, 1e6)])
    def test_angles(self, theta, phi):
        expected = [math.sin(theta) * math.cos(phi), math.sin(theta) * math.sin(phi), math.cos(theta)]
        assert Register.bloch(theta, phi).bloch_vector() == pytest.approx(expected, abs=1e-12)

    @pytest.mark.parametrize(("theta", "phi"), [(math.nan, 0), (0, math.inf), (-math.inf, 0)])
    def test_angles_are_finite(self, theta, phi):
        with pytest.raises(StateError, match="a finite angle in radians"):
            Register.bloch(theta, phi)


class TestRandom:
    def test_is_decided_by_the_generator(self):
        one, two, other = (Register.random(2, np.random.default_rng(seed)) for seed in (1, 1, 2))
        assert one.state_fidelity(two) == 1
        assert one.state_fidelity(other) < 0.999

    def test_is_uniform_on_the_sphere(self):
        """Each mean of N = 4000 independent numbers in [-1, 1] misses 0 by t with probability at most
        2 exp(-N t^2 / 2) (Hoeffding): t = 0.107 for the three of them together at 1e-9."""
        rng = np.random.default_rng(3)
        mean = np.mean([Register.random(1, rng).bloch_vector() for _ in range(4000)], axis=0)
        assert abs(mean).max() < 0.107

    @pytest.mark.parametrize("num_qubits", (0, -1, 21, 10**9))
    def test_sizes(self, num_qubits):
        with pytest.raises(LimitError, match="1 to 20"):
            Register.random(num_qubits, np.random.default_rng(1))


class TestProgram:
    def test_clifford_gates_make_a_stabilizer_state(self):
        ghz = program("h q[0];\ncx q[0], q[1];\ncx q[1], q[2];", qubits=3)
        assert not ghz.is_dense
        assert abs(ghz.to_statevector()[[0, 7]]) == pytest.approx([2**-0.5] * 2)

    def test_other_gates_make_a_dense_one(self):
        register = program("h q[1];\nt q[1];\ncx q[1], q[0];", qubits=2)
        assert register.is_dense
        expected = np.array([1, 0, 0, np.exp(1j * math.pi / 4)]) / math.sqrt(2)
        assert overlap(register.to_statevector(), expected) == pytest.approx(1, abs=1e-14)

    def test_a_thousand_clifford_qubits(self):
        assert program("x q[999];", qubits=1000).bloch_vector(999).tolist() == [0, 0, -1]

    @pytest.mark.parametrize("body", ["bit c;\nc = measure q[0];", "reset q[0];", "bit c;\nif (c) { x q[0]; }"])
    def test_only_gates_prepare_a_state(self, body):
        with pytest.raises(ProgramError, match="expected gates alone"):
            program(body)

    def test_too_many_qubits_for_a_gate_that_is_not_clifford(self):
        with pytest.raises(LimitError, match=r"qasm: got 21 qubits, expected at most 20 where gates are not Clifford"):
            program("t q[3];", qubits=21)

    def test_more_gates_than_there_is_time_for(self):
        """2^31 amplitudes in all: 2048 gates on 20 qubits, which would take minutes beyond."""
        with pytest.raises(LimitError, match=r"qasm: got 2049 gates, expected at most 2048 on 20 qubits"):
            program("t q[0];\n" * 2049, qubits=20)


class TestQuestions:
    def test_bloch_vectors_of_a_dense_register(self):
        vector = random_state(3, 5)
        for qubit in range(3):
            rho = reduced(vector, [qubit])
            expected = [np.trace(rho @ LETTERS[letter]).real for letter in "XYZ"]
            assert Register.dense(vector).bloch_vector(qubit) == pytest.approx(expected, abs=1e-13)

    @pytest.mark.parametrize("qubit", (-1, 2))
    def test_qubits_out_of_range(self, qubit):
        with pytest.raises(UsageError, match="a number from 0 to 1"):
            Register.stabilizer(BELL).bloch_vector(qubit)

    def test_fidelity_of_every_pair_of_kinds(self):
        plus = Register.dense(np.array([1, 1]) / math.sqrt(2))
        zero, minus = Register.stabilizer(stim.Circuit("I 0")), Register.stabilizer(stim.Circuit("X 0\nH 0"))
        assert plus.state_fidelity(zero) == pytest.approx(0.5, abs=1e-15)
        assert zero.state_fidelity(plus) == pytest.approx(0.5, abs=1e-15)
        assert zero.state_fidelity(minus) == 0.5
        assert plus.state_fidelity(minus) == pytest.approx(0, abs=1e-15)
        assert plus.state_fidelity(plus) == 1

    @pytest.mark.parametrize("seed", range(20))
    def test_fidelity_with_itself_is_never_above_one(self, seed):
        register = Register.dense(random_state(4, seed))
        assert 1 - 1e-14 < register.state_fidelity(register) <= 1

    def test_fidelity_asks_for_equal_sizes(self):
        with pytest.raises(UsageError, match="other: got 2, expected a register of 1 qubits"):
            Register.bloch(0, 0).state_fidelity(Register.stabilizer(BELL))
