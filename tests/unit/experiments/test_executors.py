"""Executors: the same outcomes everywhere, errors of one line, nothing left running."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from concurrent.futures import CancelledError
from dataclasses import replace
from types import SimpleNamespace

import pytest

from qloak.errors import MissingExtraError, ProgramError, QloakError, UnavailableError, UsageError
from qloak.experiments import Dask, Processes, Serial
from qloak.experiments.evaluate import evaluate
from tests.unit.experiments.samples import exact, sampled, several

TASKS = several(20)


def outcomes(executor, tasks=TASKS):
    return {finished.outcome.task: finished.outcome for finished in executor.map(tasks)}


EXPECTED = {task.id: evaluate(task) for task in TASKS}


def test_serial_is_evaluation():
    assert outcomes(Serial()) == EXPECTED


def test_processes_agree_and_end():
    assert outcomes(Processes(2)) == EXPECTED
    assert multiprocessing.active_children() == []


@pytest.mark.parametrize(
    "executor", [Serial(), Processes(3), Dask("tcp://127.0.0.1:1")], ids=lambda e: type(e).__name__
)
def test_nothing_to_do_is_done(executor):
    assert outcomes(executor, []) == {}


def test_an_error_in_a_process_is_the_error_of_the_task():
    bad = replace(exact(0.1), circuit="FLY 0")
    with pytest.raises(ProgramError, match=r"sample at p 0\.1"):
        outcomes(Processes(1), [bad, *TASKS])
    assert multiprocessing.active_children() == []


def test_closing_ends_the_processes():
    long = [sampled(0.1, k, shots=3_000_000) for k in range(20)]
    stream = Processes(1).map([exact(0.1), *long])
    next(stream)
    stream.close()
    assert multiprocessing.active_children() == []


def test_a_process_that_is_killed_is_told():
    long = [sampled(0.1, k, shots=3_000_000) for k in range(20)]
    stream = Processes(1).map([exact(0.1), *long])
    next(stream)
    for child in multiprocessing.active_children():
        os.kill(child.pid, signal.SIGKILL)
    with pytest.raises(QloakError, match="a worker process was ended from outside"):
        list(stream)


@pytest.mark.parametrize("workers", [0, -1, 1025, True, 2.0])
def test_impossible_numbers_of_processes_are_refused(workers):
    with pytest.raises(UsageError, match="workers"):
        Processes(workers)


@pytest.mark.parametrize("address", ["", "localhost", "tcp://:8786", "x::y", "ftp://a:1", "tcp://a:1:2", "tcp://a b:1"])
def test_what_is_no_address_is_refused(address):
    with pytest.raises(UsageError, match="scheduler: got"):
        Dask(address)


@pytest.mark.parametrize("address", ["localhost:8786", "tcp://10.0.0.1:8786", "tls://[::1]:1", "inproc://a/1/2"])
def test_addresses_of_schedulers(address):
    assert Dask(address).address == address


def test_a_scheduler_that_does_not_answer_is_told():
    with pytest.raises(UnavailableError, match=r"nothing answers at tcp://127\.0\.0\.1:1"):
        outcomes(Dask("tcp://127.0.0.1:1", timeout_seconds=0.2))


def test_without_dask_the_extra_is_named(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(MissingExtraError, match=r"qloak\[dask\]"):
        outcomes(Dask("tcp://127.0.0.1:1"))


class KilledError(Exception):
    """Stands for `distributed.KilledWorker`."""


@pytest.mark.parametrize(
    ("raised", "error", "words"),
    [
        (KilledError("task"), QloakError, "ended several Dask workers"),
        (CancelledError("key"), UnavailableError, r"the connection was lost \(key\)\. What was done is kept"),
        (OSError("closed"), UnavailableError, "the connection was lost"),
        (ProgramError("circuit: no"), ProgramError, "circuit: no"),
    ],
    ids=repr,
)
def test_what_goes_wrong_on_a_cluster_is_told(monkeypatch, raised, error, words):
    def fail():
        raise raised

    future = SimpleNamespace(result=fail)
    client = SimpleNamespace(nthreads=dict, submit=lambda *_, **__: future, close=lambda: None, loop=None)
    cluster = SimpleNamespace(
        Client=lambda *_, **__: client, as_completed=lambda futures, **_: iter(futures), KilledWorker=KilledError
    )
    monkeypatch.setitem(sys.modules, "distributed", cluster)
    with pytest.raises(error, match=words):
        outcomes(Dask("tcp://127.0.0.1:1"), TASKS[:1])
