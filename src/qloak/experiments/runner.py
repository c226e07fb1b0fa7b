"""Does what is missing: tasks whose outcomes are known are not computed again."""

from __future__ import annotations

import socket
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeAlias

from ..errors import IntegrityError
from .evaluate import Finished
from .executors import Executor, Serial
from .results import ResultFolder
from .task import Outcome, Task

__all__ = ["Progress", "Runner"]

Progress: TypeAlias = Callable[[int, int], None]
"""Told how many tasks are done, of how many."""


@dataclass(frozen=True, slots=True)
class Runner:
    """Runs tasks by an executor and keeps their outcomes.

    Attributes:
        results: folder for the outcomes; None to keep nothing.
        executor: where the work is done; the outcomes do not depend on it.
    """

    results: Path | None = None
    executor: Executor = field(default_factory=Serial)

    def run(self, tasks: Iterable[Task], progress: Progress | None = None) -> dict[str, Outcome]:
        """The outcomes of some tasks, from the results folder where they are known.

        Every outcome is in the folder before the next one is waited for, so that whatever stops this, the next call
        goes on from there.

        Args:
            tasks: the same task twice is computed once.
            progress: told of every task that is done.

        Returns:
            Task's id -> outcome, in the order of the tasks.

        Raises:
            IntegrityError: for damaged results, or an executor whose software is another one.
            UsageError: for results of other versions, a folder that cannot be written, or a task that is refused.
            LockedError: if another process writes to the folder.
        """
        wanted = {task.id: task for task in tasks}
        with self._folder() as folder:
            known = {} if folder is None else folder.load()
            found = {key: known[key] for key in wanted if key in known}
            missing = {key: task for key, task in wanted.items() if key not in known}
            _tell(progress, len(found), len(wanted))
            with _stream(self.executor, list(missing.values())) as stream:
                for finished in stream:
                    outcome = finished.outcome
                    task = missing.pop(outcome.task, None)
                    if task is None:
                        raise _foreign(finished)
                    if folder is not None:
                        folder.append(task, finished)
                    found[outcome.task] = outcome
                    _tell(progress, len(found), len(wanted))
        if missing:
            raise IntegrityError(f"executor: {len(missing)} tasks came back without an outcome. Run it again.")
        return {key: found[key] for key in wanted}

    def _folder(self) -> AbstractContextManager[ResultFolder | None]:
        return nullcontext() if self.results is None else ResultFolder.opened(self.results)


@contextmanager
def _stream(executor: Executor, tasks: list[Task]) -> Iterator[Iterator[Finished]]:
    """What the executor finishes; whatever stops the reader stops the executor too."""
    stream = executor.map(tasks)
    host = socket.gethostname()
    try:
        yield (item if isinstance(item, Finished) else Finished(item, 0.0, host) for item in stream)
    finally:
        if isinstance(stream, Generator):
            stream.close()


def _tell(progress: Progress | None, done: int, total: int) -> None:
    if progress is not None:
        progress(done, total)


def _foreign(finished: Finished) -> IntegrityError:
    return IntegrityError(
        f"executor: {finished.host} answered for a task that is not asked for. "
        "Its Qloak, its stim or its calibrations are of another version; install the same ones there."
    )
