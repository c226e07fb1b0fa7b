"""Tables of signed Pauli strings against stim's strings, across the boundary of a word."""

from __future__ import annotations

import numpy as np
import pytest
import stim

from qloak.core import PauliTable

SIZES = (1, 5, 63, 64, 65, 130)


def random_strings(rows: int, num_qubits: int, seed: int) -> list[stim.PauliString]:
    rng = np.random.default_rng(seed)
    return [stim.PauliString(rng.integers(4, size=num_qubits).tolist()) * int(rng.choice([1, -1])) for _ in range(rows)]


def strings(table: PauliTable) -> list[stim.PauliString]:
    return [table.to_stim(row) for row in range(len(table))]


@pytest.mark.parametrize("num_qubits", SIZES)
def test_stim_round_trip(num_qubits):
    rows = random_strings(6, num_qubits, num_qubits)
    table = PauliTable.from_stim(rows, num_qubits)
    assert len(table) == 6
    assert strings(table) == rows
    assert table.to_strings() == [str(row) for row in rows]
    assert strings(PauliTable.from_strings([str(row) for row in rows])) == rows


def test_short_strings_are_filled_up_with_identities():
    assert PauliTable.from_stim([stim.PauliString("-XY")], 4).to_strings() == ["-XY__"]
    assert PauliTable.from_strings(["X", "ZZZ"]).to_strings() == ["+X__", "+ZZZ"]


def test_no_row_at_all():
    table = PauliTable.from_strings([])
    assert (len(table), table.num_qubits, table.to_strings()) == (0, 0, [])


@pytest.mark.parametrize("text", ["iX", "-iZZ"])
def test_a_factor_i_is_refused(text):
    with pytest.raises(ValueError, match="not Hermitian"):
        PauliTable.from_strings([text])


def test_identity():
    assert PauliTable.identity(2, 66).to_strings() == ["+" + "_" * 66] * 2


class TestFromLetters:
    def test_same_qubits_in_every_row(self):
        table = PauliTable.from_letters(3, [("X", np.array([0, 2])), ("Z", np.array([1]))], rows=2)
        assert table.to_strings() == ["+XZX"] * 2

    def test_different_qubits_row_by_row(self):
        table = PauliTable.from_letters(70, [("Y", np.array([[0], [69]]))], rows=2)
        assert table.to_strings() == ["+Y" + "_" * 69, "+" + "_" * 69 + "Y"]

    def test_a_qubit_given_twice_multiplies(self):
        table = PauliTable.from_letters(
            2, [("X", np.array([0, 0])), ("X", np.array([1])), ("Z", np.array([1]))], rows=1
        )
        assert table.to_strings() == ["+_Y"]


def test_rows_by_slice_numbers_and_mask():
    table = PauliTable.from_strings(["+XX", "-ZZ", "+YY"])
    assert table[1:].to_strings() == ["-ZZ", "+YY"]
    assert table[np.array([2, 0])].to_strings() == ["+YY", "+XX"]
    assert table[np.array([False, True, False])].to_strings() == ["-ZZ"]


def test_stacked():
    one, two = PauliTable.from_strings(["-X_"]), PauliTable.from_strings(["+_Z", "-YY"])
    assert one.stacked(two, one).to_strings() == ["-X_", "+_Z", "-YY", "-X_"]


@pytest.mark.parametrize("num_qubits", (5, 70))
def test_restricted_columns_are_x_then_z(num_qubits):
    rows = random_strings(4, num_qubits, 1)
    qubits = np.array([num_qubits - 1, 0, 3])
    x, z = (np.array([row.to_numpy()[part][qubits] for row in rows]) for part in (0, 1))
    words = PauliTable.from_stim(rows, num_qubits).restricted(qubits)
    expected = np.packbits(np.hstack([x, z]), axis=1, bitorder="little")[:, 0]
    assert words[:, 0].tolist() == expected.tolist()


def test_symplectic_puts_z_at_a_word_boundary():
    assert PauliTable.from_strings(["+XYZ"]).symplectic().tolist() == [[0b011, 0b110]]
    assert PauliTable.identity(2, 70).symplectic().shape == (2, 4)


@pytest.mark.parametrize("num_qubits", SIZES)
def test_commutation(num_qubits):
    rows = random_strings(20, num_qubits, 2)
    (other,) = random_strings(1, num_qubits, 3)
    found = PauliTable.from_stim(rows, num_qubits).anticommutes_with(PauliTable.from_stim([other], num_qubits))
    assert found.tolist() == [not row.commutes(other) for row in rows]


@pytest.mark.parametrize("num_qubits", SIZES)
def test_quarter_rotation_is_the_gate_spp(num_qubits):
    """exp(-i pi/4 P) is stim's SPP of P up to a phase, for either sign of P."""
    rows = random_strings(20, num_qubits, 4)
    for axis in random_strings(4, num_qubits, 5):
        letters = "*".join("_XYZ"[axis[q]] + str(q) for q in axis.pauli_indices())
        if not letters:
            continue
        gate = stim.Circuit(f"SPP {'!' if axis.sign == -1 else ''}{letters}")
        rotated = PauliTable.from_stim(rows, num_qubits).quarter_rotated(PauliTable.from_stim([axis], num_qubits))
        assert strings(rotated) == [row.after(gate) for row in rows]


def test_quarter_rotation_leaves_its_argument_alone():
    table = PauliTable.from_strings(["+X"])
    assert table.quarter_rotated(PauliTable.from_strings(["+Z"])).to_strings() == ["+Y"]
    assert table.to_strings() == ["+X"]


class TestProduct:
    def test_of_commuting_rows_has_the_right_sign(self):
        table = PauliTable.from_strings(["+XX", "+ZZ", "-YY"])
        assert table.product(np.array([0, 1])).to_strings() == ["-YY"]
        assert table.product(np.array([0, 1, 2])).to_strings() == ["+__"]

    def test_of_no_row_is_the_identity(self):
        assert PauliTable.from_strings(["-XZ"]).product(np.array([], dtype=np.int64)).to_strings() == ["+__"]

    def test_of_anticommuting_rows_is_refused(self):
        with pytest.raises(ValueError, match="do not commute"):
            PauliTable.from_strings(["+X", "+Z"]).product(np.array([0, 1]))
