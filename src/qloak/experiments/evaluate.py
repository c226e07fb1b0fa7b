"""The one function that computes a task: pure, and the same wherever it runs."""

from __future__ import annotations

import socket
import time
from dataclasses import dataclass
from importlib import import_module

from ..errors import IntegrityError, QloakError, UnknownNameError
from .task import Outcome, Task

__all__ = ["ENGINES", "Finished", "evaluate", "point_text", "timed"]

ENGINES = {
    "exact": "exact",
    "stim": "stim",
    "aer": "aer",
    "aer-mps": "aer_mps",
    "qiskit": "qiskit_primitives",
}
"""Engine -> its module in `engines`."""


@dataclass(frozen=True, slots=True)
class Finished:
    """An outcome, and what is told of its making beside it.

    Attributes:
        outcome: of the task.
        seconds: wall-clock time that it took.
        host: name of the machine.
    """

    outcome: Outcome
    seconds: float
    host: str


def evaluate(task: Task) -> Outcome:
    """The outcome of a task; random numbers belong to the task, so repeating it changes nothing.

    Raises:
        UnknownNameError: for an engine that does not exist.
        QloakError: of the engine, naming the task's point.
    """
    if task.engine not in ENGINES:
        raise UnknownNameError.of("engine", task.engine, f"one of {', '.join(ENGINES)}")
    module = import_module(f".engines.{ENGINES[task.engine]}", __package__)
    try:
        outcome = module.run(task)
    except QloakError as error:
        raise type(error)(f"{task.experiment} at {point_text(task)}: {error}") from error
    if not isinstance(outcome, Outcome) or outcome.task != task.id:
        raise IntegrityError(f"{task.experiment} at {point_text(task)}: its engine answered for another task.")
    return outcome


def timed(task: Task) -> Finished:
    """`evaluate`, and how long it took where."""
    start = time.perf_counter()
    outcome = evaluate(task)
    return Finished(outcome, time.perf_counter() - start, socket.gethostname())


def point_text(task: Task) -> str:
    """What a person calls the task, on one line."""
    return ", ".join(f"{key} {value}" for key, value in task.point.items()) or task.id[:12]
