"""Probabilities near 0 and 1 against exact fractions."""

from __future__ import annotations

import math
from fractions import Fraction

import pytest

from qloak.analysis.chance import Chance, log_add, log_power_gap


def test_keeps_a_failure_that_a_float_success_has_lost():
    chance = Chance.of_failure(1e-20)
    assert chance.success == 1
    assert chance.failure == pytest.approx(1e-20, rel=1e-12)
    assert chance.log10_failure == pytest.approx(-20)


def test_certain_and_impossible():
    always, never = Chance.certain(), Chance.certain(success=False)
    assert (always.success, always.failure, always.log10_failure) == (1, 0, -math.inf)
    assert (never.success, never.failure) == (0, 1)
    assert Chance.of_failure(1) == never
    assert (always & never).failure == 1


def test_both_of_two():
    both = Chance.of_failure(0.1) & Chance.of_failure(1e-18)
    assert both.success == pytest.approx(0.9)
    assert both.failure == pytest.approx(0.1 + 0.9e-18)
    tiny = Chance.of_failure(1e-20) & Chance.of_failure(3e-20)
    assert tiny.failure == pytest.approx(4e-20, rel=1e-12)


def test_mixture():
    mixed = Chance.mixture([(math.log(0.25), Chance.of_failure(0.5)), (math.log(0.75), Chance.of_failure(1e-9))])
    assert mixed.failure == pytest.approx(0.125 + 0.75e-9, rel=1e-12)
    assert mixed.success == pytest.approx(0.875 - 0.75e-9, rel=1e-12)


def test_log_add():
    assert log_add() == -math.inf
    assert log_add(-math.inf, -math.inf) == -math.inf
    assert log_add(math.log(0.25), math.log(0.5), -math.inf) == pytest.approx(math.log(0.75))
    assert log_add(math.log(0.5), math.log(0.5)) == 0
    assert log_add(-5000.0, -5000.0) == pytest.approx(-5000 + math.log(2))


@pytest.mark.parametrize("base", ["0", "1e-30", "1/3", "9/10"])
@pytest.mark.parametrize("step", ["1e-25", "1e-9", "1/20", "1/10"])
@pytest.mark.parametrize("exponent", [1, 2, 7, 60])
def test_power_gap_is_that_of_exact_fractions(base, step, exponent):
    b, s = Fraction(base), Fraction(step)
    exact = (b + s) ** exponent - b**exponent
    found = log_power_gap(math.log(b) if b else -math.inf, math.log(s), exponent)
    expected = math.log(exact.numerator) - math.log(exact.denominator)
    assert found == pytest.approx(expected, rel=1e-12, abs=1e-12)


def test_power_gap_of_nothing():
    assert log_power_gap(math.log(0.5), -math.inf, 10) == -math.inf
