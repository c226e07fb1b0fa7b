"""Calibrations from Qiskit backends, of which Qloak needs a small part."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Protocol

import numpy as np

from ..core.types import FloatArray, IntArray
from ..errors import MissingExtraError, UnknownNameError, UsageError
from .device import Device

__all__ = ["Backend", "backend_by_name", "device_from_backend"]

_TWO_QUBIT_GATES = ("cz", "ecr", "cx")
_SECONDS = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "µs": 1e-6, "ns": 1e-9}
_DIGITS = 6
_PREFIX = re.compile(r"^(ibmq?|fake)_")


class Properties(Protocol):
    """What a backend's calibration can do: `qiskit_ibm_runtime.models.BackendProperties`."""

    def to_dict(self) -> dict[str, Any]:
        """The calibration as lists and dictionaries."""
        ...


class Backend(Protocol):
    """A `qiskit.providers.BackendV2` with a calibration."""

    def properties(self) -> Properties | None:
        """The calibration, if it has one."""
        ...


def backend_by_name(name: str) -> Backend:
    """A backend of qiskit-ibm-runtime: a fake one ("FakeKingston"), or a real one ("ibm_kingston").

    Real ones need an account saved by qiskit-ibm-runtime, and the network.

    Raises:
        MissingExtraError: if qiskit-ibm-runtime is not installed.
        UnknownNameError: if there is no such fake backend.
        UsageError: if the service refuses.
    """
    try:
        from qiskit.exceptions import QiskitError
        from qiskit_ibm_runtime import QiskitRuntimeService, fake_provider
    except ImportError:
        raise MissingExtraError.of("qiskit-ibm-runtime", "ibm") from None
    if name.lower().startswith("fake"):
        known = {each.lower(): each for each in dir(fake_provider) if each.startswith("Fake")}
        if name.lower() not in known:
            raise UnknownNameError.of("backend", name, "a backend of qiskit_ibm_runtime.fake_provider")
        fake: Backend = getattr(fake_provider, known[name.lower()])()
        return fake
    try:
        real: Backend = QiskitRuntimeService().backend(name)
    except (QiskitError, OSError, ValueError) as error:
        raise UsageError.of("backend", name, f"a backend that the service gives ({error})") from None
    return real


def device_from_backend(backend: Backend, *, source: str | None = None) -> Device:
    """The calibration of a backend that has `properties()`, as IBM's real and fake backends do.

    Numbers keep six digits, readout errors all of theirs. A T2 above 2 T1 is set to 2 T1, a coupler with two
    directions gets the worse error and the longer duration; both are noted.

    Args:
        backend: real or fake.
        source: where it comes from; default: its class, name and package.

    Raises:
        UsageError: if the backend has no properties, or none of the gates cz, ecr and cx.
    """
    properties = getattr(backend, "properties", lambda: None)()
    if properties is None:
        raise UsageError.of("backend", type(backend).__name__, "a backend with calibration properties")
    document = properties.to_dict()
    calibration = _Calibration(document["qubits"], document["gates"])
    notes: list[str] = []
    count = len(calibration.qubits)
    t1 = calibration.column("T1", unit="s")
    t2 = _possible_t2(t1, calibration.column("T2", unit="s"), notes)
    name, couplers, errors, seconds = calibration.couplers(notes)
    readout_seconds = calibration.column("readout_length", unit="s")
    reset_seconds = calibration.gate_column("reset", "gate_length", count)
    return Device(
        name=_PREFIX.sub("", str(document["backend_name"])),
        source=source or _origin(backend, document),
        snapshot=_iso(document["last_update_date"]),
        num_qubits=count,
        t1_seconds=t1,
        t2_seconds=t2,
        one_qubit_errors=calibration.gate_column("sx", "gate_error", count),
        one_qubit_seconds=calibration.gate_column("sx", "gate_length", count),
        one_given_zero=calibration.column("prob_meas1_prep0", digits=12),
        zero_given_one=calibration.column("prob_meas0_prep1", digits=12),
        readout_seconds=readout_seconds,
        reset_seconds=np.where(np.isnan(reset_seconds), readout_seconds, reset_seconds),
        couplers=couplers,
        two_qubit_errors=errors,
        two_qubit_seconds=seconds,
        two_qubit_gate=name,
        notes=tuple(notes),
    )


@dataclass(frozen=True, slots=True)
class _Calibration:
    """The lists of `BackendProperties.to_dict()`: parameters by qubit, and gates with theirs."""

    qubits: list[list[Mapping[str, Any]]]
    gates: list[Mapping[str, Any]]

    def column(self, name: str, *, unit: str = "", digits: int = _DIGITS) -> FloatArray:
        """One parameter of every qubit."""
        return np.array([_parameter(each, name, unit=unit, digits=digits) for each in self.qubits])

    def gate_column(self, gate: str, name: str, count: int) -> FloatArray:
        """One parameter of a one-qubit gate, by qubit."""
        out = np.full(count, np.nan)
        for each in self.gates:
            if each["gate"] == gate:
                out[each["qubits"][0]] = _parameter(each["parameters"], name, unit="s" if "length" in name else "")
        return out

    def couplers(self, notes: list[str]) -> tuple[str, IntArray, FloatArray, FloatArray]:
        """Name of the two-qubit gate, its pairs, errors and durations, directions merged."""
        present = {each["gate"] for each in self.gates}
        name = next((gate for gate in _TWO_QUBIT_GATES if gate in present), None)
        if name is None:
            raise UsageError.of("backend", sorted(present), f"one of the gates {', '.join(_TWO_QUBIT_GATES)}")
        found: dict[tuple[int, int], tuple[float, float]] = {}
        for each in self.gates:
            if each["gate"] == name:
                pair = (min(each["qubits"]), max(each["qubits"]))
                error = _parameter(each["parameters"], "gate_error")
                duration = _parameter(each["parameters"], "gate_length", unit="s")
                if pair in found and found[pair] != (error, duration):
                    notes.append(f"coupler {pair[0]}-{pair[1]}: directions differ, the worse error and duration taken")
                    error, duration = max(error, found[pair][0]), max(duration, found[pair][1])
                found[pair] = (error, duration)
        pairs = sorted(found)
        numbers = np.array([found[pair] for pair in pairs], dtype=np.float64).reshape(-1, 2)
        return name, np.array(pairs, dtype=np.int64).reshape(-1, 2), numbers[:, 0], numbers[:, 1]


def _parameter(parameters: list[Mapping[str, Any]], name: str, *, unit: str = "", digits: int = _DIGITS) -> float:
    """A number by name, in seconds where `unit` is "s"; nan where it is missing."""
    for each in parameters:
        if each["name"] == name and each["value"] is not None:
            value = float(f"{float(each['value']):.{digits}g}")
            if unit and each["unit"] not in _SECONDS:
                raise UsageError.of(name, each["unit"], f"a unit of time: {', '.join(_SECONDS)}")
            return value * _SECONDS[each["unit"]] if unit else value
    return math.nan


def _possible_t2(t1: FloatArray, t2: FloatArray, notes: list[str]) -> FloatArray:
    """T2 cut at 2 T1: snapshots exceed it where a fit was poor or the two were measured on different days."""
    excess = t2 > 2 * t1
    notes.extend(
        f"qubit {qubit}: T2 {t2[qubit] * 1e6:g} us above 2 T1, set to {2e6 * t1[qubit]:g} us"
        for qubit in np.flatnonzero(excess).tolist()
    )
    return np.where(excess, 2 * t1, t2)


def _origin(backend: Backend, document: Mapping[str, Any]) -> str:
    """Such as "FakeKingston (ibm_kingston 1.0.0) of qiskit-ibm-runtime 0.51.0"."""
    kind = type(backend)
    text = f"{kind.__name__} ({document['backend_name']} {document['backend_version']})"
    package = kind.__module__.partition(".")[0]
    try:
        return f"{text} of {package.replace('_', '-')} {version(package)}"
    except PackageNotFoundError:
        return text


def _iso(date: object) -> str:
    return date.isoformat() if isinstance(date, datetime) else str(date)
