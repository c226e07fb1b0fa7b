"""Jobs one after the other, each in a child process. Their files are the truth, so that they survive restarts.

Of several gateways on one folder one runs jobs at a time; the others see what it does, and may cancel it.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, TypeAlias

from ...errors import (
    ConflictError,
    IdempotencyError,
    IntegrityError,
    LimitError,
    QloakError,
    UnavailableError,
    UnknownNameError,
)
from ...storage.ids import is_id, new_id
from .child import Child
from .folder import JobFolder
from .record import Job, JobState, Progress
from .request import JobRequest

__all__ = ["JobQueue", "QueueLimits"]

Publish: TypeAlias = Callable[[str, str, dict[str, Any]], None]
"""Tells a tenant's listeners: tenant, kind, data."""

_MODULE: Final = "qloak.service.jobs.work"
_KIND: Final = "experiment"
_LOOK_SECONDS: Final = 0.25
_IDLE_SECONDS: Final = 2.0
_MEASURE_SECONDS: Final = 5.0
_ID_LETTERS: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


@dataclass(frozen=True, slots=True)
class QueueLimits:
    """What a job may take, and how many there may be.

    Attributes:
        seconds: of one job.
        folder_bytes: of its files.
        waiting: jobs of a tenant that have not ended.
        kept: jobs of a tenant altogether.
    """

    seconds: float = 3600.0
    folder_bytes: int = 300_000_000
    waiting: int = 5
    kept: int = 100


class JobQueue:
    """The jobs of a gateway.

    Args:
        vault_folder: in which the jobs' folder is made when the first one comes; None for a vault without one, which
            keeps none.
        publish: told of every change.
        limits: see there.
        module: what the child runs.
    """

    def __init__(
        self, vault_folder: Path | None, publish: Publish, *, limits: QueueLimits | None = None, module: str = _MODULE
    ) -> None:
        self._has_folder = vault_folder is not None
        self._folder = (vault_folder or Path(os.devnull)) / "experiments"
        self._publish = publish
        self._limits = limits or QueueLimits()
        self._module = module
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None
        self._ended: dict[str, Job] = {}

    def start(self) -> None:
        """Go on with what is left, if anything is."""
        if self._folder.is_dir():
            self._run_thread()

    def stop(self) -> None:
        """End the child; its job goes on when a gateway is started again."""
        self._stopping.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join()

    # --- for tenants ---------------------------------------------------------------------------------------------

    def submit(self, tenant: str, request: JobRequest, *, key: str | None = None) -> Job:
        """A new job; with a key that was used before, the job that was made then.

        Raises:
            IdempotencyError: for a key that was used for another request.
            LimitError: if the tenant has too many.
            UnavailableError: if it cannot be kept.
        """
        if not self._has_folder:
            raise UnavailableError("Experiments are kept in the vault's folder, and this one has none.")
        name = new_id() if key is None else _id_of(tenant, key)
        place = JobFolder(self._folder / name)
        with self._lock:
            if place.exists:
                known = place.load()
                if known.request != request:
                    raise IdempotencyError("This idempotency key has been used for another experiment.")
                return known
            mine = self._of(tenant)
            if len(mine) >= self._limits.kept:
                raise LimitError.of("experiments", len(mine), f"fewer than {self._limits.kept}", "Delete some.")
            waiting = sum(not job.state.ended for job in mine)
            if waiting >= self._limits.waiting:
                expected = f"fewer than {self._limits.waiting} that have not ended"
                raise LimitError.of("experiments", waiting, expected, "Wait for them, or cancel some.")
            job = Job(name, tenant, request, JobState.QUEUED, time.time())
            place.save(job)
        self._tell(job, Progress())
        self._run_thread()
        self._wake.set()
        return job

    def jobs(self, tenant: str) -> list[Job]:
        """A tenant's jobs, the newest first."""
        return sorted(self._of(tenant), key=lambda job: job.created, reverse=True)

    def job(self, tenant: str, job_id: str) -> Job:
        """One job.

        Raises:
            UnknownNameError: if the tenant has none of this id.
        """
        if is_id(job_id) and (place := JobFolder(self._folder / job_id)).exists:
            job = place.load()
            if job.tenant == tenant:
                return job
        raise UnknownNameError.of("experiment", job_id, "the id of one of your experiments")

    def files(self, tenant: str, job_id: str) -> JobFolder:
        """Where one job's rows and figures are.

        Raises:
            UnknownNameError: if the tenant has none of this id.
        """
        return JobFolder(self._folder / self.job(tenant, job_id).id)

    def cancel(self, tenant: str, job_id: str) -> Job:
        """End a job; one that has ended stays as it is.

        A job that runs is ended within a moment, by whichever gateway runs it.
        """
        job = self.job(tenant, job_id)
        place = JobFolder(self._folder / job.id)
        if not job.state.ended:
            place.ask_to_cancel()
            self._run_thread()
            self._wake.set()
            until = time.monotonic() + _IDLE_SECONDS
            while not (job := self.job(tenant, job_id)).state.ended and time.monotonic() < until:
                time.sleep(0.02)
        return job

    def remove(self, tenant: str, job_id: str) -> Job:
        """Forget a job that has ended.

        Raises:
            ConflictError: if it has not.
        """
        job = self.job(tenant, job_id)
        if not job.state.ended:
            raise ConflictError("This experiment has not ended. Cancel it first.")
        JobFolder(self._folder / job.id).remove()
        self._ended.pop(job.id, None)
        self._publish(tenant, _KIND, {"job": job.id, "experiment": job.request.experiment, "state": "deleted"})
        return job

    # --- the thread ----------------------------------------------------------------------------------------------

    def _run_thread(self) -> None:
        with self._lock:
            if self._thread is None and not self._stopping.is_set():
                self._thread = threading.Thread(target=self._run, name="experiments", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._wake.clear()
            with contextlib.suppress(QloakError, OSError), _only_one(self._folder) as alone:
                while alone and not self._stopping.is_set() and (job := self._next()) is not None:
                    self._do(job)
            self._wake.wait(_IDLE_SECONDS)

    def _next(self) -> Job | None:
        """What was running when a gateway stopped, then what waits longest."""
        waiting = [job for job in self._all() if not job.state.ended]
        return min(waiting, key=lambda job: (job.state is JobState.QUEUED, job.created), default=None)

    def _do(self, job: Job) -> None:
        """Run a job to its end, or until we stop."""
        place = JobFolder(self._folder / job.id)
        if place.to_be_cancelled:
            self._end(place, job, JobState.CANCELLED)
            return
        job = replace(job, state=JobState.RUNNING, started=job.started or time.time())
        place.save(job)
        self._tell(job, place.progress)
        child = Child(self._module, str(place.path), output=place.path / "child.out")
        try:
            state, error = self._watch(child, place, job)
        finally:
            child.kill()
        if state is not None:
            self._end(place, job, state, error)

    def _watch(self, child: Child, place: JobFolder, job: Job) -> tuple[JobState | None, tuple[str, str] | None]:
        """How it ends; nothing where it is we who stop."""
        seen, until, measured = place.progress, time.monotonic() + self._limits.seconds, time.monotonic()
        while not child.wait(_LOOK_SECONDS):
            if self._stopping.is_set():
                return None, None
            if place.to_be_cancelled:
                return JobState.CANCELLED, None
            now = time.monotonic()
            if now > until:
                return JobState.FAILED, (LimitError.code, f"It took more than {self._limits.seconds:g} s.")
            if now - measured > _MEASURE_SECONDS:
                measured = now
                if place.bytes_used > self._limits.folder_bytes:
                    return JobState.FAILED, (LimitError.code, f"It wrote more than {self._limits.folder_bytes} bytes.")
            if (progress := place.progress) != seen:
                seen = progress
                self._tell(job, progress)
        if child.exit_code == 0 and place.finished:
            return JobState.DONE, None
        unknown = (QloakError.code, "Its process ended in a way that it could not name.")
        return JobState.FAILED, place.failure or unknown

    def _end(self, place: JobFolder, job: Job, state: JobState, error: tuple[str, str] | None = None) -> None:
        ended = replace(job, state=state, ended=time.time(), error=error)
        place.save(ended)
        self._tell(ended, place.progress)

    def _tell(self, job: Job, progress: Progress) -> None:
        data = {
            "job": job.id,
            "experiment": job.request.experiment,
            "state": str(job.state),
            "done": progress.done,
            "total": progress.total,
        }
        self._publish(job.tenant, _KIND, data)

    # --- files ---------------------------------------------------------------------------------------------------

    def _of(self, tenant: str) -> list[Job]:
        return [job for job in self._all() if job.tenant == tenant]

    def _all(self) -> Iterator[Job]:
        """Every job; those that are damaged are left out, so that the others go on."""
        try:
            names = [entry.name for entry in os.scandir(self._folder) if is_id(entry.name)]
        except (FileNotFoundError, NotADirectoryError):
            return
        for name in names:
            if name in self._ended:
                yield self._ended[name]
                continue
            with contextlib.suppress(IntegrityError):
                job = JobFolder(self._folder / name).load()
                if job.state.ended:
                    self._ended[name] = job
                yield job


def _id_of(tenant: str, key: str) -> str:
    """The id of the job that a key stands for."""
    number = int.from_bytes(hashlib.sha256(f"{tenant}\0{key}".encode()).digest()[:16], "big")
    return "".join(_ID_LETTERS[number >> shift & 31] for shift in range(125, -1, -5))


@contextlib.contextmanager
def _only_one(folder: Path) -> Iterator[bool]:
    """Whether no other gateway runs jobs of this folder; none will while this lasts."""
    try:
        import fcntl
    except ImportError:
        yield True
        return
    handle = os.open(folder / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
            return
        yield True
    finally:
        os.close(handle)
