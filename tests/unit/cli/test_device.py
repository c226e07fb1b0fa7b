from __future__ import annotations

import json

import pytest

from qloak.cli import device as command
from qloak.cli.device import resolve_device
from qloak.errors import UnknownNameError, UsageError
from qloak.noise import available_devices, load_device


def run(capsys, *words: str) -> str:
    command.device(list(words), standalone_mode=False)
    return capsys.readouterr().out


def test_list(capsys):
    lines = run(capsys, "list").splitlines()
    assert [line.split()[0] for line in lines[1:]] == list(available_devices())
    found = json.loads(run(capsys, "list", "--json"))
    assert found["schema"] == "qloak.devices/1"
    assert [each["name"] for each in found["devices"]] == list(available_devices())


def test_show(capsys):
    text = run(capsys, "show", "kingston")
    assert text.startswith("kingston: 156 qubits, 176 couplers (cz)")
    assert "dead qubits: 96, 112, 113, 131, 146" in text
    found = json.loads(run(capsys, "show", "kingston", "--json"))
    assert found["schema"] == "qloak.device/1"
    assert found["dead_couplers"][0] == [83, 96]
    assert found["medians"]["two_qubit_error"] == pytest.approx(1.83e-3, rel=3e-3)


def test_show_a_file(capsys, tmp_path):
    path = tmp_path / "mine.json"
    path.write_text(load_device("torino").to_json())
    assert run(capsys, "show", str(path)).startswith("torino: 133 qubits")
    assert "note: qubit 23" in run(capsys, "show", str(path))


def test_extract(capsys, tmp_path):
    pytest.importorskip("qiskit_ibm_runtime")
    path = tmp_path / "out.json"
    found = json.loads(run(capsys, "extract", "FakeTorino", "-o", str(path), "--json"))
    assert (found["name"], found["output"]) == ("torino", str(path))
    assert resolve_device("--device", str(path)).num_qubits == 133
    assert "written to" in run(capsys, "extract", "FakeTorino", "-o", str(path))


@pytest.mark.parametrize(
    ("text", "error", "message"),
    [
        ("nowhere", UnknownNameError, "expected one of aachen"),
        ("missing.json", UsageError, "--device: got 'missing.json', expected a file that exists"),
    ],
)
def test_unknown_device(text, error, message):
    with pytest.raises(error, match=message):
        resolve_device("--device", text)


def test_file_that_is_no_calibration(tmp_path):
    path = tmp_path / "other.json"
    path.write_text("{}")
    with pytest.raises(UsageError, match="schema: got None"):
        resolve_device("--device", str(path))
