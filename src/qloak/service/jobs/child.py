"""A child process of lower priority that is watched, and that ends when its parent does."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Final

from ...errors import UnavailableError

__all__ = ["Child", "enter_child"]

_NICENESS: Final = 10
_MAX_MEMORY_BYTES: Final = 6 * 2**30
_MAX_FILE_BYTES: Final = 512 * 2**20


class Child:
    """`python -m module argument`, its standard input held open for as long as we live.

    Args:
        module: that is run; it calls `enter_child` first.
        argument: its only one.
        output: file for its standard output; what it complains of goes to the file of the same name that ends in .log.

    Raises:
        UnavailableError: if no process can be started.
    """

    def __init__(self, module: str, argument: str, *, output: Path) -> None:
        try:
            with output.open("wb") as out, output.with_suffix(".log").open("wb") as log:
                self._process = subprocess.Popen(
                    [sys.executable, "-m", module, argument],
                    stdin=subprocess.PIPE,
                    stdout=out,
                    stderr=log,
                    start_new_session=True,  # an interrupt from the terminal is the server's to handle
                )
        except OSError as error:
            raise UnavailableError(f"No process can be started for this: {error.strerror}.") from error

    def wait(self, seconds: float) -> bool:
        """Whether it has ended within so many seconds."""
        try:
            self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        self._let_go()
        return True

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        return self._process.poll()

    def kill(self) -> None:
        """End it at once; nothing happens to one that has ended."""
        self._process.kill()
        self._process.wait()
        self._let_go()

    def _let_go(self) -> None:
        if self._process.stdin is not None:
            self._process.stdin.close()


def enter_child() -> None:
    """What a child does first: step back behind the servers, keep within bounds, and end with its parent."""
    os.nice(_NICENESS)
    with contextlib.suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (_MAX_MEMORY_BYTES, _MAX_MEMORY_BYTES))
        resource.setrlimit(resource.RLIMIT_FSIZE, (_MAX_FILE_BYTES, _MAX_FILE_BYTES))
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    # The other end is closed when the parent ends, however it ends. Not sys.stdin: its lock would be held for ever.
    while os.read(0, 1):
        pass
    os._exit(1)
