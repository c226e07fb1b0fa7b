"""Joint states: dense and stabilizer ones do the same, and what is taken apart was a product."""

from __future__ import annotations

import numpy as np
import pytest
import stim

from qloak.errors import LimitError
from qloak.simulators import Register
from qloak.simulators import joint_state as joint
from qloak.simulators.dense import DenseState
from qloak.simulators.stabilizer_state import StabilizerState
from tests.oracles import IDENTITY, X, overlap, random_state, tensor

BELL = Register.stabilizer(stim.Circuit("H 0\nCX 0 1")).state


def dense(num_qubits: int, seed: int = 1) -> DenseState:
    return DenseState(random_state(num_qubits, seed))


def as_dense(state: joint.JointState) -> DenseState:
    return state if isinstance(state, DenseState) else DenseState(state.to_statevector())


def random_stabilizer(num_qubits: int) -> StabilizerState:
    return StabilizerState(stim.Tableau.random(num_qubits))


def same(first: joint.JointState, second: joint.JointState) -> bool:
    return abs(overlap(as_dense(first).vector, as_dense(second).vector) - 1) < 1e-12


def test_merging_puts_the_second_behind_the_first():
    first, second = random_state(2, 1), random_state(1, 2)
    merged = joint.merged(DenseState(first), DenseState(second))
    assert np.allclose(merged.vector, tensor([first, second]))


def test_merging_mixed_kinds_agrees_with_merging_vectors():
    assert same(joint.merged(BELL, dense(2)), joint.merged(as_dense(BELL), dense(2)))
    assert isinstance(joint.merged(BELL, BELL), StabilizerState)


def test_a_dense_joint_state_has_a_limit():
    with pytest.raises(LimitError, match="at most 20"):
        joint.merged(random_stabilizer(20), dense(1))


@pytest.mark.parametrize("order", ([0, 1, 2], [2, 0, 1], [1, 0, 2], [2, 1, 0]))
def test_rearranging(order):
    product = [random_state(1, seed) for seed in range(3)]
    expected = tensor([product[q] for q in order])
    assert overlap(joint.rearranged(DenseState(tensor(product)), order).vector, expected) == pytest.approx(1)
    state = random_stabilizer(3)
    assert same(joint.rearranged(state, order), joint.rearranged(as_dense(state), order))


def test_paulis_on_both_kinds():
    letters = [(0, "X"), (1, "Z"), (0, "Y"), (2, "Y")]
    state = random_stabilizer(3)
    assert same(joint.apply_paulis(state, letters), joint.apply_paulis(as_dense(state), letters))
    assert np.allclose(joint.apply_paulis(DenseState(random_state(1, 4)), [(0, "X")]).vector, X @ random_state(1, 4))


def test_gates_on_both_kinds():
    circuit = stim.Circuit("H 0\nCX 0 1\nS 1")
    assert same(joint.apply_clifford(BELL, circuit), joint.apply_clifford(as_dense(BELL), circuit))
    assert same(joint.apply_matrix(BELL, X, [1]), joint.apply_paulis(BELL, [(1, "X")]))


def test_measuring_a_product_of_paulis(rng):
    for state in (BELL, as_dense(BELL)):
        outcome, after = joint.measure(state, stim.PauliString("ZZ"), rng)
        assert not outcome
        assert same(after, BELL)
        outcome, after = joint.measure(state, stim.PauliString("Z_"), rng)
        assert as_dense(after).probability(stim.PauliString("_Z"), outcome) == 1


def test_extracting_factors_of_a_product():
    product = joint.merged(joint.merged(dense(1, 3), BELL), dense(1, 4))
    assert overlap(as_dense(joint.extract(product, [3])).vector, random_state(1, 4)) == pytest.approx(1)
    assert same(joint.extract(product, [1, 2]), BELL)
    assert overlap(
        as_dense(joint.extract(product, [3, 0])).vector, tensor([random_state(1, 4), random_state(1, 3)])
    ) == pytest.approx(1)
    stabilizers = joint.merged(BELL, joint.merged(random_stabilizer(1), BELL))
    assert same(joint.extract(stabilizers, [4, 3]), BELL)


def test_entangled_qubits_have_no_state_of_their_own():
    for state in (BELL, as_dense(BELL), joint.merged(BELL, BELL), joint.merged(BELL, dense(1))):
        assert joint.extract(state, [0]) is None


def test_throwing_away_half_of_a_pair_leaves_the_other_in_a_basis_state(rng):
    for state in (BELL, as_dense(BELL)):
        rest = as_dense(joint.without(state, [0], rng))
        assert np.sort(abs(rest.vector) ** 2).tolist() == pytest.approx([0, 1])


def test_throwing_away_what_is_not_entangled_changes_nothing(rng):
    product = joint.merged(BELL, joint.merged(dense(1, 3), BELL))
    assert same(joint.without(product, [0, 1, 3, 4], rng), dense(1, 3))
    large = joint.merged(random_stabilizer(300), BELL)
    assert same(joint.without(large, range(300), rng), BELL)


def test_a_state_from_its_stabilizers():
    for num_qubits in (1, 2, 5, 200):
        tableau = stim.Tableau.random(num_qubits)
        rows = [tableau.z_output(i) for i in range(num_qubits)]
        mixed = [rows[i] * rows[i - 1] if i else rows[0] for i in range(num_qubits)]
        state = StabilizerState.stabilized_by(mixed)
        assert state.overlap(StabilizerState(tableau.inverse())) == 1


def test_identity_stays():
    assert same(joint.apply_matrix(dense(2), IDENTITY, [0]), dense(2))
