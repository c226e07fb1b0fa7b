from __future__ import annotations

import numpy as np
import pytest
import stim

from qloak.errors import UsageError
from qloak.noise import (
    AfterGate,
    AfterOneQubit,
    AfterTwoQubit,
    BeforeMeasurement,
    CouplerTable,
    Idle,
    OnReadout,
    OnReset,
)
from qloak.noise.gates import CZ_LIKE_GATES, ONE_QUBIT_GATES, TWO_QUBIT_GATES, VIRTUAL_GATES

ONE = np.array([[0], [2]])
TWO = np.array([[0, 1], [2, 1]])


def test_families_cover_every_clifford_gate_of_stim_once():
    unitary = {name for name, gate in stim.gate_data().items() if gate.is_unitary and not gate.takes_pauli_targets}
    assert unitary == ONE_QUBIT_GATES | TWO_QUBIT_GATES | {"I", "II"}
    assert not ONE_QUBIT_GATES & TWO_QUBIT_GATES


def test_cz_like_gates_are_those_of_schmidt_rank_two():
    """A two-qubit Clifford gate takes one CZ iff it is a sum of two products of one-qubit operators."""

    def schmidt_rank(name: str) -> int:
        tensor = stim.gate_data(name).unitary_matrix.reshape(2, 2, 2, 2)
        return np.linalg.matrix_rank(tensor.transpose(0, 2, 1, 3).reshape(4, 4), tol=1e-6)

    assert {name for name in TWO_QUBIT_GATES if schmidt_rank(name) == 2} == CZ_LIKE_GATES


def test_virtual_gates_are_the_rotations_about_z():
    def is_diagonal(name: str) -> bool:
        matrix = stim.gate_data(name).unitary_matrix
        return np.allclose(matrix, np.diag(np.diag(matrix)))

    assert {name for name in ONE_QUBIT_GATES if is_diagonal(name)} == VIRTUAL_GATES


def test_after_two_qubit_by_coupler():
    noise = AfterTwoQubit(CouplerTable.from_pairs({(0, 1): 0.15, (1, 2): 0.3})).noise(TWO)
    assert noise.strengths == pytest.approx([0.15, 0.3])
    assert noise.targets is TWO


def test_after_one_qubit_by_qubit():
    noise = AfterOneQubit(np.array([0.1, np.nan, 0.3])).noise(ONE)
    assert noise.strengths == pytest.approx([0.1, 0.3])


def test_after_gate_is_the_same_everywhere():
    rule = AfterGate(np.arange(15) / 1000, frozenset({"CZ"}))
    assert rule.noise(TWO).probabilities.tolist() == [(np.arange(15) / 1000).tolist()]


def test_idle_for_all_and_by_qubit():
    assert Idle(np.array([0.1, 0.2, 0.3])).noise(ONE).probabilities.tolist() == [[0.1, 0.2, 0.3]]
    by_qubit = np.array([[0.1, 0.1, 0.2], [np.nan] * 3, [0.0, 0.0, 0.5]])
    assert Idle(by_qubit).noise(ONE).probabilities.tolist() == [[0.1, 0.1, 0.2], [0.0, 0.0, 0.5]]
    with pytest.raises(UsageError, match="qubit: got 1"):
        Idle(by_qubit).noise(np.array([[1]]))


def test_readout_for_all_and_by_qubit():
    qubits = np.array([2, 0, 2])
    assert OnReadout(0.1).flips(qubits).tolist() == [0.1] * 3
    assert OnReadout(np.array([0.1, np.nan, 0.3])).flips(qubits).tolist() == [0.3, 0.1, 0.3]


@pytest.mark.parametrize("name", ["R", "RX", "RY", "MR", "MRX", "MRY"])
def test_reset_error_makes_the_opposite_state(name):
    """The Pauli must anticommute with the stabilizer that the reset prepares."""
    basis = {"X": "X", "Y": "Y"}.get(name[-1], "Z")
    (row,) = OnReset(0.1).noise(name, np.array([[0]])).probabilities
    (pauli,) = np.flatnonzero(row)
    assert row[pauli] == 0.1
    assert not stim.PauliString("XYZ"[pauli]).commutes(stim.PauliString(basis))


@pytest.mark.parametrize(
    "rule",
    [
        AfterTwoQubit(0.1),
        AfterTwoQubit(CouplerTable.from_pairs({(0, 1): 0.1, (2, 1): 0.2})),
        AfterGate(np.full(15, 0.01), frozenset({"CZ"})),
    ],
)
def test_scaling_two_qubit_rules(rule):
    assert np.allclose(rule.scaled(3).noise(TWO).strengths, 3 * rule.noise(TWO).strengths, rtol=1e-14)


@pytest.mark.parametrize(
    "rule",
    [AfterOneQubit(0.1), AfterOneQubit(np.array([0.1, 0.2, 0.05])), BeforeMeasurement(0.1), Idle(np.full(3, 0.05))],
)
def test_scaling_one_qubit_rules(rule):
    assert np.allclose(rule.scaled(2).noise(ONE).strengths, 2 * rule.noise(ONE).strengths, rtol=1e-14)


def test_scaling_flips():
    assert OnReadout(0.1).scaled(2).flips(np.array([0])) == [0.2]
    assert OnReset(0.1).scaled(2).noise("R", np.array([[0]])).strengths == [0.2]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: AfterTwoQubit(0.95), "two-qubit error: got 0.95"),
        (lambda: AfterTwoQubit(CouplerTable.from_pairs({(0, 1): -0.1})), "two-qubit error: got -0.1"),
        (lambda: AfterOneQubit(0.8), "one-qubit error: got 0.8"),
        (lambda: BeforeMeasurement(0.8), "error before measurement: got 0.8"),
        (lambda: OnReadout(1.1), "readout error: got 1.1"),
        (lambda: OnReset(-0.1), "reset error: got -0.1"),
        (lambda: AfterGate(np.zeros(4), frozenset({"CZ"})), r"shape \(3,\) or \(15,\)"),
        (lambda: AfterGate(np.full(3, 0.4), frozenset({"H"})), "at most 1"),
        (lambda: Idle(np.zeros((2, 2))), r"shape \(3,\)"),
        (lambda: Idle(np.array([0.5, 0.5, 0.1])), "at most 1"),
        (lambda: AfterOneQubit(0.4).scaled(2), "one-qubit error: got 0.8"),
    ],
)
def test_impossible_strengths_are_refused(make, message):
    with pytest.raises(UsageError, match=message):
        make()
