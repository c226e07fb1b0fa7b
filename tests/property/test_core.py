"""GF(2) algebra against plain elimination on integers, Pauli tables against stim, names against themselves."""

from __future__ import annotations

import numpy as np
import stim
from hypothesis import assume, given
from hypothesis import strategies as st

from qloak.core import CanonicalQubits, NamedQubits, PauliTable, Role, gf2, parse_holding
from qloak.errors import UnknownNameError, UsageError

# Rows as whole numbers, bit j for column j; up to 140 columns, which is three words.
COLUMNS = st.integers(0, 140)


@st.composite
def matrices(draw, max_rows: int = 12):
    """Number of columns, and the rows."""
    columns = draw(COLUMNS)
    return columns, draw(st.lists(st.integers(0, 2**columns - 1), max_size=max_rows))


def packed(rows: list[int], columns: int) -> np.ndarray:
    bits = [[row >> j & 1 for j in range(columns)] for row in rows]
    return gf2.pack(np.array(bits, dtype=bool).reshape(len(rows), columns))


def plain_rank(rows: list[int]) -> int:
    """Elimination on whole numbers: reduce each row by the leading bits found so far."""
    leading: dict[int, int] = {}
    for row in rows:
        rest = row
        while rest.bit_length() in leading:
            rest ^= leading[rest.bit_length()]
        if rest:
            leading[rest.bit_length()] = rest
    return len(leading)


@given(matrices())
def test_pack_and_unpack(matrix):
    columns, rows = matrix
    bits = gf2.unpack(packed(rows, columns), columns)
    assert [sum(1 << j for j in np.flatnonzero(line).tolist()) for line in bits] == rows


@given(matrices())
def test_rank(matrix):
    columns, rows = matrix
    assert gf2.rank(packed(rows, columns), columns) == plain_rank(rows)


@given(matrices(), st.data())
def test_rank_of_leading_columns(matrix, data):
    columns, rows = matrix
    some = data.draw(st.integers(0, columns))
    assert gf2.rank(packed(rows, columns), some) == plain_rank([row & (1 << some) - 1 for row in rows])


@given(matrices())
def test_echelon_spans_the_same_rows_and_steps_down(matrix):
    columns, rows = matrix
    words = packed(rows, columns)
    reduced, pivots = gf2.echelon(words, columns)
    bits = gf2.unpack(reduced, columns)
    assert not bits[len(pivots) :].any()
    assert (np.diff(pivots) > 0).all()
    for row, pivot in enumerate(pivots):
        assert bits[row, pivot]
        assert not bits[row, :pivot].any()
    assert gf2.rank(np.vstack([words, reduced]), columns) == len(pivots)


@given(matrices())
def test_null_combinations_are_a_basis_of_the_left_kernel(matrix):
    columns, rows = matrix
    combinations = gf2.null_combinations(packed(rows, columns), columns)
    assert combinations.shape == (len(rows) - plain_rank(rows), len(rows))
    for combination in combinations:
        total = 0
        for row, taken in zip(rows, combination.tolist(), strict=True):
            total ^= row * taken
        assert total == 0
    assert gf2.rank(gf2.pack(combinations), len(rows)) == len(combinations)


@given(matrices(), st.data())
def test_select_columns(matrix, data):
    columns, rows = matrix
    assume(columns)
    chosen = np.array(data.draw(st.lists(st.integers(0, columns - 1), max_size=80)), dtype=np.int64)
    bits = gf2.unpack(packed(rows, columns), columns)
    assert np.array_equal(gf2.unpack(gf2.select_columns(packed(rows, columns), chosen), len(chosen)), bits[:, chosen])


@st.composite
def pauli_rows(draw, min_rows: int = 1):
    """Some signed strings of one length, stim's way."""
    length = draw(st.sampled_from([1, 2, 3, 7, 64, 67]))
    text = st.text("_XYZ", min_size=length, max_size=length)
    signed = st.builds(lambda sign, letters: stim.PauliString(sign + letters), st.sampled_from("+-"), text)
    return draw(st.lists(signed, min_size=min_rows, max_size=6))


@given(pauli_rows(min_rows=2))
def test_commutation_and_quarter_rotations(rows):
    axis, *others = rows
    table, turn = PauliTable.from_stim(others, len(axis)), PauliTable.from_stim([axis], len(axis))
    assert table.anticommutes_with(turn).tolist() == [not other.commutes(axis) for other in others]
    # exp(-i pi/4 P) Q exp(i pi/4 P) is -i P Q where P and Q anticommute.
    expected = [other if other.commutes(axis) else -1j * axis * other for other in others]
    rotated = table.quarter_rotated(turn)
    assert [rotated.to_stim(row) for row in range(len(rotated))] == expected
    back = rotated.quarter_rotated(turn).quarter_rotated(turn).quarter_rotated(turn)
    assert back.to_strings() == table.to_strings()


@given(pauli_rows())
def test_products_of_commuting_rows(rows):
    commuting: list[stim.PauliString] = []
    for row in rows:
        if all(row.commutes(other) for other in commuting):
            commuting.append(row)
    expected = stim.PauliString(len(rows[0]))
    for row in commuting:
        expected *= row
    table = PauliTable.from_stim(commuting, len(rows[0]))
    assert table.product(np.arange(len(commuting))).to_stim(0) == expected


@given(st.integers(2, 10**7), st.data())
def test_canonical_numbers_have_names_and_back(n, data):
    qubits = CanonicalQubits(n)
    index = data.draw(st.integers(0, 2 * n))
    assert qubits.indices([qubits.name(index)]).tolist() == [index]


@given(st.integers(2, 10**7), st.text(max_size=12) | st.from_regex(r"[ASN][0-9]{1,9}"))
def test_any_text_is_a_name_or_is_refused(n, text):
    qubits = CanonicalQubits(n)
    try:
        (index,) = qubits.indices([text]).tolist()
    except UnknownNameError:
        return
    assert qubits.name(index) == text


@given(
    st.sampled_from([CanonicalQubits(4), NamedQubits(("A", "S1", "x"), (Role.SOURCE, Role.SIGNAL, Role.NOISE))]),
    st.text() | st.text("ASN1234 ,*x") | st.lists(st.integers() | st.sampled_from(["A", "S1", "S*"]) | st.floats()),
)
def test_any_holding_is_a_set_of_qubits_or_is_refused(qubits, holding):
    try:
        members = parse_holding(qubits, holding)
    except UsageError:
        return
    assert members.tolist() == sorted(set(members.tolist()))
    assert set(members.tolist()) <= set(range(len(qubits)))
