"""Options of the commands that run tasks: by which engine, where, and where the results go."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import UsageError
from .options import whole_number

if TYPE_CHECKING:
    from ..experiments import Outcome, Task
    from ..experiments.executors import Executor

__all__ = [
    "EngineOption",
    "ExecutorOption",
    "OutOption",
    "RunOptions",
    "SchedulerOption",
    "SeedOption",
    "ShotsOption",
    "WorkersOption",
    "YesOption",
    "engine_named",
    "number_of_shots",
    "run_tasks",
]

EngineOption = Annotated[
    str, typer.Option("--engine", metavar="ENGINE", help="exact, stim, aer, aer-mps or qiskit; not all do everything.")
]
ShotsOption = Annotated[str, typer.Option("--shots", metavar="N", help="Shots of each circuit that is sampled.")]
SeedOption = Annotated[str, typer.Option("--seed", metavar="SEED", help="Seed of the sampling.")]
OutOption = Annotated[
    Path | None,
    typer.Option("--out", metavar="DIR", help="Keep results there; the same command again does what is missing."),
]
ExecutorOption = Annotated[
    str | None, typer.Option("--executor", metavar="WHERE", help="serial, processes, dask or hardware.")
]
WorkersOption = Annotated[
    str | None, typer.Option("--workers", metavar="K", help="Number of processes; default: one for each processor.")
]
SchedulerOption = Annotated[
    str | None,
    typer.Option("--scheduler", metavar="ADDRESS", help="A running Dask scheduler, such as tcp://HOST:8786."),
]
YesOption = Annotated[bool, typer.Option("--yes", help="Submit to hardware without asking about the cost.")]

_EXECUTORS = ("serial", "processes", "dask", "hardware")


@dataclass(frozen=True, slots=True)
class RunOptions:
    """Where tasks run, and where their outcomes are kept.

    Attributes:
        out: folder of the results; None keeps nothing.
        executor: one of serial, processes, dask and hardware; None for what the other options ask for.
        workers: number of processes, as text.
        scheduler: address of a Dask scheduler.
        device: of the tasks, for hardware.
        yes: whether hardware is used without asking.
    """

    out: Path | None = None
    executor: str | None = None
    workers: str | None = None
    scheduler: str | None = None
    device: str = ""
    yes: bool = False

    def make_executor(self) -> Executor:
        """The executor.

        Raises:
            UsageError: for options that contradict each other, or that lack one.
        """
        from ..experiments.executors import Dask, Processes, Serial

        name = self._name()
        if name == "dask":
            if self.scheduler is None:
                raise UsageError("--executor: got dask, expected it with --scheduler ADDRESS. Start: dask scheduler.")
            return Dask(self.scheduler)
        if name == "processes":
            return Processes(_processors() if self.workers is None else whole_number("--workers", self.workers))
        return self._hardware() if name == "hardware" else Serial()

    def _name(self) -> str:
        """The executor that the options ask for together."""
        implied = "processes" if self.workers is not None else "dask" if self.scheduler is not None else "serial"
        name = self.executor or implied
        if name not in _EXECUTORS:
            raise UsageError.of("--executor", name, f"one of {', '.join(_EXECUTORS)}")
        for option, given, executor in (
            ("--workers", self.workers, "processes"),
            ("--scheduler", self.scheduler, "dask"),
        ):
            if given is not None and name != executor:
                raise UsageError.of("--executor", name, f"{executor}, for {option} is given")
        return name

    def _hardware(self) -> Executor:
        from ..experiments.engines.processors import connect
        from ..experiments.hardware import Hardware

        if self.out is None:
            raise UsageError("--out: got none, expected a folder, in which the ids of the jobs are kept.")
        return Hardware(
            connect(self.device), self.out, lambda cost: self.yes or typer.confirm(f"{cost}. Submit?", err=True)
        )


def run_tasks(tasks: Iterable[Task], options: RunOptions, *, about: str) -> Mapping[str, Outcome]:
    """Run tasks with a progress bar on stderr; those whose outcomes are in the results folder are not run again.

    Args:
        tasks: what to run.
        options: where.
        about: what it is, for the bar.
    """
    from ..experiments.runner import Runner
    from .progress import counting

    with counting(about) as progress:
        return Runner(options.out, options.make_executor()).run(tasks, progress)


def engine_named(text: str) -> str:
    """An engine that exists.

    Raises:
        UnknownNameError: for another name.
    """
    from ..errors import UnknownNameError
    from ..experiments.evaluate import ENGINES

    if text not in ENGINES:
        raise UnknownNameError.of("--engine", text, f"one of {', '.join(ENGINES)}")
    return text


def number_of_shots(text: str) -> int:
    """The value of --shots."""
    shots = whole_number("--shots", text)
    if shots < 1:
        raise UsageError.of("--shots", text, "at least 1")
    return shots


def _processors() -> int:
    """Processors that this process may use, which in a container or a batch job are not all there are."""
    import os

    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
