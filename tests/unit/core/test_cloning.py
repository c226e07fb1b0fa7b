"""The canonical scheme: sizes, names, clones, and the code that the two rotations make."""

from __future__ import annotations

import numpy as np
import pytest
import stim

from qloak.core import EncryptedCloning, Role
from qloak.core.cloning import MAX_CLONES, check_num_clones
from qloak.errors import LimitError, UnknownNameError, UsageError

SIZES = (2, 3, 4, 5, 8, 9)


class TestNumberOfClones:
    @pytest.mark.parametrize("bad", [0, -3, -(10**30), "five", "5", True, False, 2.0, 1e9, None, [4], float("nan")])
    def test_refused(self, bad):
        with pytest.raises(UsageError, match=r"num_clones: got .*, expected a whole number from 2 to 10000000\.$"):
            EncryptedCloning(bad)

    def test_one_is_refused_with_the_reason(self):
        with pytest.raises(UsageError, match=r"num_clones: got 1, .* it would show the Y component"):
            EncryptedCloning(1)

    @pytest.mark.parametrize("large", [MAX_CLONES + 1, 10**9, 10**30, np.int64(10**9)])
    def test_too_many(self, large):
        with pytest.raises(LimitError, match="from 2 to 10000000"):
            EncryptedCloning(large)

    def test_the_message_names_the_argument_asked_for(self):
        with pytest.raises(UsageError, match=r"^--clones: got 0"):
            check_num_clones(0, argument="--clones")

    @pytest.mark.parametrize("number", [2, 7, MAX_CLONES])
    def test_accepted(self, number):
        assert EncryptedCloning(number).num_clones == number

    @pytest.mark.parametrize("kind", [np.int64, np.uint8, np.int8])
    def test_numpy_integers_become_plain_ones(self, kind):
        scheme = EncryptedCloning(kind(100))
        assert type(scheme.num_clones) is int
        assert scheme == EncryptedCloning(100)
        assert len(scheme.qubits) == 201


@pytest.mark.parametrize("n", SIZES)
class TestLayout:
    def test_one_unit(self, n):
        scheme = EncryptedCloning(n)
        assert scheme.name == f"encrypted cloning, n = {n}"
        ((unit,),) = scheme.rounds
        assert unit.num_pairs == n
        assert unit.source == scheme.qubits.indices(["A"])[0]
        assert np.array_equal(unit.signals, scheme.qubits.of_role(Role.SIGNAL))
        assert np.array_equal(unit.noises, scheme.qubits.of_role(Role.NOISE))

    def test_the_source_is_a_clone_for_even_n(self, n):
        names = [EncryptedCloning(n).qubits.name(int(q)) for q in EncryptedCloning(n).clones]
        assert names == ([] if n % 2 else ["A"]) + [f"S{i}" for i in range(1, n + 1)]

    def test_a_clone_by_name_and_by_number(self, n):
        scheme = EncryptedCloning(n)
        for clone in scheme.clones.tolist():
            assert scheme.clone_index(clone) == scheme.clone_index(scheme.qubits.name(clone)) == clone
            (step,) = scheme.steps(clone)
            assert step.slot == clone
            assert step.unit.source == 0

    def test_what_is_no_clone(self, n):
        scheme = EncryptedCloning(n)
        for qubit in ["N1", n + 1, 2 * n, *(["A", 0] if n % 2 else [])]:
            with pytest.raises(UnknownNameError, match=r"^clone: got .* expected one of the clones"):
                scheme.clone_index(qubit)
        for nothing in ("S0", f"S{n + 1}", "", "s1", -1, 2 * n + 1):
            with pytest.raises(UnknownNameError):
                scheme.steps(nothing)


def test_for_odd_n_the_refusal_of_the_source_says_why():
    with pytest.raises(UnknownNameError, match="For odd n the source qubit is not a clone"):
        EncryptedCloning(3).clone_index("A")


@pytest.mark.parametrize("clone", [1.0, True, None])
def test_a_clone_is_a_name_or_a_number(clone):
    with pytest.raises(UsageError):
        EncryptedCloning(3).clone_index(clone)


class TestCode:
    @pytest.mark.parametrize("n", (*SIZES, 31, 32, 70))  # 65 and 141 qubits cross words
    def test_is_a_code(self, n):
        code = EncryptedCloning(n).code
        code.validate()
        assert (code.num_qubits, code.num_logical, len(code.stabilizers)) == (2 * n + 1, 1, 2 * n)

    @pytest.mark.parametrize("n", (*SIZES, 70))
    def test_rows_are_conjugated_by_the_definition(self, n):
        """stim's own SPP of Z_A Z_S.. and X_A X_S.. on Bell pairs, signs included."""
        product = "*".join("{0}" + str(q) for q in range(n + 1))
        u_enc = stim.Circuit(f"SPP {product.format('Z')}\nSPP {product.format('X')}")
        code = EncryptedCloning(n).code
        assert code.logical_x.to_stim(0) == after({0: "X"}, u_enc, n)
        assert code.logical_z.to_stim(0) == after({0: "Z"}, u_enc, n)
        expected = [after({i: p, n + i: p}, u_enc, n) for p in "XZ" for i in range(1, n + 1)]
        assert [code.stabilizers.to_stim(row) for row in range(2 * n)] == expected


def after(letters: dict[int, str], circuit: stim.Circuit, n: int) -> stim.PauliString:
    """A Pauli operator on 2n + 1 qubits, conjugated."""
    string = stim.PauliString(2 * n + 1)
    for qubit, letter in letters.items():
        string[qubit] = letter
    return string.after(circuit)
