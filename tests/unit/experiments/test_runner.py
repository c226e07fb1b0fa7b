"""The runner: what is missing is done, once, and kept at once."""

from __future__ import annotations

import pytest

from qloak.errors import IntegrityError, ProgramError, UnknownNameError
from qloak.experiments import Outcome, Runner
from qloak.experiments.evaluate import evaluate, timed
from qloak.experiments.results import OUTCOMES
from tests.unit.experiments.samples import exact, several

TASKS = several()
EXPECTED = {task.id: evaluate(task) for task in TASKS}


class Counting:
    """Computes here, and remembers what it was asked for."""

    def __init__(self, stop_after: int = 1000, error: BaseException | None = None) -> None:
        self.asked, self.closed = [], False
        self.stop_after, self.error = stop_after, error

    def map(self, tasks):
        try:
            for task in tasks:
                if len(self.asked) == self.stop_after:
                    raise self.error
                self.asked.append(task.id)
                yield timed(task)
        finally:
            self.closed = True


class Bare:
    """Gives outcomes without timings, as hardware does."""

    def map(self, tasks):
        return map(evaluate, tasks)


class Wrong:
    """Answers with something else."""

    def __init__(self, outcomes):
        self.outcomes = outcomes

    def map(self, _):
        return iter(self.outcomes)


def test_outcomes_in_the_order_of_the_tasks():
    assert list(Runner().run(TASKS[::-1]).items()) == list(EXPECTED.items())[::-1]


def test_no_tasks_no_outcomes(tmp_path):
    assert Runner(tmp_path).run([]) == {}


def test_the_same_task_twice_is_done_once():
    executor = Counting()
    assert Runner(None, executor).run([*TASKS, *TASKS]) == EXPECTED
    assert executor.asked == list(EXPECTED)


def test_what_is_known_is_not_done_again(tmp_path):
    Runner(tmp_path).run(TASKS[:2])
    executor = Counting()
    assert Runner(tmp_path, executor).run(TASKS) == EXPECTED
    assert executor.asked == [task.id for task in TASKS[2:]]
    again = Counting()
    assert Runner(tmp_path, again).run(TASKS) == EXPECTED
    assert again.asked == []


def test_other_results_of_the_folder_stay(tmp_path):
    Runner(tmp_path).run(TASKS)
    assert list(Runner(tmp_path).run([TASKS[1]])) == [TASKS[1].id]
    assert len((tmp_path / OUTCOMES).read_text().splitlines()) == len(TASKS)


@pytest.mark.parametrize("error", [KeyboardInterrupt(), ProgramError("no"), MemoryError()], ids=repr)
def test_whatever_stops_it_the_next_run_goes_on(tmp_path, error):
    stopped = Counting(2, error)
    with pytest.raises(type(error)):
        Runner(tmp_path, stopped).run(TASKS)
    executor = Counting()
    assert Runner(tmp_path, executor).run(TASKS) == EXPECTED
    assert stopped.asked + executor.asked == list(EXPECTED)


def test_an_interrupt_closes_the_executor():
    executor = Counting()

    def interrupt(done, total):
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Runner(None, executor).run(TASKS, interrupt)
    assert executor.closed
    assert len(executor.asked) == 2


def test_progress_counts_what_was_known_too(tmp_path):
    Runner(tmp_path).run(TASKS[:2])
    told = []
    Runner(tmp_path).run(TASKS, lambda done, total: told.append((done, total)))
    assert told == [(done, len(TASKS)) for done in range(2, len(TASKS) + 1)]


def test_executors_may_leave_timings_out(tmp_path):
    assert Runner(tmp_path, Bare()).run(TASKS) == EXPECTED


def test_answers_nobody_asked_for_are_refused():
    with pytest.raises(IntegrityError, match="another version"):
        Runner(None, Wrong([Outcome("00", {}, {})])).run(TASKS)


def test_missing_answers_are_noticed():
    with pytest.raises(IntegrityError, match="6 tasks came back without an outcome"):
        Runner(None, Wrong([])).run(TASKS)


def test_unknown_engines_and_damaged_results_stop_it(tmp_path):
    from dataclasses import replace

    with pytest.raises(UnknownNameError, match="abacus"):
        Runner().run([replace(exact(0.1), engine="abacus")])
    (tmp_path / OUTCOMES).write_text("hello\n")
    executor = Counting()
    with pytest.raises(IntegrityError):
        Runner(tmp_path, executor).run(TASKS)
    assert executor.asked == []
