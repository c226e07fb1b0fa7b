"""What a calibration must obey, whoever wrote it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from ..core.types import BitArray, FloatArray
from ..errors import LimitError, UsageError
from .idle import check_relaxation

if TYPE_CHECKING:
    from .device import Device

__all__ = ["MAX_COUPLERS", "MAX_QUBITS", "check_device"]

MAX_QUBITS = 10_000
MAX_COUPLERS = 100_000

_ERRORS = ("one_qubit_errors", "one_given_zero", "zero_given_one")
_SECONDS = ("one_qubit_seconds", "readout_seconds", "reset_seconds")


def check_device(device: Device) -> None:
    """Refuse wrong shapes, impossible numbers and couplers between qubits that do not exist.

    Raises:
        UsageError: naming the attribute.
        LimitError: for more qubits or couplers than `MAX_QUBITS` and `MAX_COUPLERS`.
    """
    if not 1 <= device.num_qubits <= MAX_QUBITS:
        raise LimitError.of("num_qubits", device.num_qubits, f"1 to {MAX_QUBITS}")
    if len(device.couplers) > MAX_COUPLERS:
        raise LimitError.of("couplers", len(device.couplers), f"at most {MAX_COUPLERS}")
    _check_couplers(device)
    for name in (*_ERRORS, *_SECONDS, "t1_seconds", "t2_seconds"):
        _check_shape(name, getattr(device, name), device.num_qubits)
    for name in ("two_qubit_errors", "two_qubit_seconds"):
        _check_shape(name, getattr(device, name), len(device.couplers))
    for name in (*_ERRORS, "two_qubit_errors"):
        _check_values(name, getattr(device, name), 1.0, "probabilities from 0 to 1")
    for name in (*_SECONDS, "two_qubit_seconds"):
        _check_values(name, getattr(device, name), 1.0, "durations from 0 to 1 s")
    known = ~np.isnan(device.t1_seconds) & ~np.isnan(device.t2_seconds)
    for name in ("t1_seconds", "t2_seconds"):
        values = getattr(device, name)
        _refuse(name, values, ~np.isnan(values) & ~(values > 0), "times above 0")
    check_relaxation(device.t1_seconds[known], device.t2_seconds[known])


def _check_couplers(device: Device) -> None:
    couplers = device.couplers
    if couplers.ndim != 2 or couplers.shape[1] != 2:
        raise UsageError.of("couplers", couplers.shape, "shape (c, 2)")
    outside = (couplers < 0) | (couplers >= device.num_qubits)
    if outside.any():
        raise UsageError.of("couplers", int(couplers[outside][0]), f"qubits from 0 to {device.num_qubits - 1}")
    keys = couplers[:, 0] * device.num_qubits + couplers[:, 1]
    if (couplers[:, 0] >= couplers[:, 1]).any() or (np.diff(keys) <= 0).any():
        raise UsageError("couplers: got an unordered list, expected each pair once, smaller number first, ascending.")


def _check_shape(name: str, values: FloatArray, length: int) -> None:
    if values.shape != (length,):
        raise UsageError.of(name, values.shape, f"shape ({length},)")


def _check_values(name: str, values: FloatArray, maximum: float, expected: str) -> None:
    _refuse(name, values, ~np.isnan(values) & ~((values >= 0) & (values <= maximum)), expected)


def _refuse(name: str, values: FloatArray, wrong: BitArray, expected: str) -> None:
    if wrong.any():
        place = int(np.argmax(wrong))
        raise UsageError.of(f"{name}[{place}]", float(values[place]), expected)
