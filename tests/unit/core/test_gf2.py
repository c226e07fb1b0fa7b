"""Bit-packed rows: the layout in memory, and small matrices whose rank and kernel are known."""

from __future__ import annotations

import numpy as np
import pytest

from qloak.core import gf2

WIDTHS = (0, 1, 63, 64, 65, 128, 130)


def random_bits(rows: int, columns: int, seed: int) -> np.ndarray:
    return np.random.default_rng(seed).integers(2, size=(rows, columns)).astype(bool)


@pytest.mark.parametrize("columns", WIDTHS)
def test_unpack_undoes_pack(columns):
    bits = random_bits(5, columns, columns)
    words = gf2.pack(bits)
    assert words.dtype == np.uint64
    assert words.shape == (5, -(-columns // 64))
    assert np.array_equal(gf2.unpack(words, columns), bits)


def test_bit_b_of_word_w_is_column_64_w_plus_b():
    for column in (0, 1, 63, 64, 100):
        bits = np.zeros((1, 128), dtype=bool)
        bits[0, column] = True
        expected = [0, 0]
        expected[column // 64] = 1 << (column % 64)
        assert gf2.pack(bits)[0].tolist() == expected


def test_bits_past_the_last_column_are_zero():
    assert gf2.pack(np.ones((2, 3), dtype=bool)).tolist() == [[7], [7]]


@pytest.mark.parametrize("rows", (3, 5000))  # one chunk of rows and two
def test_select_columns_in_the_given_order_with_repetitions(rows):
    bits = random_bits(rows, 200, 3)
    columns = np.array([199, 0, 64, 63, 64, 1])
    assert np.array_equal(gf2.unpack(gf2.select_columns(gf2.pack(bits), columns), 6), bits[:, columns])


def test_select_no_column():
    assert gf2.select_columns(gf2.pack(random_bits(4, 70, 1)), np.zeros(0, dtype=np.int64)).shape == (4, 0)


def test_echelon_of_a_written_out_matrix():
    matrix = np.array([[0, 1, 1], [1, 1, 0], [1, 0, 1]], dtype=bool)  # the third row is the sum of the others
    reduced, pivots = gf2.echelon(gf2.pack(matrix), 3)
    assert pivots.tolist() == [0, 1]
    assert gf2.unpack(reduced, 3).astype(int).tolist() == [[1, 1, 0], [0, 1, 1], [0, 0, 0]]


def test_echelon_leaves_its_argument_alone_and_lets_later_columns_ride_along():
    matrix = np.array([[1, 0, 1], [1, 0, 0]], dtype=bool)
    words = gf2.pack(matrix)
    reduced, pivots = gf2.echelon(words, 2)
    assert np.array_equal(gf2.unpack(words, 3), matrix)
    assert pivots.tolist() == [0]
    # Column 2 is no pivot column, yet it was added row to row.
    assert gf2.unpack(reduced, 3).astype(int).tolist() == [[1, 0, 1], [0, 0, 1]]


@pytest.mark.parametrize(("rows", "columns"), [(0, 5), (5, 0), (0, 0)])
def test_empty_matrices_have_rank_zero(rows, columns):
    words = gf2.pack(np.zeros((rows, columns), dtype=bool))
    assert gf2.rank(words, columns) == 0
    assert np.array_equal(gf2.null_combinations(words, columns), np.eye(rows, dtype=bool))


@pytest.mark.parametrize("size", (1, 64, 65, 100))
def test_triangular_matrix_has_full_rank(size):
    bits = np.triu(random_bits(size, size, size)) | np.eye(size, dtype=bool)
    shuffled = np.random.default_rng(1).permutation(bits)
    assert gf2.rank(gf2.pack(shuffled), size) == size
    assert gf2.null_combinations(gf2.pack(shuffled), size).shape == (0, size)


def test_rank_counts_the_leading_columns_only():
    words = gf2.pack(np.array([[0, 0, 1], [0, 1, 0]], dtype=bool))
    assert [gf2.rank(words, columns) for columns in range(4)] == [0, 0, 1, 2]


def test_null_combinations_of_repeated_rows():
    row = random_bits(1, 90, 4)
    combinations = gf2.null_combinations(gf2.pack(np.vstack([row, row, row])), 90)
    assert len(combinations) == 2
    assert not (combinations.sum(axis=1) % 2).any()


@pytest.mark.parametrize("size", (1, 2, 63, 64, 65, 130))
def test_solve(size):
    # A product of unit triangular matrices has full rank; permuted rows keep it.
    lower = np.tril(random_bits(size, size, 1), -1) | np.eye(size, dtype=bool)
    upper = np.triu(random_bits(size, size, 2), 1) | np.eye(size, dtype=bool)
    matrix = (lower.astype(int) @ upper.astype(int) % 2 == 1)[np.random.default_rng(3).permutation(size)]
    x = random_bits(1, size, 4)[0]
    assert np.array_equal(gf2.solve(matrix, matrix.astype(int) @ x % 2 == 1), x)
