"""Where tasks are computed: here, in several processes, on a Dask cluster. The outcomes are the same everywhere."""

from __future__ import annotations

import multiprocessing
import os
import re
import signal
import threading
from collections.abc import Generator, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, CancelledError, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from importlib import import_module
from itertools import islice
from typing import Any, Protocol

from ..errors import MissingExtraError, QloakError, UnavailableError, UsageError
from .evaluate import Finished, timed
from .task import Outcome, Task

__all__ = ["Dask", "Executor", "Processes", "Serial"]

_MAX_PROCESSES = 1024
_ADDRESS = re.compile(r"(?:(?:tcp|tls|ucx|wss?)://)?(?:[^\s:/\[\]]+|\[[0-9a-fA-F:.]+\]):[0-9]{1,5}/?|inproc://\S+")
_AHEAD = 4  # tasks that wait for each worker, so that it never waits for one


class Executor(Protocol):
    """Something that computes tasks."""

    def map(self, tasks: Sequence[Task]) -> Iterator[Finished | Outcome]:
        """Outcomes in the order in which they are ready, bare where the executor does not time them.

        A generator that is closed ends the work.

        Raises:
            QloakError: the first error of a task, or of the executor itself.
        """
        ...


@dataclass(frozen=True, slots=True)
class Serial:
    """One task after the other, in this process."""

    def map(self, tasks: Sequence[Task]) -> Generator[Finished, None, None]:
        """See `Executor`."""
        for task in tasks:
            yield timed(task)


@dataclass(frozen=True, slots=True)
class Processes:
    """Several processes of this machine.

    Attributes:
        workers: their number.

    Raises:
        UsageError: for a number below 1 or above 1024.
    """

    workers: int

    def __post_init__(self) -> None:
        if type(self.workers) is not int or not 1 <= self.workers <= _MAX_PROCESSES:
            raise UsageError.of("workers", self.workers, f"a whole number from 1 to {_MAX_PROCESSES}")

    def map(self, tasks: Sequence[Task]) -> Generator[Finished, None, None]:
        """See `Executor`."""
        before = set(multiprocessing.active_children())
        # Spawned, not forked: a fork copies threads' locks, and is not to be had everywhere.
        context = multiprocessing.get_context("spawn")
        workers = min(self.workers, len(tasks)) or 1
        pool = ProcessPoolExecutor(workers, mp_context=context, initializer=_begin_worker)
        try:
            waiting = iter(tasks)
            running = {pool.submit(timed, task) for task in islice(waiting, _AHEAD * workers)}
            while running:
                done, running = wait(running, return_when=FIRST_COMPLETED)
                for future in done:
                    running |= {pool.submit(timed, task) for task in islice(waiting, 1)}
                    yield future.result()
        except BrokenProcessPool:
            raise QloakError(
                "executor: a worker process was ended from outside, perhaps for want of memory. "
                "What was done is kept; run it again, with fewer workers."
            ) from None
        except BaseException:
            for child in set(multiprocessing.active_children()) - before:
                child.terminate()
            raise
        finally:
            pool.shutdown(cancel_futures=True)


@dataclass(frozen=True, slots=True)
class Dask:
    """The workers of a Dask cluster that runs already.

    Attributes:
        address: of its scheduler, such as "tcp://10.0.0.1:8786".
        timeout_seconds: how long to wait for the scheduler to answer.

    Raises:
        UsageError: for what is no address.
    """

    address: str
    timeout_seconds: float = 10.0

    def __post_init__(self) -> None:
        if not _ADDRESS.fullmatch(self.address):
            raise UsageError.of("scheduler", self.address, "an address such as tcp://HOST:8786")

    def map(self, tasks: Sequence[Task]) -> Generator[Finished, None, None]:
        """See `Executor`; also MissingExtraError, and UnavailableError if the cluster does not answer."""
        if not tasks:
            return
        distributed = _distributed()
        client = self._client(distributed)
        try:
            waiting = iter(tasks)
            ahead = _AHEAD * max(1, sum(client.nthreads().values()))
            first = [_submit(client, task) for task in islice(waiting, ahead)]
            running = distributed.as_completed(first, loop=client.loop)
            for future in running:
                for task in islice(waiting, 1):
                    running.add(_submit(client, task))
                yield _result(future, distributed)
        finally:
            # The cluster forgets the client's tasks with it.
            client.close()

    def _client(self, distributed: Any) -> Any:  # noqa: ANN401
        try:
            return distributed.Client(self.address, timeout=self.timeout_seconds, set_as_default=False)
        except (OSError, TimeoutError) as error:
            raise UnavailableError(f"scheduler: nothing answers at {self.address} ({_cause(error)}).") from None


def _distributed() -> Any:  # noqa: ANN401 - a package without types
    try:
        return import_module("distributed")
    except ImportError:
        raise MissingExtraError.of("distributed", "dask") from None


def _begin_worker() -> None:
    """Let a worker process end with its parent, and at once when it is interrupted."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_follow, args=(parent,), daemon=True).start()


def _follow(parent: Any) -> None:  # noqa: ANN401 - a private class of multiprocessing
    parent.join()
    os._exit(1)


def _submit(client: Any, task: Task) -> Any:  # noqa: ANN401
    return client.submit(timed, task, key=f"qloak-{task.id}", pure=False)


def _result(future: Any, distributed: Any) -> Finished:  # noqa: ANN401
    try:
        finished: Finished = future.result()
    except distributed.KilledWorker:
        raise QloakError("executor: a task ended several Dask workers, perhaps for want of memory.") from None
    except (OSError, TimeoutError, CancelledError) as error:
        raise UnavailableError(
            f"scheduler: the connection was lost ({_cause(error)}). What was done is kept."
        ) from None
    return finished


def _cause(error: BaseException) -> str:
    return " ".join(str(error).split()) or type(error).__name__
