"""Linear algebra over GF(2) on bit-packed rows.

A matrix with c columns is an array of shape (rows, ceil(c / 64)) of uint64; bit b of word w is column
64 w + b, and the bits past the last column are zero.
"""

from __future__ import annotations

import numpy as np

from .types import BitArray, IntArray, WordArray

__all__ = ["echelon", "null_combinations", "pack", "rank", "select_columns", "solve", "unpack"]


def pack(bits: BitArray) -> WordArray:
    """Pack booleans of shape (rows, columns) into words of shape (rows, ceil(columns / 64))."""
    rows, columns = bits.shape
    padded = np.zeros((rows, -(-columns // 64) * 64), dtype=np.bool_)
    padded[:, :columns] = bits
    words: WordArray = np.packbits(padded, axis=1, bitorder="little").view(np.dtype("<u8"))
    return words


def unpack(words: WordArray, num_columns: int) -> BitArray:
    """Undo `pack`: booleans of shape (rows, num_columns)."""
    octets = np.ascontiguousarray(words).view(np.uint8)
    return np.unpackbits(octets, axis=1, count=num_columns, bitorder="little").astype(np.bool_)


def select_columns(words: WordArray, columns: IntArray) -> WordArray:
    """The matrix of the given columns, in the given order, repacked.

    Columns are gathered one byte a bit and 4096 rows at a time, so memory stays bounded.
    """
    out = np.zeros((words.shape[0], -(-len(columns) // 64)), dtype=np.uint64)
    shifts = (columns & 63).astype(np.uint64)
    for start in range(0, words.shape[0], 4096):
        rows = slice(start, start + 4096)
        out[rows] = pack(((words[rows][:, columns >> 6] >> shifts) & np.uint64(1)).astype(np.bool_))
    return out


def echelon(words: WordArray, num_columns: int) -> tuple[WordArray, IntArray]:
    """Row echelon form of the first `num_columns` columns; columns behind them ride along.

    Args:
        words: shape (rows, words), any number of columns at least `num_columns`; not changed.
        num_columns: pivots are sought in columns 0 .. num_columns - 1, in this order.

    Returns:
        The reduced matrix and the pivot columns: row i < len(pivots) has its pivot in pivots[i], and
        the rows from len(pivots) on are zero in the first `num_columns` columns. Rows are reduced
        downwards only (echelon, not reduced echelon).
    """
    matrix = words.copy()
    pivots: list[int] = []
    for column in range(num_columns):
        top = len(pivots)
        if top == matrix.shape[0]:
            break
        below = matrix[top:, column >> 6] & np.uint64(1 << (column & 63))
        hits = np.flatnonzero(below)
        if not len(hits):
            continue
        first = top + int(hits[0])
        if first != top:
            matrix[[top, first]] = matrix[[first, top]]
        # The swapped-down row had no bit here, so the remaining hits are still the rows to clear; words
        # left of the pivot are already zero in every row below.
        matrix[top + hits[1:], column >> 6 :] ^= matrix[top, column >> 6 :]
        pivots.append(column)
    return matrix, np.array(pivots, dtype=np.int64)


def rank(words: WordArray, num_columns: int) -> int:
    """Rank over GF(2) of the first `num_columns` columns."""
    return len(echelon(words, num_columns)[1])


def null_combinations(words: WordArray, num_columns: int) -> BitArray:
    """A basis of the row combinations that vanish on the first `num_columns` columns.

    Returns:
        Shape (rows - rank, rows): each row c satisfies c @ matrix = 0 (mod 2).
    """
    rows = words.shape[0]
    offset = words.shape[1] * 64
    augmented = np.hstack([words, pack(np.eye(rows, dtype=np.bool_))])
    reduced, pivots = echelon(augmented, num_columns)
    return unpack(reduced[len(pivots) :, offset // 64 :], rows)


def solve(matrix: BitArray, right: BitArray) -> BitArray:
    """The x of shape (n,) with matrix @ x = right (mod 2).

    Args:
        matrix: shape (n, n), of full rank.
        right: shape (n,).
    """
    size = len(matrix)
    rows = unpack(echelon(pack(np.column_stack([matrix, right])), size)[0], size + 1)
    x = np.zeros(size, dtype=np.bool_)
    for row in reversed(range(size)):
        x[row] = rows[row, size] ^ (np.count_nonzero(rows[row, row + 1 : size] & x[row + 1 :]) % 2 == 1)
    return x
