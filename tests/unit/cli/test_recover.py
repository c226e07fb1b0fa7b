"""`qloak recover`: what it lists, what it writes, what it refuses."""

from __future__ import annotations

import json

import pytest
import stim

from qloak.circuits import encryption_circuit
from qloak.cli.recover import recover
from qloak.core import EncryptedCloning
from qloak.errors import NotAuthorizedSetError, UnknownNameError, UsageError
from tests.flows import carries
from tests.unit.cli.commands import qloak, refused


def document(capsys, clones: str, **options) -> dict:
    recover(clones, json=True, **options)
    return json.loads(capsys.readouterr().out)


def test_json(capsys, tmp_path):
    target = tmp_path / "recovery.stim"
    found = document(capsys, "4", lost="A,S2,N3", method="measured", output=target)
    assert found["schema"] == "qloak.recover/1"
    assert found["available"] == ["S1", "S3", "S4", "N1", "N2", "N4"]
    assert found["sets"][0] == found["chosen"] == ["S1", "S3", "N1", "N2", "N4"]
    assert (len(found["sets"]), found["more"]) == (4, False)
    assert (found["two_qubit_gates"], found["measurements"], found["output_name"]) == (2, 4, "S1")
    assert found["output"] == str(target)
    circuit = encryption_circuit(EncryptedCloning(4)) + stim.Circuit.from_file(target)
    assert carries(circuit, 0, found["output_qubit"])


def test_recorded_frame_is_reported(capsys):
    found = document(capsys, "3", available="S1,N*", method="measured", frame="recorded")
    assert found["x_records"]
    assert found["z_records"]


def test_limit(capsys):
    found = document(capsys, "3", limit="2")
    assert (len(found["sets"]), found["more"]) == (2, True)


def test_trees_with_too_many_qubits_name_one_set(capsys):
    found = document(capsys, "2", levels="2")
    assert (len(found["sets"]), found["more"]) == (1, True)
    assert found["sets"] == [found["chosen"]]


def test_for_people(capsys, tmp_path):
    recover("6")
    shown = capsys.readouterr().out
    assert "A, S1, N1\n" in shown
    assert "… and more" in shown
    assert "(13 qubits)" in shown
    assert "3 two-qubit gates" in shown
    assert "-o FILE" in shown
    recover("2", available="S1,N*", output=tmp_path / "x.svg", form="svg")
    shown = capsys.readouterr().out
    assert "and more" not in shown
    assert "-o FILE" not in shown
    assert (tmp_path / "x.svg").read_text().startswith("<svg")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"available": "S1,N2,N3"}, r"--available: left are S1, N2, N3, which is partial and shows Y"),
        ({"lost": "N1,N2,N3,A"}, "--lost: left are S1, S2, S3, which is partial"),
        ({"available": "S1"}, "uninformative and shows nothing"),
    ],
)
def test_sets_that_do_not_recover(options, message):
    with pytest.raises(NotAuthorizedSetError, match=message) as caught:
        recover("3", **options)
    assert caught.value.exit_code == 13


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"available": "S1", "lost": "S2"}, "--lost"),
        ({"limit": "0"}, "--limit"),
        ({"limit": "many"}, "--limit"),
        ({"method": "magic"}, "method"),
        ({"frame": "later", "method": "measured"}, "frame"),
        ({"form": "pdf"}, "--format"),
        ({"available": "S1,S1"}, "S1"),
    ],
)
def test_arguments(options, message):
    with pytest.raises(UsageError, match=message):
        recover("3", **options)


def test_unknown_qubit():
    with pytest.raises(UnknownNameError):
        recover("3", lost="S4")


def test_noise_options_choose_the_best_set_and_method():
    ran = qloak("recover", "--clones", 4, "--lost", "A", "--two-qubit-error", 0.02, "--limit", 6, "--json")
    document = ran.json()
    fidelities = [option["entanglement_fidelity"] for option in document["options"]]
    assert len(fidelities) == 12
    assert fidelities == sorted(fidelities, reverse=True)
    # Readout is perfect here and gates are not, so measuring the key wins.
    assert document["method"] == "measured"
    assert document["chosen"] == document["options"][0]["holding"]
    assert document["measurements"] > 0


def test_memory_noise_alone_is_noise():
    document = qloak("recover", "--clones", 4, "--lost", "A", "--memory-depolarizing", 0.9, "--json").json()
    assert abs(document["options"][0]["entanglement_fidelity"] - (1 + 3 * 0.9**5) / 4) < 1e-12
    assert "entanglement fidelity 0." in qloak("recover", "--clones", 2, "--memory-depolarizing", 0.9).out


def test_the_comparison_as_a_figure(tmp_path):
    figure = tmp_path / "options.svg"
    assert qloak("recover", "--clones", 3, "--device", "kingston", "--plot", figure).code == 0
    assert figure.read_text().startswith("<?xml")
    refused(qloak("recover", "--clones", 3, "--plot", figure), "--plot", "--device")
