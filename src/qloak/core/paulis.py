"""Many signed Pauli strings at once, bit-packed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import stim

from . import gf2
from .types import BitArray, IntArray, WordArray

__all__ = ["PauliTable"]


@dataclass(frozen=True, slots=True, eq=False)
class PauliTable:
    """Hermitian Pauli strings as rows, each with a sign.

    Row r is (-1)^{signs[r]} times a tensor product of I, X, Y, Z. Qubit q holds X where only the x bit
    is set, Z where only the z bit is set, and the Hermitian Y (not XZ) where both are.

    Attributes:
        x: shape (rows, ceil(num_qubits / 64)), packed as in `core.gf2`.
        z: same shape.
        signs: shape (rows,), True for a minus sign.
        num_qubits: number of columns.
    """

    x: WordArray
    z: WordArray
    signs: BitArray
    num_qubits: int

    @classmethod
    def identity(cls, rows: int, num_qubits: int) -> Self:
        """`rows` identity strings."""
        words = -(-num_qubits // 64)
        zeros = np.zeros((rows, words), dtype=np.uint64)
        return cls(zeros, zeros.copy(), np.zeros(rows, dtype=np.bool_), num_qubits)

    @classmethod
    def from_letters(cls, num_qubits: int, letters: Sequence[tuple[str, IntArray]], *, rows: int) -> Self:
        """Rows that each carry given letters on given qubits, all signs plus.

        Args:
            num_qubits: number of qubits.
            letters: pairs (letter, qubits) with letter one of X, Y, Z and qubits of shape (rows, weight)
                or (weight,) for the same qubits in every row. A qubit given twice multiplies bitwise.
            rows: number of rows.
        """
        table = cls.identity(rows, num_qubits)
        for letter, qubits in letters:
            columns = np.broadcast_to(qubits, (rows, qubits.shape[-1]))
            index = (np.arange(rows)[:, None], columns >> 6)
            bits = np.uint64(1) << (columns & 63).astype(np.uint64)
            if letter in "XY":
                np.bitwise_xor.at(table.x, index, bits)
            if letter in "ZY":
                np.bitwise_xor.at(table.z, index, bits)
        return table

    @classmethod
    def from_stim(cls, strings: Iterable[stim.PauliString], num_qubits: int) -> Self:
        """Rows from stim strings, each at most `num_qubits` long.

        Raises:
            ValueError: if a string carries a factor i.
        """
        rows = list(strings)
        x = np.zeros((len(rows), num_qubits), dtype=np.bool_)
        z = np.zeros_like(x)
        signs = np.zeros(len(rows), dtype=np.bool_)
        for r, string in enumerate(rows):
            if string.sign not in (1, -1):
                raise ValueError(f"not Hermitian: {string}")
            x[r, : len(string)], z[r, : len(string)] = string.to_numpy()
            signs[r] = string.sign == -1
        return cls(gf2.pack(x), gf2.pack(z), signs, num_qubits)

    @classmethod
    def from_strings(cls, strings: Iterable[str]) -> Self:
        """Rows from text such as "-XIZ" (qubit 0 first), all of one length."""
        rows = [stim.PauliString(text) for text in strings]
        return cls.from_stim(rows, max((len(row) for row in rows), default=0))

    def __len__(self) -> int:
        """Number of rows."""
        return len(self.signs)

    def __getitem__(self, rows: slice | IntArray | BitArray) -> Self:
        """The table of some rows."""
        return type(self)(self.x[rows], self.z[rows], self.signs[rows], self.num_qubits)

    def to_stim(self, row: int) -> stim.PauliString:
        """One row as a stim string of length `num_qubits`."""
        x = gf2.unpack(self.x[row : row + 1], self.num_qubits)[0]
        z = gf2.unpack(self.z[row : row + 1], self.num_qubits)[0]
        return stim.PauliString.from_numpy(xs=x, zs=z, sign=-1 if self.signs[row] else 1)

    def to_strings(self) -> list[str]:
        """Every row as text, such as "-X_Z" (qubit 0 first, `_` for the identity)."""
        return [str(self.to_stim(row)) for row in range(len(self))]

    def stacked(self, *others: PauliTable) -> PauliTable:
        """This table's rows followed by those of the others."""
        tables: tuple[PauliTable, ...] = (self, *others)
        return PauliTable(
            np.vstack([t.x for t in tables]),
            np.vstack([t.z for t in tables]),
            np.concatenate([t.signs for t in tables]),
            self.num_qubits,
        )

    def symplectic(self) -> WordArray:
        """Rows [x | z] packed, shape (rows, 2 ceil(num_qubits / 64)); z starts at a word boundary."""
        return np.hstack([self.x, self.z])

    def restricted(self, qubits: IntArray) -> WordArray:
        """The symplectic rows on some qubits only: packed, x columns first, then z columns.

        Returns:
            Words with 2 len(qubits) columns, column j for X on qubits[j], len(qubits) + j for Z.
        """
        offset = 64 * self.x.shape[1]
        return gf2.select_columns(self.symplectic(), np.concatenate([qubits, offset + qubits]))

    def anticommutes_with(self, other: PauliTable) -> BitArray:
        """Shape (rows,): whether each row anticommutes with the one row of `other`."""
        counts = np.bitwise_count(self.x & other.z[0]) + np.bitwise_count(self.z & other.x[0])
        odd: BitArray = (counts.sum(axis=1, dtype=np.int64) & 1).astype(np.bool_)
        return odd

    def quarter_rotated(self, axis: PauliTable) -> Self:
        """Every row Q conjugated by exp(-i pi/4 P), P the one row of `axis`.

        Q stays where it commutes with P and becomes -i P Q where it anticommutes.
        """
        rows = np.flatnonzero(self.anticommutes_with(axis))
        power = _product_power(axis.x[0], axis.z[0], self.x[rows], self.z[rows]) + 3
        x, z, signs = self.x.copy(), self.z.copy(), self.signs.copy()
        x[rows] ^= axis.x[0]
        z[rows] ^= axis.z[0]
        signs[rows] ^= ((power & 3) == 2) ^ axis.signs[0]
        return type(self)(x, z, signs, self.num_qubits)

    def product(self, rows: IntArray) -> Self:
        """The ordered product of some mutually commuting rows, as a table of one row."""
        x = np.zeros((1, self.x.shape[1]), dtype=np.uint64)
        z = np.zeros_like(x)
        power = 0
        for row in rows:
            power += int(_product_power(x[0], z[0], self.x[row : row + 1], self.z[row : row + 1])[0])
            power += 2 * int(self.signs[row])
            x[0] ^= self.x[row]
            z[0] ^= self.z[row]
        if power % 2:
            raise ValueError("the rows do not commute: their product is not Hermitian")
        return type(self)(x, z, np.array([power % 4 == 2]), self.num_qubits)


def _product_power(x1: WordArray, z1: WordArray, x2: WordArray, z2: WordArray) -> IntArray:
    """Power of i in the product of one string (x1, z1) with each row of (x2, z2), signs left out.

    XY = iZ, YZ = iX, ZX = iY count +1, the reversed orders -1.
    """
    ax, ay, az = x1 & ~z1, x1 & z1, ~x1 & z1
    bx, by, bz = x2 & ~z2, x2 & z2, ~x2 & z2
    plus = np.bitwise_count((ax & by) | (ay & bz) | (az & bx)).sum(axis=-1, dtype=np.int64)
    minus = np.bitwise_count((ay & bx) | (az & by) | (ax & bz)).sum(axis=-1, dtype=np.int64)
    power: IntArray = (plus - minus) % 4
    return power
