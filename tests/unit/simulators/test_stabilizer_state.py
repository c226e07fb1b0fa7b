"""Stabilizer states against state vectors, and at sizes where no vector fits."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import stim

from qloak.errors import ProgramError, UsageError
from qloak.simulators.dense import DenseState
from qloak.simulators.dense_engine import branches
from qloak.simulators.stabilizer_state import StabilizerState

GHZ = stim.Circuit("H 0\nCX 0 1 1 2")


def random_circuit(num_qubits: int, seed: int) -> stim.Circuit:
    """A Clifford that depends on the seed alone, which stim's own random tableau would not."""
    rng = np.random.default_rng(seed)
    circuit = stim.Circuit()
    for _ in range(6 * num_qubits):
        gate = str(rng.choice(["H", "S", "SQRT_Y", "C_XYZ", "CX", "CZ", "ISWAP"]))
        width = 2 if stim.gate_data(gate).is_two_qubit_gate else 1
        if width <= num_qubits:
            circuit.append(gate, rng.permutation(num_qubits)[:width].tolist())
    return circuit


def dense(circuit: stim.Circuit, num_qubits: int) -> DenseState:
    (branch,) = branches(DenseState.zeros(num_qubits), circuit)
    return branch.state


@pytest.mark.parametrize("seed", range(4))
def test_every_mean_value(seed):
    circuit = random_circuit(3, seed)
    state, vector = StabilizerState.prepared_by(circuit, num_qubits=3), dense(circuit, 3)
    for word in itertools.product("_XYZ", repeat=3):
        pauli = stim.PauliString("-" + "".join(word))
        assert state.expectation(pauli) == pytest.approx(vector.expectation(pauli), abs=1e-12)


@pytest.mark.parametrize("seed", range(6))
def test_amplitudes_up_to_the_global_phase(seed):
    num_qubits = 1 + seed % 4
    circuit = random_circuit(num_qubits, seed)
    found = StabilizerState.prepared_by(circuit, num_qubits=num_qubits).to_statevector()
    assert np.linalg.norm(found) == pytest.approx(1, abs=1e-15)
    assert abs(np.vdot(found, dense(circuit, num_qubits).vector)) == pytest.approx(1, abs=1e-14)


def test_amplitudes_are_exact_where_single_precision_would_show():
    vector = StabilizerState.prepared_by(stim.Circuit("H 0 1 2 3 4 5 6\nS 3"), num_qubits=7).to_statevector()
    assert set(np.round(abs(vector) * 2**3.5, 15)) == {1.0}


def test_little_endian():
    vector = StabilizerState.prepared_by(stim.Circuit("X 2"), num_qubits=4).to_statevector()
    assert np.flatnonzero(vector).tolist() == [4]


@pytest.mark.parametrize("seed", range(8))
def test_overlap_is_that_of_the_vectors(seed):
    one, two = random_circuit(3, seed), random_circuit(3, seed + 50)
    states = [StabilizerState.prepared_by(circuit, num_qubits=3) for circuit in (one, two)]
    expected = abs(np.vdot(dense(one, 3).vector, dense(two, 3).vector)) ** 2
    assert states[0].overlap(states[1]) == pytest.approx(expected, abs=1e-12)
    assert states[1].overlap(states[0]) == states[0].overlap(states[1])
    assert states[0].overlap(states[0]) == 1


def test_overlap_of_states_with_1000_qubits():
    plus = StabilizerState.prepared_by(stim.Circuit("H " + " ".join(map(str, range(1000)))), num_qubits=1000)
    zero = StabilizerState.prepared_by(stim.Circuit(), num_qubits=1000)
    flipped = StabilizerState.prepared_by(stim.Circuit("X 999"), num_qubits=1000)
    assert plus.overlap(plus) == 1
    assert zero.overlap(flipped) == 0
    assert plus.overlap(zero) == 2.0**-1000


class TestMeasurement:
    @pytest.mark.parametrize("outcome", [False, True])
    def test_collapse_of_a_ghz_state(self, outcome):
        before = StabilizerState.prepared_by(GHZ, num_qubits=3)
        after = before.postselect(stim.PauliString("_Z_"), outcome)
        for word in ("Z__", "_Z_", "__Z"):
            assert before.expectation(stim.PauliString(word)) == 0
            assert after.expectation(stim.PauliString(word)) == 1 - 2 * outcome

    def test_the_impossible_outcome_is_refused(self):
        with pytest.raises(UsageError, match=r"outcome: got True, expected a possible outcome of \+ZZ_"):
            StabilizerState.prepared_by(GHZ, num_qubits=3).postselect(stim.PauliString("ZZ_"), True)


def test_operations_leave_the_original_alone():
    state = StabilizerState.prepared_by(stim.Circuit(), num_qubits=1)
    flipped = state.apply_clifford(stim.Circuit("X 0"))
    state.postselect(stim.PauliString("X"), True)
    assert state.expectation(stim.PauliString("Z")) == 1
    assert flipped.expectation(stim.PauliString("Z")) == -1


@pytest.mark.parametrize("num_qubits", (0, 1, 5))
def test_qubits_that_no_gate_touches(num_qubits):
    assert StabilizerState.prepared_by(stim.Circuit(), num_qubits=num_qubits).num_qubits == num_qubits


@pytest.mark.parametrize("text", ["M 0", "R 0", "X_ERROR(0.1) 0", "MPP X0*X1", "M 0\nCX rec[-1] 1"])
def test_only_unitary_circuits_prepare_a_pure_state(text):
    with pytest.raises(ProgramError, match="expected unitary gates alone"):
        StabilizerState.prepared_by(stim.Circuit(text), num_qubits=2)
