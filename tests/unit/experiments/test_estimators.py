"""Estimators against density matrices: distributions are computed densely and given as counts of 10^12 shots."""

from __future__ import annotations

import math
from functools import reduce

import numpy as np
import pytest

from qloak.errors import UsageError
from qloak.experiments.estimators import (
    bell_fidelity,
    chsh_from_correlators,
    chsh_from_settings,
    correlator,
    fidelity_from_correlators,
    parity_fidelity,
)
from qloak.experiments.intervals import clopper_pearson
from qloak.experiments.mitigation import ReadoutCalibration

MANY = 10**12
ROUNDING = 1e-10

X = np.array([[0, 1], [1, 0]], dtype=complex)
Y = np.array([[0, -1j], [1j, 0]])
Z = np.diag([1.0, -1.0]).astype(complex)


def random_density(rng, qubits: int, ghz: float):
    """A random density matrix, mixed with a GHZ state."""
    size = 2**qubits
    a = rng.normal(size=(size, size)) + 1j * rng.normal(size=(size, size))
    rho = a @ a.conj().T
    ideal = np.zeros(size)
    ideal[[0, -1]] = 1 / np.sqrt(2)
    return (1 - ghz) * rho / np.trace(rho) + ghz * np.outer(ideal, ideal)


def ghz_overlap(rho) -> float:
    return float(rho[np.ix_([0, -1], [0, -1])].sum().real / 2)


def counts_of(rho, observables, shots=MANY):
    """Counts of reading one-qubit observables; qubit 0 is the least significant bit of an index, bit 0 of a string."""
    qubits = len(observables)
    counts = {}
    for index in range(2**qubits):
        bits = [index >> i & 1 for i in range(qubits)]
        projectors = [(np.eye(2) + (-1) ** bit * o) / 2 for bit, o in zip(bits, observables, strict=True)]
        chance = np.trace(rho @ reduce(np.kron, projectors[::-1])).real
        counts["".join(map(str, bits))] = round(shots * max(chance, 0.0))
    return counts


def with_wrong_records(counts, calibration):
    """The mean counts behind imperfect readout."""
    width = calibration.width
    out = {format(i, f"0{width}b"): 0.0 for i in range(2**width)}
    for true, number in counts.items():
        for read in out:
            chance = 1.0
            for i in range(width):
                wrong = calibration.zero_given_one[i] if true[i] == "1" else calibration.one_given_zero[i]
                chance *= wrong if read[i] != true[i] else 1 - wrong
            out[read] += number * chance
    return {read: round(number) for read, number in out.items()}


def parity_settings(rho, r):
    angles = [k * np.pi / r for k in range(1, r + 1)]
    return [counts_of(rho, [np.cos(a) * X + np.sin(a) * Y] * r) for a in angles]


@pytest.fixture
def rng():
    return np.random.default_rng(7)


@pytest.fixture
def calibration():
    wrong = np.array([0.03, 0.11]), np.array([0.08, 0.02])
    return ReadoutCalibration(*wrong, np.zeros(2), np.zeros(2))


# --- values ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("r", [1, 2, 3, 4])
def test_parity_oscillations_give_the_overlap_of_any_state(rng, r):
    rho = random_density(rng, r, ghz=0.4)
    found = parity_fidelity(counts_of(rho, [Z] * r), parity_settings(rho, r))
    assert found.value == pytest.approx(ghz_overlap(rho), abs=ROUNDING)
    assert found.shots == pytest.approx((r + 1) * MANY)


def test_all_ways_to_the_bell_fidelity_agree(rng):
    rho = random_density(rng, 2, ghz=0.3)
    expected = ghz_overlap(rho)
    correlators = fidelity_from_correlators(*(counts_of(rho, [o, o]) for o in (X, Y, Z)))
    assert correlators.value == pytest.approx(expected, abs=ROUNDING)
    # CX from qubit 0 to qubit 1, then H on qubit 0.
    cx = np.eye(4)[[0, 3, 2, 1]]
    h = np.kron(np.eye(2), np.array([[1, 1], [1, -1]]) / np.sqrt(2))
    turned = h @ cx @ rho @ (h @ cx).conj().T
    assert bell_fidelity(counts_of(turned, [Z, Z])).value == pytest.approx(expected, abs=ROUNDING)


def test_chsh_is_linear_in_the_correlators(rng):
    rho = random_density(rng, 2, ghz=0.5)
    plus, minus = (Z + X) / np.sqrt(2), (Z - X) / np.sqrt(2)
    four = chsh_from_settings([counts_of(rho, pair) for pair in ((Z, plus), (X, plus), (Z, minus), (X, minus))])
    two = chsh_from_correlators(counts_of(rho, [Z, Z]), counts_of(rho, [X, X]))
    assert four.value == pytest.approx(two.value, abs=1e-9)
    bell = random_density(rng, 2, ghz=1.0)
    assert chsh_from_correlators(counts_of(bell, [Z, Z]), counts_of(bell, [X, X])).value == pytest.approx(2**1.5)


def test_correlator_of_any_width():
    assert correlator({"000": 3, "111": 1}).value == 0.5
    assert correlator({"0": 1}).value == 1


# --- errors and intervals ----------------------------------------------------------------------------------------


def test_bell_measurement_has_the_binomial_error_and_interval():
    found = bell_fidelity({"00": 2849, "11": 399, "10": 461, "01": 387})
    f = 2849 / 4096
    assert (found.value, found.error) == (f, pytest.approx(math.sqrt(f * (1 - f) / 4096)))
    assert (found.low, found.high) == pytest.approx(clopper_pearson(2849, 4096), abs=1e-12)


def test_correct_bar_of_parity_oscillations_and_the_printed_one():
    zz = {"00": 4600, "11": 4500, "01": 500, "10": 400}
    yy = {"01": 4300, "10": 4300, "00": 700, "11": 700}
    xx = {"00": 4200, "11": 4200, "01": 800, "10": 800}
    p, e1, e2 = 0.91, -0.72, 0.68
    correct = parity_fidelity(zz, [yy, xx])
    assert correct.value == pytest.approx((p + (-e1 + e2) / 2) / 2)
    var = p * (1 - p) / 1e4 + (1 - e1**2 + 1 - e2**2) / (4 * 1e4)
    assert correct.error == pytest.approx(math.sqrt(var) / 2)
    paper = parity_fidelity(zz, [yy, xx], error_bar="paper")
    printed = 0.46 * 0.54 / 1e4 + 0.45 * 0.55 / 1e4 + (1 - e1**2 + 1 - e2**2) / (4 * 1e4)
    assert paper.error == pytest.approx(math.sqrt(printed))
    assert paper.value == correct.value
    assert 2 < paper.error / correct.error < 3.5


def test_sharp_counts_have_no_error_but_an_interval():
    sharp = {"00": 100}
    found = fidelity_from_correlators(sharp, {"01": 100}, sharp)
    assert (found.value, found.error) == (1.0, 0.0)
    assert found.low < 0.99
    assert found.high == 1.0


def test_intervals_hold_the_truth_as_often_as_they_say():
    """Of 400 intervals of coverage >= 0.95 at least 345 hold it; fewer have probability below 1e-10 (binomial)."""
    rng, truth, shots = np.random.default_rng(3), 0.7, 300
    assert math.fsum(math.comb(400, k) * 0.95**k * 0.05 ** (400 - k) for k in range(345)) < 1e-10
    hits = 0
    for n00 in rng.binomial(shots, truth, size=400).tolist():
        found = bell_fidelity({"00": n00, "11": shots - n00})
        hits += found.low <= truth <= found.high
    assert hits >= 345


def test_intervals_of_sums_hold_the_truth_too():
    """As above for three correlators; their coverage is near 0.97, and 330 of 400 leave room down to 0.92.

    With coverage >= 0.92 fewer than 330 have probability below 1e-9.
    """
    assert math.fsum(math.comb(400, k) * 0.92**k * 0.08 ** (400 - k) for k in range(330)) < 1e-9
    rng, hits = np.random.default_rng(4), 0
    for row in rng.binomial(200, [0.95, 0.06, 0.93], size=(400, 3)).tolist():
        found = fidelity_from_correlators(*({"00": even, "01": 200 - even} for even in row))
        hits += found.low <= (1 + 0.9 + 0.88 + 0.86) / 4 <= found.high
    assert hits >= 330


# --- readout mitigation ------------------------------------------------------------------------------------------


def test_mitigation_undoes_wrong_records(rng, calibration):
    rho = random_density(rng, 2, ghz=0.6)
    raw = [with_wrong_records(counts_of(rho, [o, o]), calibration) for o in (X, Y, Z)]
    assert abs(fidelity_from_correlators(*raw).value - ghz_overlap(rho)) > 0.01
    fixed = fidelity_from_correlators(*raw, readout=calibration)
    assert fixed.value == pytest.approx(ghz_overlap(rho), abs=1e-9)
    fixed = parity_fidelity(raw[2], [raw[1], raw[0]], readout=calibration)
    assert fixed.value == pytest.approx(ghz_overlap(rho), abs=1e-9)


def test_mitigation_costs_precision_as_the_inverse_says():
    """One bit, symmetric error e: the corrected parity is the raw one over 1 - 2 e, and so is its error."""
    e = 0.1
    calibration = ReadoutCalibration(np.array([e]), np.array([e]), np.zeros(1), np.zeros(1))
    counts = {"0": 700, "1": 300}
    raw, fixed = correlator(counts), correlator(counts, readout=calibration)
    assert fixed.value == pytest.approx(raw.value / (1 - 2 * e))
    assert fixed.error == pytest.approx(raw.error / (1 - 2 * e))
    assert (fixed.low, fixed.high) == pytest.approx(
        (fixed.value - 1.96 * fixed.error, fixed.value + 1.96 * fixed.error), abs=1e-4
    )


def test_errors_of_the_calibration_are_carried_along(rng):
    """Against finite differences; all settings share the calibration, so shifts add before they are squared."""
    counts = [counts_of(random_density(rng, 2, ghz=0.6), [o, o], shots=10**9) for o in (X, Y, Z)]
    chances, errors = rng.uniform(0.02, 0.1, size=(2, 2)), rng.uniform(0.001, 0.003, size=(2, 2))

    def value(shift):
        known = ReadoutCalibration(*(chances + shift), np.zeros(2), np.zeros(2))
        return fidelity_from_correlators(*counts, readout=known).value

    exact = fidelity_from_correlators(*counts, readout=ReadoutCalibration(*chances, np.zeros(2), np.zeros(2))).error
    variance = exact**2
    for place in np.ndindex(2, 2):
        shift = np.zeros((2, 2))
        shift[place] = 1e-6
        variance += ((value(shift) - value(-shift)) / 2e-6 * errors[place]) ** 2
    found = fidelity_from_correlators(*counts, readout=ReadoutCalibration(*chances, *errors))
    assert found.error == pytest.approx(math.sqrt(variance), rel=1e-6)
    assert found.error > 5 * exact


# --- bad input ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "counts", [{}, {"": 3}, {"00": 0}, {"00": -1, "11": 5}, {"0": 3, "11": 2}, {"0a": 3}, {"0": 3}, {"000": 1}]
)
def test_counts_that_are_no_histogram_of_two_bits_are_refused(counts):
    with pytest.raises(UsageError, match="counts: "):
        bell_fidelity(counts)


def test_wrong_numbers_of_settings_are_refused(calibration):
    good = {"00": 10}
    with pytest.raises(UsageError, match="parities: got 1, expected 2 settings"):
        parity_fidelity(good, [good])
    with pytest.raises(UsageError, match="settings: got 3"):
        chsh_from_settings([good] * 3)
    with pytest.raises(UsageError, match="error_bar: got 'wide'"):
        parity_fidelity(good, [good, good], error_bar="wide")
    with pytest.raises(UsageError, match="error_bar: got 'paper'"):
        parity_fidelity(good, [good, good], error_bar="paper", readout=calibration)
    with pytest.raises(UsageError, match="readout: got 2, expected a calibration of 3 bits"):
        correlator({"000": 5}, readout=calibration)


def test_estimate_as_json():
    found = bell_fidelity({"00": 1, "11": 1})
    assert found.to_json() == {
        "value": 0.5,
        "error": found.error,
        "low": found.low,
        "high": found.high,
        "shots": 2,
    }
