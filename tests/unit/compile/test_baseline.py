"""The paper's circuit as the baseline."""

from __future__ import annotations

import sys

import numpy as np
import pytest
import stim

from qloak.analysis import pauli_channel
from qloak.circuits import circuit_metrics, decryption, encryption_circuit
from qloak.compile import line
from qloak.compile.baseline import Baseline, native_roundtrip, paper_baseline
from qloak.compile.baseline_circuit import ladder_circuit
from qloak.compile.lower import NATIVE_GATES
from qloak.compile.noisy import noisy_roundtrip
from qloak.core import EncryptedCloning
from qloak.errors import IntegrityError, LimitError, MissingExtraError, UsageError
from tests.encoders import KINGSTON


@pytest.fixture(scope="module")
def baseline() -> Baseline:
    pytest.importorskip("qiskit")
    return paper_baseline(3, KINGSTON, seeds=2)


@pytest.mark.parametrize("n", [2, 3, 4, 7])
def test_the_ladder_circuit_is_the_protocol(n: int):
    scheme = EncryptedCloning(n)
    protocol = stim.Circuit(f"H {2 * n + 1}\nCX {2 * n + 1} 0")
    protocol += encryption_circuit(scheme) + decryption(scheme, "S1").circuit
    assert ladder_circuit(n).to_tableau() == protocol.to_tableau()


@pytest.mark.parametrize("n", [2, 5, 15])
def test_the_ladder_circuit_has_as_many_gates_as_its_parts(n: int):
    assert circuit_metrics(ladder_circuit(n)).two_qubit_gates == 1 + n + 4 * n + 2 * n + 1


def test_it_uses_native_gates_on_working_couplers_and_measures_nothing(baseline: Baseline):
    names = {operation.name for operation in baseline.trip.operations}
    assert names <= NATIVE_GATES
    pairs = {(o.qubit, o.other) for o in baseline.trip.operations if o.name == "CZ"}
    assert all(KINGSTON.couples(a, b) for a, b in pairs)


def test_it_returns_its_input(baseline: Baseline):
    _, observables = baseline.trip.to_stim().compile_detector_sampler().sample(64, separate_observables=True)
    assert not np.any(observables)
    assert baseline.trip.to_stim().reference_detector_and_observable_signs()[1].tolist() == [False, False]


def test_its_numbers_are_those_of_its_circuit(baseline: Baseline):
    metrics = circuit_metrics(baseline.trip.to_stim())
    assert (baseline.layers, baseline.gates) == (metrics.two_qubit_layers, metrics.two_qubit_gates)
    noisy = noisy_roundtrip(baseline.trip, KINGSTON.device)
    assert pauli_channel(noisy).entanglement_fidelity == pytest.approx(baseline.fidelity, abs=1e-12)


def test_it_takes_no_more_gates_than_the_whole_of_level_3(baseline: Baseline):
    assert baseline.gates <= baseline.level_3[1]


def test_more_seeds_are_never_worse(baseline: Baseline):
    one = paper_baseline(3, KINGSTON.device, seeds=1)
    assert (one.seed, one.seeds_tried) == (0, 1)
    assert one.fidelity <= baseline.fidelity
    assert one.mean_fidelity == one.fidelity
    assert baseline.mean_fidelity <= baseline.fidelity
    assert baseline.fewest_layers <= baseline.layers


def test_progress_is_told_after_each_seed():
    pytest.importorskip("qiskit")
    told: list[float] = []
    paper_baseline(2, KINGSTON, seeds=4, progress=told.append)
    assert told == [0.25, 0.5, 0.75, 1.0]


def test_a_row_of_a_table(baseline: Baseline):
    row = baseline.to_json()
    assert (row["clones"], row["seeds"], row["predicted_entanglement_fidelity"]) == (3, 2, baseline.fidelity)


@pytest.mark.parametrize("seeds", [0, -1, 2.5, True, 100_000])
def test_an_impossible_number_of_seeds_is_refused(seeds: int):
    with pytest.raises(UsageError, match="seeds"):
        paper_baseline(2, KINGSTON, seeds=seeds)


@pytest.mark.parametrize("num_clones", [0, -3, "2"])
def test_an_impossible_number_of_clones_is_refused(num_clones: int):
    with pytest.raises(UsageError, match="num_clones"):
        paper_baseline(num_clones, KINGSTON)


def test_a_device_that_is_too_small_is_refused():
    with pytest.raises(UsageError, match="at least 6 connected qubits"):
        paper_baseline(2, line(5))


def test_a_circuit_far_too_large_is_refused_before_it_is_built():
    with pytest.raises((UsageError, LimitError)):
        paper_baseline(10**9, KINGSTON)


def test_without_qiskit_the_extra_is_named(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setitem(sys.modules, "qiskit", None)
    with pytest.raises(MissingExtraError, match=r"qloak\[qiskit\]"):
        paper_baseline(2, KINGSTON)


def test_a_circuit_off_the_couplers_is_not_scored():
    with pytest.raises(IntegrityError, match="not coupled"):
        native_roundtrip(stim.Circuit("H 0\nCX 0 2"), (0, 2), line(3))


@pytest.mark.parametrize("text", ["H 0 1", "H 0\nCX 0 1\nCX 1 2"])
def test_a_circuit_that_does_not_return_its_input_is_not_scored(text: str):
    with pytest.raises(IntegrityError, match="Bell state"):
        native_roundtrip(stim.Circuit(text), (0, 1), line(3))


@pytest.mark.parametrize("pauli", ["I", "X", "Y", "Z"])
def test_signs_are_made_right(pauli: str):
    trip = native_roundtrip(stim.Circuit(f"H 0\nCX 0 1\n{pauli} 1"), (0, 1), line(2))
    assert trip.to_stim().reference_detector_and_observable_signs()[1].tolist() == [False, False]
