"""The file of jobs: what was sent to a processor, so that an interrupted run is taken up where it was.

One JSON object a line, only ever appended to. An intent is written before a job is submitted and its id after, so a
crash in between leaves a tag by which the job can be found.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

from ..errors import IntegrityError, QloakError, shorten, shorten_path

__all__ = ["JobEntry", "JobFile"]

SCHEMA = "qloak.jobs/1"
_MAX_BYTES = 100_000_000


@dataclass(slots=True)
class JobEntry:
    """One job.

    Attributes:
        tag: by which the service knows it too.
        tasks: ids of its tasks, in the order of its circuits.
        device: where it was sent.
        job: id that the service gave it; "" if that is not known.
        failed: what the service said if it failed; "" otherwise.
    """

    tag: str
    tasks: tuple[str, ...]
    device: str
    job: str = ""
    failed: str = ""


@dataclass(slots=True)
class JobFile:
    """The jobs of one folder.

    Attributes:
        path: of the file.
        nonce: chosen when the file is made, part of every tag, so that no other folder's jobs are found by it.
        entries: by tag.
    """

    path: Path
    nonce: str
    entries: dict[str, JobEntry] = field(default_factory=dict)

    @classmethod
    def open(cls, path: Path) -> Self:
        """Read the file, or begin it.

        A torn last line, which a crash leaves, is cut off.

        Raises:
            IntegrityError: for a file that this program did not write; it is left as it is.
            QloakError: if it cannot be read or written.
        """
        try:
            if not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                made = cls(path, secrets.token_hex(8))
                made._append({"schema": SCHEMA, "nonce": made.nonce})
                return made
            data = path.read_bytes() if path.stat().st_size <= _MAX_BYTES else b""
            whole = data[: data.rfind(b"\n") + 1]
            found = cls._parsed(path, whole)
            if len(whole) < len(data):
                with path.open("r+b") as file:
                    file.truncate(len(whole))
        except OSError as error:
            raise QloakError(f"{shorten_path(path)}: cannot be used ({error.strerror}).") from error
        return found

    @classmethod
    def _parsed(cls, path: Path, data: bytes) -> Self:
        try:
            lines = [json.loads(line) for line in data.decode().splitlines()]
            header = lines[0]
            if header["schema"] != SCHEMA:
                raise ValueError(f"schema {shorten(header['schema'])}")
            found = cls(path, str(header["nonce"]))
            for line in lines[1:]:
                found._take(line)
        except (ValueError, KeyError, IndexError, TypeError, RecursionError) as error:
            hint = "Nothing was changed; move the file away to begin anew."
            raise IntegrityError(f"{shorten_path(path)}: got no file of jobs ({shorten(str(error))}). {hint}") from None
        return found

    def _take(self, line: Mapping[str, Any]) -> None:
        tag = str(line["tag"])
        if line["event"] == "submitting":
            self.entries[tag] = JobEntry(tag, tuple(map(str, line["tasks"])), str(line["device"]))
        elif line["event"] == "submitted":
            self.entries[tag].job = str(line["job"])
        elif line["event"] == "failed":
            self.entries[tag].failed = str(line["message"])
        else:
            raise ValueError(f"event {shorten(line['event'])}")

    def submitting(self, tasks: tuple[str, ...], device: str) -> JobEntry:
        """Write down that a job is about to be submitted; its entry, with a new tag."""
        tag = f"qloak-{self.nonce}-{len(self.entries)}"
        self._record({"event": "submitting", "tag": tag, "device": device, "tasks": list(tasks)})
        return self.entries[tag]

    def submitted(self, entry: JobEntry, job: str, utc: str) -> None:
        """Write down the id of a job."""
        self._record({"event": "submitted", "tag": entry.tag, "job": job, "utc": utc})

    def failed(self, entry: JobEntry, message: str) -> None:
        """Write down that a job gave nothing, so that its tasks are submitted anew."""
        self._record({"event": "failed", "tag": entry.tag, "message": message})

    def _record(self, line: Mapping[str, Any]) -> None:
        self._append(line)
        self._take(line)

    def _append(self, line: Mapping[str, Any]) -> None:
        with self.path.open("ab") as file:
            file.write((json.dumps(line) + "\n").encode())
            file.flush()
            os.fsync(file.fileno())
