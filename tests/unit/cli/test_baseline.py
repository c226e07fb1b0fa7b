"""The paper's circuit on the command line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import stim

from qloak.analysis import pauli_channel
from qloak.cli.baseline import PaperOptions, compile_paper
from tests.encoders import KINGSTON

pytest.importorskip("qiskit")


def test_the_answer_and_its_circuit_agree(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    file = tmp_path / "paper.stim"
    compile_paper(2, KINGSTON, PaperOptions(seeds=2, noisy=True, output=file, as_json=True))
    answer = json.loads(capsys.readouterr().out)
    assert answer["schema"] == "qloak.compile-paper/1"
    assert (answer["device"], answer["clones"], answer["clone"], answer["seeds"]) == ("kingston", 2, "S1", 2)
    # stim writes six digits of each error strength; they add up to less than 0.2.
    fidelity = pauli_channel(stim.Circuit.from_file(file)).entanglement_fidelity
    assert fidelity == pytest.approx(answer["predicted_entanglement_fidelity"], abs=1e-6)


def test_without_noise_the_written_circuit_is_perfect(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    file = tmp_path / "paper.stim"
    compile_paper(2, KINGSTON, PaperOptions(seeds=1, output=file))
    assert "best of 1 transpiler seeds" in capsys.readouterr().out
    circuit = stim.Circuit.from_file(file)
    assert not circuit.compile_detector_sampler().sample(16, separate_observables=True)[1].any()
