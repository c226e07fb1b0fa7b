"""The same tasks here and on a Dask cluster: files of outcomes that differ in order at most."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from qloak.errors import IntegrityError, ProgramError
from qloak.experiments import Dask, Runner, executors
from qloak.experiments.evaluate import Finished, evaluate
from qloak.experiments.results import OUTCOMES, TIMINGS
from tests.unit.experiments.samples import exact, several

TASKS = several(60)


@pytest.fixture(scope="module")
def cluster():
    """Two workers in this process, on loopback, without a dashboard."""
    distributed = pytest.importorskip("distributed")
    options = {"processes": False, "protocol": "tcp://", "host": "127.0.0.1", "dashboard_address": None}
    with distributed.LocalCluster(n_workers=2, threads_per_worker=1, silence_logs=50, **options) as cluster:
        yield cluster


def lines(folder):
    return sorted((folder / OUTCOMES).read_bytes().splitlines())


def test_two_workers_give_the_files_of_one_process(cluster, tmp_path):
    here = Runner(tmp_path / "here").run(TASKS)
    there = Runner(tmp_path / "there", Dask(cluster.scheduler_address)).run(TASKS)
    assert there == here
    assert lines(tmp_path / "there") == lines(tmp_path / "here")
    timed = {json.loads(line)["task"] for line in (tmp_path / "there" / TIMINGS).read_text().splitlines()}
    assert timed == set(here)


def test_a_run_that_began_here_ends_there(cluster, tmp_path):
    Runner(tmp_path).run(TASKS[:25])
    assert Runner(tmp_path, Dask(cluster.scheduler_address)).run(TASKS) == {task.id: evaluate(task) for task in TASKS}
    assert len(lines(tmp_path)) == len(TASKS)


def test_an_error_of_a_task_comes_back(cluster):
    bad = replace(exact(0.1), circuit="FLY 0")
    with pytest.raises(ProgramError, match=r"sample at p 0\.1, number 0: circuit"):
        Runner(None, Dask(cluster.scheduler_address)).run([bad, *TASKS])
    # The cluster is as good as before.
    assert len(Runner(None, Dask(cluster.scheduler_address)).run(TASKS[:4])) == 4


def test_a_worker_with_other_software_is_refused(cluster, monkeypatch, tmp_path):
    def elsewhere(task):
        finished = executors_timed(replace(task, seed=99))  # what another version would make of the id
        return Finished(finished.outcome, 0.0, "node7")

    executors_timed = executors.timed
    monkeypatch.setattr(executors, "timed", elsewhere)
    with pytest.raises(IntegrityError, match=r"node7 answered .* another version"):
        Runner(tmp_path, Dask(cluster.scheduler_address)).run(TASKS[:2])
    assert not (tmp_path / OUTCOMES).exists()
