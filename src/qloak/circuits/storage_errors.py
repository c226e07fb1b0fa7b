"""Independent Pauli errors on the stored qubits of the canonical scheme, and what outcomes say about them.

An error on a pair (S_i, N_i) shifts its mu by nu and flips the phases of the superposition by tau: 16
combinations for the 16 Pauli errors of a pair, and the pairs are independent. X on the signal shifts x and
flips the phase of z, Z on it shifts z; X on the noise qubit shifts x, Z on it shifts z and flips the phase
of x. Given the outcomes and nu_1, all other nu_i are known; of the tau_i only the sum matters, and its
distribution is a convolution over the pairs: a product, behind a Walsh-Hadamard transform of four points.
So maximum likelihood is exact and linear in the number of clones.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from ..core.types import FloatArray, IntArray
from ..errors import UsageError

__all__ = ["Likelihoods", "StorageErrors"]

_LABELS = 4
"""Paulis numbered x + 2 z: I, X, Z, Y. A product of Paulis is the bitwise sum of their numbers."""

_HADAMARD = 1.0 - 2.0 * (np.bitwise_count(np.arange(_LABELS)[:, None] & np.arange(_LABELS)) & 1)
"""(-1)^(bitwise inner product), shape (4, 4)."""


@dataclass(frozen=True, slots=True, eq=False)
class Likelihoods:
    """Joint probabilities of outcomes and of each Pauli being due on A, as values times e^log_scale.

    Attributes:
        values: shape (..., 4), Paulis numbered x + 2 z.
        log_scale: shape (...).
    """

    values: FloatArray
    log_scale: FloatArray

    def probabilities(self) -> FloatArray:
        """Shape (..., 4); underflows for very many clones."""
        return self.values * np.exp(self.log_scale)[..., None]


@dataclass(frozen=True, slots=True, eq=False)
class StorageErrors:
    """Probabilities of X, Y and Z on each stored qubit, independent of one another.

    Attributes:
        rates: shape (2n + 1, 3), in the order A, S_1 .. S_n, N_1 .. N_n.

    Raises:
        UsageError: for another shape, or for what are no probabilities.
    """

    rates: FloatArray

    def __post_init__(self) -> None:
        """Check shape and values."""
        rates = np.asarray(self.rates)
        if rates.ndim != 2 or rates.shape[1] != 3 or rates.shape[0] < 5 or rates.shape[0] % 2 == 0:
            raise UsageError.of("rates", rates.shape, "shape (2n + 1, 3): X, Y and Z on each stored qubit")
        if not (np.all(rates >= 0) and np.all(rates.sum(axis=1) <= 1 + 1e-12)):
            raise UsageError.of("rates", rates, "probabilities of X, Y and Z that add up to at most 1 on each qubit")

    @classmethod
    def depolarizing(cls, num_clones: int, strength: float) -> Self:
        """The same on every qubit: a non-identity Pauli with probability `strength`, each equally likely."""
        return cls(np.full((2 * num_clones + 1, 3), strength / 3))

    @property
    def num_clones(self) -> int:
        """The number n of pairs."""
        return len(self.rates) // 2

    def of_votes(self, votes: IntArray) -> Likelihoods:
        """Where every mu_i has been measured.

        What is due on A is mu and A's error together; each mu is a quarter of the superposition.

        Args:
            votes: shape (..., n), outcomes x + 2 z of the pairs.
        """
        # Where tau is not measured its transform at zero is the distribution of nu alone.
        log, _ = _log_products(self._pairs()[..., :1], votes)
        scale = _scale(log)
        agreed = np.exp(log[..., 0] - scale[..., None])
        source, due = self._source(), np.arange(_LABELS)
        values = sum((agreed[..., [mu]] * source[due ^ mu] for mu in range(_LABELS)), start=np.float64(0.0))
        return Likelihoods(np.asarray(values) / 4, scale)

    def of_syndrome(self, shifts: IntArray, phase: IntArray) -> Likelihoods:
        """Where the pairs have been compared and the phases of the superposition checked.

        The phase checks are x: z of A's error + x_1 + z_1 [odd n] + tau_x and
        z: x of A's error + z_1 + x_1 [even n] + tau_z.

        Args:
            shifts: shape (..., n), nu_i + nu_1 as x + 2 z; zero for the first pair.
            phase: shape (...), the two phase checks as x + 2 z.
        """
        log, sign = _log_products(self._pairs(), shifts)
        scale = _scale(log)
        transforms = sign * np.exp(log - scale[..., None, None])
        source, even = self._source(), self.num_clones % 2 == 0
        values = np.zeros((*phase.shape, _LABELS))
        for shift in range(_LABELS):
            x, z = shift & 1, shift >> 1
            own = (x ^ (z & (not even))) | (z ^ (x & even)) << 1
            for due in range(_LABELS):
                # What is due on A is the shift of pair 1, which corrected it, and A's error together.
                on_source = due ^ shift
                tau = phase ^ own ^ (on_source >> 1 | (on_source & 1) << 1)
                chance = (transforms[..., shift, :] * _HADAMARD[tau]).sum(axis=-1) / _LABELS
                values[..., due] += source[on_source] * chance
        return Likelihoods(values, scale)

    def _by_label(self) -> FloatArray:
        """Shape (2n + 1, 4): probabilities of I, X, Z, Y."""
        return np.column_stack([1 - self.rates.sum(axis=1), self.rates[:, 0], self.rates[:, 2], self.rates[:, 1]])

    def _source(self) -> FloatArray:
        """The error of A, shape (4,)."""
        source: FloatArray = self._by_label()[0]
        return source

    def _pairs(self) -> FloatArray:
        """The errors of the pairs by nu and by the transform of tau, shape (n, 4, 4)."""
        n, by_label = self.num_clones, self._by_label()
        pairs = np.zeros((n, _LABELS, _LABELS))
        for on_signal in range(_LABELS):
            for on_noise in range(_LABELS):
                tau = on_noise >> 1 | (on_signal & 1) << 1
                pairs[:, on_signal ^ on_noise, tau] += by_label[1 : n + 1, on_signal] * by_label[n + 1 :, on_noise]
        transformed: FloatArray = pairs @ _HADAMARD
        return transformed


def _log_products(pairs: FloatArray, labels: IntArray) -> tuple[FloatArray, FloatArray]:
    """Products over the pairs of pairs[i, hypothesis ^ labels[..., i]], as logarithm and sign.

    Returns:
        Two arrays of shape (..., 4, pairs.shape[2]), axis -2 for the hypothesis.
    """
    with np.errstate(divide="ignore"):  # the logarithm of an impossible event is -inf, and that is right
        log, sign = np.log(np.abs(pairs)), np.where(pairs < 0, -1.0, 1.0)
    place = np.arange(labels.shape[-1])
    logs = [log[place, labels ^ guess].sum(axis=-2) for guess in range(_LABELS)]
    signs = [sign[place, labels ^ guess].prod(axis=-2) for guess in range(_LABELS)]
    return np.stack(logs, axis=-2), np.stack(signs, axis=-2)


def _scale(log: FloatArray) -> FloatArray:
    """What to divide by, as a logarithm: the largest over the hypotheses; 1 where all are impossible."""
    largest = log[..., 0].max(axis=-1)
    return np.where(np.isfinite(largest), largest, 0.0)
