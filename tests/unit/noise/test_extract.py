"""Extraction from a backend, on a hand-made calibration; and from the real fake backends where they are installed."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from importlib import resources

import numpy as np
import pytest

from qloak.errors import MissingExtraError, UnknownNameError, UsageError
from qloak.noise import available_devices, device_from_backend
from qloak.noise.extract import backend_by_name


def number(name: str, value: float | None, unit: str = "") -> dict[str, object]:
    return {"name": name, "value": value, "unit": unit, "date": None}


def gate(name: str, qubits: list[int], error: float | None, length: float | None) -> dict[str, object]:
    parameters = [number("gate_error", error), number("gate_length", length, "ns")]
    return {"gate": name, "qubits": qubits, "parameters": parameters}


CALIBRATION = {
    "backend_name": "ibm_toy",
    "backend_version": "1.2",
    "last_update_date": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
    "qubits": [
        [
            number("T1", 123.45678901, "us"),
            number("T2", 0.0002, "s"),
            number("prob_meas1_prep0", 0.0029296875),
            number("prob_meas0_prep1", 0.01611328125),
            number("readout_length", 2280, "ns"),
        ],
        [
            number("T1", 50, "us"),
            number("T2", 170, "us"),
            number("prob_meas1_prep0", 0.25),
            number("prob_meas0_prep1", None),
            number("readout_length", 1.5, "us"),
        ],
        [],
    ],
    "gates": [
        gate("sx", [0], 1.23456789e-4, 32),
        gate("sx", [1], 1, 32),
        gate("x", [0], 0.5, 99),
        gate("reset", [0], None, 2312),
        gate("cz", [1, 0], 0.004, 68),
        gate("cz", [0, 1], 0.005, 68),
        gate("cz", [2, 1], None, 80),
        gate("rzz", [0, 2], 0.1, 68),
    ],
}


class Backend:
    """What a backend must have: `properties()`."""

    def __init__(self, calibration: dict[str, object] | None) -> None:
        self.calibration = calibration

    def properties(self):
        return self if self.calibration else None

    def to_dict(self):
        return self.calibration


def test_everything_is_found():
    device = device_from_backend(Backend(CALIBRATION))
    assert (device.name, device.num_qubits, device.two_qubit_gate) == ("toy", 3, "cz")
    assert device.snapshot == "2026-01-02T03:04:05+00:00"
    assert device.source.startswith("Backend (ibm_toy 1.2)")
    columns = {
        "t1_seconds": [123.457e-6, 50e-6, np.nan],
        "t2_seconds": [200e-6, 100e-6, np.nan],
        "one_qubit_errors": [1.23457e-4, 1.0, np.nan],
        "one_qubit_seconds": [32e-9, 32e-9, np.nan],
        "one_given_zero": [0.0029296875, 0.25, np.nan],
        "zero_given_one": [0.01611328125, np.nan, np.nan],
        "readout_seconds": [2280e-9, 1500e-9, np.nan],
        "reset_seconds": [2312e-9, 1500e-9, np.nan],
        "two_qubit_errors": [0.005, np.nan],
        "two_qubit_seconds": [68e-9, 80e-9],
    }
    for name, expected in columns.items():
        assert np.allclose(getattr(device, name), expected, rtol=1e-12, atol=0, equal_nan=True), name
    assert device.couplers.tolist() == [[0, 1], [1, 2]]
    assert device.dead_couplers.tolist() == [False, True]
    assert device.notes == (
        "qubit 1: T2 170 us above 2 T1, set to 100 us",
        "coupler 0-1: directions differ, the worse error and duration taken",
    )


def test_source_can_be_given():
    assert device_from_backend(Backend(CALIBRATION), source="the laboratory").source == "the laboratory"


def test_other_two_qubit_gates():
    gates = [gate("ecr", [0, 1], 0.01, 500)]
    assert device_from_backend(Backend(CALIBRATION | {"gates": gates})).two_qubit_gate == "ecr"
    with pytest.raises(UsageError, match="one of the gates cz, ecr, cx"):
        device_from_backend(Backend(CALIBRATION | {"gates": [gate("rzz", [0, 1], 0.01, 500)]}))


@pytest.mark.parametrize("backend", [Backend(None), object()])
def test_backend_without_calibration(backend):
    with pytest.raises(UsageError, match="a backend with calibration properties"):
        device_from_backend(backend)


def test_unknown_unit_of_time():
    qubits = [[number("T1", 1, "fortnights")], [], []]
    with pytest.raises(UsageError, match="T1: got 'fortnights'"):
        device_from_backend(Backend(CALIBRATION | {"qubits": qubits}))


def test_missing_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "qiskit_ibm_runtime", None)
    with pytest.raises(MissingExtraError, match=r"qloak\[ibm\]"):
        backend_by_name("FakeKingston")


def test_unknown_fake_backend():
    pytest.importorskip("qiskit_ibm_runtime")
    with pytest.raises(UnknownNameError, match="backend: got 'FakeNowhere'"):
        backend_by_name("FakeNowhere")


def test_real_backends_come_from_the_service(monkeypatch):
    runtime = pytest.importorskip("qiskit_ibm_runtime")
    from qiskit.providers.exceptions import QiskitBackendNotFoundError

    class Service:
        def backend(self, name: str) -> Backend:
            if name != "ibm_toy":
                raise QiskitBackendNotFoundError("no such backend")
            return Backend(CALIBRATION)

    monkeypatch.setattr(runtime, "QiskitRuntimeService", Service)
    assert device_from_backend(backend_by_name("ibm_toy")).name == "toy"
    with pytest.raises(UsageError, match="backend: got 'ibm_other', expected a backend that the service gives"):
        backend_by_name("ibm_other")


@pytest.mark.parametrize("name", available_devices())
def test_files_are_what_the_command_makes(name):
    runtime = pytest.importorskip("qiskit_ibm_runtime")
    device = device_from_backend(backend_by_name(f"fake{name}"))
    text = (resources.files("qloak.noise") / "data" / f"{name}.json").read_text()
    # The file names the version of qiskit-ibm-runtime that it was made with.
    assert device.to_json().replace(f"runtime {runtime.__version__}", "runtime 0.51.0") == text
