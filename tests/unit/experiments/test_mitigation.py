"""Readout calibrations: where they come from, and what they refuse."""

from __future__ import annotations

import numpy as np
import pytest

from qloak.errors import UsageError
from qloak.experiments.mitigation import ReadoutCalibration
from qloak.noise import load_device


def test_from_a_device_in_the_order_of_the_bits():
    device = load_device("kingston")
    found = ReadoutCalibration.of_device(device, (31, 1))
    assert found.one_given_zero.tolist() == [device.one_given_zero[31], device.one_given_zero[1]]
    assert found.zero_given_one.tolist() == [device.zero_given_one[31], device.zero_given_one[1]]
    assert not found.one_given_zero_errors.any()


def test_from_counts():
    found = ReadoutCalibration.of_counts({"00": 90, "10": 6, "01": 3, "11": 1}, {"11": 180, "01": 20})
    assert found.one_given_zero.tolist() == [0.07, 0.04]
    assert found.zero_given_one.tolist() == [0.1, 0.0]
    assert found.width == 2
    # A chance that never showed is still uncertain.
    assert (found.zero_given_one_errors > 0).all()
    assert found.one_given_zero_errors[0] == pytest.approx(np.sqrt(0.07 * 0.93 / 100), rel=0.1)


@pytest.mark.parametrize(
    "columns",
    [
        ([0.1], [1.2], [0.0], [0.0]),
        ([0.1], [np.nan], [0.0], [0.0]),
        ([0.1], [0.1], [-0.1], [0.0]),
        ([0.1], [0.1], [0.0, 0.0], [0.0, 0.0]),
        ([0.4], [0.6], [0.0], [0.0]),
    ],
)
def test_impossible_calibrations_are_refused(columns):
    with pytest.raises(UsageError, match="readout: "):
        ReadoutCalibration(*map(np.array, columns))


def test_bad_sources_are_refused():
    with pytest.raises(UsageError, match="qubits: "):
        ReadoutCalibration.of_device(load_device("kingston"), (0, 156))
    for pair in (({}, {"0": 1}), ({"0": 1}, {"00": 1}), ({"0": 0}, {"0": 1})):
        with pytest.raises(UsageError, match="counts: "):
            ReadoutCalibration.of_counts(*pair)
