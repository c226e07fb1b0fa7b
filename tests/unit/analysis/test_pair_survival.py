"""The survival formula: against its textbook form, exact fractions and sums over all cases."""

from __future__ import annotations

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest

from qloak.analysis.chance import Chance
from qloak.analysis.pair_survival import PairOdds
from qloak.core import EncryptedCloning, classify


def published(n: int, *, a: Fraction, s: Fraction, k: Fraction) -> Fraction:
    """Survival of A, S_i and N_i with independent probabilities a, s, k."""
    u, v = s * (1 - k), k * (1 - s)
    without = (1 - (1 - s) * (1 - k)) ** n - (u + v) ** n
    aligned = (u + v) ** n if n % 2 == 0 else ((u + v) ** n - (v - u) ** n) / 2
    return a * (1 - (1 - s * k) ** n + aligned) + (1 - a) * without


def independent(n: int, *, a: Fraction, s: Fraction, k: Fraction) -> Chance:
    odds = PairOdds.independent(Chance.of_failure(float(1 - s)), Chance.of_failure(float(1 - k)))
    return odds.recoverable(n, Chance.of_failure(float(1 - a)))


CASES = [
    ("1/2", "1/3", "1/5"),
    ("9/10", "4/5", "99/100"),
    ("0", "3/4", "1/2"),
    ("1", "1/2", "3/4"),
    ("1", "1/2", "1/2"),
]


@pytest.mark.parametrize(("a", "s", "k"), CASES)
@pytest.mark.parametrize("n", [2, 3, 4, 5, 8, 31])
def test_published_formula(n, a, s, k):
    probabilities = {"a": Fraction(a), "s": Fraction(s), "k": Fraction(k)}
    exact, found = published(n, **probabilities), independent(n, **probabilities)
    assert found.success == pytest.approx(float(exact), rel=1e-11)
    assert found.failure == pytest.approx(float(1 - exact), rel=1e-11)


@pytest.mark.parametrize("n", [2, 3, 4])
def test_formula_is_the_sum_over_all_survivors(n):
    a, s, k = Fraction(7, 10), Fraction(3, 5), Fraction(4, 5)
    chances = [a, *[s] * n, *[k] * n]
    total = Fraction(0)
    for kept in itertools.product((False, True), repeat=2 * n + 1):
        members = np.flatnonzero(kept)
        if classify(EncryptedCloning(n), members, method="rank").authorized:
            total += math.prod(p if there else 1 - p for p, there in zip(chances, kept, strict=True))
    assert total == published(n, a=a, s=s, k=k)


def test_perfect_key():
    found = independent(6, a=Fraction(0), s=Fraction(9, 10), k=Fraction(1))
    assert found.failure == pytest.approx(1e-6, rel=1e-12)


@pytest.mark.parametrize("n", [20, 21])
def test_tiny_failures_keep_their_digits(n):
    # No float holds 1 - P here: the failure is far below 1e-16.
    a, s, k = Fraction(1), Fraction(99, 100), Fraction(98, 100)
    found, exact = independent(n, a=a, s=s, k=k), 1 - published(n, a=a, s=s, k=k)
    assert exact < Fraction(1, 10**20)
    assert found.log_failure == pytest.approx(math.log(exact.numerator) - math.log(exact.denominator), abs=1e-11)


def test_tiny_successes_keep_their_digits():
    a, s, k = Fraction(1, 10**6), Fraction(1, 10**9), Fraction(1, 10**7)
    found, exact = independent(4, a=a, s=s, k=k), published(4, a=a, s=s, k=k)
    assert found.success == pytest.approx(float(exact), rel=1e-10)


@pytest.mark.parametrize("n", [10_000, 10_001])
def test_ten_thousand_pairs(n):
    a, s, k = Fraction(0), Fraction(9, 10), Fraction(999_999, 1_000_000)
    found = independent(n, a=a, s=s, k=k)
    # A pair is empty with probability 1e-7; that all are half is hopeless.
    assert found.failure == pytest.approx(-math.expm1(n * math.log1p(-1e-7)), rel=1e-9)
    assert found.success + found.failure == pytest.approx(1, abs=1e-12)
    assert independent(n, a=Fraction(0), s=s, k=Fraction(1)).log_failure == pytest.approx(n * math.log(0.1))


def test_pairs_of_one_site_live_and_die_together():
    odds = PairOdds.of_site(Chance.of_failure(0.2), Chance.of_failure(0.1))
    assert math.exp(odds.full) == pytest.approx(0.8 * 0.81)
    assert math.exp(odds.signal) == pytest.approx(0.8 * 0.09)
    assert math.exp(odds.noise) == pytest.approx(0.8 * 0.09)
    assert math.exp(odds.empty) == pytest.approx(0.2 + 0.8 * 0.01)
