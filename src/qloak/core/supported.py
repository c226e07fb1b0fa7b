"""Which operators of a code live on some qubits: the general method behind recovery and leak operators.

An operator of the code is a product of stabilizers and logical operators. Those that are the identity
outside a set of qubits form a group: its elements with a logical part are what the holder of the set can
measure of the encoded state, the others are checks that the holder can make.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

import numpy as np
import stim

from . import gf2
from .scheme import StabilizerCode
from .types import BitArray, IntArray, WordArray

__all__ = ["SupportedOperators"]

_MAX_EXHAUSTED = 10
"""Up to this many checks, every product of them is tried when an operator is made lighter: 2^10."""


@dataclass(frozen=True, slots=True, eq=False)
class SupportedOperators:
    """Independent generators of the group of operators that live on some qubits, signs left out.

    Each row is four bit fields that start at word boundaries: x and z on all m qubits, the logical part
    (x_1 .. x_k, z_1 .. z_k, Y where both are set), and which stabilizer generators multiply it.

    Attributes:
        code: whose operators they are.
        rows: packed as in `core.gf2`.
    """

    code: StabilizerCode
    rows: WordArray

    @classmethod
    def on(cls, code: StabilizerCode, qubits: IntArray) -> Self:
        """The operators that live on some qubits, ascending numbers."""
        table = code.logicals().stacked(code.stabilizers)
        logical = np.eye(len(table), 2 * code.num_logical, dtype=np.bool_)
        factors = np.eye(len(table), len(code.stabilizers), k=-2 * code.num_logical, dtype=np.bool_)
        everywhere = cls(code, np.hstack([table.symplectic(), gf2.pack(logical), gf2.pack(factors)]))
        return everywhere.avoiding(np.setdiff1d(np.arange(code.num_qubits), qubits))

    def avoiding(self, qubits: Iterable[int] | IntArray) -> Self:
        """The operators that are the identity on these qubits as well."""
        words = -(-self.code.num_qubits // 64)
        rows, count = self.rows.copy(), len(self.rows)
        for qubit in qubits:
            for field in (0, words):
                hits = np.flatnonzero(rows[:count, field + (qubit >> 6)] & np.uint64(1 << (qubit & 63)))
                if len(hits):
                    rows[hits[:-1]] ^= rows[hits[-1]]
                    count -= 1
                    rows[hits[-1]] = rows[count]
        return type(self)(self.code, rows[:count])

    @property
    def num_visible(self) -> int:
        """How many independent logical Paulis have a representative here; all 2k where the set is authorized."""
        return gf2.rank(self._fields()[2], 2 * self.code.num_logical)

    def split(self) -> tuple[Self, Self]:
        """Generators with a logical part, one for each independent logical Pauli, and the checks.

        The logical parts come in reduced echelon form: where all are visible they are X_1 .. X_k, Z_1 .. Z_k.
        """
        rows = self.rows.copy()
        first = 2 * -(-self.code.num_qubits // 64)
        top = 0
        for column in range(2 * self.code.num_logical):
            hits = np.flatnonzero(rows[:, first + (column >> 6)] & np.uint64(1 << (column & 63)))
            below = hits[hits >= top]
            if len(below):
                rows[hits[hits != below[0]]] ^= rows[below[0]]
                rows[[top, below[0]]] = rows[[below[0], top]]
                top += 1
        return type(self)(self.code, rows[:top]), type(self)(self.code, rows[top:])

    def logical_parts(self) -> BitArray:
        """Shape (rows, 2k): x_1 .. x_k, z_1 .. z_k of each row."""
        return gf2.unpack(self._fields()[2], 2 * self.code.num_logical)

    def letters(self) -> tuple[BitArray, BitArray]:
        """The x and the z bits, each of shape (rows, m)."""
        x, z, _, _ = self._fields()
        return gf2.unpack(x, self.code.num_qubits), gf2.unpack(z, self.code.num_qubits)

    def lightened(self, checks: SupportedOperators) -> Self:
        """Each row times checks, such that it acts on few qubits.

        The best product where there are few checks; else a greedy descent, which may stop early.
        """
        if len(checks.rows) <= _MAX_EXHAUSTED:
            group = checks.products()
            picked = [row ^ group[np.argmin(self._weights(row ^ group))] for row in self.rows]
        else:
            picked = [self._descended(row, checks.rows) for row in self.rows]
        return type(self)(self.code, np.array(picked, dtype=np.uint64).reshape(self.rows.shape))

    def products(self) -> WordArray:
        """Every product of the rows, 2^rows of them, the identity first."""
        group = np.zeros((1, self.rows.shape[1]), dtype=np.uint64)
        for row in self.rows:
            group = np.vstack([group, group ^ row])
        return group

    def operator(self, row: int) -> stim.PauliString:
        """One row as the physical operator, with the sign that makes it act as its logical part.

        The logical part is the Hermitian Pauli string with that x and z, Y where both are set.
        """
        code = self.code
        k = code.num_logical
        logical = self.logical_parts()[row]
        out = stim.PauliString(code.num_qubits)
        for i in range(k):
            if logical[i]:
                out *= code.logical_x.to_stim(i)
            if logical[k + i]:
                out *= code.logical_z.to_stim(i)
            if logical[i] and logical[k + i]:
                out *= 1j  # Y = i X Z
        factors = gf2.unpack(self._fields()[3][row : row + 1], len(code.stabilizers))[0]
        out *= code.stabilizers.product(np.flatnonzero(factors)).to_stim(0)
        return out

    def _fields(self) -> tuple[WordArray, WordArray, WordArray, WordArray]:
        """x, z, logical part and stabilizer factors, packed."""
        words = -(-self.code.num_qubits // 64)
        last = 2 * words + -(-2 * self.code.num_logical // 64)
        rows = self.rows
        return rows[:, :words], rows[:, words : 2 * words], rows[:, 2 * words : last], rows[:, last:]

    def _weights(self, rows: WordArray) -> IntArray:
        """On how many qubits each packed row acts."""
        words = -(-self.code.num_qubits // 64)
        weights: IntArray = np.bitwise_count(rows[:, :words] | rows[:, words : 2 * words]).sum(axis=1, dtype=np.int64)
        return weights

    def _descended(self, row: WordArray, checks: WordArray) -> WordArray:
        """A row times the checks that lighten it most, one after the other, until none does."""
        weight = int(self._weights(row[None])[0])
        while True:
            weights = self._weights(row ^ checks)
            best = int(np.argmin(weights))
            if weights[best] >= weight:
                return row
            row, weight = row ^ checks[best], int(weights[best])
