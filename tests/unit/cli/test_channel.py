import json

import pytest

from qloak.circuits import roundtrip_circuit
from qloak.core import EncryptedCloning
from tests.unit.cli.commands import qloak, refused, refused_in_json


@pytest.mark.parametrize("clones", [1000, 1001])
def test_the_contract_of_the_json_document(clones):
    ran = qloak("channel", "--clones", clones, "--clone", "S1", "--memory-depolarizing", 0.9999, "--json")
    document = ran.json()
    powers = 0.9999**clones, 0.9999 ** (clones + 1)
    expected = (1 + powers[0] + 2 * powers[1]) / 4 if clones % 2 else (1 + 3 * powers[1]) / 4
    assert document["schema"] == "qloak.channel/1"
    assert document["entanglement_fidelity"] == pytest.approx(expected, abs=1e-10)
    assert document["average_fidelity"] == pytest.approx((2 * expected + 1) / 3, abs=1e-10)
    assert set(document["pauli"]) == set("IXYZ")
    assert sum(document["pauli"].values()) == pytest.approx(1, abs=1e-12)
    assert document["num_qubits"] == 2 * clones + 1
    assert document["seconds"] >= 0


def test_a_circuit_file_with_its_own_observables(tmp_path):
    circuit = str(roundtrip_circuit(EncryptedCloning(2), "S1"))
    checks = "MPP X5*X1\nOBSERVABLE_INCLUDE(0) rec[-1]\nMPP Z5*Z1\nOBSERVABLE_INCLUDE(1) rec[-1]"
    file = tmp_path / "checked.stim"
    file.write_text(f"H 5\nCX 5 0\n{circuit}\nX_ERROR(0.25) 1\n{checks}\n")
    document = qloak("channel", "--circuit", file, "--json").json()
    assert document["pauli"] == {"I": 0.75, "X": 0.25, "Y": 0, "Z": 0}


def test_the_error_budget_is_printed_largest_first():
    ran = qloak("channel", "--clones", 4, "--two-qubit-error", 0.01, "--readout-error", 0.02, "--method", "measured")
    assert ran.code == 0
    rows = [line.split()[0] for line in ran.out.splitlines() if line.startswith("  ") and "…" not in line]
    assert [float(row) for row in rows] == sorted((float(row) for row in rows), reverse=True)
    assert "entanglement fidelity" in ran.out
    assert "decrypt, MX on noise" in ran.out


def test_a_device_by_name_and_a_figure(tmp_path):
    figure = tmp_path / "budget.svg"
    ran = qloak("channel", "--clones", 3, "--device", "kingston", "--plot", figure, "--json")
    assert 0.5 < json.loads(ran.out)["entanglement_fidelity"] < 1
    assert figure.read_text().startswith("<?xml")


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--two-qubit-error", 2), ("--two-qubit-error", "2")),
        (("--two-qubit-error", -0.1), ("--two-qubit-error", "-0.1")),
        (("--two-qubit-error", "nan"), ("--two-qubit-error", "nan")),
        (("--readout-error", "1e999"), ("--readout-error", "expected")),
        (("--one-qubit-error", "many"), ("--one-qubit-error", "'many'")),
        (("--memory-depolarizing", 1.5), ("--memory-depolarizing", "1.5", "0 to 1")),
        (("--device", "atlantis"), ("atlantis", "kingston")),
        (("--device", "kingston", "--readout-error", 0.1), ("--device", "--readout-error")),
        (("--clone", "S9"), ("S9", "S1 to S2")),
        (("--method", "magic"), ("method", "magic", "unitary")),
        (("--clones", 1), ("--clones", "1")),
        (("--circuit", "nowhere.stim"), ("--circuit", "nowhere.stim")),
        (("--plot", "figure.txt"), ("--plot", "figure.txt", ".svg")),
    ],
)
def test_bad_input_is_one_line_and_exit_code_2(options, words):
    refused(qloak("channel", *options), *words)
    refused_in_json(qloak("channel", *options, "--json"), *words)


def test_a_circuit_that_is_none_or_has_no_observables(tmp_path):
    file = tmp_path / "circuit.stim"
    file.write_text("FROBNICATE 0\n")
    refused(qloak("channel", "--circuit", file), "--circuit", "stim circuit")
    file.write_text("H 0\n")
    refused(qloak("channel", "--circuit", file), "OBSERVABLE_INCLUDE")
