"""Confidence intervals against their definitions."""

from __future__ import annotations

import math
from itertools import product

import pytest

from qloak.errors import UsageError
from qloak.experiments.intervals import clopper_pearson, normal_quantile, wilson


def at_least(k: int, n: int, p: float) -> float:
    """Chance of k successes or more among n."""
    return math.fsum(math.comb(n, i) * p**i * (1 - p) ** (n - i) for i in range(k, n + 1))


@pytest.mark.parametrize(("n", "confidence"), [(1, 0.95), (7, 0.5), (40, 0.95), (60, 1 - 1e-9)])
def test_exact_interval_ends_where_its_definition_says(n, confidence):
    tail = (1 - confidence) / 2
    for k in range(n + 1):
        low, high = clopper_pearson(k, n, confidence)
        assert 0 <= low <= k / n <= high <= 1
        assert low == 0 if k == 0 else at_least(k, n, low) == pytest.approx(tail, rel=1e-6)
        assert high == 1 if k == n else at_least(n - k, n, 1 - high) == pytest.approx(tail, rel=1e-6)


@pytest.mark.parametrize("n", [10, 4096, 10**9])
def test_exact_interval_without_a_success_has_a_closed_form(n):
    assert clopper_pearson(0, n) == (0.0, pytest.approx(-math.expm1(math.log(0.025) / n), rel=1e-9))


def test_exact_interval_holds_the_truth_at_least_as_often_as_it_says():
    n, confidence = 15, 0.9
    for p in (0.01, 0.1, 0.37, 0.5, 0.93):
        inside = [k for k in range(n + 1) if clopper_pearson(k, n, confidence)[0] <= p]
        inside = [k for k in inside if p <= clopper_pearson(k, n, confidence)[1]]
        assert math.fsum(at_least(k, n, p) - at_least(k + 1, n, p) for k in inside) >= confidence


def test_large_numbers_approach_the_normal_interval():
    n = 10**9
    low, high = clopper_pearson(n // 2, n)
    half = normal_quantile() * 0.5 / math.sqrt(n)
    assert (high - 0.5, 0.5 - low) == (pytest.approx(half, rel=1e-3), pytest.approx(half, rel=1e-3))


@pytest.mark.parametrize(("k", "n"), [(0, 5), (5, 5), (3, 10), (2849, 4096)])
def test_score_interval_solves_its_equation(k, n):
    z, mean = normal_quantile(), k / n
    for end in wilson(k, n):
        if 0 < end < 1:
            assert (mean - end) ** 2 == pytest.approx(z**2 * end * (1 - end) / n, rel=1e-9)
    assert wilson(0, n)[0] == 0
    assert wilson(n, n)[1] == 1


def test_quantile_of_95_percent():
    assert normal_quantile() == pytest.approx(1.959963984540054)


@pytest.mark.parametrize("interval", [clopper_pearson, wilson])
@pytest.mark.parametrize("bad", [(-1, 5, 0.9), (6, 5, 0.9), (0, 0, 0.9), (1, 5, 0.0), (1, 5, 1.0), (1, 5, math.nan)])
def test_impossible_numbers_are_refused(interval, bad):
    with pytest.raises(UsageError):
        interval(*bad)


def test_intervals_are_monotonic():
    for n, interval in product((8, 33), (clopper_pearson, wilson)):
        ends = [interval(k, n) for k in range(n + 1)]
        assert ends == sorted(ends)
        assert [high for _, high in ends] == sorted(high for _, high in ends)
