"""Who works on what: one process per vault folder, or several gateways that notice when one of them is gone."""

from __future__ import annotations

import fcntl
import os
import time
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ...errors import LockedError, UnavailableError, shorten_path
from ..ids import new_id
from . import schema
from .locks import insert

__all__ = ["LEASE_SECONDS", "FolderLock", "Lease"]

LEASE_SECONDS = 60.0
"""A worker that has not been heard of for so long is gone, and others finish what it began."""


class FolderLock:
    """The right of one process to a vault's folder; it ends with the process, however that ends.

    Args:
        path: a file beside the database, made if it is missing and left behind.

    Raises:
        LockedError: if another process has it, or this one already.
        UnavailableError: if the file cannot be written.
    """

    def __init__(self, path: Path) -> None:
        try:
            self._file: int | None = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise UnavailableError(f"{shorten_path(path)}: cannot be opened: {error.strerror or error}.") from error
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            holder = os.read(self._file, 32).decode("ascii", "replace").strip() or "unknown"
            self.release()
            raise LockedError(
                f"{shorten_path(path.parent)}: another process ({holder}) has this vault open. "
                "Wait for it to end, or reach the vault through its gateway."
            ) from error
        os.ftruncate(self._file, 0)
        os.write(self._file, f"{os.getpid()}\n".encode())

    def release(self) -> None:
        """Give it back; again is harmless."""
        if self._file is not None:
            os.close(self._file)
            self._file = None


@dataclass(slots=True)
class Lease:
    """One life of one worker.

    Attributes:
        name: what the worker is called over all of its lives.
        worker: this life.
        alone: whether nobody else can be at work.
    """

    name: str
    worker: str
    alone: bool
    _next_beat: float = 0.0

    @classmethod
    def begin(cls, connection: Connection, *, name: str | None, alone: bool) -> Lease:
        """Begin a life: earlier ones of the same name, or of anybody if we are alone, are over."""
        worker = new_id(f"{name}." if name else "")
        table = schema.workers
        over = table.delete() if alone else table.delete().where(table.c.name == (name or worker))
        connection.execute(over)
        lease = cls(name=name or worker, worker=worker, alone=alone)
        lease.beat(connection, force=True)
        return lease

    def beat(self, connection: Connection, *, force: bool = False) -> None:
        """Say that this worker is alive, if it is time to."""
        now = time.monotonic()
        if now < self._next_beat and not force:
            return
        upsert = insert(connection.dialect.name, schema.workers)
        upsert = upsert.on_conflict_do_update(index_elements=["worker"], set_={"beat": upsert.excluded.beat})
        connection.execute(upsert.values(worker=self.worker, name=self.name, beat=_clock(connection)))
        self._next_beat = now + LEASE_SECONDS / 4

    def alive(self, connection: Connection) -> list[str]:
        """Workers whose intents are theirs, this one included."""
        if self.alone:
            return [self.worker]
        table = schema.workers
        query = sa.select(table.c.worker).where(table.c.beat > _clock(connection) - LEASE_SECONDS)
        return sorted({self.worker, *connection.execute(query).scalars()})

    def end(self, connection: Connection) -> None:
        """End this life in good order: what it leaves unfinished is anybody's at once."""
        connection.execute(schema.workers.delete().where(schema.workers.c.worker == self.worker))


def _clock(connection: Connection) -> float:
    """Seconds since 1970, by the one clock that all workers share."""
    if connection.dialect.name == "sqlite":
        return time.time()
    return float(connection.exec_driver_sql("SELECT extract(epoch FROM clock_timestamp())").scalar_one())
