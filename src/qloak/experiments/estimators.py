"""From counts to figures of merit, with standard errors and intervals.

Counts are histograms of bit strings, bit 0 first. Every figure here is a constant plus a weighted sum of means over
the shots of some settings, so that values are unbiased, errors follow from the multinomial distribution, and
corrections for readout (`mitigation`) stay linear. Bell states are |00> + |11>, GHZ states |0...0> + |1...1>.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

import numpy as np

from ..core.types import FloatArray, IntArray
from ..errors import UsageError
from .intervals import clopper_pearson, normal_quantile
from .mitigation import ReadoutCalibration

__all__ = [
    "CONFIDENCE",
    "Counts",
    "ErrorBar",
    "Estimate",
    "bell_fidelity",
    "chsh_from_correlators",
    "chsh_from_settings",
    "correlator",
    "fidelity_from_correlators",
    "parity_fidelity",
]

Counts: TypeAlias = Mapping[str, int]
"""Bit string, bit 0 first -> how often it was read."""

ErrorBar: TypeAlias = Literal["correct", "paper"]
"""Which error bar: the right one, or that of [Yamaguchi2026hardware], equations 12 to 14, which leaves out the
factor 1/2 of F = (P + chi)/2 and the covariance of the two populations."""

CONFIDENCE = 0.95
"""Of the intervals."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure of merit from counts.

    Attributes:
        value: unbiased; with readout mitigation it can leave its physical range.
        error: standard error, dimensionless like the value.
        low: lower end of the interval of confidence 95 %.
        high: upper end. Without mitigation the interval never collapses, however sharp the counts; that of a single
            probability is the exact binomial one.
        shots: over all settings.
    """

    value: float
    error: float
    low: float
    high: float
    shots: int

    def to_json(self) -> dict[str, float | int]:
        """As a JSON object."""
        return {"value": self.value, "error": self.error, "low": self.low, "high": self.high, "shots": self.shots}


def bell_fidelity(counts: Counts, *, readout: ReadoutCalibration | None = None) -> Estimate:
    """Entanglement fidelity from a Bell-state measurement.

    Args:
        counts: of two bits, behind CX from the reference to the clone and H on the reference: |00> + |11> reads 00.
        readout: to correct for readout errors, in the order of the bits.

    Raises:
        UsageError: for counts that are no histogram of two bits.
    """
    return _combined([_Term(1.0, _Data.of(counts, 2), _indicator(2, 0))], readout)


def correlator(counts: Counts, *, readout: ReadoutCalibration | None = None) -> Estimate:
    """The mean parity, (-1) to the number of ones: <P x P x ...> where each qubit was read in P's basis."""
    data = _Data.of(counts)
    return _combined([_Term(1.0, data, _parity(data.width))], readout)


def fidelity_from_correlators(
    xx: Counts, yy: Counts, zz: Counts, *, readout: ReadoutCalibration | None = None
) -> Estimate:
    """Entanglement fidelity (1 + <XX> - <YY> + <ZZ>)/4 from both qubits read in the bases X, Y and Z."""
    weighted = zip((0.25, -0.25, 0.25), (xx, yy, zz), strict=True)
    terms = [_Term(weight, _Data.of(counts, 2), _parity(2)) for weight, counts in weighted]
    return _combined(terms, readout, constant=0.25)


def parity_fidelity(
    populations: Counts,
    parities: Sequence[Counts],
    *,
    readout: ReadoutCalibration | None = None,
    error_bar: ErrorBar = "correct",
) -> Estimate:
    """Fidelity of a GHZ state of r qubits, for r = 2 of a Bell state, from populations and parity oscillations.

    F = (P + chi)/2 with P = p(0...0) + p(1...1) and the coherence chi = (1/r) sum_k (-1)^k <M_k>, where M_k is the
    product of cos(k pi/r) X + sin(k pi/r) Y over all qubits.

    Args:
        populations: all qubits read in the basis Z.
        parities: r histograms, the setting k = 1 first: Rz(-k pi/r) and H on all qubits, then Z.
        readout: to correct for readout errors.
        error_bar: "correct", or "paper" to compare with printed numbers; value and interval are the same.

    Raises:
        UsageError: for a wrong number of settings or widths, or a paper's bar together with `readout`.

    References:
        [Guehne2007] for the settings, [Yamaguchi2026hardware] for the other error bar.
    """
    if error_bar not in ("correct", "paper") or (error_bar == "paper" and readout is not None):
        raise UsageError.of("error_bar", error_bar, "'correct', or 'paper' for counts without mitigation")
    data = _Data.of(populations)
    r = data.width
    if len(parities) != r:
        raise UsageError.of("parities", len(parities), f"{r} settings, one for each qubit")
    terms = [_Term(0.5, data, _both_ends(r))]
    for k, counts in enumerate(parities, start=1):
        terms.append(_Term((-1) ** k / (2 * r), _Data.of(counts, r), _parity(r)))
    estimate = _combined(terms, readout)
    if error_bar == "correct":
        return estimate
    ends = [populations.get(bit * r, 0) / data.shots for bit in "01"]
    variance = sum(p * (1 - p) for p in ends) / data.shots
    variance += sum(4 * term.weight**2 * term.mean().variance for term in terms[1:])
    return Estimate(estimate.value, math.sqrt(variance), estimate.low, estimate.high, estimate.shots)


def chsh_from_settings(settings: Sequence[Counts], *, readout: ReadoutCalibration | None = None) -> Estimate:
    """The CHSH value S = <Z D+> + <X D+> + <Z D-> - <X D-> with D+- = (Z +- X)/sqrt 2.

    Args:
        settings: the four histograms in that order, the reference's bit first.
        readout: to correct for readout errors.

    Raises:
        UsageError: for another number of settings.
    """
    if len(settings) != 4:
        raise UsageError.of("settings", len(settings), "the four histograms of Z D+, X D+, Z D- and X D-")
    weighted = zip((1.0, 1.0, 1.0, -1.0), settings, strict=True)
    return _combined([_Term(weight, _Data.of(counts, 2), _parity(2)) for weight, counts in weighted], readout)


def chsh_from_correlators(zz: Counts, xx: Counts, *, readout: ReadoutCalibration | None = None) -> Estimate:
    """The same S = sqrt 2 (<ZZ> + <XX>) from two Clifford settings, by linearity of D+ and D-.

    It equals the value of the four settings for every state, but is no test of local realism.
    """
    terms = [_Term(math.sqrt(2), _Data.of(counts, 2), _parity(2)) for counts in (zz, xx)]
    return _combined(terms, readout)


@dataclass(frozen=True, slots=True, eq=False)
class _Data:
    """Counts as arrays: bits of shape (m, width), numbers of shape (m,)."""

    bits: IntArray
    numbers: IntArray

    @classmethod
    def of(cls, counts: Counts, width: int | None = None) -> _Data:
        """Checked counts.

        Raises:
            UsageError: for no shots, negative numbers, or strings that are no bits or differ in width.
        """
        widths = {len(key) for key in counts}
        if not counts or len(widths) != 1 or widths == {0} or (width is not None and widths != {width}):
            raise UsageError.of("counts", sorted(counts), f"bit strings of {'one' if width is None else width} length")
        if any(set(key) - set("01") for key in counts):
            raise UsageError.of("counts", sorted(counts), "strings of 0 and 1")
        if any(number < 0 for number in counts.values()) or sum(counts.values()) < 1:
            raise UsageError.of("counts", dict(counts), "at least one shot and no negative number")
        bits = np.array([[int(bit) for bit in key] for key in counts], dtype=np.int64)
        return cls(bits, np.array(list(counts.values()), dtype=np.int64))

    @property
    def width(self) -> int:
        """Bits of each string."""
        return int(self.bits.shape[1])

    @property
    def shots(self) -> int:
        """Number of all shots."""
        return int(self.numbers.sum())


@dataclass(frozen=True, slots=True)
class _Mean:
    """Mean of some variable over shots, and the variance of that mean."""

    value: float
    variance: float


@dataclass(frozen=True, slots=True, eq=False)
class _Term:
    """Weight times the mean of a variable in one setting.

    Attributes:
        weight: of the mean.
        data: the setting's counts.
        factors: shape (t, width, 2): the variable is a sum of t products of one factor for each bit, by its value.
    """

    weight: float
    data: _Data
    factors: FloatArray

    def values(self) -> FloatArray:
        """The variable for each bit string, shape (m,)."""
        chosen = self.factors[:, np.arange(self.data.width), self.data.bits]  # (t, m, width)
        values: FloatArray = chosen.prod(axis=-1).sum(axis=0)
        return values

    def mean(self) -> _Mean:
        """Mean and its variance, that of the empirical distribution divided by the shots."""
        values, numbers, shots = self.values(), self.data.numbers, self.data.shots
        mean = float(values @ numbers) / shots
        return _Mean(mean, float((values - mean) ** 2 @ numbers) / shots**2)

    def with_factors(self, factors: FloatArray) -> _Term:
        """The term with another variable."""
        return _Term(self.weight, self.data, factors)

    def interval(self) -> tuple[float, float]:
        """Interval of the weighted mean of a variable with two values, from the exact binomial one."""
        values = self.values()
        bottom, top = (-1.0, 1.0) if self.factors.min() < 0 else (0.0, 1.0)
        successes = int(self.data.numbers[values == top].sum())
        ends = [bottom + (top - bottom) * p for p in clopper_pearson(successes, self.data.shots, CONFIDENCE)]
        low, high = sorted(self.weight * end for end in ends)
        return low, high


def _parity(width: int) -> FloatArray:
    return np.tile(np.array([1.0, -1.0]), (1, width, 1))


def _indicator(width: int, bit: int) -> FloatArray:
    """One where all bits are `bit`, else zero."""
    return np.tile(np.eye(2)[bit], (1, width, 1))


def _both_ends(width: int) -> FloatArray:
    return np.concatenate([_indicator(width, 0), _indicator(width, 1)])


def _combined(terms: Sequence[_Term], readout: ReadoutCalibration | None, *, constant: float = 0.0) -> Estimate:
    """The constant plus all terms."""
    if readout is not None:
        return _mitigated(terms, readout, constant=constant)
    means = [term.mean() for term in terms]
    parts = [term.weight * mean.value for term, mean in zip(terms, means, strict=True)]
    value = constant + sum(parts)
    error = math.sqrt(sum(term.weight**2 * mean.variance for term, mean in zip(terms, means, strict=True)))
    # Intervals of a sum from those of its terms: distances to each side add up in squares [ZouDonner2008].
    ends = [term.interval() for term in terms]
    low = value - math.sqrt(sum((part - end[0]) ** 2 for part, end in zip(parts, ends, strict=True)))
    high = value + math.sqrt(sum((end[1] - part) ** 2 for part, end in zip(parts, ends, strict=True)))
    return Estimate(value, error, low, high, sum(term.data.shots for term in terms))


def _mitigated(terms: Sequence[_Term], readout: ReadoutCalibration, *, constant: float) -> Estimate:
    """The same with each variable replaced by one whose mean over wrong records is the original's over right ones."""
    corrected = [term.with_factors(readout.corrected(term.factors)) for term in terms]
    means = [term.mean() for term in corrected]
    value = constant + sum(term.weight * mean.value for term, mean in zip(corrected, means, strict=True))
    variance = sum(term.weight**2 * mean.variance for term, mean in zip(corrected, means, strict=True))
    # Errors of the calibration are common to all settings: derivatives are summed before they are squared.
    for deviations in zip(*(readout.deviations(term.factors) for term in corrected), strict=True):
        shifts = [term.with_factors(each).mean().value for term, each in zip(corrected, deviations, strict=True)]
        variance += sum(term.weight * shift for term, shift in zip(corrected, shifts, strict=True)) ** 2
    error = math.sqrt(variance)
    reach = normal_quantile(CONFIDENCE) * error
    return Estimate(value, error, value - reach, value + reach, sum(term.data.shots for term in terms))
