"""The life of an encrypted register: hidden, lost in part, redeemed once."""

from __future__ import annotations

import math

import numpy as np
import pytest
import stim

from qloak.analysis import chsh_value
from qloak.core import EncryptedCloning, IteratedCloning
from qloak.errors import KeyConsumedError, NotAuthorizedSetError, UnknownNameError, UsageError
from qloak.simulators import EncryptedRegister, Phase, Redemption, Register
from tests.oracles import random_state

METHODS = ("unitary", "measured")
BELL = Register.stabilizer(stim.Circuit("H 0\nCX 0 1"))
GHZ = Register.stabilizer(stim.Circuit("H 0\nCX 0 1 1 2"))


def stored(register: Register, n: int, *, num_kept: int = 0, seed: int = 1) -> EncryptedRegister:
    return EncryptedRegister(register, EncryptedCloning(n), rng=np.random.default_rng(seed), num_kept=num_kept)


def fidelity(result: Redemption, register: Register) -> float:
    assert result.register is not None
    return result.register.state_fidelity(register)


def qubit(seed: int = 5) -> Register:
    return Register.dense(random_state(1, seed))


class TestRedeem:
    @pytest.mark.parametrize("method", METHODS)
    @pytest.mark.parametrize("n", (2, 3, 4, 5, 9, 10))
    def test_every_clone_gives_the_state_back(self, n, method):
        for clone in EncryptedCloning(n).clones.tolist():
            result = stored(qubit(), n, seed=clone).redeem(clone, method=method)
            assert abs(fidelity(result, qubit()) - 1) < 1e-12
            assert [len(outcomes) for outcomes in result.outcomes] == [n if method == "measured" else 0]

    @pytest.mark.parametrize("method", METHODS)
    def test_an_entangled_register_of_three_qubits(self, method):
        for register in (GHZ, Register.dense(random_state(3, 1))):
            result = stored(register, 4).redeem("S3", method=method)
            assert abs(fidelity(result, register) - 1) < 1e-12
            assert len(result.outputs) == len(result.outcomes) == 3

    @pytest.mark.parametrize("method", METHODS)
    def test_half_of_a_bell_pair_keeps_its_entanglement(self, method):
        half = stored(BELL, 6, num_kept=1)
        assert (half.num_stored, half.kept) == (1, (1,))
        result = half.redeem("S2", method=method)
        assert fidelity(result, BELL) == 1
        correlations = half.world.correlations(half.kept[0], result.outputs[0])
        assert chsh_value(correlations) == pytest.approx(2 * math.sqrt(2), abs=1e-12)

    def test_all_but_the_last_qubit_of_a_dense_register_stored(self):
        register = Register.dense(random_state(3, 2))
        assert abs(fidelity(stored(register, 3, num_kept=1).redeem("S1"), register) - 1) < 1e-12

    @pytest.mark.parametrize("method", METHODS)
    def test_at_a_hundred_clones(self, method):
        assert abs(fidelity(stored(qubit(), 100).redeem("S77", method=method), qubit()) - 1) < 1e-12

    @pytest.mark.parametrize("method", METHODS)
    @pytest.mark.parametrize("scheme", [IteratedCloning(2, 2), IteratedCloning(3, 1)], ids=lambda s: s.name)
    def test_from_a_tree(self, scheme, method):
        for clone in scheme.clones[[0, 4, -1]].tolist():
            encrypted = EncryptedRegister(qubit(), scheme, rng=np.random.default_rng(clone))
            assert abs(fidelity(encrypted.redeem(clone, method=method), qubit()) - 1) < 1e-12

    def test_unitary_decryption_leaves_fresh_pairs(self):
        """A takes the place of the opened clone: X X = Z Z = +1 on (A, N_j) and every other pair."""
        encrypted = stored(qubit(), 4)
        encrypted.redeem("S2")
        for first, second in ((0, 6), (1, 5), (3, 7), (4, 8)):
            for letter in "XZ":
                assert encrypted.expectations({first: letter, second: letter}) == [1]


class TestOnce:
    @pytest.mark.parametrize("again", [EncryptedRegister.redeem, EncryptedRegister.attempt])
    @pytest.mark.parametrize("first", [EncryptedRegister.redeem, EncryptedRegister.attempt])
    def test_a_spent_key_is_refused_for_every_clone(self, first, again):
        encrypted = stored(qubit(), 3)
        assert encrypted.phase is Phase.ENCRYPTED
        first(encrypted, "S1")
        for clone in ("S1", "S2"):
            with pytest.raises(KeyConsumedError, match=r"key is spent.* a key opens once") as caught:
                again(encrypted, clone)
        assert (caught.value.exit_code, caught.value.http_status) == (12, 409)
        assert encrypted.phase is Phase.SPENT

    @pytest.mark.parametrize("method", METHODS)
    def test_other_clones_are_empty_afterwards(self, method):
        """Not a rule but physics: nothing left behind depends on the state, alone or together with others."""
        encrypted = stored(qubit(), 4)
        encrypted.redeem("S1", method=method)
        left = [0, 2, 3, 4, 5, 6]
        places = [int(p) for p in encrypted._places[0][left]]
        assert not encrypted.world.depends_on_input(places)


class TestLoss:
    def test_a_lost_clone_is_refused_and_another_one_opens(self):
        encrypted = stored(qubit(), 4)
        encrypted.lose(["S1", "S2", "S4", "A"])
        assert encrypted.lost.tolist() == [0, 1, 2, 4]
        with pytest.raises(NotAuthorizedSetError, match="clone S1: S1 of this clone and its key is lost") as caught:
            encrypted.redeem("S1")
        assert caught.value.exit_code == 13
        assert encrypted.phase is Phase.ENCRYPTED
        assert abs(fidelity(encrypted.redeem("S3"), qubit()) - 1) < 1e-12

    @pytest.mark.parametrize(
        ("n", "lost", "left"), [(4, "N2", "uninformative"), (3, "N1", "partial"), (3, "N2", "uninformative")]
    )
    def test_a_lost_key_qubit_is_refused_for_every_clone_and_nothing_is_spent(self, n, lost, left):
        encrypted = stored(qubit(), n)
        encrypted.lose([lost])
        with pytest.raises(NotAuthorizedSetError, match=f"{lost} of this clone and its key is lost; .* {left}"):
            encrypted.redeem("S1")
        assert encrypted.phase is Phase.ENCRYPTED

    def test_a_loss_in_another_branch_of_a_tree_does_not_matter(self):
        scheme = IteratedCloning(2, 1)
        encrypted = EncryptedRegister(qubit(), scheme, rng=np.random.default_rng(1))
        encrypted.lose("S2 S2.S1 S2.N1 A.N2")
        with pytest.raises(NotAuthorizedSetError, match=r"A\.N2"):
            encrypted.redeem("A.S1")
        assert abs(fidelity(encrypted.redeem("S1.S2"), qubit()) - 1) < 1e-12

    @pytest.mark.parametrize("qubits", ["S9", ["S1", "Q"], np.array([99]), np.array([-1]), "S1,S1"])
    def test_only_qubits_that_exist_once_each(self, qubits):
        encrypted = stored(qubit(), 3)
        with pytest.raises(UsageError):
            encrypted.lose(qubits)
        assert encrypted.lost.tolist() == []

    def test_losing_twice_is_losing_once(self):
        encrypted = stored(qubit(), 3)
        encrypted.lose("S1")
        encrypted.lose(np.array([1, 2]))
        encrypted.lose([])
        assert encrypted.lost.tolist() == [1, 2]


class TestAttempt:
    @pytest.mark.parametrize("method", METHODS)
    @pytest.mark.parametrize("n", (2, 3, 4, 5))
    def test_without_a_key_qubit_of_another_pair_the_output_is_noise(self, n, method):
        encrypted = stored(qubit(), n)
        encrypted.lose(["N2"])
        result = encrypted.attempt("S1", method=method)
        assert result.register is None
        assert not encrypted.world.depends_on_input(result.outputs)
        if method == "unitary":
            assert encrypted.world.bloch_vector(result.outputs[0]).tolist() == [0, 0, 0]

    def test_for_odd_n_the_key_qubit_of_the_own_pair_leaves_y(self):
        encrypted = stored(qubit(), 3)
        encrypted.lose(["N1"])
        result = encrypted.attempt("S1")
        assert result.register is None
        assert encrypted.world.depends_on_input(result.outputs)
        assert abs(encrypted.world.bloch_vector(result.outputs[0])) == pytest.approx(
            [0, abs(qubit().bloch_vector()[1]), 0], abs=1e-12
        )

    def test_with_nothing_lost_it_is_a_redemption(self):
        assert abs(fidelity(stored(qubit(), 4).attempt("S1"), qubit()) - 1) < 1e-12

    def test_of_what_does_not_exist_spends_nothing(self):
        encrypted = stored(qubit(), 4)
        encrypted.lose(["N1"])
        with pytest.raises(UnknownNameError):
            encrypted.attempt("S9")
        with pytest.raises(UsageError, match="method: got 'magic'"):
            encrypted.attempt("S1", method="magic")
        assert encrypted.phase is Phase.ENCRYPTED


class TestRefusals:
    @pytest.mark.parametrize("clone", ["S9", "N1", "", 99, -1])
    def test_unknown_clones_spend_nothing(self, clone):
        encrypted = stored(qubit(), 4)
        with pytest.raises(UnknownNameError):
            encrypted.redeem(clone)
        assert abs(fidelity(encrypted.redeem("S1"), qubit()) - 1) < 1e-12

    def test_an_unknown_method_spends_nothing(self):
        encrypted = stored(qubit(), 4)
        with pytest.raises(UsageError, match="method: got 'magic', expected one of unitary, measured"):
            encrypted.redeem("S1", method="magic")
        assert encrypted.phase is Phase.ENCRYPTED

    @pytest.mark.parametrize("num_kept", (-1, 2, 5))
    def test_something_must_be_stored(self, num_kept):
        with pytest.raises(UsageError, match=r"num_kept: got .*, expected a number from 0 to 1"):
            stored(BELL, 2, num_kept=num_kept)


class TestViews:
    @pytest.mark.parametrize("n", (2, 3, 6))
    def test_every_single_qubit_is_maximally_mixed(self, n):
        encrypted = stored(Register.dense(random_state(2, 3)), n)
        for index in range(2 * n + 1):
            assert encrypted.bloch_vectors(index).tolist() == [[0, 0, 0]] * 2
        assert np.array_equal(encrypted.bloch_vectors("N1"), encrypted.bloch_vectors(n + 1))

    @pytest.mark.parametrize("n", (3, 5, 7))
    def test_all_signals_of_an_odd_scheme_show_y(self, n):
        """<Y .. Y> = (-1)^((n-1)/2) r_y."""
        (found,) = stored(qubit(), n).expectations(dict.fromkeys(range(1, n + 1), "Y"))
        assert found == pytest.approx((-1) ** ((n - 1) // 2) * qubit().bloch_vector()[1], abs=1e-12)

    @pytest.mark.parametrize("asked", ["S9", 99, -1, 1.5, None])
    def test_qubits_that_do_not_exist(self, asked):
        with pytest.raises(UsageError):
            stored(qubit(), 3).bloch_vectors(asked)

    def test_the_holding_that_a_clone_needs(self):
        encrypted = stored(qubit(), 3)
        assert encrypted.holding_of("S2").tolist() == [2, 4, 5, 6]
        tree = EncryptedRegister(qubit(), IteratedCloning(2, 1), rng=np.random.default_rng(1))
        names = [tree.scheme.qubits.name(int(q)) for q in tree.holding_of("S1.S2")]
        assert sorted(names) == ["N1", "N2", "S1.N1", "S1.N2", "S1.S2"]
