"""The same path on a model of a processor: each error once, in its own direction.

Means of N readings miss by t or more with probability at most 2 exp(-2 N t^2) (Hoeffding); bounds are for 1e-10 each.
"""

from __future__ import annotations

import math
import sys

import pytest

from qloak.errors import MissingExtraError, UsageError
from qloak.experiments.engines import qiskit_primitives
from qloak.experiments.engines.processors import LocalProcessor, connect
from qloak.experiments.evaluate import evaluate
from qloak.experiments.task import Task
from qloak.noise import device_from_backend

pytest.importorskip("qiskit_aer")
fake_provider = pytest.importorskip("qiskit_ibm_runtime.fake_provider")

MODEL = "fake:manila_v2"
SHOTS = 100_000
BOUND = math.sqrt(math.log(2 / 1e-10) / (2 * SHOTS))


@pytest.fixture(scope="module")
def device():
    return device_from_backend(fake_provider.FakeManilaV2())


def task(circuit: str, shots: int = SHOTS, **point) -> Task:
    return Task("test", point, "qiskit", circuit, "counts", device=MODEL, shots=shots)


def ones(counts) -> float:
    return counts.get("1", 0) / sum(counts.values())


@pytest.mark.parametrize("qubit", [1, 4])
def test_readout_errors_act_once_and_have_their_direction(device, qubit):
    one, zero = device.one_given_zero[qubit], device.zero_given_one[qubit]
    assert abs(ones(evaluate(task(f"M {qubit}")).counts) - one) < BOUND
    slack = 2 * device.one_qubit_errors[qubit]
    assert abs(ones(evaluate(task(f"X {qubit}\nM {qubit}")).counts) - (1 - zero)) < BOUND + slack
    # Applied twice, as the fake backend itself does, errors would be far outside.
    assert zero > 2 * (BOUND + slack)


def test_waiting_relaxes_because_delays_are_put_in(device):
    """Qubit 0 is flipped and waits for qubit 1, which is told to wait, over a barrier."""
    seconds = device.t1_seconds[0] / 2
    circuit = f"X 0\nTICK\nI[WAIT(seconds={seconds})] 1\nTICK\nM 0"
    alive = math.exp(-0.5)
    expected = alive * (1 - device.zero_given_one[0]) + (1 - alive) * device.one_given_zero[0]
    # Delays are rounded to the processor's clock; the readout of others and the pulse are short beside T1/2.
    assert abs(ones(evaluate(task(circuit)).counts) - expected) < BOUND + 0.005


def test_a_bell_pair_on_coupled_qubits(device):
    counts = evaluate(task("H 0\nCX 0 1\nM 0 1", 2000)).counts
    assert sum(counts.values()) == 2000
    assert counts["00"] + counts["11"] > 1500


def test_the_same_task_gives_the_same_counts():
    tasks = [task("H 0\nM 0", 500), task("H 0\nM 0", 500, again=1)]
    first = [evaluate(each).counts for each in tasks]
    assert [evaluate(each).counts for each in tasks] == first


def test_a_model_remembers_its_own_jobs_only(device):
    processor = connect(MODEL)
    assert isinstance(processor, LocalProcessor)
    assert processor.name == MODEL
    prepared = qiskit_primitives.Prepared.of(task("M 0", 10), processor)
    job = processor.submit([prepared.circuit], [10], "tag", {})
    assert processor.find("tag") == job
    assert processor.has(job)
    assert processor.find("other") is None
    assert not processor.has("local-other")
    assert sum(processor.counts(job)[0].values()) == 10
    assert processor.repetition_seconds == 0
    processor.close()


def test_decoupling_needs_hardware():
    with pytest.raises(UsageError, match="none for a model"):
        evaluate(task("M 0", 10, dynamical_decoupling="XY4"))


def test_without_aer(monkeypatch):
    monkeypatch.setitem(sys.modules, "qiskit_aer", None)
    with pytest.raises(MissingExtraError, match=r"qloak\[aer,ibm\]"):
        evaluate(task("M 0", 10))
