"""Products of Pauli channels as products of Walsh-Hadamard factors.

Independent errors flip two observables; their flips add up modulo 2. The Walsh-Hadamard transform of the
distribution over the four patterns turns that into a product: each noise location multiplies the three
factors lambda_k = 1 - 2 P(the parity of the observables in k flips), k = 1, 2, 3.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Self

import numpy as np

from ..core.types import FloatArray, IntArray
from ..noise import PauliNoise
from .sensitivity import FlipArray

__all__ = ["Factors", "noise_factors", "record_factors"]

_PARITY = np.array([[bool(bin(e & k).count("1") & 1) for e in range(4)] for k in (1, 2, 3)])
"""[k - 1, pattern]: whether the parity of the observables in k flips."""


@dataclass(slots=True)
class Factors:
    """Three factors lambda_1, lambda_2, lambda_3, as logarithms of their sizes and as signs.

    Attributes:
        log_sizes: shape (3,), at most 0.
        signs: shape (3,), +1 or -1.
    """

    log_sizes: FloatArray = field(default_factory=lambda: np.zeros(3))
    signs: FloatArray = field(default_factory=lambda: np.ones(3))

    def multiply(self, other: Factors) -> None:
        """Multiply by further factors."""
        self.log_sizes += other.log_sizes
        self.signs *= other.signs

    @classmethod
    def of_flips(cls, probabilities: FloatArray, counts: IntArray | None = None) -> Self:
        """The product over many locations.

        Args:
            probabilities: shape (locations, 3), the chance that each parity flips.
            counts: shape (locations,), how often each location occurs; default once.
        """
        weights = np.ones(len(probabilities)) if counts is None else counts.astype(np.float64)
        # log1p keeps the digits of small probabilities; above 1/2 the factor is negative.
        with np.errstate(divide="ignore"):
            sizes = np.where(
                probabilities <= 0.5, np.log1p(-2 * np.minimum(probabilities, 0.5)), np.log(abs(1 - 2 * probabilities))
            )
        used = weights > 0
        odd = ((probabilities > 0.5) * weights[:, None]).sum(axis=0) % 2
        return cls((sizes[used] * weights[used, None]).sum(axis=0), 1 - 2 * odd)

    def values(self) -> FloatArray:
        """(lambda_1, lambda_2, lambda_3)."""
        result: FloatArray = self.signs * np.exp(self.log_sizes)
        return result


def noise_factors(noise: PauliNoise, x: FlipArray, z: FlipArray, groups: IntArray) -> dict[int, Factors]:
    """Factors of one- or two-qubit Pauli noise, by group.

    Args:
        noise: at g locations on w qubits each.
        x: shape (g, w), what X errors on the targets flip.
        z: the same for Z errors.
        groups: shape (g,), small numbers; locations with the same number are multiplied together.

    Returns:
        Group number -> factors.
    """
    width = x.shape[1]
    bits = np.zeros(len(x), dtype=np.int64)
    for column in range(width):
        bits = bits * 16 + (x[:, column] + 4 * z[:, column])
    probabilities = noise.probabilities
    if len(probabilities) == 1:
        # Equal noise everywhere: count the few different patterns of flips.
        patterns = 16**width
        counts = np.bincount(groups * patterns + bits, minlength=patterns)
        keys = np.flatnonzero(counts)
        flips = _flip_probabilities(keys % patterns, width, probabilities)
        members, counts = keys // patterns, counts[keys]
    else:
        flips = _flip_probabilities(bits, width, probabilities)
        members, counts = groups, np.ones(len(groups), dtype=np.int64)
    return {
        int(group): Factors.of_flips(flips[members == group], counts[members == group])
        for group in np.flatnonzero(np.bincount(members))
    }


def record_factors(flip_probabilities: FloatArray, records: FlipArray, groups: IntArray) -> dict[int, Factors]:
    """Factors of wrong measurement records: shape (g,) each."""
    flips = flip_probabilities[:, None] * _PARITY[:, records].T
    return {int(group): Factors.of_flips(flips[groups == group]) for group in np.flatnonzero(np.bincount(groups))}


def _flip_probabilities(bits: IntArray, width: int, probabilities: FloatArray) -> FloatArray:
    """The chance that each of the three parities flips, shape (locations, 3), in stim's order of Paulis."""
    out = np.zeros((len(bits), 3))
    for index in range(1, 4**width):
        pattern = np.zeros(len(bits), dtype=np.int64)
        for column in range(width):
            shift = 4 * (width - 1 - column)
            x, z = bits >> shift & 3, bits >> (shift + 2) & 3
            letter = index >> 2 * (width - 1 - column) & 3
            pattern ^= (0, x, x ^ z, z)[letter]
        out += probabilities[:, index - 1, None] * _PARITY[:, pattern].T
    return out
