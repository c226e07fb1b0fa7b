"""The written noise."""

from __future__ import annotations

import pytest

from qloak.compile.decoders import roundtrips
from qloak.compile.noisy import END_TAG, noisy_roundtrip
from tests.encoders import ENCODERS, KINGSTON

TRIP = roundtrips(ENCODERS["one unit"], KINGSTON)[148]


def test_without_its_noise_it_is_the_circuit():
    noisy = noisy_roundtrip(TRIP, KINGSTON.device)
    assert str(noisy.without_noise()).split() == str(TRIP.to_stim()).split()


def test_both_ends_are_read_with_their_own_error():
    ends = [each for each in noisy_roundtrip(TRIP, KINGSTON.device) if each.tag == END_TAG]
    flips = KINGSTON.device.readout_flips
    found = {each.targets_copy()[0].value: each.gate_args_copy()[0] for each in ends}
    assert found == {qubit: pytest.approx(1.5 * flips[qubit]) for qubit in (TRIP.reference, TRIP.clone)}


def test_the_reference_waits_for_the_key():
    """It is done in the first layer and read with the key, so it waits for four layers at least."""
    waits = [each for each in noisy_roundtrip(TRIP, KINGSTON.device) if each.tag == "idle"]
    assert any(TRIP.reference == target.value for each in waits for target in each.targets_copy())
