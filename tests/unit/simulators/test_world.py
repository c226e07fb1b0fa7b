"""The stabilizer world's operations one by one: what is fixed, what is random, what is refused."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import stim

from qloak.errors import LimitError, ProgramError, UsageError
from qloak.simulators import Register, StabilizerWorld, WorldEngine
from qloak.simulators.world import MAX_TOMOGRAPHY_QUBITS
from tests.oracles import LETTERS, Complex, overlap, random_state, reduced, tensor

BELL = Register.stabilizer(stim.Circuit("H 0\nCX 0 1"))
ZERO = Register.stabilizer(stim.Circuit("I 0"))


def world(register: Register = ZERO, ancillas: int = 0, *, seed: int = 1) -> StabilizerWorld:
    return StabilizerWorld(register, rng=np.random.default_rng(seed), num_ancillas=ancillas)


def after(text: str, register: Register = ZERO, ancillas: int = 0, *, seed: int = 1) -> StabilizerWorld:
    made = world(register, ancillas, seed=seed)
    made.run(stim.Circuit(text))
    return made


def mean(vector: Complex, letters: dict[int, str]) -> float:
    matrix = tensor([LETTERS[letters.get(q, "_")] for q in range(vector.size.bit_length() - 1)])
    return float(np.vdot(vector, matrix @ vector).real)


class TestQubits:
    def test_register_first_then_ancillas_then_what_is_added(self):
        made = world(Register.dense(random_state(2, 1)), 3)
        assert made.num_qubits == 5
        assert made.add_qubits(2) == [5, 6]
        assert made.add_qubits(0) == []
        assert [made.expectation({q: "Z"}) for q in (2, 3, 4, 5, 6)] == [1] * 5

    def test_the_register_is_as_it_was(self):
        vector = random_state(3, 2)
        made = world(Register.dense(vector), 2)
        for word in itertools.product("_XYZ", repeat=3):
            letters = {q: letter for q, letter in enumerate(word) if letter != "_"}
            assert made.expectation(letters) == pytest.approx(mean(vector, letters), abs=1e-13)

    def test_blocks_merge_when_qubits_meet(self):
        """A chain over three qubits of a register and three ancillas, made in an order that joins pairs first."""
        made = after("H 3\nCX 3 4\nCX 0 1 2 5\nCX 1 3\nCX 4 5", Register.dense(random_state(3, 3)), 3)
        (branch,) = dense_branches("H 3\nCX 3 4\nCX 0 1 2 5\nCX 1 3\nCX 4 5", random_state(3, 3), 6)
        for letters in ({0: "X", 5: "Y", 3: "Z"}, {1: "Z", 3: "Z"}, {3: "X", 4: "X", 5: "X"}, {2: "Z", 4: "Z", 5: "Z"}):
            assert made.expectation(letters) == pytest.approx(mean(branch, letters), abs=1e-12)


def dense_branches(text: str, vector: Complex, num_qubits: int) -> list[Complex]:
    from qloak.simulators.dense import DenseState
    from qloak.simulators.dense_engine import branches

    start = DenseState.prepare(vector, num_qubits=num_qubits)
    return [branch.state.vector for branch in branches(start, stim.Circuit(text))]


class TestRun:
    def test_on_other_qubits(self):
        made = world(ancillas=4)
        record = made.run(stim.Circuit("X 0\nCX 0 1\nM 0 1"), [3, 1])
        assert record.tolist() == [True, True]
        assert [made.expectation({q: "Z"}) for q in range(5)] == [1, -1, 1, -1, 1]

    def test_records_of_every_measurement_with_and_without_inversion(self):
        text = "X 1\nM 0 !0 1 !1\nMR 1 !1\nM 1\nMX 0\nMX !0\nMXX 0 1 !0 1\nMZZ !2 !3\nMPP X0*!X1 !Z2"
        record = after(text, ancillas=3).run(stim.Circuit("M 2"))
        assert record.tolist() == [False]
        made = world(ancillas=3)
        bits = made.run(stim.Circuit(text)).tolist()
        assert bits[:7] == [False, True, True, False, True, True, False]
        plus, plus_inverted, both, both_inverted, same, product, third = bits[7:]
        assert plus_inverted is not plus
        assert both_inverted is not both
        assert same is False  # two inversions of a certain +1
        assert product is not both
        assert third is True

    def test_padding_is_recorded(self):
        # stim counts the padding's values as qubits.
        assert world(ancillas=1).run(stim.Circuit("MPAD 0 1 1\nM 0\nCX rec[-2] 0\nM 0")).tolist() == [0, 1, 1, 0, 1]

    @pytest.mark.parametrize(
        "feedback",
        [
            "CX rec[-1] 1",
            "CY rec[-1] 1",
            "XCZ 1 rec[-1]",
            "YCZ 1 rec[-1]",
            "H 1\nCZ rec[-1] 1\nH 1",
            "H 1\nCZ 1 rec[-1]\nH 1",
        ],
    )
    @pytest.mark.parametrize("outcome", [False, True])
    def test_every_form_of_feed_forward(self, feedback, outcome):
        prepared = "X 0\n" if outcome else ""
        made = after(f"{prepared}M 0\n{feedback}", ancillas=1)
        assert made.expectation({1: "Z"}) == 1 - 2 * outcome

    def test_feed_forward_between_gates_of_one_instruction(self):
        """X on qubit 1 comes before it controls qubit 2, and after it was controlled by qubit 0."""
        made = world(ancillas=2)
        made.run(stim.Circuit("X 0\nM 0\nCX 0 1 rec[-1] 1 1 2"))
        assert [made.expectation({q: "Z"}) for q in range(3)] == [-1, 1, 1]

    def test_repeat_blocks_and_annotations(self):
        record = world(ancillas=1).run(
            stim.Circuit(
                "REPEAT 3 {\n X 0\n M 0\n TICK\n}\nDETECTOR rec[-1]\nOBSERVABLE_INCLUDE(0) rec[-1]\nSHIFT_COORDS(1)"
            )
        )
        assert record.tolist() == [True, False, True]

    def test_no_measurement_no_record(self):
        record = world().run(stim.Circuit("H 0"))
        assert (record.shape, record.dtype) == ((0,), np.bool_)

    @pytest.mark.parametrize("text", ["X_ERROR(0.1) 0", "M(0.01) 0", "DEPOLARIZE2(0.1) 0 1", "HERALDED_ERASE(0.1) 0"])
    def test_noise_is_refused(self, text):
        with pytest.raises(ProgramError, match=r"got noise, expected none\. Take circuit\.without_noise\(\)"):
            world(ancillas=1).run(stim.Circuit(text))

    @pytest.mark.parametrize(
        "text", ["CX sweep[0] 1", "CZ 1 sweep[0]", "CX rec[-1] 0", "M 0\nCX rec[-2] 0", "M 0 1\nCZ rec[-1] rec[-2]"]
    )
    def test_controls_that_are_not_there(self, text):
        with pytest.raises(ProgramError, match="expected a qubit or an earlier outcome"):
            world(ancillas=1).run(stim.Circuit(text))

    @pytest.mark.parametrize(
        ("qubits", "message"),
        [
            ([0], "qubits: got 1, expected at least 2"),
            ([0, 7], "qubit: got 7, expected a number from 0 to 2"),
            ([0, -1], "qubit: got -1"),
            ([1, 1], "each qubit at most once"),
        ],
    )
    def test_qubits_that_do_not_fit(self, qubits, message):
        with pytest.raises(UsageError, match=message):
            world(ancillas=2).run(stim.Circuit("CX 0 1"), qubits)

    def test_too_many_qubits(self):
        with pytest.raises(UsageError, match="qubits: got 1, expected at least 3"):
            world().run(stim.Circuit("X 2"))


class TestMeasure:
    def test_a_certain_outcome_is_not_sampled(self):
        assert not any(world(seed=seed).measure({0: "Z"}) for seed in range(40))
        assert all(after("X 0", seed=seed).measure({0: "Z"}) for seed in range(40))

    def test_a_fair_coin_leaves_the_register_alone(self):
        """Z of a fresh qubit that hides the register's X: measuring it tells nothing, and nothing is lost."""
        vector = random_state(1, 4)
        made = after("H 1\nCX 1 0", Register.dense(vector), 1)
        made.measure({1: "Z"})
        taken = made.take([0])
        assert taken is not None
        assert max(overlap(taken.to_statevector(), LETTERS[p] @ vector) for p in "IX") == pytest.approx(1, abs=1e-13)

    def test_a_leaking_operator_is_a_measurement_of_the_register(self):
        """Z on a copy made by CX is Z of the register: its chances, its collapse, its repetition."""
        vector = np.array([0.6, 0.8j])
        outcomes = []
        for seed in range(300):
            made = after("CX 0 1", Register.dense(vector), 1, seed=seed)
            outcome = made.measure({1: "Z"})
            assert made.expectation({0: "Z"}) == pytest.approx(1 - 2 * outcome)
            assert made.measure({1: "Z"}) is outcome
            outcomes.append(outcome)
        # Hoeffding: a mean of 300 bits misses 0.64 by 0.19 with probability at most 2 exp(-600 * 0.0361) < 1e-9.
        assert abs(np.mean(outcomes) - 0.64) < 0.19

    def test_outcomes_are_fair_coins_where_the_operator_flips_a_fresh_qubit(self):
        outcomes = [world(ancillas=1, seed=seed).measure({1: "X"}) for seed in range(300)]
        # As above.
        assert abs(np.mean(outcomes) - 0.5) < 0.19

    def test_products_over_blocks(self):
        made = world(BELL, 2)
        assert made.measure({0: "X", 1: "X", 2: "Z"}) is False
        assert made.measure({0: "Y", 1: "Y", 3: "Z"}) is True
        parity = made.measure({2: "X", 3: "X"})
        assert made.expectation({2: "X", 3: "X"}) == 1 - 2 * parity
        assert made.expectation({2: "X"}) == 0

    def test_the_identity_is_always_plus_one(self):
        assert world().measure({}) is False
        assert world().expectation({}) == 1


class TestReset:
    @pytest.mark.parametrize("seed", range(6))
    def test_cuts_entanglement(self, seed):
        made = world(BELL, seed=seed)
        made.reset([0])
        assert made.expectation({0: "Z"}) == 1
        assert abs(made.expectation({1: "Z"})) == 1

    def test_of_qubits_prepared_otherwise(self):
        made = after("X 0\nH 1\nS 1", ancillas=1)
        made.run(stim.Circuit("R 0\nRX 1"))
        assert made.expectation({0: "Z"}) == made.expectation({1: "X"}) == 1


def test_paulis():
    made = world(BELL)
    made.apply_pauli({0: "Z"})
    assert made.expectation({0: "X", 1: "X"}) == -1
    made.apply_pauli({0: "Y", 1: "X"})
    assert made.expectation({0: "Z", 1: "Z"}) == 1


@pytest.mark.parametrize(
    "ask",
    [
        lambda made, letters: made.expectation(letters),
        lambda made, letters: made.measure(letters),
        lambda made, letters: made.apply_pauli(letters),
        lambda made, letters: made.logical_operator(letters),
    ],
)
@pytest.mark.parametrize("letters", [{5: "X"}, {-1: "X"}, {0: "H"}, {0: "x"}, {0: "I"}], ids=str)
def test_what_is_no_observable(ask, letters):
    with pytest.raises(UsageError):
        ask(world(ancillas=1), letters)


class TestLogicalOperator:
    def test_of_a_copy(self):
        made = after("CX 0 1\nX 1", Register.dense(random_state(1, 1)), 2)
        assert str(made.logical_operator({1: "Z"})) == "-Z"
        assert str(made.logical_operator({0: "X", 1: "X"})) == "+X"
        assert str(made.logical_operator({0: "Z", 1: "Z"})) == "-_"
        assert made.logical_operator({0: "X"}) is None

    def test_over_two_logical_qubits(self):
        made = world(Register.dense(random_state(2, 1)), 1)
        assert str(made.logical_operator({0: "Y", 1: "Z"})) == "+YZ"
        assert made.logical_operator({1: "Z", 2: "X"}) is None


class TestTomography:
    def test_bloch_vectors_and_correlations(self):
        vector = random_state(2, 6)
        made = world(Register.dense(vector))
        assert made.bloch_vector(1) == pytest.approx([mean(vector, {1: p}) for p in "XYZ"])
        expected = [[mean(vector, {1: a, 0: b}) for b in "XYZ"] for a in "XYZ"]
        assert np.allclose(made.correlations(1, 0), expected, atol=1e-13)

    @pytest.mark.parametrize("qubits", [[0], [2], [1, 0], [0, 2], [2, 1, 0]])
    def test_reduced_density_matrices(self, qubits):
        text = "H 1\nCX 1 2\nCX 0 1\nS 2"
        (vector,) = dense_branches(text, random_state(1, 7), 3)
        made = after(text, Register.dense(random_state(1, 7)), 2)
        assert np.allclose(made.reduced_density_matrix(qubits), reduced(vector, qubits), atol=1e-13)

    def test_dependence_on_the_input(self):
        """A pad of X alone, half of a Bell pair: it hides Z, and its two halves together show X."""
        padded = after("H 1\nCX 1 2\nCX 1 0", Register.dense(random_state(1, 8)), 2)
        assert [padded.depends_on_input([q]) for q in range(3)] == [True, False, False]
        assert padded.logical_operator({0: "Z"}) is None
        assert str(padded.logical_operator({1: "X", 2: "X"})) == str(padded.logical_operator({0: "X"})) == "+X"
        assert padded.depends_on_input([1, 2])
        assert not world(BELL, 1).depends_on_input([2])

    @pytest.mark.parametrize("ask", [StabilizerWorld.depends_on_input, StabilizerWorld.reduced_density_matrix])
    def test_only_of_a_few_qubits(self, ask):
        many = list(range(MAX_TOMOGRAPHY_QUBITS + 1))
        with pytest.raises(LimitError, match="qubits: got 7, expected at most 6"):
            ask(world(ancillas=9), many)


class TestTake:
    def test_in_the_order_wanted(self):
        vector = random_state(2, 9)
        made = world(Register.dense(vector), 2)
        made.run(stim.Circuit("SWAP 0 3"))
        taken = made.take([1, 3])
        assert taken is not None
        assert overlap(taken.to_statevector(), vector.reshape(2, 2).T.reshape(-1)) == pytest.approx(1, abs=1e-13)

    def test_behind_gates_among_the_qubits_themselves(self):
        taken = after("H 0\nCX 0 1\nS 1", Register.dense(random_state(2, 10))).take([0, 1])
        (expected,) = dense_branches("H 0\nCX 0 1\nS 1", random_state(2, 10), 2)
        assert taken is not None
        assert overlap(taken.to_statevector(), expected) == pytest.approx(1, abs=1e-13)

    def test_a_stabilizer_register_stays_one(self):
        made = world(Register.stabilizer(stim.Circuit("H 0\n" + "\n".join(f"CX {q} {q + 1}" for q in range(199)))))
        made.run(stim.Circuit("SWAP 0 199\nZ 5"))
        taken = made.take(list(range(200)))
        assert taken is not None
        assert not taken.is_dense
        expected = Register.stabilizer(
            stim.Circuit("H 0\n" + "\n".join(f"CX {q} {q + 1}" for q in range(199)) + "\nZ 3")
        )
        assert taken.state_fidelity(expected) == 1

    @pytest.mark.parametrize(("text", "qubits"), [("CX 0 1", [0]), ("SWAP 0 1", [0]), ("H 1\nCX 1 0", [0])])
    def test_what_does_not_hold_the_register(self, text, qubits):
        assert after(text, Register.dense(random_state(1, 1)), 1).take(qubits) is None

    @pytest.mark.parametrize("qubits", [[0], [0, 1, 2], [1, 1], []])
    def test_as_many_different_qubits_as_the_register_has(self, qubits):
        with pytest.raises(UsageError, match="2 different qubits"):
            world(BELL, 1).take(qubits)

    def test_after_a_measurement_of_the_register_itself(self):
        made = world(Register.dense(random_state(1, 2)))
        outcome = made.measure({0: "Y"})
        taken = made.take([0])
        assert taken is not None
        assert taken.bloch_vector() == pytest.approx([0, 1 - 2 * outcome, 0], abs=1e-12)


class TestSampling:
    def test_each_shot_is_a_fresh_run(self):
        """The register collapses in one shot and is whole again in the next."""
        register = Register.dense(np.array([1, 1]) / np.sqrt(2))
        records = WorldEngine().sample(stim.Circuit("M 0 0"), 60, register=register, rng=np.random.default_rng(1))
        assert np.array_equal(records[:, 0], records[:, 1])
        assert 0 < records[:, 0].sum() < 60  # both values, but with probability 2^-59
        assert abs(register.to_statevector()) == pytest.approx([2**-0.5] * 2)

    def test_without_a_register_all_qubits_start_in_zero(self):
        assert not WorldEngine().sample(stim.Circuit("M 0 3"), 4, rng=np.random.default_rng(1)).any()
