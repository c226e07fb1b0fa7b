"""Probabilities so near to 0 or 1 that a float would lose them."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

__all__ = ["Chance", "log_add", "log_power_gap"]

_NEVER = -math.inf


@dataclass(frozen=True, slots=True)
class Chance:
    """The probability of an event and that of its opposite, both as natural logarithms.

    1 - 1e-20 is the float 1; kept side by side, neither of the two loses digits, and powers of them may be as
    small as they like.

    Attributes:
        log_success: ln P, at most 0, -inf for the impossible.
        log_failure: ln (1 - P).
    """

    log_success: float
    log_failure: float

    def __post_init__(self) -> None:
        # Rounding of a sum must not make a probability larger than 1.
        object.__setattr__(self, "log_success", min(self.log_success, 0.0))
        object.__setattr__(self, "log_failure", min(self.log_failure, 0.0))

    @classmethod
    def of_failure(cls, probability: float) -> Self:
        """From the probability that it does not happen, in [0, 1]."""
        return cls(_log1p(-probability), _log(probability))

    @classmethod
    def certain(cls, *, success: bool = True) -> Self:
        """An event that always happens, or never."""
        return cls(0.0, _NEVER) if success else cls(_NEVER, 0.0)

    @classmethod
    def mixture(cls, cases: Iterable[tuple[float, Chance]]) -> Self:
        """The chance over exclusive cases: pairs of a probability's logarithm and the chance in that case."""
        weighted = list(cases)
        return cls(
            log_add(*(weight + chance.log_success for weight, chance in weighted)),
            log_add(*(weight + chance.log_failure for weight, chance in weighted)),
        )

    @property
    def success(self) -> float:
        """P, in [0, 1]."""
        return math.exp(self.log_success)

    @property
    def failure(self) -> float:
        """1 - P, in [0, 1], with all its digits."""
        return math.exp(self.log_failure)

    @property
    def log10_failure(self) -> float:
        """Decimal logarithm of 1 - P; -inf for a certain event."""
        return self.log_failure / math.log(10)

    def __and__(self, other: Chance) -> Chance:
        """Both of two independent events."""
        return Chance(
            self.log_success + other.log_success, log_add(self.log_failure, self.log_success + other.log_failure)
        )


def log_add(*logarithms: float) -> float:
    """The logarithm of a sum of numbers given by theirs."""
    largest = max(logarithms, default=_NEVER)
    if largest == _NEVER:
        return _NEVER
    return largest + math.log(math.fsum(math.exp(value - largest) for value in logarithms))


def log_power_gap(base: float, step: float, exponent: int) -> float:
    """The logarithm of (b + s)^n - b^n without cancellation, from b = e^base and s = e^step.

    With r = s / b it is n ln(b + s) + ln(1 - (1 + r)^-n).
    """
    if step == _NEVER:
        return _NEVER
    top = exponent * log_add(base, step)
    if base == _NEVER:
        return top
    ratio = step - base
    growth = ratio + math.log1p(math.exp(-ratio)) if ratio > 0 else math.log1p(math.exp(ratio))
    return top + _log(-math.expm1(-exponent * growth))


def _log(value: float) -> float:
    return math.log(value) if value > 0 else _NEVER


def _log1p(value: float) -> float:
    return math.log1p(value) if value > -1 else _NEVER
