"""Blocks of an encrypted register: what checks see, what measurements leak, what recovery gives."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
import stim

from qloak.circuits import encryption_circuit
from qloak.core import EncryptedCloning, classify, visible_logicals
from qloak.core.supported import SupportedOperators
from qloak.errors import IntegrityError, LimitError, NotAuthorizedSetError
from qloak.simulators import Register, joint_state
from qloak.simulators.block_operators import (
    check_operators,
    from_text,
    logical_operators,
    suspects_by_syndrome,
    to_text,
)
from qloak.simulators.dense import DenseState
from qloak.simulators.encrypted_blocks import MAX_PROJECTIONS, EncryptedBlocks, Projection
from qloak.simulators.world import StabilizerWorld
from tests.oracles import random_state
from tests.storage_worlds import DenseLife, letters_of

BLOCKS = 4000
DEVIATION = np.sqrt(BLOCKS * np.log(2 / 1e-10) / 2)
"""By Hoeffding's inequality the number of heads of BLOCKS coins is further off with probability below 1e-10."""


class Logical:
    """Logical qubits that remember what was done to them."""

    def __init__(self, outcome: bool = False) -> None:
        self.outcome = outcome
        self.measured: list[tuple[int, str]] = []
        self.paulis: list[tuple[int, str]] = []
        self.gates: list[tuple[int, stim.Circuit]] = []

    def measure(self, block, letter):
        self.measured.append((block, letter))
        return self.outcome

    def apply(self, block, gates):
        self.gates.append((block, gates))

    def apply_pauli(self, block, letter):
        self.paulis.append((block, letter))


class OneQubit:
    """One logical qubit, the first of a state."""

    def __init__(self, state: joint_state.JointState, rng: np.random.Generator) -> None:
        self.state = state
        self.rng = rng

    def measure(self, block, letter):
        assert block == 0
        outcome, self.state = joint_state.measure(self.state, stim.PauliString(letter), self.rng)
        return outcome

    def apply(self, block, gates):
        assert block == 0
        self.state = joint_state.apply_clifford(self.state, gates)

    def apply_pauli(self, block, letter):
        assert block == 0
        self.state = joint_state.apply_paulis(self.state, [(0, letter)])


def key(n: int) -> tuple[int, ...]:
    return tuple(range(n + 1, 2 * n + 1))


def with_clones(n: int, *clones: int) -> tuple[int, ...]:
    return (*clones, *key(n))


class TestChecks:
    @pytest.mark.parametrize(("n", "k"), [(2, 1), (2, 2), (3, 2), (4, 3), (6, 2), (6, 3), (6, 6), (7, 4)])
    def test_there_are_2_k_minus_2_of_k_clones_with_the_key(self, n, k):
        qubits = with_clones(n, *range(1, k + 1))
        checks = check_operators(n, qubits)
        assert len(checks) == 2 * (k - 1)
        general = SupportedOperators.on(EncryptedCloning(n).code, np.array(qubits)).split()[1]
        assert len(general.rows) == len(checks)

    @pytest.mark.parametrize("n", (2, 3, 4))
    def test_they_hold_on_every_encoded_state(self, n, rng):
        world = StabilizerWorld(Register.dense(random_state(1, 7)), rng=rng, num_ancillas=2 * n)
        world.run(encryption_circuit(EncryptedCloning(n)))
        for size in range(2, 2 * n + 2):
            for qubits in list(combinations(range(2 * n + 1), size))[:40]:
                for check in check_operators(n, qubits):
                    letters = {q: "_XYZ"[check[q]] for q in check.pauli_indices()}
                    assert set(letters) <= set(qubits)
                    assert world.expectation(letters) == pytest.approx(check.sign.real)

    @pytest.mark.parametrize("n", (2, 3, 6, 7))
    def test_two_clones_detect_any_pauli_on_one_of_them(self, n, rng):
        qubits = with_clones(n, 1, 2)
        for clone in (1, 2):
            for letter in "XYZ":
                blocks = EncryptedBlocks(n, 3)
                blocks.strike({clone: letter}, block=1)
                assert blocks.check(qubits, Logical(), rng=rng).any(axis=1).tolist() == [False, True, False]

    @pytest.mark.parametrize("n", (3, 4, 6))
    def test_three_clones_name_the_bad_one(self, n, rng):
        qubits = with_clones(n, 1, 2, 3)
        explained = suspects_by_syndrome(n, qubits, (1, 2, 3))
        for clone in (1, 2, 3):
            for letter in "XYZ":
                blocks = EncryptedBlocks(n, 1)
                blocks.strike({clone: letter})
                outcomes = blocks.check(qubits, Logical(), rng=rng)
                assert explained[outcomes[0].tobytes()] == (clone, letter)

    def test_two_clones_cannot_tell_which(self):
        assert set(suspects_by_syndrome(6, with_clones(6, 1, 2), (1, 2)).values()) == {None}

    @pytest.mark.parametrize("letter", "XYZ")
    @pytest.mark.parametrize("n", (2, 3, 6))
    def test_a_clone_that_was_measured_is_flagged_with_probability_one_half(self, n, letter, rng):
        blocks = EncryptedBlocks(n, BLOCKS)
        blocks.measure(from_text(f"{letter}1", 2 * n + 1), Logical(), rng=rng)
        blocks.news.clear()
        flagged = blocks.check(with_clones(n, 1, 2), Logical(), rng=rng).any(axis=1)
        # Exactly one of the checks is a coin, and it decides.
        [projection] = blocks.news
        assert np.array_equal(flagged, projection.outcomes)
        assert abs(flagged.sum() - BLOCKS / 2) < DEVIATION

    def test_checking_twice_gives_the_same(self, rng):
        blocks = EncryptedBlocks(4, 200)
        blocks.measure(from_text("X1", 9), Logical(), rng=rng)
        first = blocks.check(with_clones(4, 1, 2), Logical(), rng=rng)
        assert np.array_equal(blocks.check(with_clones(4, 1, 2), Logical(), rng=rng), first)

    def test_a_thousand_clones(self, rng):
        n = 1000
        blocks = EncryptedBlocks(n, 2)
        blocks.strike({5: "Y"}, block=1)
        outcomes = blocks.check(with_clones(n, 4, 5, 6), Logical(), rng=rng)
        assert outcomes.shape == (2, 4)
        assert outcomes.any(axis=1).tolist() == [False, True]


class TestMeasure:
    @pytest.mark.parametrize("n", (2, 4, 6))
    def test_even_clones_leak_nothing(self, n, rng):
        blocks, logical = EncryptedBlocks(n, 5), Logical()
        blocks.measure(from_text("*".join(f"Y{i}" for i in range(1, n + 1)), 2 * n + 1), logical, rng=rng)
        assert not logical.measured
        assert blocks.projected

    @pytest.mark.parametrize("n", (3, 5, 7))
    def test_all_clones_of_an_odd_number_measure_the_logical_y(self, n, rng):
        [leak] = visible_logicals(EncryptedCloning(n), list(range(1, n + 1)))
        for outcome in (False, True):
            blocks, logical = EncryptedBlocks(n, 2), Logical(outcome)
            found = blocks.measure(from_text(to_text(leak.operator), 2 * n + 1), logical, rng=rng)
            # By the reference's closed form the mean is (-1)^((n-1)/2) r_y.
            minus = n % 4 == 3
            assert found.tolist() == [outcome ^ minus] * 2
            assert logical.measured == [(0, "Y"), (1, "Y")]
            assert blocks.projected == ()

    def test_repeating_a_measurement_repeats_its_outcome(self, rng):
        blocks = EncryptedBlocks(4, 300)
        pauli = from_text("X1*Z2*Y8", 9)
        first = blocks.measure(pauli, Logical(), rng=rng)
        assert 0 < first.sum() < 300
        assert np.array_equal(blocks.measure(pauli, Logical(), rng=rng), first)
        assert np.array_equal(blocks.measure(-pauli, Logical(), rng=rng), ~first)

    def test_measuring_minus_an_operator_turns_a_coin_around(self, rng):
        blocks = EncryptedBlocks(4, 300)
        pauli = from_text("X1*Z2*Y8", 9)
        first = blocks.measure(-pauli, Logical(), rng=rng)
        assert np.array_equal(blocks.measure(pauli, Logical(), rng=rng), ~first)

    def test_a_pauli_in_between_turns_it_around(self, rng):
        blocks = EncryptedBlocks(3, 50)
        first = blocks.measure(from_text("X1", 7), Logical(), rng=rng)
        blocks.strike({1: "Z"})
        assert np.array_equal(blocks.measure(from_text("X1", 7), Logical(), rng=rng), ~first)

    def test_a_log_that_does_not_fit_is_found(self):
        blocks = EncryptedBlocks(2, 1, projected=("X1", "X1"))
        with pytest.raises(IntegrityError, match="X1"):
            _ = blocks.block
        stabilizer = Projection(to_text(check_operators(2, (0, 1, 2, 3, 4))[0]), np.array([True]))
        with pytest.raises(IntegrityError, match="fit"):
            EncryptedBlocks(2, 1).project(stabilizer)

    def test_their_number_is_bounded(self):
        blocks = EncryptedBlocks(2, 1, projected=("X1",) * MAX_PROJECTIONS)
        with pytest.raises(LimitError, match="measurements"):
            blocks.check_room(1)


class TestRecover:
    @pytest.mark.parametrize("n", (2, 3, 4, 6))
    def test_pauli_errors_become_what_the_closed_forms_say(self, n, rng):
        # On N_k: the same; on S_j and N_j a cyclic shift for even n, for odd n with Y_Nj harmless.
        on_clone = {"X": "Z", "Y": "X", "Z": "Y"} if n % 2 == 0 else {"X": "Z", "Y": "Y", "Z": "X"}
        on_partner = {"X": "Y", "Y": "Z", "Z": "X"} if n % 2 == 0 else {"X": "Y", "Y": "", "Z": "Y"}
        for letter in "XYZ":
            cases = {1: on_clone[letter], n + 1: on_partner[letter], n + 2: letter, 0: "", 2: ""}
            for qubit, expected in cases.items():
                blocks, logical = EncryptedBlocks(n, 1), Logical()
                blocks.strike({qubit: letter})
                blocks.recover(with_clones(n, 1), logical, rng=rng)
                assert logical.paulis == ([(0, expected)] if expected else [])

    def test_a_clone_that_another_measured_is_no_loss(self, rng):
        blocks, logical = EncryptedBlocks(6, 3), Logical()
        blocks.measure(from_text("X1", 13), Logical(), rng=rng)
        blocks.recover(with_clones(6, 2), logical, rng=rng)
        assert not logical.measured
        # The Clifford behind the decoder and the correction together do nothing to any logical Pauli.
        for block in range(3):
            gates = stim.Circuit()
            for number, circuit in logical.gates:
                gates += circuit if number == block else stim.Circuit()
            for number, letter in logical.paulis:
                gates.append(letter, [0] if number == block else [], ())
            tableau = (stim.Circuit("I 0") + gates).to_tableau()
            assert tableau == stim.Tableau(1)

    def test_a_measured_clone_gives_a_basis_state(self, rng):
        blocks, logical = EncryptedBlocks(2, 1), Logical()
        blocks.measure(from_text("X1", 5), Logical(), rng=rng)
        blocks.recover(with_clones(2, 1), logical, rng=rng)
        assert logical.measured

    @pytest.mark.parametrize(("measured", "kept"), [("X", "Z"), ("Y", "X"), ("Z", "Y")])
    @pytest.mark.parametrize("minus", (False, True))
    def test_a_measured_clone_keeps_the_component_that_its_measurement_commutes_with(self, measured, kept, minus, rng):
        # By the closed form for even n an error of this letter comes out as the letter that is kept.
        circuit = stim.Circuit({"X": "H 0", "Y": "H 0\nS 0", "Z": "I 0"}[kept])
        circuit.append({"X": "Z", "Y": "Z", "Z": "X"}[kept], [0] if minus else [], ())
        for _ in range(8):
            logical = OneQubit(Register.stabilizer(circuit).state, rng)
            blocks = EncryptedBlocks(2, 1)
            blocks.measure(from_text(f"{measured}1", 5), logical, rng=rng)
            blocks.recover(with_clones(2, 1), logical, rng=rng)
            assert logical.state.expectation(stim.PauliString(kept)) == pytest.approx(-1 if minus else 1)

    @pytest.mark.parametrize("n", (2, 3))
    def test_any_measurements_before_a_recovery_agree_with_a_dense_vector(self, n, rng):
        exact = 0
        for trial in range(120):
            vector = random_state(2, trial)
            logical, dense = OneQubit(DenseState(vector), rng), DenseLife(vector, n)
            blocks = EncryptedBlocks(n, 1)
            for _ in range(rng.integers(1, 5)):
                pauli = stim.PauliString("".join(rng.choice(list("_XYZ"), 2 * n + 1)))
                if pauli.weight:
                    [outcome] = blocks.measure(pauli, logical, rng=rng)
                    letters = letters_of(pauli)
                    assert dense.chance(letters, outcome) > 1e-9
                    dense.project(letters, outcome)
            blocks.news.clear()
            everything = tuple(range(2 * n + 1))
            blocks.recover(everything, logical, rng=rng)
            for projection in blocks.news:
                dense.project(letters_of(from_text(projection.operator, 2 * n + 1)), bool(projection.outcomes[0]))
            rho = dense.decoded(everything)
            found = logical.state.vector
            fidelity = float((found.conj() @ rho @ found).real)
            if np.trace(rho @ rho).real > 1 - 1e-9:
                assert fidelity == pytest.approx(1)
                exact += 1
            else:
                assert fidelity > 1e-9
        assert exact > 60

    def test_a_set_that_is_none(self, rng):
        with pytest.raises(NotAuthorizedSetError):
            EncryptedBlocks(4, 1).recover((1, 2, 5, 6, 7), Logical(), rng=rng)

    @pytest.mark.parametrize("n", (2, 3))
    def test_every_authorized_set_has_logical_operators_on_it(self, n):
        for size in range(1, 2 * n + 2):
            for qubits in combinations(range(2 * n + 1), size):
                if classify(EncryptedCloning(n), list(qubits)).authorized:
                    x, z = logical_operators(n, qubits)
                    assert not x.commutes(z)
                    assert set(x.pauli_indices()) | set(z.pauli_indices()) <= set(qubits)
