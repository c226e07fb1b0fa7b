"""Visible logical operators: the examples of the physics, large sizes, refusals, and the elimination behind them."""

from __future__ import annotations

import numpy as np
import pytest
import stim

from qloak.core import (
    CanonicalQubits,
    CodeScheme,
    EncryptedCloning,
    IteratedCloning,
    NamedQubits,
    PauliTable,
    Role,
    StabilizerCode,
    classify,
)
from qloak.core.logicals import representative, visible_logicals
from qloak.core.supported import SupportedOperators
from qloak.errors import LimitError, NotAuthorizedSetError, UnknownNameError, UsageError
from tests.codes import FIVE, FOUR_TWO, SHOR, STEANE, code_scheme


def texts(scheme, holding, **options) -> dict[str, str]:
    return {item.logical: str(item.operator) for item in visible_logicals(scheme, holding, **options)}


class TestCanonical:
    @pytest.mark.parametrize("n", (3, 5, 7, 9, 101))
    def test_all_signals_of_odd_n_show_y_with_its_sign(self, n):
        """<Y .. Y> = (-1)^((n-1)/2) r_y."""
        (leak,) = visible_logicals(EncryptedCloning(n), "S*")
        assert leak.logical == "Y"
        assert leak.sign == (-1) ** ((n - 1) // 2)
        assert leak.qubits.tolist() == list(range(1, n + 1))
        assert set(leak.operator.pauli_indices("Y")) == set(range(1, n + 1))

    @pytest.mark.parametrize("n", (3, 5, 7))
    def test_the_source_with_the_key_of_odd_n_shows_minus_y(self, n):
        """X_A Z .. Z = -r_y for an even number of signals."""
        (leak,) = visible_logicals(EncryptedCloning(n), "A,N*")
        expected = {0: "X"} | dict.fromkeys(range(n + 1, 2 * n + 1), "Z")
        assert leak.operator == -stim.PauliString(expected)
        assert leak.logical == "Y"

    @pytest.mark.parametrize("n", (2, 3, 100, 101))
    def test_source_and_one_pair(self, n):
        found = texts(EncryptedCloning(n), "A,S2,N2")
        for letter in "XZ":
            operator = stim.PauliString(2 * n + 1) * stim.PauliString({0: letter, 2: letter, n + 2: letter})
            assert found[letter] == str(operator)

    @pytest.mark.parametrize("n", (2, 4, 6, 7))
    def test_nothing_is_visible_on_uninformative_sets(self, n):
        scheme = EncryptedCloning(n)
        for holding in ("", "A", "N*", "S1", "S1,N1"):
            if classify(scheme, holding).leaks == ():
                assert visible_logicals(scheme, holding) == ()

    def test_a_million_clones(self):
        n = 999_999
        (leak,) = visible_logicals(EncryptedCloning(n), "S*")
        assert leak.operator.weight == n
        found = visible_logicals(EncryptedCloning(10**6), "S7,N*")
        assert [item.operator.weight for item in found] == [10**6 + 1] * 2

    @pytest.mark.parametrize("n", (12, 13, 30, 31))
    def test_closed_form_is_an_encoded_logical_at_other_sizes(self, n):
        """Pulled back through the code: the operator times its row of the code is a stabilizer, sign included."""
        scheme = EncryptedCloning(n)
        code = scheme.code
        stabilizers = stim.Tableau.from_stabilizers(
            [code.stabilizers.to_stim(r) for r in range(2 * n)], allow_underconstrained=True
        ).inverse()
        rows = {"X": code.logical_x.to_stim(0), "Z": code.logical_z.to_stim(0)}
        rows["Y"] = 1j * rows["X"] * rows["Z"]
        rng = np.random.default_rng(n)
        for _ in range(30):
            held = np.flatnonzero(rng.random(2 * n + 1) < rng.choice([0.5, 0.9]))
            aligned = np.arange(1, n + 1) + n * rng.integers(0, 2, n)
            aligned = np.union1d(aligned, np.zeros(rng.integers(2), dtype=np.int64))
            for members in (held, aligned, np.union1d(aligned, [1, n + 1])):
                for item in visible_logicals(scheme, members):
                    product = stabilizers(item.operator * rows[item.logical])
                    assert product.sign == 1
                    assert set(product.pauli_indices()) == set(product.pauli_indices("Z"))
                    assert max(product.pauli_indices("Z"), default=0) < 2 * n


class TestAnyScheme:
    def test_lines_of_the_fano_plane_read_the_steane_code_with_weight_three(self):
        lines = ([0, 1, 2], [0, 3, 4], [0, 5, 6], [1, 3, 5], [1, 4, 6], [2, 3, 6], [2, 4, 5])
        for line in lines:
            for item in visible_logicals(STEANE, line):
                assert item.operator.weight == 3
        assert visible_logicals(STEANE, [0, 1, 3]) == ()

    def test_operators_are_made_light(self):
        """All nine qubits of the Shor code: each logical needs three of them."""
        assert [item.operator.weight for item in visible_logicals(SHOR, range(9))] == [3, 3]

    def test_two_logical_qubits(self):
        assert [item.logical for item in visible_logicals(FOUR_TWO, [0, 1, 2])] == ["XI", "IX", "ZI", "IZ"]
        assert len(visible_logicals(FOUR_TWO, [0, 1])) == 2

    def test_a_signed_code(self):
        """Signs of generators and logicals go into the operator."""
        plain = code_scheme("plain", "ZZI IZZ", "XXX", "ZII")
        signed = code_scheme("signed", "-ZZI IZZ", "-XXX", "ZII")
        assert texts(plain, [1]) == {"Z": "+_Z_"}
        assert texts(signed, [1]) == {"Z": "-_Z_"}
        assert texts(signed, [0, 1, 2])["X"] == "-XXX"

    def test_many_checks_are_used_greedily(self):
        """A repetition code of 15 qubits has 14 checks: too many to try all products of."""
        m = 15
        checks = " ".join("I" * i + "ZZ" + "I" * (m - i - 2) for i in range(m - 1))
        scheme = code_scheme("repetition", checks, "X" * m, "I" * (m - 1) + "Z")
        found = visible_logicals(scheme, range(m))
        assert [item.operator.weight for item in found] == [m, 1]
        heavy = code_scheme("repetition", checks, "X" * m, "Z" * m)
        assert [item.operator.weight for item in visible_logicals(heavy, range(m))] == [m, 1]

    def test_iterated_clone_with_its_path(self):
        scheme = IteratedCloning(2, 1)
        assert {item.logical for item in visible_logicals(scheme, "S1.S1,S1.N1,S1.N2,N1,N2")} == {"X", "Z"}


class TestRepresentative:
    def test_y_of_an_authorized_set(self):
        assert str(representative(EncryptedCloning(2), "A,S1,N1", "Y")) == "-YY_Y_"

    def test_products_of_two_logical_qubits(self):
        """The operator of a product is the product of the operators, up to the checks."""
        code = FOUR_TWO.code
        found = representative(FOUR_TWO, [0, 1, 2], "YZ")
        row = 1j * code.logical_x.to_stim(0) * code.logical_z.to_stim(0) * code.logical_z.to_stim(1)
        checks = [stim.PauliString(4), *(code.stabilizers.to_stim(r) for r in range(2))]
        checks.append(checks[1] * checks[2])
        assert found * row in checks

    @pytest.mark.parametrize("bad", ["", "I", "XX", "Q", "x"])
    def test_refuses_what_is_no_logical_pauli(self, bad):
        with pytest.raises(UsageError, match="letters I, X, Y, Z"):
            representative(EncryptedCloning(3), "A,S1,N1", bad)

    def test_refuses_what_the_holding_does_not_show(self):
        with pytest.raises(NotAuthorizedSetError, match="it can measure Y"):
            representative(EncryptedCloning(3), "S*", "X")
        with pytest.raises(NotAuthorizedSetError, match="it can measure nothing"):
            representative(EncryptedCloning(3), "S1", "Z")


class TestRefusals:
    def test_method(self):
        with pytest.raises(UsageError, match="auto, closed or rank"):
            visible_logicals(FIVE, [0], method="rule")
        with pytest.raises(UsageError, match="canonical scheme only"):
            visible_logicals(FIVE, [0], method="closed")

    def test_holding(self):
        with pytest.raises(UnknownNameError):
            visible_logicals(EncryptedCloning(3), "S4")
        with pytest.raises(UsageError):
            visible_logicals(EncryptedCloning(3), "S1,S1")

    def test_size(self):
        with pytest.raises(LimitError):
            visible_logicals(EncryptedCloning(10**6), "S1", method="rank")


class TestSupportedOperators:
    @pytest.mark.parametrize("scheme", [FIVE, STEANE, FOUR_TWO], ids=lambda scheme: scheme.name)
    def test_the_rows_generate_exactly_the_operators_on_the_qubits(self, scheme):
        """Counted against every product of generators and logicals, written out as Pauli strings."""
        code = scheme.code
        m, k = code.num_qubits, code.num_logical
        table = code.logicals().stacked(code.stabilizers)
        group = {tuple([0] * m)}
        for row in range(len(table)):
            letters = table.to_stim(row)
            group |= {tuple(stim.PauliString(g) * letters) for g in group}
        assert len(group) == 2 ** (m + k)
        for members in ([0], [0, 1], [1, 2, 3], list(range(m))):
            rows = SupportedOperators.on(code, np.array(members)).rows
            inside = [g for g in group if all(not g[q] for q in range(m) if q not in members)]
            assert 2 ** len(rows) == len(inside)

    def test_avoiding_is_the_same_as_starting_with_fewer(self):
        code = STEANE.code
        fewer = SupportedOperators.on(code, np.arange(7)).avoiding([6, 2])
        assert fewer.num_visible == SupportedOperators.on(code, np.array([0, 1, 3, 4, 5])).num_visible
        assert not any(bits[:, [2, 6]].any() for bits in fewer.letters())

    def test_two_thousand_qubits(self):
        scheme = EncryptedCloning(1000)
        held = CanonicalQubits(1000).indices(["S5", *(f"N{i}" for i in range(1, 1001))])
        found = visible_logicals(scheme, held, method="rank")
        assert [str(item.operator) for item in found] == [str(item.operator) for item in visible_logicals(scheme, held)]

    def test_bare_qubits(self):
        code = StabilizerCode(
            *(PauliTable.from_stim(map(stim.PauliString, rows), 2) for rows in ([], ["XI", "IX"], ["ZI", "IZ"]))
        )
        bare = CodeScheme("two bare qubits", NamedQubits(("a", "b"), (Role.SIGNAL,) * 2), code)
        assert [item.logical for item in visible_logicals(bare, "b")] == ["IX", "IZ"]
