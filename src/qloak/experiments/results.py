"""Files of outcomes: one line of JSON each, appended to, checked when read, never overwritten.

`outcomes.jsonl` holds what depends on the tasks alone, so two runs of the same tasks differ in the order of lines at
most. `timings.jsonl` holds the rest: dates, durations, hosts. `circuits` has the circuit of every task, named by its
SHA-256. A line is written in one piece; if the machine stops in the middle of it, the next run cuts the torn end off
and computes that task again.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from ..errors import IntegrityError, LockedError, UsageError, shorten_path
from .evaluate import Finished
from .task import Outcome, Task, canonical_json, software_versions, text_digest

__all__ = ["CIRCUITS", "OUTCOMES", "SCHEMA", "TIMINGS", "ResultFolder"]

SCHEMA = "qloak.outcome/1"
CIRCUITS = "circuits"
OUTCOMES = "outcomes.jsonl"
TIMINGS = "timings.jsonl"

_LOCK = ".lock"
_HEAD = f'{{"schema":"{SCHEMA}",'


class ResultFolder:
    """A folder of results that this process alone writes to; use it by `with ResultFolder.opened(path)`.

    Attributes:
        path: of the folder.
    """

    def __init__(self, path: Path) -> None:
        self.path = path

    @classmethod
    @contextmanager
    def opened(cls, path: Path) -> Iterator[ResultFolder]:
        """The folder, made if it is not there, and locked against other processes.

        Raises:
            UsageError: if it cannot be made or written.
            LockedError: if another process writes to it.
        """
        try:
            path.mkdir(parents=True, exist_ok=True)
            handle = os.open(path / _LOCK, os.O_RDWR | os.O_CREAT, 0o666)
        except OSError as error:
            raise _unusable(path, error) from None
        try:
            _lock(handle, path)
            yield cls(path)
        finally:
            os.close(handle)

    def load(self) -> dict[str, Outcome]:
        """All outcomes by task; a torn end is cut off.

        Raises:
            IntegrityError: for a line that is not as it was written; nothing is changed then.
            UsageError: for outcomes of other versions of the software, or a file that cannot be read.
        """
        path = self.path / OUTCOMES
        if path.exists() and not path.is_file():
            raise UsageError.of("results", shorten_path(path), "a regular file, or none yet")
        try:
            data = path.read_bytes() if path.exists() else b""
        except OSError as error:
            raise _unusable(self.path, error) from None
        whole, torn = data[: data.rfind(b"\n") + 1], data[data.rfind(b"\n") + 1 :]
        found: dict[str, Outcome] = {}
        for number, line in enumerate(whole.splitlines(), start=1):
            outcome = _parsed(line, f"{shorten_path(path)}, line {number}")
            if found.setdefault(outcome.task, outcome) != outcome:
                raise _damaged(f"{shorten_path(path)}, line {number}", "it contradicts an earlier one")
        if torn:
            self._cut(path, len(whole), torn)
        return found

    def append(self, task: Task, finished: Finished) -> None:
        """Write one outcome, and beside it its circuit and its timing.

        Raises:
            UsageError: if that is not possible, such as on a full disk.
        """
        now = datetime.now(UTC).isoformat(timespec="seconds")
        timing = {"task": task.id, "seconds": round(finished.seconds, 6), "finished": now, "host": finished.host}
        try:
            self._keep(task.circuit)
            _append(self.path / OUTCOMES, _line(task, finished.outcome))
            _append(self.path / TIMINGS, canonical_json(timing))
        except OSError as error:
            raise _unusable(self.path, error) from None

    def _keep(self, circuit: str) -> None:
        """Write a circuit that is not there yet, in one step."""
        path = self.path / CIRCUITS / f"{text_digest(circuit)}.stim"
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            part = path.with_suffix(".part")
            part.write_text(circuit, encoding="utf-8", newline="")
            part.replace(path)

    def _cut(self, path: Path, size: int, torn: bytes) -> None:
        """Remove the beginning of a line that was never completed, and nothing else."""
        head = _HEAD.encode()
        if torn[: len(head)] != head[: len(torn)]:
            raise _damaged(shorten_path(path), "it ends in something else than a line of results")
        try:
            os.truncate(path, size)
        except OSError as error:
            raise _unusable(self.path, error) from None


def _line(task: Task, outcome: Outcome) -> str:
    """A line of outcomes: the task's description, the outcome, and a check sum over both."""
    body = {"description": task.description(), **outcome.to_json()}
    text = canonical_json(body)
    return f'{_HEAD}"check":"{text_digest(text)}",{text[1:]}'


def _parsed(line: bytes, where: str) -> Outcome:
    """The outcome of one line, after all checks."""
    try:
        document: dict[str, Any] = json.loads(line)
        schema, check = document.pop("schema"), document.pop("check")
        description, task = document["description"], document["task"]
        text = canonical_json(document)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise _damaged(where, "it is no line of results") from None
    if schema != SCHEMA:
        raise _damaged(where, f"its schema is {schema!r}, expected {SCHEMA!r}")
    if check != text_digest(text) or task != text_digest(canonical_json(description)):
        raise _damaged(where, "its check sum is wrong")
    outcome = Outcome.from_json(document)
    try:
        engine, versions, shots = description["engine"], dict(description["versions"]), description["shots"]
    except (KeyError, TypeError, ValueError):
        raise _damaged(where, "it says nothing of engine and versions") from None
    present = software_versions(engine)
    if versions != present:
        raise UsageError(
            f"results: {where}: got results of {_listed(versions)}, expected those of {_listed(present)}. "
            "Take another folder for new results, or the versions of the old ones."
        )
    if outcome.counts and sum(outcome.counts.values()) != shots:
        raise _damaged(where, "its counts are not as many as its shots")
    return outcome


def _append(path: Path, line: str) -> None:
    """Add a line in one write; behind a torn one it begins afresh."""
    with path.open("ab+", buffering=0) as file:
        if file.tell():
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":
                line = "\n" + line
        data = memoryview(line.encode() + b"\n")
        while data:  # a disk that fills up takes a part, and raises at the next
            data = data[file.write(data) :]


def _lock(handle: int, path: Path) -> None:
    """Lock a file until it is closed, also by the end of the process, where the system has such locks."""
    try:
        import fcntl
    except ImportError:
        return
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise LockedError(
            f"results: {shorten_path(path)} is being written to by another process; wait for it."
        ) from None


def _listed(versions: dict[str, str]) -> str:
    return ", ".join(f"{name} {version or '(none)'}" for name, version in versions.items())


def _damaged(where: str, reason: str) -> IntegrityError:
    return IntegrityError(
        f"results: {where} is damaged: {reason}. Nothing was changed; take another folder, or remove what is damaged."
    )


def _unusable(path: Path, error: OSError) -> UsageError:
    return UsageError.of("results", shorten_path(path), f"a folder that can be written ({error.strerror or error})")
