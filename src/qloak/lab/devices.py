"""The calibrations that come with Qloak, as a document."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ..noise import Device, available_devices, load_device

__all__ = ["device_summary", "devices_document"]


def devices_document() -> dict[str, Any]:
    """Every calibration, schema qloak.devices/1, in alphabetical order."""
    devices = [device_summary(load_device(name)) for name in available_devices()]
    return {"schema": "qloak.devices/1", "devices": devices}


def device_summary(found: Device) -> dict[str, Any]:
    """One calibration: where it is from, its medians as the operator publishes them, and what does not work.

    Errors of gates are average infidelities, those of readouts the mean of both directions; times are in seconds.
    """
    return {
        "name": found.name,
        "source": found.source,
        "snapshot": found.snapshot,
        "qubits": found.num_qubits,
        "couplers": len(found.couplers),
        "two_qubit_gate": found.two_qubit_gate,
        "dead_couplers": found.couplers[found.dead_couplers].tolist(),
        "dead_qubits": found.dead_qubits.nonzero()[0].tolist(),
        "medians": asdict(found.medians()),
    }
