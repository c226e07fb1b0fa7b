"""Names of qubits, and holdings given by name."""

from __future__ import annotations

import numpy as np
import pytest

from qloak.core import CanonicalQubits, NamedQubits, Role, parse_holding
from qloak.core.qubits import qubit_index
from qloak.errors import UnknownNameError, UsageError

THREE = CanonicalQubits(3)
PARTS = NamedQubits(("left", "right", "key"), (Role.SIGNAL, Role.SIGNAL, Role.NOISE))


class TestCanonical:
    def test_numbers(self):
        """A = 0, S_i = i, N_i = n + i."""
        assert [THREE.name(q) for q in range(7)] == ["A", "S1", "S2", "S3", "N1", "N2", "N3"]
        assert len(THREE) == 7

    @pytest.mark.parametrize("n", (2, 9, 10, 1234))
    def test_names_and_numbers_undo_each_other(self, n):
        qubits = CanonicalQubits(n)
        names = [qubits.name(q) for q in range(len(qubits))]
        assert len(set(names)) == 2 * n + 1
        assert qubits.indices(names).tolist() == list(range(2 * n + 1))

    def test_roles(self):
        assert [THREE.of_role(role).tolist() for role in Role] == [[0], [1, 2, 3], [4, 5, 6]]

    @pytest.mark.parametrize(
        "name", ["", "S", "S0", "S4", "N4", "N-1", "S01", "S+1", "s1", "a", "AA", "A1", "S1 ", "B1"]
    )
    def test_other_names_are_refused(self, name):
        with pytest.raises(UnknownNameError, match="expected A, S1 to S3 or N1 to N3"):
            THREE.indices([name])

    @pytest.mark.parametrize("name", ["S١", "S²", "S１"])  # Arabic, superscript and full-width digits
    def test_digits_are_ascii_digits(self, name):
        with pytest.raises(UnknownNameError):
            THREE.indices([name])

    def test_a_megabyte_of_digits_costs_nothing_and_is_not_shown(self):
        with pytest.raises(UnknownNameError) as caught:
            THREE.indices(["S" + "9" * 1_000_000])
        assert len(str(caught.value)) < 200

    @pytest.mark.parametrize("index", (-1, 7))
    def test_numbers_out_of_range(self, index):
        with pytest.raises(UnknownNameError, match="from 0 to 6"):
            THREE.name(index)


class TestNamed:
    def test_lookup(self):
        assert len(PARTS) == 3
        assert PARTS.name(2) == "key"
        assert PARTS.indices(["key", "left"]).tolist() == [2, 0]
        assert PARTS.of_role(Role.SIGNAL).tolist() == [0, 1]
        assert PARTS.of_role(Role.SOURCE).tolist() == []

    @pytest.mark.parametrize("index", (-1, 3))
    def test_numbers_out_of_range(self, index):
        with pytest.raises(UnknownNameError, match="from 0 to 2"):
            PARTS.name(index)

    def test_unknown_name_shows_what_there_is(self):
        with pytest.raises(UnknownNameError, match="got 'middle', expected one of left, right, key"):
            PARTS.indices(["left", "middle"])

    def test_many_names_are_not_all_shown(self):
        names = tuple(f"q{i}" for i in range(20))
        with pytest.raises(UnknownNameError, match="q7, …") as caught:
            NamedQubits(names, (Role.SIGNAL,) * 20).indices(["x"])
        assert "q8" not in str(caught.value)

    def test_one_role_for_each_name(self):
        with pytest.raises(UsageError, match=r"roles: got 1, .* 2 names"):
            NamedQubits(("a", "b"), (Role.SIGNAL,))

    def test_names_differ(self):
        with pytest.raises(UsageError, match="names that all differ"):
            NamedQubits(("a", "a"), (Role.SIGNAL,) * 2)


class TestIndex:
    @pytest.mark.parametrize("qubit", ["N1", 4, np.int64(4), np.uint8(4)])
    def test_by_name_or_number(self, qubit):
        found = qubit_index(THREE, qubit)
        assert found == 4
        assert type(found) is int

    @pytest.mark.parametrize("qubit", (-1, 7, 2**80))
    def test_out_of_range(self, qubit):
        with pytest.raises(UnknownNameError, match="from 0 to 6"):
            qubit_index(THREE, qubit)

    @pytest.mark.parametrize("qubit", [1.0, True, None, (1,)])
    def test_neither_name_nor_number(self, qubit):
        with pytest.raises(UsageError, match="a name or a number"):
            qubit_index(THREE, qubit)


class TestHolding:
    @pytest.mark.parametrize(
        "holding",
        ["S1,N2,N3", " N3  S1,,N2\n", ["N3", "S1", "N2"], ("S1", 5, "N3"), [1, 5, 6], np.array([6, 5, 1]), {1, 5, 6}],
    )
    def test_every_way_to_say_it(self, holding):
        found = parse_holding(THREE, holding)
        assert found.dtype == np.int64
        assert found.tolist() == [1, 5, 6]

    @pytest.mark.parametrize(
        ("holding", "expected"),
        [
            ("S*", [1, 2, 3]),
            ("N*,A", [0, 4, 5, 6]),
            ("S* N* A", list(range(7))),
            ("", []),
            ([], []),
            (np.array([]), []),
        ],
    )
    def test_wildcards_and_nothing(self, holding, expected):
        assert parse_holding(THREE, holding).tolist() == expected

    def test_wildcards_go_by_role(self):
        assert parse_holding(PARTS, "S*").tolist() == [0, 1]
        assert parse_holding(PARTS, "key S*").tolist() == [0, 1, 2]

    @pytest.mark.parametrize("holding", ["S1,S1", "S*,S2", ["A", 0], np.array([3, 3]), "N* N*"])
    def test_each_qubit_once(self, holding):
        with pytest.raises(UsageError, match="each qubit at most once"):
            parse_holding(THREE, holding)

    def test_repeated_qubit_is_named(self):
        with pytest.raises(UsageError, match="holding: got 'N2'"):
            parse_holding(THREE, "S1 N2 A N2")

    @pytest.mark.parametrize("holding", ["S4", "Q", [7], [-1], np.array([0, 7]), np.array([-1]), [2**70]])
    def test_unknown_qubits(self, holding):
        with pytest.raises(UnknownNameError):
            parse_holding(THREE, holding)

    @pytest.mark.parametrize(
        "holding",
        [
            5,
            None,
            [1.5],
            [True],
            [None],
            [["S1"]],
            np.array([0.5]),
            np.array([True]),
            np.array([[1, 2]]),
            np.array("S1"),
        ],
    )
    def test_neither_names_nor_numbers(self, holding):
        with pytest.raises(UsageError):
            parse_holding(THREE, holding)
