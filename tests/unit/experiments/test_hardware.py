"""The path to real processors, with a service that stands in for IBM's; no network, nothing is spent.

The stand-in runs circuits on a perfect simulator, loses, refuses and cancels jobs as asked.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field

import pytest

from qloak.errors import (
    IntegrityError,
    MissingExtraError,
    ProgramError,
    QloakError,
    UnavailableError,
    UnknownNameError,
    UsageError,
)
from qloak.experiments.engines import qiskit_primitives
from qloak.experiments.engines.processors import connect
from qloak.experiments.engines.runtime_processor import RuntimeProcessor
from qloak.experiments.hardware import Hardware
from qloak.experiments.runner import Runner
from qloak.experiments.task import Task

pytest.importorskip("qiskit_ibm_runtime")

DEVICE = "ibm:test_line"
BELL = "H 1\nCX 1 2\nM 1\nCX rec[-1] 3\nM 2 3"


def line_target(qubits: int = 5):
    from qiskit.transpiler import CouplingMap, Target

    gates = ["cz", "sx", "x", "rz", "measure", "delay", "reset"]
    return Target.from_configuration(gates, qubits, CouplingMap.from_line(qubits))


@dataclass
class Backend:
    """A processor of five qubits in a row."""

    name: str = "test_line"
    default_rep_delay: float = 0.001
    target: object = field(default_factory=line_target)


class Job:
    def __init__(self, name, results=None, error=None):
        self._name, self._results, self._error = name, results, error

    def job_id(self):
        return self._name

    def result(self):
        if self._error is not None:
            raise self._error
        return self._results


@dataclass
class Service:
    """What is used of QiskitRuntimeService."""

    submitted: list = field(default_factory=list)
    known: dict = field(default_factory=dict)
    tagged: dict = field(default_factory=dict)
    failing: dict = field(default_factory=dict)
    lose_answer: bool = False
    refuse: Exception | None = None

    def backend(self, name):
        from qiskit.providers.exceptions import QiskitBackendNotFoundError

        if name != "test_line":
            raise QiskitBackendNotFoundError("No backend matches the criteria.")
        return Backend()

    def job(self, name):
        return self.known[name]

    def jobs(self, *, job_tags, limit):
        return [self.known[self.tagged[tag]] for tag in job_tags if tag in self.tagged][:limit]

    def sampler(self, opened, options):
        return Sampler(self, opened, options)


@dataclass
class Sampler:
    service: Service
    opened: object
    options: dict

    def run(self, pubs):
        from qiskit.primitives import StatevectorSampler

        if self.service.refuse is not None:
            raise self.service.refuse
        name = f"job{len(self.service.submitted)}"
        self.service.submitted.append((pubs, self.options))
        results = StatevectorSampler(seed=1).run([(circuit, None, shots) for circuit, _, shots in pubs]).result()
        self.service.known[name] = Job(name, results, self.service.failing.get(name))
        self.service.tagged[self.options["environment"]["job_tags"][0]] = name
        if self.service.lose_answer:
            raise ConnectionResetError("the line went dead")
        return self.service.known[name]


def bell_task(shots: int = 100, *, seed: int = 0, device: str = DEVICE, circuit: str = BELL, **point) -> Task:
    return Task(
        "test", point, "qiskit", circuit, "counts", device=device, record_bits=(0, 1, 2), shots=shots, seed=seed
    )


def yes(cost):
    return True


def never(cost):
    raise AssertionError("asked for something that is there already")


@pytest.fixture
def service():
    return Service()


@pytest.fixture
def hardware(service, tmp_path):
    def make(confirm=yes, **options):
        processor = RuntimeProcessor(service, "test_line", mode="job", sampler=service.sampler)
        return Hardware(processor, tmp_path / "hardware", confirm, **options)

    return make


# --- the whole way -----------------------------------------------------------------------------------------------


def test_counts_come_back_with_the_frame_in_software(hardware, service):
    (outcome,) = hardware().map([bell_task()])
    assert outcome.task == bell_task().id
    assert set(outcome.counts) == {"000", "111"}
    assert sum(outcome.counts.values()) == 100
    ((pubs, options),) = service.submitted
    ((circuit, parameters, shots),) = pubs
    assert (parameters, shots) == (None, 100)
    assert circuit.num_qubits == 5
    assert set(circuit.count_ops()) <= {"cz", "sx", "x", "rz", "measure"}
    assert circuit.count_ops()["cz"] == 1
    assert options["environment"]["job_tags"][0].startswith("qloak-")


@pytest.mark.parametrize("basis", ["MX", "MY", "M"])
def test_nothing_follows_the_last_measurement_of_a_qubit(hardware, service, basis):
    """A change of basis in front of it is made, and not undone behind it."""
    list(hardware().map([bell_task(circuit=f"SQRT_X 0\nCZ 0 1\nH 1\n{basis} 0 1 2")]))
    ((circuit, _, _),) = service.submitted[0][0]
    last = {}
    for step in circuit.data:
        last[circuit.find_bit(step.qubits[0]).index] = step.operation.name
    assert set(last.values()) == {"measure"}


def test_it_is_an_executor_of_the_runner(hardware, tmp_path):
    tasks = [bell_task(seed=seed) for seed in range(3)]
    found = Runner(tmp_path / "results", hardware()).run(tasks)
    assert set(found) == {task.id for task in tasks}
    again = Runner(tmp_path / "results", hardware(never)).run(tasks)
    assert again == found


def test_job_ids_and_raw_counts_are_kept(hardware, tmp_path):
    list(hardware().map([bell_task()]))
    folder = tmp_path / "hardware"
    header, intent, done = map(json.loads, (folder / "jobs.jsonl").read_text().splitlines())
    assert header["schema"] == "qloak.jobs/1"
    assert (intent["event"], intent["tasks"], intent["device"]) == ("submitting", [bell_task().id], DEVICE)
    assert (done["event"], done["job"], done["tag"]) == ("submitted", "job0", intent["tag"])
    (raw,) = map(json.loads, (folder / "raw.jsonl").read_text().splitlines())
    # Raw: the third record before the correction.
    assert set(raw["counts"]) == {"000", "110"}


def test_jobs_are_grouped_by_shots_options_and_size(hardware, service):
    tasks = [bell_task(seed=seed) for seed in range(5)] + [bell_task(50), bell_task(dynamical_decoupling="XY4")]
    tasks.append(bell_task(twirling=True))
    outcomes = list(hardware(circuits_per_job=2).map(tasks))
    assert {outcome.task for outcome in outcomes} == {task.id for task in tasks}
    assert sorted(len(pubs) for pubs, _ in service.submitted) == [1, 1, 1, 1, 2, 2]
    assert all(len({shots for _, _, shots in pubs}) == 1 for pubs, _ in service.submitted)
    extras = [
        {key: value for key, value in options.items() if key != "environment"} for _, options in service.submitted
    ]
    assert extras.count({"dynamical_decoupling": {"enable": True, "sequence_type": "XY4"}}) == 1
    assert extras.count({"twirling": {"enable_gates": True, "enable_measure": True}}) == 1


# --- cost and confirmation ---------------------------------------------------------------------------------------


def test_the_cost_is_asked_for_first(hardware, service):
    asked = []

    def no(cost):
        asked.append(cost)
        return False

    with pytest.raises(QloakError, match="Nothing was submitted"):
        list(hardware(no).map([bell_task(1000), bell_task(500)]))
    (cost,) = asked
    assert (cost.jobs, cost.circuits, cost.shots) == (2, 2, 1500)
    # 1 ms between shots, circuits far below that, and 2 s for each job.
    assert 5.5 <= cost.quantum_seconds < 6
    assert "2 jobs, 2 circuits, 1500 shots, about" in str(cost)
    assert service.submitted == []
    assert hardware().cost([bell_task(1000), bell_task(500)]) == cost


# --- interruptions -----------------------------------------------------------------------------------------------


def test_an_interrupted_wait_submits_nothing_twice(hardware, service):
    tasks = [bell_task(seed=seed) for seed in range(4)]
    first = hardware(circuits_per_job=2).map(tasks)
    next(first)
    first.close()  # as Ctrl-C does
    outcomes = list(hardware(never, circuits_per_job=2).map(tasks))
    assert {outcome.task for outcome in outcomes} == {task.id for task in tasks}
    assert len(service.submitted) == 2


def test_a_job_whose_id_was_never_heard_is_found_by_its_tag(hardware, service):
    service.lose_answer = True
    with pytest.raises(UnavailableError, match="the line went dead"):
        hardware().map([bell_task()])
    service.lose_answer = False
    (outcome,) = hardware(never).map([bell_task()])
    assert outcome.task == bell_task().id
    assert len(service.submitted) == 1


def test_a_refused_submission_is_made_again(hardware, service):
    service.refuse = ConnectionError("no route to host")
    with pytest.raises(UnavailableError, match="no route to host"):
        hardware().map([bell_task()])
    service.refuse = None
    assert len(list(hardware().map([bell_task()]))) == 1


def test_a_failed_job_keeps_the_others_and_is_submitted_anew(hardware, service):
    from qiskit_ibm_runtime.exceptions import RuntimeInvalidStateError

    service.failing = {"job0": RuntimeInvalidStateError("Job was cancelled.")}
    tasks, seen = [bell_task(), bell_task(50)], []
    stream = hardware().map(tasks)
    with pytest.raises(QloakError, match=r"job job0: it gave no results .*cancelled"):
        seen.extend(stream)
    # `extend` keeps what came before the error.
    assert len(seen) == 1
    assert len(list(hardware().map(tasks))) == 2
    assert len(service.submitted) == 3


def test_a_torn_line_is_cut_off(hardware, service, tmp_path):
    list(hardware().map([bell_task()]))
    file = tmp_path / "hardware" / "jobs.jsonl"
    whole = file.read_bytes()
    file.write_bytes(whole + b'{"event": "subm')
    assert len(list(hardware(never).map([bell_task()]))) == 1
    assert file.read_bytes() == whole


@pytest.mark.parametrize(
    "content",
    ["{}\n", "nonsense\n", '{"schema": "qloak.jobs/9", "nonce": "a"}\n', "[]\n", "\n", '{"schema": "qloak.jobs/1"}\n'],
)
def test_a_damaged_file_is_left_alone(hardware, service, tmp_path, content):
    file = tmp_path / "hardware" / "jobs.jsonl"
    file.parent.mkdir()
    file.write_text(content)
    with pytest.raises(IntegrityError, match="Nothing was changed"):
        hardware().map([bell_task()])
    assert file.read_text() == content
    assert service.submitted == []


def test_a_folder_that_cannot_be_written(hardware, tmp_path):
    (tmp_path / "hardware").write_text("a file")
    with pytest.raises(QloakError, match="cannot be used"):
        hardware().map([bell_task()])


# --- bad input ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("task", "error", "message"),
    [
        (bell_task(circuit="H 7\nM 7 7 7"), UsageError, "device: got '5 qubits', expected a processor of at least 8"),
        (bell_task(circuit="CZ 0 3\nM 0 3 1"), UsageError, r"qubits: got \(0, 3\), expected qubits that the processor"),
        (bell_task(circuit="MPP X0*X1\nM 0 1"), ProgramError, "MPP measures a product"),
        (bell_task(circuit="X_ERROR(0.1) 0\nM 0 1 2"), ProgramError, "carries noise"),
        (bell_task(0), UsageError, "shots: got 0"),
        (bell_task(device="ibm:other"), UsageError, "device: got 'ibm:other', expected ibm:test_line"),
        (Task("t", {}, "qiskit", "M 0", "channel", device=DEVICE, shots=1), UsageError, "quantity: got 'channel'"),
    ],
)
def test_tasks_that_do_not_fit_are_refused_before_anything_is_submitted(hardware, service, task, error, message):
    with pytest.raises(error, match=message):
        hardware().map([bell_task(), task])
    assert service.submitted == []


def test_no_circuits_per_job(hardware):
    with pytest.raises(UsageError, match="circuits_per_job: got 0"):
        hardware(circuits_per_job=0).map([bell_task()])


def test_unknown_processor(service):
    with pytest.raises(UnknownNameError, match="a processor of your account"):
        RuntimeProcessor(service, "elsewhere")


@pytest.mark.parametrize(
    ("raised", "error", "message"),
    [
        ("AccountNotFoundError", UsageError, "Save one: QiskitRuntimeService.save_account"),
        ("InvalidAccountError", UsageError, "Save one: QiskitRuntimeService.save_account"),
        ("ConnectionError", UnavailableError, "refused or was not reached"),
    ],
)
def test_no_account_and_no_network(monkeypatch, raised, error, message):
    import qiskit_ibm_runtime
    from qiskit_ibm_runtime.accounts import exceptions

    def service(*args, **options):
        raise getattr(exceptions, raised, ConnectionError)("it said this")

    monkeypatch.setattr(qiskit_ibm_runtime, "QiskitRuntimeService", service)
    with pytest.raises(error, match=message) as caught:
        connect("ibm:ibm_kingston")
    assert caught.value.exit_code == (2 if error is UsageError else 1)
    assert "it said this" in str(caught.value)


@pytest.mark.parametrize("name", ["ibm:ibm_kingston", "ibm:kingston"])
def test_names_of_real_processors_with_and_without_their_prefix(monkeypatch, name):
    import qiskit_ibm_runtime

    class Account:
        def backend(self, backend):
            return Backend(backend)

    monkeypatch.setattr(qiskit_ibm_runtime, "QiskitRuntimeService", Account)
    processor = connect(name)
    assert processor.name == name
    assert processor._backend.name == "ibm_kingston"


@pytest.mark.parametrize("name", ["kingston", "", "ibm_kingston", "aws:thing"])
def test_names_that_are_no_processor(name):
    with pytest.raises(UsageError, match="device: got "):
        connect(name)


def test_unknown_model():
    with pytest.raises(UnknownNameError, match="backend"):
        connect("fake:nowhere")


def test_without_the_package(monkeypatch):
    monkeypatch.setitem(sys.modules, "qiskit_ibm_runtime", None)
    for name in ("ibm:ibm_kingston", "fake:manila_v2"):
        with pytest.raises(MissingExtraError, match=r"qloak\[ibm\]"):
            connect(name)


def test_a_single_task_never_goes_to_a_real_processor():
    with pytest.raises(UsageError, match="asks before it submits"):
        qiskit_primitives.run(bell_task())
