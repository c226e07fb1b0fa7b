"""Pauli noise on many places at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from ..core.types import FloatArray, IntArray
from ..errors import UsageError
from .tables import checked_probability

__all__ = ["MAX_DEPOLARIZING", "PauliNoise"]

MAX_DEPOLARIZING = {1: 3 / 4, 2: 15 / 16}
"""Width -> strength at which a depolarizing channel forgets its input; there is nothing beyond."""

_ROUNDING = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class PauliNoise:
    """Independent Pauli channels, one for each row of targets.

    Attributes:
        targets: shape (g, w), w = 1 or 2: the qubits of each channel.
        probabilities: shape (g, 4**w - 1), or (1, 4**w - 1) where all channels are the same; columns as in
            stim's PAULI_CHANNEL_1 (X, Y, Z) and PAULI_CHANNEL_2 (IX, IY, IZ, XI, XX, ..., ZZ).

    Raises:
        UsageError: if the shapes do not fit, or a row is no probability distribution.
    """

    targets: IntArray
    probabilities: FloatArray

    def __post_init__(self) -> None:
        if self.targets.ndim != 2 or self.targets.shape[1] not in MAX_DEPOLARIZING:
            raise UsageError.of("targets", self.targets.shape, "an array of shape (g, 1) or (g, 2)")
        rows, width = self.targets.shape
        if self.probabilities.shape not in ((1, 4**width - 1), (rows, 4**width - 1)):
            raise UsageError.of(
                "probabilities", self.probabilities.shape, f"shape (1, {4**width - 1}) or ({rows}, {4**width - 1})"
            )
        check_distribution(self.probabilities)

    @classmethod
    def depolarizing(cls, targets: IntArray, strength: float | FloatArray) -> Self:
        """All non-identity Paulis equally likely.

        Args:
            targets: shape (g, w).
            strength: their total probability, one for all rows or shape (g,); at most 3/4 for w = 1 and
                15/16 for w = 2.
        """
        width = targets.shape[-1]
        paulis = 4**width - 1
        checked = checked_probability("strength", strength, maximum=MAX_DEPOLARIZING.get(width, 1.0))
        if not isinstance(checked, np.ndarray):
            return cls(targets, np.full((1, paulis), checked / paulis))
        # A view: one number a row, however many columns.
        return cls(targets, np.broadcast_to((checked / paulis)[:, None], (len(checked), paulis)))

    @classmethod
    def from_pauli(cls, targets: IntArray, probabilities: Mapping[str, float]) -> Self:
        """The same channel on every row, by name: {"X": 0.01} or {"ZZ": 0.001, "IX": 0.002}."""
        width = targets.shape[-1]
        row = np.zeros((1, 4**width - 1))
        for name, probability in probabilities.items():
            index = _pauli_index(name, width)
            row[0, index] += checked_probability(name, probability)
        return cls(targets, row)

    @property
    def strengths(self) -> FloatArray:
        """Total probability of non-identity Paulis: shape (g,), or (1,) where all are the same."""
        totals: FloatArray = self.probabilities.sum(axis=1)
        return totals


def check_distribution(probabilities: FloatArray) -> None:
    """Refuse rows that are negative, not numbers, or add up to more than 1."""
    if not probabilities.size:
        return
    low = probabilities.min()
    if not low >= 0:
        raise UsageError.of("probabilities", float(low), "numbers from 0 to 1")
    total = probabilities.sum(axis=-1).max()
    if not total <= 1 + _ROUNDING:
        raise UsageError.of("probabilities", float(total), "a total of at most 1")


def _pauli_index(name: str, width: int) -> int:
    """Column of a Pauli such as "X" or "IZ"."""
    if len(name) != width or set(name) - set("IXYZ") or not name.strip("I"):
        raise UsageError.of("probabilities", name, f"{width} letters out of I, X, Y, Z, not all I")
    index = 0
    for letter in name:
        index = 4 * index + "IXYZ".index(letter)
    return index - 1
