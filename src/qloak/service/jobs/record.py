"""A job: an experiment that somebody wants, and how far it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Self

from .request import JobRequest

__all__ = ["Job", "JobState", "Progress"]


class JobState(StrEnum):
    """Where a job is: queued -> running -> done | failed | cancelled, and queued -> cancelled."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        """Whether nothing will change any more."""
        return self not in (JobState.QUEUED, JobState.RUNNING)


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a job is.

    Attributes:
        done: parts that are finished.
        total: of so many; 0 while that is not known yet.
        doing: what is being done, for people.
    """

    done: int = 0
    total: int = 0
    doing: str = ""


@dataclass(frozen=True, slots=True)
class Job:
    """One job.

    Attributes:
        id: that it is asked for by.
        tenant: to whom it belongs.
        request: what is wanted.
        state: where it is.
        created: seconds since 1970; likewise `started` and `ended`, None before.
        error: code and message of what went wrong.
    """

    id: str
    tenant: str
    request: JobRequest
    state: JobState
    created: float
    started: float | None = None
    ended: float | None = None
    error: tuple[str, str] | None = None

    def to_json(self) -> dict[str, Any]:
        """As JSON values, for its file."""
        return {**asdict(self), "request": self.request.to_json(), "state": str(self.state)}

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """The job that `to_json` wrote."""
        error = values["error"]
        fixed = {"request": JobRequest.from_json(values["request"]), "state": JobState(values["state"])}
        return cls(**{**values, **fixed, "error": tuple(error) if error else None})
