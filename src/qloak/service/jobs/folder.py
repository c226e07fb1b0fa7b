"""The files of a job.

job.json        the job; written by the gateway alone
cancel          somebody wants it to end
progress.json   how far it is; this and what follows is written by the child
rows.jsonl      a line for each part: its number and its rows
results/        outcomes of all tasks, from which a job that was stopped goes on
figures/        1.svg, 2.svg, ...; figures.json has their captions
failure.json    code and message of what went wrong
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from ...errors import IntegrityError, UnavailableError
from .record import Job, Progress

__all__ = ["JobFolder"]

_JOB: Final = "job.json"


@dataclass(frozen=True, slots=True)
class JobFolder:
    """One job's folder.

    Attributes:
        path: of it; its name is the job's id.
    """

    path: Path

    # --- the job -------------------------------------------------------------------------------------------------

    @property
    def exists(self) -> bool:
        """Whether there is such a job."""
        return (self.path / _JOB).is_file()

    def load(self) -> Job:
        """The job.

        Raises:
            IntegrityError: if its file is damaged.
        """
        try:
            return Job.from_json(json.loads((self.path / _JOB).read_bytes()))
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise IntegrityError(
                f"experiment {self.path.name}: its file is damaged ({type(error).__name__})."
            ) from error

    def save(self, job: Job) -> None:
        """Write the job; readers see the old file or the new one.

        Raises:
            UnavailableError: if it cannot be written, as on a full disk.
        """
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            _replace(self.path / _JOB, job.to_json())
        except OSError as error:
            raise UnavailableError(f"The experiment cannot be kept: {error.strerror}.") from error

    def remove(self) -> None:
        """Forget everything; first of all that there is a job."""
        (self.path / _JOB).unlink(missing_ok=True)
        shutil.rmtree(self.path, ignore_errors=True)

    def ask_to_cancel(self) -> None:
        """Leave word for who runs it."""
        (self.path / "cancel").touch()

    @property
    def to_be_cancelled(self) -> bool:
        """Whether somebody has."""
        return (self.path / "cancel").exists()

    @property
    def bytes_used(self) -> int:
        """Size of all files."""
        return sum(path.stat().st_size for path in self.path.rglob("*") if path.is_file())

    # --- what the child writes -----------------------------------------------------------------------------------

    @property
    def results(self) -> Path:
        """Folder for the runner."""
        return self.path / "results"

    @property
    def progress(self) -> Progress:
        """How far it is."""
        found = _read(self.path / "progress.json")
        return Progress(**found) if isinstance(found, dict) else Progress()

    def save_progress(self, progress: Progress) -> None:
        """Say how far it is."""
        _replace(self.path / "progress.json", asdict(progress))

    def parts(self) -> dict[int, list[dict[str, Any]]]:
        """Rows of the parts that are finished, by number; a torn last line is none."""
        try:
            lines = (self.path / "rows.jsonl").read_bytes().split(b"\n")
        except FileNotFoundError:
            return {}
        found = (json.loads(line) for line in lines[:-1] if line)
        return {int(each["part"]): each["rows"] for each in found}

    def rows(self) -> list[dict[str, Any]]:
        """Rows so far, in the order of the parts."""
        parts = self.parts()
        return [row for number in sorted(parts) for row in parts[number]]

    def add_part(self, number: int, rows: Sequence[dict[str, Any]]) -> None:
        """Keep the rows of a part."""
        path = self.path / "rows.jsonl"
        if path.exists():
            data = path.read_bytes()
            if not data.endswith(b"\n"):
                path.write_bytes(data[: data.rfind(b"\n") + 1])
        with path.open("ab") as file:
            file.write(json.dumps({"part": number, "rows": list(rows)}).encode() + b"\n")

    @property
    def finished(self) -> bool:
        """Whether the last thing is written that there is."""
        return (self.path / "figures.json").exists()

    def captions(self) -> list[str]:
        """Of the figures, in their order."""
        found = _read(self.path / "figures.json")
        return [str(each) for each in found] if isinstance(found, list) else []

    def figure(self, number: int) -> bytes:
        """One figure, counted from 1, as SVG; empty where there is none."""
        if not 1 <= number <= len(self.captions()):
            return b""
        return (self.path / "figures" / f"{number}.svg").read_bytes()

    def save_figures(self, figures: Sequence[tuple[str, bytes]]) -> None:
        """Keep figures, captions and SVG."""
        (self.path / "figures").mkdir(exist_ok=True)
        for number, (_, svg) in enumerate(figures, start=1):
            (self.path / "figures" / f"{number}.svg").write_bytes(svg)
        _replace(self.path / "figures.json", [caption for caption, _ in figures])

    @property
    def failure(self) -> tuple[str, str] | None:
        """Code and message of what went wrong."""
        found = _read(self.path / "failure.json")
        return (str(found["code"]), str(found["message"])) if isinstance(found, dict) else None

    def save_failure(self, code: str, message: str) -> None:
        """Say what went wrong."""
        _replace(self.path / "failure.json", {"code": code, "message": message})


def _replace(path: Path, value: object) -> None:
    part = path.with_suffix(".part")
    part.write_text(json.dumps(value), encoding="utf-8")
    part.replace(path)


def _read(path: Path) -> Any:  # noqa: ANN401, JSON has any shape
    try:
        return json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
