"""Options of the commands that run tasks."""

from __future__ import annotations

import pytest
import typer

from qloak.cli.experiment_options import RunOptions, engine_named, number_of_shots
from qloak.errors import UnknownNameError, UsageError
from qloak.experiments import Dask, Processes, Serial
from qloak.experiments.engines import processors
from qloak.experiments.hardware import Hardware


@pytest.mark.parametrize(
    ("options", "executor"),
    [
        (RunOptions(), Serial()),
        (RunOptions(executor="serial"), Serial()),
        (RunOptions(workers="3"), Processes(3)),
        (RunOptions(executor="processes", workers="3"), Processes(3)),
        (RunOptions(scheduler="tcp://a:1"), Dask("tcp://a:1")),
        (RunOptions(executor="dask", scheduler="tcp://a:1"), Dask("tcp://a:1")),
    ],
    ids=repr,
)
def test_options_make_an_executor(options, executor):
    assert options.make_executor() == executor


def test_processes_are_as_many_as_there_are_processors():
    assert RunOptions(executor="processes").make_executor().workers >= 1


def test_hardware_needs_a_folder_and_asks_about_the_cost(tmp_path, monkeypatch):
    with pytest.raises(UsageError, match="--out: got none, expected a folder"):
        RunOptions(executor="hardware", device="ibm:boston").make_executor()
    monkeypatch.setattr(processors, "connect", lambda device: device)
    asked = []
    monkeypatch.setattr(typer, "confirm", lambda text, **_: asked.append(text))
    made = RunOptions(tmp_path, executor="hardware", device="ibm:boston").make_executor()
    assert isinstance(made, Hardware)
    assert (made.processor, made.folder) == ("ibm:boston", tmp_path)
    assert not made.confirm("2 jobs")
    assert asked == ["2 jobs. Submit?"]
    assert RunOptions(tmp_path, executor="hardware", yes=True).make_executor().confirm("2 jobs")
    assert len(asked) == 1


def test_engines_and_shots_are_checked():
    assert engine_named("aer-mps") == "aer-mps"
    assert number_of_shots("10") == 10
    with pytest.raises(UnknownNameError, match="--engine: got 'abacus'"):
        engine_named("abacus")
    with pytest.raises(UsageError, match="--shots: got '0'"):
        number_of_shots("0")
