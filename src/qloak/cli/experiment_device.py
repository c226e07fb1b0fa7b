"""The device of an experiment: a calibration to place circuits by, and where they run."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..errors import UsageError
from .device import resolve_device

if TYPE_CHECKING:
    from ..noise import Device

__all__ = ["placed_on"]

_REAL, _MODEL = "ibm:", "fake:"


def placed_on(device: str, calibration: str | None, engine: str) -> tuple[Device, str]:
    """The calibration by which circuits are placed, and the processor they run on, empty for none.

    Args:
        device: a calibration's name or file, or a processor ibm:NAME or fake:NAME for the engine qiskit.
        calibration: for a processor ibm:NAME; default one of the same name, if that ships.
        engine: its name.

    Raises:
        UsageError: for a processor with another engine, or the engine qiskit without one.
        UnknownNameError: for a calibration that does not ship.
    """
    if (engine == "qiskit") is not device.startswith((_REAL, _MODEL)):
        expected = "ibm:NAME or fake:NAME with the engine qiskit, a calibration with every other"
        raise UsageError.of("--device", device, expected)
    if not device.startswith((_REAL, _MODEL)):
        if calibration is not None:
            raise UsageError.of("--calibration", calibration, "none: --device is a calibration already")
        return resolve_device("--device", device), ""
    name = device.partition(":")[2].lower().removeprefix("ibm_").removeprefix("fake")
    return resolve_device("--calibration" if calibration else "--device", calibration or name), device
