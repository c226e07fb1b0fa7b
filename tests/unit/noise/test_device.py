from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest
import stim

from qloak.errors import LimitError, UsageError
from qloak.noise import Device


def toy(**changes) -> Device:
    """Three qubits in a line; qubit 2 has no T1 and no working pulse, coupler 1-2 is dead."""
    fields = {
        "name": "toy",
        "source": "made up",
        "snapshot": "2026-01-01",
        "num_qubits": 3,
        "t1_seconds": np.array([1e-4, 2e-4, np.nan]),
        "t2_seconds": np.array([2e-4, 1e-4, 5e-5]),
        "one_qubit_errors": np.array([1e-4, 3e-4, 1.0]),
        "one_qubit_seconds": np.full(3, 32e-9),
        "one_given_zero": np.array([0.01, 0.02, 0.03]),
        "zero_given_one": np.array([0.03, 0.02, np.nan]),
        "readout_seconds": np.array([1e-6, 2e-6, 3e-6]),
        "reset_seconds": np.full(3, 1.5e-6),
        "couplers": np.array([[0, 1], [1, 2]]),
        "two_qubit_errors": np.array([0.004, 1.0]),
        "two_qubit_seconds": np.array([68e-9, 80e-9]),
        "notes": ("nothing",),
    }
    return Device(**(fields | changes))


def test_what_does_not_work():
    device = toy()
    assert device.dead_couplers.tolist() == [False, True]
    assert device.dead_qubits.tolist() == [False, False, True]
    assert device.working_couplers.tolist() == [[0, 1]]
    assert toy(two_qubit_errors=np.array([0.499, np.nan])).dead_couplers.tolist() == [False, True]
    assert toy(two_qubit_errors=np.array([0.5, 0.1])).dead_couplers.tolist() == [True, False]


def test_noise_model_has_pauli_strengths_of_the_published_infidelities():
    model = toy().noise_model()
    assert model.after("CX", np.array([[1, 0]])).strengths == pytest.approx([0.004 * 5 / 4])
    assert model.after("H", np.array([[1], [0]])).strengths == pytest.approx([3e-4 * 3 / 2, 1e-4 * 3 / 2])
    assert model.readout("M", np.array([0, 1])).tolist() == pytest.approx([0.02, 0.02])
    assert model.after_reset("R", np.array([0])) is None
    for name in ("Z", "S", "S_DAG", "I"):
        assert model.after(name, np.array([[2]])) is None
    assert model.name == "toy"
    assert "made up, 2026-01-01" in model.source


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("CZ 0 2", r"qubits: got \(0, 2\)"),
        ("CZ 1 2", r"qubits: got \(1, 2\).*dead"),
        ("SWAP 0 1", "got 'SWAP'"),
        ("H 2", "qubit: got 2"),
        ("H 3", "qubit: got 3"),
        ("M 2", "qubit: got 2, expected a qubit that works, with a known readout error"),
    ],
)
def test_noise_model_refuses_what_the_device_cannot_do(text, message):
    with pytest.raises(UsageError, match=message):
        toy().noise_model().noisy_circuit(stim.Circuit(text))


def test_median_model_couples_everything():
    model = toy(two_qubit_errors=np.array([0.004, 0.008])).median_model()
    assert model.after("CZ", np.array([[0, 900]])).strengths == pytest.approx([0.006 * 5 / 4])
    assert model.after("H", np.array([[900]])).strengths == pytest.approx([3e-4 * 3 / 2])
    assert model.readout("M", np.array([900])).tolist() == pytest.approx([0.02])
    assert model.name == "toy (median)"


def test_medians_leave_out_what_is_unknown():
    medians = toy().medians()
    assert medians.t1_seconds == pytest.approx(1.5e-4)
    assert medians.readout_error == pytest.approx(0.02)
    assert medians.two_qubit_error == pytest.approx(0.502)
    with pytest.raises(UsageError, match="no median"):
        toy(t1_seconds=np.full(3, np.nan)).medians()


def test_timing_by_qubit_and_median():
    timing = toy().timing()
    assert timing.seconds("CZ", np.array([[1, 0]])).tolist() == [68e-9]
    assert timing.seconds("MR", np.array([[1]])).tolist() == [3.5e-6]
    assert timing.seconds("RX", np.array([[1], [0]])).tolist() == [1.5e-6] * 2
    assert timing.decay(np.array([1]))[0].tolist() == [2e-4]
    median = toy().median_timing()
    assert median.seconds("CZ", np.array([[0, 900]])).tolist() == pytest.approx([74e-9])
    assert median.decay(np.array([900]))[1].tolist() == pytest.approx([1e-4])


def test_median_t2_is_possible_even_if_medians_of_different_qubits_are_not():
    device = toy(t1_seconds=np.array([1e-4, 1e-4, 1e-3]), t2_seconds=np.array([2e-4, np.nan, 1e-3]))
    assert device.medians().t2_seconds == pytest.approx(6e-4)
    assert device.median_timing().t2_seconds == pytest.approx(2e-4)


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({"num_qubits": 0}, LimitError, "num_qubits: got 0"),
        ({"num_qubits": 10**9}, LimitError, "num_qubits"),
        ({"num_qubits": 4}, UsageError, r"shape \(4,\)"),
        ({"t1_seconds": np.ones(2)}, UsageError, r"t1_seconds: got \(2,\)"),
        ({"t1_seconds": np.array([1.0, -1.0, 1.0])}, UsageError, r"t1_seconds\[1\]: got -1\.0"),
        ({"t2_seconds": np.array([3e-4, 1e-4, 1e-4])}, UsageError, r"T2: got 0\.0003, expected at most 2 T1"),
        ({"one_given_zero": np.array([0.1, 1.2, 0.1])}, UsageError, r"one_given_zero\[1\]: got 1\.2"),
        ({"two_qubit_errors": np.array([-0.1, 0.1])}, UsageError, r"two_qubit_errors\[0\]"),
        ({"readout_seconds": np.array([1e-6, 2.0, 1e-6])}, UsageError, r"readout_seconds\[1\]: got 2\.0"),
        ({"couplers": np.array([[0, 1], [1, 3]])}, UsageError, "couplers: got 3, expected qubits from 0 to 2"),
        ({"couplers": np.array([[1, 0], [1, 2]])}, UsageError, "smaller number first"),
        ({"couplers": np.array([[1, 2], [0, 1]])}, UsageError, "ascending"),
        ({"couplers": np.array([[0, 1], [0, 1]])}, UsageError, "each pair once"),
        ({"couplers": np.array([0, 1])}, UsageError, r"shape \(c, 2\)"),
        ({"couplers": np.zeros((100_001, 2), dtype=np.int64)}, LimitError, "couplers"),
    ],
)
def test_impossible_calibrations_are_refused(changes, error, message):
    with pytest.raises(error, match=message):
        toy(**changes)


class TestFile:
    def test_round_trip(self):
        device = toy()
        again = Device.from_json(device.to_json())
        for name in Device.__slots__:
            before, after = getattr(device, name), getattr(again, name)
            if isinstance(before, np.ndarray):
                assert np.allclose(before, after, rtol=1e-11, equal_nan=True), name
            else:
                assert before == after, name
        assert again.to_json() == device.to_json()

    def test_equal_numbers_are_written_once_and_unknown_ones_as_null(self):
        document = json.loads(toy().to_json())
        assert document["schema"] == "qloak.calibration/1"
        assert document["qubits"]["one_qubit_ns"] == 32
        assert document["qubits"]["t1_us"] == [100, 200, None]
        assert document["couplers"]["ns"] == [68, 80]

    def test_bytes_are_read_too(self):
        assert Device.from_json(toy().to_json().encode()).name == "toy"

    def test_no_couplers(self):
        device = toy(
            couplers=np.zeros((0, 2), dtype=np.int64), two_qubit_errors=np.zeros(0), two_qubit_seconds=np.zeros(0)
        )
        assert len(Device.from_json(device.to_json()).couplers) == 0

    @pytest.mark.parametrize(
        "data", ["", "{", "[]", "null", "3", '"text"', "[" * 100_000, b"\xff\xfe\x00", '{"a": NaN}']
    )
    def test_no_calibration_at_all(self, data):
        with pytest.raises(UsageError, match="calibration file"):
            Device.from_json(data)

    def test_size_limit(self):
        with pytest.raises(LimitError, match="calibration file: got '4000001 bytes'"):
            Device.from_json(" " * 4_000_001)

    @pytest.mark.parametrize(
        ("path", "value", "error", "message"),
        [
            ("schema", "qloak.calibration/2", UsageError, "schema: got 'qloak.calibration/2'"),
            ("schema", None, UsageError, "schema: got None"),
            ("extra", 1, UsageError, "got 'extra', expected only the fields"),
            ("qubits.extra", 1, UsageError, "got 'qubits.extra'"),
            ("couplers.extra", 1, UsageError, "got 'couplers.extra'"),
            ("name", 3, UsageError, "name: got 3, expected printable text"),
            ("name", "a\nb", UsageError, "name"),
            ("source", "x" * 2001, UsageError, "source"),
            ("notes", "text", UsageError, "notes"),
            ("notes", [1], UsageError, "notes: got 1"),
            ("notes", ["x"] * 1001, UsageError, "notes"),
            ("num_qubits", 10**12, LimitError, "num_qubits"),
            ("num_qubits", True, LimitError, "num_qubits: got True"),
            ("num_qubits", 3.0, LimitError, r"num_qubits: got 3\.0"),
            ("qubits", [], UsageError, "qubits: got"),
            ("couplers", 1, UsageError, "couplers: got 1"),
            ("couplers.pairs", 1, LimitError, "couplers.pairs"),
            ("couplers.pairs", [[0, 1], [1]], UsageError, r"couplers.pairs: got \[1\]"),
            ("couplers.pairs", [[0, 1], [1, True]], UsageError, "couplers.pairs"),
            ("couplers.pairs", [[0, 1], [1, 10**30]], UsageError, "couplers.pairs"),
            ("couplers.error", [0.1], UsageError, "couplers.error: got '1 numbers', expected 2"),
            ("qubits.t1_us", [1, 2, "3"], UsageError, r"qubits.t1_us\[2\]: got '3'"),
            ("qubits.t1_us", [1, 2, True], UsageError, r"qubits.t1_us\[2\]: got True"),
            ("qubits.t1_us", [1, 2, 10**400], UsageError, r"qubits.t1_us\[2\]"),
            ("qubits.t1_us", "all", UsageError, "qubits.t1_us: got 'all'"),
            ("qubits.t1_us", {}, UsageError, "qubits.t1_us"),
            ("qubits.one_qubit_error", 2, UsageError, r"one_qubit_errors\[0\]: got 2\.0"),
            ("qubits.t2_us", 500, UsageError, r"T2: got 0\.0005, expected at most 2 T1 = 0\.0002 s"),
        ],
    )
    def test_wrong_fields_are_named(self, path, value, error, message):
        document = json.loads(toy().to_json())
        *parents, last = path.split(".")
        where = document
        for parent in parents:
            where = where[parent]
        where[last] = value
        with pytest.raises(error, match=message):
            Device.from_json(json.dumps(document))

    @pytest.mark.parametrize(
        "path", ["name", "qubits", "couplers", "notes", "num_qubits", "qubits.t1_us", "couplers.pairs"]
    )
    def test_missing_fields_are_named(self, path):
        document = json.loads(toy().to_json())
        *parents, last = path.split(".")
        where = document
        for parent in parents:
            where = where[parent]
        del where[last]
        with pytest.raises(UsageError, match=rf"^{path}: got nothing"):
            Device.from_json(json.dumps(document))


def test_frozen():
    with pytest.raises(AttributeError):
        toy().name = "other"
    assert replace(toy(), name="other").name == "other"
