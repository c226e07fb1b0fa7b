"""Processes that can be killed: forked from one that has imported everything, so that a life costs milliseconds.

The process that forks must have one thread only and no database open.
"""

from __future__ import annotations

import ctypes
import json
import os
import select
import signal
import traceback
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

_DIE_WITH_PARENT = 1
"""Number of PR_SET_PDEATHSIG."""


@dataclass(slots=True)
class Child:
    """A forked process.

    Attributes:
        pid: of it.
        pipe: where its lines come from.
        status: of its end as `waitpid` has it, None while it lives or has not been waited for.
    """

    pid: int
    pipe: int
    status: int | None = None

    def kill(self) -> None:
        """End it as a power loss does, if it lives still."""
        if self.status is None:
            os.kill(self.pid, signal.SIGKILL)

    def wait(self) -> int:
        """Wait for its end; its exit code, or minus the number of the signal that ended it."""
        if self.status is None:
            _, self.status = os.waitpid(self.pid, 0)
        return os.waitstatus_to_exitcode(self.status)

    @property
    def lives(self) -> bool:
        """Whether it has not ended."""
        if self.status is None:
            pid, status = os.waitpid(self.pid, os.WNOHANG)
            self.status = status if pid else None
        return self.status is None

    def line(self, seconds: float) -> str:
        """The first line that it says; "" if it says nothing in that time, or has ended."""
        said = b""
        while not said.endswith(b"\n") and select.select([self.pipe], [], [], seconds)[0]:
            part = os.read(self.pipe, 4096)
            if not part:
                break
            said += part
        return said.decode().strip()

    def answer(self, seconds: float = 120) -> Any:
        """What `fork`'s body returned, once it has.

        Raises:
            RuntimeError: if it failed, with the reason, or did not answer.
        """
        line = self.line(seconds)
        self.kill()
        self.wait()
        os.close(self.pipe)
        document = json.loads(line) if line else {"failed": f"no answer in {seconds:g} s, or it was killed"}
        if "failed" in document:
            raise RuntimeError(document["failed"])
        return document["value"]


def fork(body: Callable[[Callable[[str], None]], Any]) -> Child:
    """Run `body(say)` in a new process, which ends with it; `say` sends a line to the parent.

    What the body returns, a JSON value, is sent at the end; see `Child.answer`.
    """
    reading, writing = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writing)
        return Child(pid, reading)
    os.close(reading)
    code = 1
    try:
        ctypes.CDLL(None).prctl(_DIE_WITH_PARENT, signal.SIGKILL)
        document = {"value": body(lambda line: _say(writing, line))}
        code = 0
    except BaseException:  # noqa: BLE001 - the parent hears of it, whatever it is
        document = {"failed": traceback.format_exc()[-4000:]}
    _say(writing, json.dumps(document))
    os._exit(code)


def _say(pipe: int, line: str) -> None:
    os.write(pipe, line.encode() + b"\n")
