"""Dense state vectors of a few qubits: the slow, plain opinion that the fast engines are held to.

Little-endian: qubit 0 is the least significant bit of an index, and the first qubit that a matrix acts on
the least significant bit of its index. Global phases are kept throughout.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
import stim

from ..core.types import ComplexArray
from ..errors import LimitError, StateError, UsageError

__all__ = ["MAX_DENSE_QUBITS", "DenseState"]

MAX_DENSE_QUBITS: Final = 24
"""A vector of 24 qubits takes 256 MiB, and a gate needs a few of them."""

_NORM_TOLERANCE: Final = 1e-9
_IMPOSSIBLE: Final = 1e-12
"""Below this a probability is a rounding error."""


@dataclass(frozen=True, slots=True, eq=False)
class DenseState:
    """A pure state. Operations return a new state and leave this one as it is.

    Attributes:
        vector: shape (2**num_qubits,), complex128, of norm 1.
    """

    vector: ComplexArray

    def __post_init__(self) -> None:
        """Check that the vector is a state."""
        size = self.vector.size
        if self.vector.ndim != 1 or size == 0 or size & (size - 1):
            raise StateError.of("vector", self.vector.shape, "the shape (2**k,)")
        with np.errstate(over="ignore"):  # what is too large for a norm has the norm infinity
            norm = float(np.linalg.norm(self.vector))
        if not abs(norm - 1) < _NORM_TOLERANCE:  # written so that NaN is refused too
            raise StateError.of("vector", norm, "a norm of 1", "Divide the vector by its norm.")

    @classmethod
    def prepare(
        cls, vector: ComplexArray, *, num_qubits: int | None = None, qubits: Sequence[int] | None = None
    ) -> Self:
        """A given state on some qubits and |0> on all others.

        Args:
            vector: shape (2**k,), of norm 1.
            num_qubits: how many qubits there are in all; default: just enough.
            qubits: the qubit that each qubit of `vector` becomes; default 0 .. k - 1.

        Raises:
            StateError: if `vector` is not a state.
            LimitError: for more than `MAX_DENSE_QUBITS` qubits.
            UsageError: if `qubits` does not name k different qubits below `num_qubits`.
        """
        small = cls(np.array(vector, dtype=np.complex128))
        places = list(range(small.num_qubits) if qubits is None else qubits)
        total = max(places, default=-1) + 1 if num_qubits is None else num_qubits
        if total > MAX_DENSE_QUBITS:
            raise LimitError.of("num_qubits", total, f"at most {MAX_DENSE_QUBITS} in a dense state")
        _check_qubits(places, total)
        if len(places) != small.num_qubits:
            raise UsageError.of("qubits", places, f"{small.num_qubits} qubits, as many as the vector has")
        spread = np.zeros(2**total, dtype=np.complex128)
        bits = np.arange(small.vector.size)[:, None] >> np.arange(small.num_qubits) & 1
        spread[bits @ (1 << np.array(places, dtype=np.int64))] = small.vector
        return cls(spread)

    @classmethod
    def zeros(cls, num_qubits: int) -> Self:
        """All qubits in |0>."""
        return cls.prepare(np.ones(1, dtype=np.complex128), num_qubits=num_qubits)

    @property
    def num_qubits(self) -> int:
        """Number of qubits."""
        return self.vector.size.bit_length() - 1

    def apply_unitary(self, matrix: ComplexArray, qubits: Sequence[int]) -> Self:
        """Apply a unitary matrix of shape (2**k, 2**k) to k qubits."""
        tensor = self._leading(qubits)
        product = (matrix @ tensor.reshape(2 ** len(qubits), -1)).reshape(tensor.shape)
        return type(self)(np.moveaxis(product, range(len(qubits)), self._axes(qubits)).reshape(-1))

    def apply_pauli(self, pauli: stim.PauliString) -> Self:
        """Apply a Pauli string, with its sign, to the first len(pauli) qubits."""
        _check_qubits(pauli.pauli_indices(), self.num_qubits)
        flips, signs = (sum(1 << qubit for qubit in pauli.pauli_indices(letters)) for letters in ("XY", "YZ"))
        # Y = i X Z, so P|b> = i^#Y (-1)^(b & signs) |b ^ flips>.
        source = np.arange(self.vector.size) ^ flips
        parity = np.bitwise_count(source & signs) & 1
        phase = pauli.sign * 1j ** len(pauli.pauli_indices("Y"))
        return type(self)(phase * np.where(parity, -1, 1) * self.vector[source])

    def expectation(self, pauli: stim.PauliString) -> float:
        """The mean value of a Hermitian Pauli string, in [-1, 1]."""
        if pauli.sign not in (1, -1):
            raise UsageError.of("pauli", str(pauli), "a Hermitian Pauli string: sign + or -")
        return float(np.vdot(self.vector, self.apply_pauli(pauli).vector).real)

    def probability(self, pauli: stim.PauliString, outcome: bool) -> float:
        """The chance that measuring a Pauli string gives +1 (`outcome` False) or -1 (True).

        Certain and impossible outcomes have exactly 1 and 0.
        """
        chance = (1 + (-1) ** outcome * self.expectation(pauli)) / 2
        return 0.0 if chance < _IMPOSSIBLE else 1.0 if chance > 1 - _IMPOSSIBLE else chance

    def postselect(self, pauli: stim.PauliString, outcome: bool) -> Self:
        """The state after measuring a Pauli string with this outcome, normalised, its phase kept.

        Raises:
            UsageError: if the outcome is impossible.
        """
        if not self.probability(pauli, outcome):
            raise UsageError.of("outcome", outcome, f"a possible outcome of {pauli}")
        projected = self.vector + (-1) ** outcome * self.apply_pauli(pauli).vector
        return type(self)(projected / np.linalg.norm(projected))

    def reduced_density_matrix(self, qubits: Sequence[int]) -> ComplexArray:
        """The state of k of the qubits: shape (2**k, 2**k), qubits[0] the least significant."""
        rows = self._leading(qubits).reshape(2 ** len(qubits), -1)
        reduced: ComplexArray = rows @ rows.conj().T
        return reduced

    def _axes(self, qubits: Sequence[int]) -> list[int]:
        """Where the qubits are in the vector's tensor, whose axis 0 is the last qubit; qubits[0] comes last."""
        return [self.num_qubits - 1 - qubit for qubit in reversed(qubits)]

    def _leading(self, qubits: Sequence[int]) -> ComplexArray:
        """The vector as a tensor with one axis of size 2 per qubit, those of `qubits` moved to the front."""
        _check_qubits(qubits, self.num_qubits)
        return np.moveaxis(self.vector.reshape((2,) * self.num_qubits), self._axes(qubits), range(len(qubits)))


def _check_qubits(qubits: Sequence[int], num_qubits: int) -> None:
    """Refuse qubits that repeat or do not exist."""
    if len(set(qubits)) != len(qubits) or not all(0 <= qubit < num_qubits for qubit in qubits):
        raise UsageError.of("qubits", list(qubits), f"different numbers from 0 to {num_qubits - 1}")
