"""Calibration files: JSON, small, and readable by eye.

Schema `qloak.calibration/1`. Times of qubits in microseconds, of operations in nanoseconds; a column is a list
with one number for each qubit or coupler, or one number for all; null stands for what is not known.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NoReturn

import numpy as np

from ..core.types import FloatArray, IntArray
from ..errors import LimitError, UsageError
from .device_checks import MAX_COUPLERS, MAX_QUBITS

if TYPE_CHECKING:
    from .device import Device

__all__ = ["MAX_FILE_BYTES", "SCHEMA", "device_fields", "device_to_json"]

SCHEMA = "qloak.calibration/1"
MAX_FILE_BYTES = 4_000_000

_DIGITS = 12
_MAX_TEXT = 2_000
_MAX_NOTES = 1_000
# Field of the file -> attribute of the device, and the unit in which the file has it.
_QUBIT_COLUMNS = {
    "t1_us": ("t1_seconds", 1e-6),
    "t2_us": ("t2_seconds", 1e-6),
    "one_qubit_error": ("one_qubit_errors", 1.0),
    "one_qubit_ns": ("one_qubit_seconds", 1e-9),
    "one_given_zero": ("one_given_zero", 1.0),
    "zero_given_one": ("zero_given_one", 1.0),
    "readout_ns": ("readout_seconds", 1e-9),
    "reset_ns": ("reset_seconds", 1e-9),
}
_COUPLER_COLUMNS = {"error": ("two_qubit_errors", 1.0), "ns": ("two_qubit_seconds", 1e-9)}
_TEXTS = ("name", "source", "snapshot", "two_qubit_gate")


def device_to_json(device: Device) -> str:
    """A calibration file, one line for each field."""
    qubits = {key: _to_column(getattr(device, name), unit) for key, (name, unit) in _QUBIT_COLUMNS.items()}
    couplers: dict[str, object] = {"pairs": device.couplers.tolist()}
    couplers |= {key: _to_column(getattr(device, name), unit) for key, (name, unit) in _COUPLER_COLUMNS.items()}
    document: dict[str, object] = {"schema": SCHEMA}
    document |= {name: getattr(device, name) for name in _TEXTS}
    document |= {"num_qubits": device.num_qubits, "notes": list(device.notes), "qubits": qubits, "couplers": couplers}
    return _lines(document, indent="") + "\n"


def device_fields(data: str | bytes) -> dict[str, Any]:
    """The arguments of `Device` from a calibration file; its values are checked by `Device` itself.

    Raises:
        UsageError: naming the field that is missing, unknown or of the wrong kind.
        LimitError: for files above `MAX_FILE_BYTES`.
    """
    document = _parsed(data)
    if document.get("schema") != SCHEMA:
        raise UsageError.of("schema", document.get("schema"), f"{SCHEMA!r}", "This is no calibration file of Qloak.")
    _check_keys("", document, {"schema", "num_qubits", "notes", "qubits", "couplers", *_TEXTS})
    qubits, couplers = _object(document, "qubits"), _object(document, "couplers")
    _check_keys("qubits.", qubits, set(_QUBIT_COLUMNS))
    _check_keys("couplers.", couplers, {"pairs", *_COUPLER_COLUMNS})
    count = document["num_qubits"]
    if type(count) is not int or not 1 <= count <= MAX_QUBITS:
        raise LimitError.of("num_qubits", count, f"a whole number from 1 to {MAX_QUBITS}")
    pairs = _pairs(couplers["pairs"])
    fields: dict[str, Any] = {name: _text(name, document[name]) for name in _TEXTS}
    fields |= {"num_qubits": count, "couplers": pairs, "notes": _notes(document["notes"])}
    for key, (name, unit) in _QUBIT_COLUMNS.items():
        fields[name] = _from_column(f"qubits.{key}", qubits[key], count) * unit
    for key, (name, unit) in _COUPLER_COLUMNS.items():
        fields[name] = _from_column(f"couplers.{key}", couplers[key], len(pairs)) * unit
    return fields


def _parsed(data: str | bytes) -> dict[str, Any]:
    size = len(data)
    if size > MAX_FILE_BYTES:
        raise LimitError.of("calibration file", f"{size} bytes", f"at most {MAX_FILE_BYTES}")
    try:
        document = json.loads(data, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"calibration file: got no JSON ({error}), expected a calibration file.") from None
    if not isinstance(document, dict):
        raise UsageError.of("calibration file", type(document).__name__, "a JSON object")
    return document


def _no_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is no number; write null for what is not known")


def _check_keys(where: str, found: dict[str, Any], expected: set[str]) -> None:
    for key in sorted(expected - set(found)):
        raise UsageError(f"{where}{key}: got nothing, expected this field in the calibration file.")
    for key in sorted(set(found) - expected):
        raise UsageError.of("calibration file", where + key, f"only the fields of {SCHEMA}")


def _object(document: dict[str, Any], key: str) -> dict[str, Any]:
    value = document[key]
    if not isinstance(value, dict):
        raise UsageError.of(key, value, "a JSON object")
    return value


def _text(name: str, value: object) -> str:
    if not isinstance(value, str) or len(value) > _MAX_TEXT or not value.isprintable():
        raise UsageError.of(name, value, f"printable text of at most {_MAX_TEXT} characters")
    return value


def _notes(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or len(value) > _MAX_NOTES:
        raise UsageError.of("notes", value, f"a list of at most {_MAX_NOTES} texts")
    return tuple(_text("notes", note) for note in value)


def _pairs(value: object) -> IntArray:
    if not isinstance(value, list) or len(value) > MAX_COUPLERS:
        raise LimitError.of("couplers.pairs", value, f"a list of at most {MAX_COUPLERS} pairs of qubits")
    for pair in value:
        if not isinstance(pair, list) or len(pair) != 2 or any(type(q) is not int or abs(q) > MAX_QUBITS for q in pair):
            raise UsageError.of("couplers.pairs", pair, "two qubit numbers")
    return np.array(value, dtype=np.int64).reshape(-1, 2)


def _from_column(name: str, value: object, length: int) -> FloatArray:
    """A column as an array: one number for all, or a list of the right length with null for nan."""
    if not isinstance(value, list):
        return np.full(length, _number(name, value))
    if len(value) != length:
        raise UsageError.of(name, f"{len(value)} numbers", f"{length}, or one number for all")
    return np.array([_number(f"{name}[{place}]", each) for place, each in enumerate(value)])


def _number(name: str, value: object) -> float:
    if value is None:
        return float("nan")
    if isinstance(value, bool) or not isinstance(value, int | float) or abs(value) > 1e30:
        raise UsageError.of(name, value, "a finite number, or null for what is not known")
    return float(value)


def _to_column(values: FloatArray, unit: float) -> object:
    numbers = [None if np.isnan(value) else _shortest(value / unit) for value in values.tolist()]
    return numbers[0] if numbers and len(set(numbers)) == 1 else numbers


def _shortest(value: float) -> float | int:
    rounded = float(f"{value:.{_DIGITS}g}")
    return int(rounded) if rounded.is_integer() else rounded


def _lines(document: dict[str, object], indent: str) -> str:
    """JSON with one line for each field that holds no further fields."""
    inner = indent + " "
    fields = [
        f"{inner}{json.dumps(key)}: "
        + (
            _lines(value, inner)
            if isinstance(value, dict)
            else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
        )
        for key, value in document.items()
    ]
    return "{\n" + ",\n".join(fields) + f"\n{indent}}}"
