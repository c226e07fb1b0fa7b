"""Confidence intervals of a probability, without scipy."""

from __future__ import annotations

import math
from collections.abc import Callable
from statistics import NormalDist

from ..errors import UsageError

__all__ = ["clopper_pearson", "normal_quantile", "wilson"]

_CONFIDENCE = 0.95
_TINY = 1e-300
_STEPS = 200


def clopper_pearson(successes: int, shots: int, confidence: float = _CONFIDENCE) -> tuple[float, float]:
    """The exact binomial interval: it holds the true probability with at least the given confidence, always.

    Its ends are the probabilities under which as many successes or more, as many or fewer, have the chance
    (1 - confidence)/2: quantiles of beta distributions, found by bisection.

    Args:
        successes: from 0 to shots.
        shots: at least 1.
        confidence: strictly between 0 and 1.

    Raises:
        UsageError: for impossible numbers.

    References:
        [ClopperPearson1934]
    """
    _check(successes, shots, confidence)
    tail = (1 - confidence) / 2
    failures = shots - successes
    low, high = 0.0, 1.0
    if successes:
        low = _bisected(lambda p: _beta_cdf(p, successes, failures + 1) > tail)
    if failures:
        # The upper end is one minus the lower end of the failures: tails of both ends keep their digits.
        high = 1 - _bisected(lambda q: _beta_cdf(q, failures, successes + 1) > tail)
    return low, high


def wilson(successes: int, shots: int, confidence: float = _CONFIDENCE) -> tuple[float, float]:
    """The score interval: near the stated confidence on average, narrower than the exact one.

    Arguments and errors as for `clopper_pearson`.

    References:
        [Wilson1927]
    """
    _check(successes, shots, confidence)
    z2 = normal_quantile(confidence) ** 2
    mean = successes / shots
    center = (mean + z2 / (2 * shots)) / (1 + z2 / shots)
    half = math.sqrt(z2 * (mean * (1 - mean) + z2 / (4 * shots)) / shots) / (1 + z2 / shots)
    # Rounding must not cut off the end that is exactly 0 or 1.
    low = 0.0 if successes == 0 else max(center - half, 0.0)
    return low, 1.0 if successes == shots else min(center + half, 1.0)


def normal_quantile(confidence: float = _CONFIDENCE) -> float:
    """How many standard deviations to either side hold a normal variable with this confidence: 1.96 for 95 %."""
    return -NormalDist().inv_cdf((1 - confidence) / 2)


def _check(successes: int, shots: int, confidence: float) -> None:
    if shots < 1:
        raise UsageError.of("shots", shots, "at least 1")
    if not 0 <= successes <= shots:
        raise UsageError.of("successes", successes, f"0 to {shots}")
    if not 0 < confidence < 1:
        raise UsageError.of("confidence", confidence, "a number between 0 and 1")


def _bisected(above: Callable[[float], bool]) -> float:
    """The smallest p in [0, 1] with above(p), for a predicate that changes once."""
    low, high = 0.0, 1.0
    for _ in range(_STEPS):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (low, middle) if above(middle) else (middle, high)
    return high


def _beta_cdf(x: float, a: int, b: int) -> float:
    """The regularized incomplete beta function I_x(a, b): the chance of a successes or more among a + b - 1."""
    if x <= 0 or x >= 1:
        return float(x >= 1)
    log_front = math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x)
    # The fraction converges fast below the mean; above it the mirrored one does.
    if x < (a + 1) / (a + b + 2):
        return math.exp(log_front) * _fraction(x, a, b) / a
    return 1 - math.exp(log_front) * _fraction(1 - x, b, a) / b


def _fraction(x: float, a: int, b: int) -> float:
    """The continued fraction of I_x(a, b) a B(a, b)/(x^a (1 - x)^b), evaluated from the front (Lentz)."""
    c, d = 1.0, 1 / _nonzero(1 - (a + b) * x / (a + 1))
    value, m = d, 0
    change = 0.0
    while abs(change - 1) > 1e-15 and m < 10_000_000:
        m += 1
        even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        for term in (even, odd):
            d = 1 / _nonzero(1 + term * d)
            c = _nonzero(1 + term / c)
            change = c * d
            value *= change
    return value


def _nonzero(value: float) -> float:
    return value if abs(value) > _TINY else _TINY
