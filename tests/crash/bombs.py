"""Where a process dies: before and after every commit of a writing transaction, and at every checkpoint of a vault."""

from __future__ import annotations

import os
import signal
import threading
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine.default import DefaultDialect


class Bomb:
    """Counts the moments at which this process could die, and kills it at one of them.

    Args:
        count: of the fatal moment, from 1; 0 for never.
    """

    def __init__(self, count: int = 0) -> None:
        self.passed = 0
        self._count = count
        self._lock = threading.Lock()

    def __call__(self, _where: str) -> None:
        """A moment goes by."""
        with self._lock:
            self.passed += 1
            if self.passed == self._count:
                os.kill(os.getpid(), signal.SIGKILL)

    def watch_databases(self) -> None:
        """Tick around every commit of this process from now on; a process does this once."""
        writing = threading.local()

        def before(connection: sa.Connection) -> None:
            writing.now = connection.get_execution_options().get("qloak_write", False)
            if writing.now:
                self("before commit")

        usual = DefaultDialect.do_commit

        def commit(dialect: DefaultDialect, connection: Any) -> None:
            usual(dialect, connection)
            if getattr(writing, "now", False):
                writing.now = False
                self("after commit")

        sa.event.listen(sa.Engine, "commit", before)
        DefaultDialect.do_commit = commit
