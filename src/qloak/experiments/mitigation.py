"""Correction of means for readout errors, with the error of the calibration carried along."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Self

import numpy as np

from ..core.types import FloatArray
from ..errors import UsageError
from ..noise import Device

__all__ = ["ReadoutCalibration"]


@dataclass(frozen=True, slots=True, eq=False)
class ReadoutCalibration:
    """How often each bit is read wrong, independently of the others: a tensor product of confusion matrices.

    Attributes:
        one_given_zero: shape (width,), chance to read 1 where the qubit is 0.
        zero_given_one: shape (width,).
        one_given_zero_errors: shape (width,), standard errors; 0 where the chance is taken for exact.
        zero_given_one_errors: shape (width,).

    Raises:
        UsageError: for unequal shapes, numbers that are no probabilities, or a readout that says nothing of its
            qubit, which nothing can correct.
    """

    one_given_zero: FloatArray
    zero_given_one: FloatArray
    one_given_zero_errors: FloatArray
    zero_given_one_errors: FloatArray

    def __post_init__(self) -> None:
        chances = np.array([self.one_given_zero, self.zero_given_one])
        if chances.ndim != 2 or not ((chances >= 0) & (chances <= 1)).all():
            raise UsageError.of("readout", chances.tolist(), "one probability from 0 to 1 for each bit and direction")
        errors = np.array([self.one_given_zero_errors, self.zero_given_one_errors])
        if errors.shape != chances.shape or not (errors >= 0).all():
            raise UsageError.of("readout", errors.tolist(), "one standard error of at least 0 for each chance")
        if (chances.sum(axis=0) == 1).any():
            raise UsageError.of("readout", chances.tolist(), "chances that do not add up to 1", "They say nothing.")

    @classmethod
    def of_device(cls, device: Device, qubits: tuple[int, ...]) -> Self:
        """The calibrated chances of some qubits, in the order of the bits, taken for exact."""
        chosen = list(qubits)
        if min(chosen, default=0) < 0 or max(chosen, default=0) >= device.num_qubits:
            raise UsageError.of("qubits", qubits, f"qubits from 0 to {device.num_qubits - 1}")
        none = np.zeros(len(chosen))
        return cls(device.one_given_zero[chosen], device.zero_given_one[chosen], none, none)

    @classmethod
    def of_counts(cls, zeros: Mapping[str, int], ones: Mapping[str, int]) -> Self:
        """From two calibration runs.

        Args:
            zeros: histogram, bit 0 first, with all qubits prepared in 0.
            ones: with all qubits prepared in 1.

        Raises:
            UsageError: for empty histograms or different widths.
        """
        widths = {len(key) for key in (*zeros, *ones)}
        shots = [sum(zeros.values()), sum(ones.values())]
        if len(widths) != 1 or min(shots) < 1:
            raise UsageError.of("counts", [dict(zeros), dict(ones)], "two histograms of the same bits, with shots")
        width = widths.pop()
        wrong = np.zeros((2, width))
        for prepared, counts in enumerate((zeros, ones)):
            for key, number in counts.items():
                wrong[prepared] += [number * (int(bit) != prepared) for bit in key]
            wrong[prepared] /= shots[prepared]
        # Add-one smoothing of the error only: a chance that was never seen is not known to be 0.
        smooth = [(rate * n + 1) / (n + 2) for rate, n in zip(wrong, shots, strict=True)]
        errors = [np.sqrt(rate * (1 - rate) / n) for rate, n in zip(smooth, shots, strict=True)]
        return cls(wrong[0], wrong[1], errors[0], errors[1])

    @property
    def width(self) -> int:
        """Number of bits."""
        return len(self.one_given_zero)

    def corrected(self, factors: FloatArray) -> FloatArray:
        """The variable whose mean over records equals the given one's mean over true bits.

        Args:
            factors: shape (t, width, 2), a sum of t products of one factor for each bit, by the bit's value.

        Raises:
            UsageError: for another width.
        """
        if factors.shape[1] != self.width:
            raise UsageError.of("readout", self.width, f"a calibration of {factors.shape[1]} bits")
        # E[g(record) | bit] = sum_record g(record) A[record, bit] = f(bit), so g = f A^-1, bit by bit.
        corrected: FloatArray = np.einsum("twr,wrb->twb", factors, np.linalg.inv(self._confusion()))
        return corrected

    def deviations(self, corrected: FloatArray) -> Iterator[FloatArray]:
        """For each uncertain chance, by how much one standard error of it changes a corrected variable, to first order.

        Yields:
            Factors of shape (t, width, 2) for each bit and direction, always in the same order.
        """
        inverse = np.linalg.inv(self._confusion())
        for bit in range(self.width):
            for true, errors in enumerate((self.one_given_zero_errors, self.zero_given_one_errors)):
                change = np.zeros((2, 2))
                change[:, true] = [errors[bit], -errors[bit]] if true else [-errors[bit], errors[bit]]
                changed = corrected.copy()
                changed[:, bit] = -corrected[:, bit] @ change @ inverse[bit]  # d(f A^-1) = -g dA A^-1
                yield changed

    def _confusion(self) -> FloatArray:
        """Shape (width, 2, 2), entry [., record, bit]."""
        p, q = self.one_given_zero, self.zero_given_one
        return np.stack([np.stack([1 - p, q], axis=-1), np.stack([p, 1 - q], axis=-1)], axis=1)
