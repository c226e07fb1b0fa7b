from __future__ import annotations

import numpy as np
import pytest

from qloak.errors import UsageError
from qloak.noise import CouplerTable
from qloak.noise.tables import checked_probability, look_up

TABLE = CouplerTable.from_pairs({(3, 1): 0.31, (0, 1): 0.01, (2, 3): float("nan")})


def test_order_of_a_pair_does_not_matter():
    assert TABLE.of(np.array([[1, 3], [3, 1], [1, 0]]), "error").tolist() == [0.31, 0.31, 0.01]


@pytest.mark.parametrize("pair", [(0, 2), (3, 4), (9, 9)])
def test_pair_that_is_not_coupled_is_named(pair):
    with pytest.raises(UsageError, match=rf"qubits: got \({pair[0]}, {pair[1]}\), .* not coupled"):
        TABLE.of(np.array([(0, 1), pair]), "error")


def test_dead_coupler_is_named():
    with pytest.raises(UsageError, match=r"qubits: got \(3, 2\), expected a coupler that works.*dead"):
        TABLE.of(np.array([(0, 1), (3, 2)]), "error")


def test_empty_table_and_no_targets():
    empty = CouplerTable.from_pairs({})
    assert empty.of(np.zeros((0, 2), dtype=np.int64), "error").shape == (0,)
    with pytest.raises(UsageError, match="not coupled"):
        empty.of(np.array([(0, 1)]), "error")


def test_scaling():
    assert (TABLE * 2).of(np.array([[1, 3]]), "error").tolist() == [0.62]


@pytest.mark.parametrize(
    ("couplers", "values", "message"),
    [
        ([(0, 1), (1, 0)], [0.1, 0.2], "each pair once"),
        ([(0, -1)], [0.1], "at least 0"),
        ([(0, 1)], [0.1, 0.2], "pairs of shape"),
        ([0, 1], [0.1, 0.2], "pairs of shape"),
    ],
)
def test_refuses_impossible_tables(couplers, values, message):
    with pytest.raises(UsageError, match=message):
        CouplerTable(np.array(couplers), np.array(values))


def test_numbers_by_qubit():
    by_qubit = np.array([0.1, np.nan, 0.3])
    assert look_up(0.5, np.array([7]), "error") == 0.5
    assert look_up(by_qubit, np.array([[2], [0], [2]]), "error").tolist() == [0.3, 0.1, 0.3]
    with pytest.raises(UsageError, match=r"qubit: got 1, expected a qubit that works, with a known error"):
        look_up(by_qubit, np.array([0, 1]), "error")
    with pytest.raises(UsageError, match=r"qubit: got 3, expected a qubit below 3"):
        look_up(by_qubit, np.array([0, 3]), "error")


def test_unknown_is_allowed_in_arrays_only():
    checked_probability("p", np.array([0.1, np.nan]))
    with pytest.raises(UsageError, match="p: got nan"):
        checked_probability("p", float("nan"))
