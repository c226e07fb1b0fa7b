"""Jobs: one after the other, cancelled, stopped, gone on with; tenants apart."""

from __future__ import annotations

import json
import os
import time
from contextlib import contextmanager
from dataclasses import replace

import pytest

from qloak.errors import ConflictError, IdempotencyError, IntegrityError, LimitError, UnavailableError, UnknownNameError
from qloak.service.jobs.folder import JobFolder
from qloak.service.jobs.queue import JobQueue, QueueLimits
from qloak.service.jobs.record import JobState, Progress
from qloak.service.jobs.request import JobRequest
from tests.contract.checkout import ROOT

SWEEP = JobRequest("channel", {"clones": [2, 3], "memory_depolarizing": 0.9})
SLEEPER = "tests.unit.service.jobs.sleeper"
PATIENCE = 40.0


@pytest.fixture(autouse=True)
def at_the_root(monkeypatch):
    # Children are modules of the tests.
    monkeypatch.chdir(ROOT)


@contextmanager
def running(folder, **options):
    told = []
    queue = JobQueue(folder, lambda *event: told.append(event), **options)
    queue.start()
    try:
        yield queue, told
    finally:
        queue.stop()


def until(condition):
    end = time.monotonic() + PATIENCE
    while not (found := condition()):
        assert time.monotonic() < end
        time.sleep(0.02)
    return found


def ended(queue, job, tenant="local"):
    return until(lambda: (found := queue.job(tenant, job.id)).state.ended and found)


def test_a_sweep_is_done_and_told_of(tmp_path):
    with running(tmp_path) as (queue, told):
        job = queue.submit("local", SWEEP)
        assert job.state is JobState.QUEUED
        done = ended(queue, job)
        assert (done.state, done.error) == (JobState.DONE, None)
        assert done.created <= done.started <= done.ended
        rows = queue.files("local", job.id).rows()
    # Even n: (1 + 3 L^3)/4; odd n: (1 + L^3 + 2 L^4)/4.
    assert [row["clones"] for row in rows] == [2, 3]
    fidelities = [row["entanglement_fidelity"] for row in rows]
    assert fidelities == pytest.approx([(1 + 3 * 0.9**3) / 4, (1 + 0.9**3 + 2 * 0.9**4) / 4])
    assert {(tenant, kind) for tenant, kind, _ in told} == {("local", "experiment")}
    states = [data["state"] for _, _, data in told]
    assert (states[0], states[-1]) == ("queued", "done")
    assert states == sorted(states, key=["queued", "running", "done"].index)
    assert told[-1][2]["done"] == told[-1][2]["total"] == 1


def test_what_the_child_refuses_is_the_jobs_error(tmp_path):
    bad = JobRequest("channel", {"clones": 2, "memory_depolarizing": 1.5})
    with running(tmp_path) as (queue, _):
        found = ended(queue, queue.submit("local", bad))
    assert found.state is JobState.FAILED
    assert found.error[0] == "bad-argument"
    assert "memory_depolarizing" in found.error[1]


@pytest.mark.parametrize("module", ["tests.unit.service.jobs.nowhere", "this"])
def test_children_that_end_without_a_word_fail(tmp_path, module):
    with running(tmp_path, module=module) as (queue, _):
        found = ended(queue, queue.submit("local", SWEEP))
    # "this" ends well, but has done nothing.
    assert (found.state, found.error[0]) == (JobState.FAILED, "failed")


def test_one_at_a_time_and_cancelled(tmp_path):
    with running(tmp_path, module=SLEEPER) as (queue, _):
        first, second = queue.submit("local", SWEEP), queue.submit("local", replace(SWEEP, seed=1))
        files = queue.files("local", first.id)
        until(files.rows)
        assert queue.job("local", first.id).state is JobState.RUNNING
        assert queue.job("local", second.id).state is JobState.QUEUED
        with pytest.raises(ConflictError, match="Cancel it first"):
            queue.remove("local", first.id)
        assert queue.cancel("local", second.id).state in (JobState.QUEUED, JobState.CANCELLED)
        assert queue.cancel("local", first.id).state is JobState.CANCELLED
        assert ended(queue, second).state is JobState.CANCELLED
        assert queue.cancel("local", first.id).state is JobState.CANCELLED
        assert files.rows() == [{"clones": 2}]
        queue.remove("local", first.id)
        with pytest.raises(UnknownNameError):
            queue.job("local", first.id)
        assert [job.id for job in queue.jobs("local")] == [second.id]


def test_what_was_running_goes_on_after_a_restart(tmp_path):
    with running(tmp_path, module=SLEEPER) as (queue, _):
        waiting = queue.submit("local", SWEEP)
        files = queue.files("local", waiting.id)
        until(files.rows)
    # The gateway stopped: its child too, and the job is as it was.
    assert files.load().state is JobState.RUNNING
    assert files.progress == Progress(1, 3, "sleeping")
    with running(tmp_path, module=SLEEPER) as (queue, _):
        until(lambda: len(files.rows()) == 2)
        queue.cancel("local", waiting.id)


def test_the_child_ends_with_its_parent(tmp_path):
    from qloak.service.jobs.child import Child

    place = JobFolder(tmp_path / "job")
    place.path.mkdir()
    child = Child(SLEEPER, str(place.path), output=place.path / "child.out")
    until(place.rows)
    assert not child.wait(0.01)
    os.close(os.dup(0))  # other files that are closed are nothing to it
    child._process.stdin.close()
    assert child.wait(PATIENCE)
    assert child.exit_code == 1
    child.kill()


@pytest.mark.parametrize(
    ("limits", "words"),
    [(QueueLimits(seconds=0.3), "more than 0.3 s"), (QueueLimits(folder_bytes=10), "more than 10 bytes")],
)
def test_time_and_size_are_limited(tmp_path, monkeypatch, limits, words):
    monkeypatch.setattr("qloak.service.jobs.queue._MEASURE_SECONDS", 0.1)
    with running(tmp_path, module=SLEEPER, limits=limits) as (queue, _):
        found = ended(queue, queue.submit("local", SWEEP))
    assert found.state is JobState.FAILED
    assert found.error[0] == "over-limit"
    assert words in found.error[1]


def test_keys_stand_for_one_job_of_one_tenant(tmp_path):
    queue = JobQueue(tmp_path, lambda *_: None, limits=QueueLimits(waiting=10))
    queue._run_thread = lambda: None
    first = queue.submit("alice", SWEEP, key="k")
    assert queue.submit("alice", SWEEP, key="k") == first
    with pytest.raises(IdempotencyError):
        queue.submit("alice", replace(SWEEP, seed=9), key="k")
    assert queue.submit("bob", SWEEP, key="k").id != first.id
    assert queue.submit("alice", SWEEP).id != queue.submit("alice", SWEEP).id


def test_tenants_are_apart_and_have_so_many(tmp_path):
    queue = JobQueue(tmp_path, lambda *_: None, limits=QueueLimits(waiting=2, kept=3))
    queue._run_thread = lambda: None
    mine = queue.submit("alice", SWEEP)
    for act in (queue.job, queue.files, queue.cancel, queue.remove):
        with pytest.raises(UnknownNameError):
            act("bob", mine.id)
        with pytest.raises(UnknownNameError):
            act("alice", "../" + mine.id)
    assert queue.jobs("bob") == []
    second = queue.submit("alice", SWEEP)
    with pytest.raises(LimitError, match="not ended"):
        queue.submit("alice", SWEEP)
    queue.submit("bob", SWEEP)
    for job in (mine, second):
        JobFolder(tmp_path / "experiments" / job.id).save(replace(job, state=JobState.DONE))
    queue.submit("alice", SWEEP)
    with pytest.raises(LimitError, match="Delete some"):
        queue.submit("alice", SWEEP)


def test_a_vault_without_a_folder_keeps_none():
    queue = JobQueue(None, lambda *_: None)
    assert queue.jobs("local") == []
    queue.start()
    with pytest.raises(UnavailableError):
        queue.submit("local", SWEEP)
    with pytest.raises(UnknownNameError):
        queue.job("local", "0" * 26)


def test_a_job_that_cannot_be_kept_is_refused(tmp_path):
    (tmp_path / "experiments").write_text("in the way")
    queue = JobQueue(tmp_path, lambda *_: None)
    with pytest.raises(UnavailableError, match="cannot be kept"):
        queue.submit("local", SWEEP)


def test_a_child_that_cannot_be_started_is_refused(tmp_path, monkeypatch):
    from qloak.service.jobs.child import Child

    monkeypatch.setattr("sys.executable", str(tmp_path / "nothing"))
    with pytest.raises(UnavailableError, match="No process"):
        Child("this", "", output=tmp_path / "out")


def test_damaged_files_stop_nobody_else(tmp_path):
    queue = JobQueue(tmp_path, lambda *_: None)
    queue._run_thread = lambda: None
    good, bad = queue.submit("local", SWEEP), queue.submit("local", SWEEP)
    (tmp_path / "experiments" / bad.id / "job.json").write_text(json.dumps({"id": bad.id}))
    assert [job.id for job in queue.jobs("local")] == [good.id]
    with pytest.raises(IntegrityError, match="damaged"):
        queue.job("local", bad.id)


def test_torn_rows_are_written_again(tmp_path):
    folder = JobFolder(tmp_path)
    folder.add_part(0, [{"clones": 2}])
    with (tmp_path / "rows.jsonl").open("ab") as file:
        file.write(b'{"part": 1, "ro')
    assert folder.rows() == [{"clones": 2}]
    folder.add_part(1, [{"clones": 3}])
    assert folder.rows() == [{"clones": 2}, {"clones": 3}]
    assert folder.figure(1) == b""
    folder.save_figures([("one", b"<svg/>")])
    assert (folder.captions(), folder.figure(1), folder.figure(2)) == (["one"], b"<svg/>", b"")
