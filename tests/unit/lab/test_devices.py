"""Calibrations as a document."""

from __future__ import annotations

import json

from qloak.lab.devices import device_summary, devices_document
from qloak.noise import available_devices, load_device


def test_every_calibration_is_there():
    document = devices_document()
    assert document["schema"] == "qloak.devices/1"
    assert [each["name"] for each in document["devices"]] == list(available_devices())
    json.dumps(document, allow_nan=False)


def test_summary_says_what_the_calibration_says():
    found = load_device("kingston")
    summary = device_summary(found)
    assert (summary["qubits"], summary["couplers"]) == (156, len(found.couplers))
    assert summary["medians"]["two_qubit_error"] == found.medians().two_qubit_error
