"""The routes of /v1/experiments: what there is, jobs, their rows and figures."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final, Literal

from fastapi import APIRouter, Path, Query, Request
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel, ConfigDict, Field

from ...errors import UnknownNameError
from ...lab.row_chart import row_chart
from ...storage.ledger import Scope
from ..jobs.record import Job
from ..jobs.request import MAX_SHOTS, JobRequest, catalogue_document
from .principal import IdempotencyKey, Who, needs

if TYPE_CHECKING:
    from ..jobs.queue import JobQueue

__all__ = ["router"]

JobId = Annotated[str, Path(min_length=1, max_length=64, description="An experiment's id.")]
Setting = int | float | Annotated[str, Field(max_length=1000)]

_DRAWING_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""Figures bring styles of their own; nothing else of them is let through, should a browser open one by itself."""

_DOCUMENT: Final[dict[str, Any]] = {
    "description": "A document; its `schema` says which.",
    "content": {"application/json": {"schema": {"type": "object", "required": ["schema"]}}},
}
_ANSWERS: Final[dict[int | str, dict[str, Any]]] = {200: _DOCUMENT}
_FIGURE: Final[dict[int | str, dict[str, Any]]] = {200: {"content": {"image/svg+xml": {}}}}

router = APIRouter(prefix="/v1/experiments", tags=["experiments"])


class JobBody(BaseModel):
    """An experiment, or a sweep."""

    model_config = ConfigDict(extra="forbid")

    experiment: Annotated[str, Field(min_length=1, max_length=32, description="channel, or a name of the catalogue.")]
    grid: Annotated[
        dict[Annotated[str, Field(max_length=32)], Setting | Annotated[list[Setting], Field(max_length=400)]],
        Field(max_length=12, description="Setting -> value, list of values, or text such as 2-15."),
    ] = {}
    device: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    engine: Literal["exact", "stim", "aer"] = "exact"
    shots: Annotated[int, Field(ge=1, le=MAX_SHOTS)] = 10_000
    seed: Annotated[int, Field(ge=0, le=2**31)] = 0
    transpiler_seeds: Annotated[int, Field(ge=1, le=20)] = 5


@router.get("", response_model=None, responses=_ANSWERS)
def experiments(request: Request, who: Who) -> JSONResponse:
    """What there is, and your experiments, the newest first."""
    needs(who, Scope.READ)
    jobs = [_summary(job, request) for job in _queue(request).jobs(who.tenant)]
    return JSONResponse({"schema": "qloak.experiment-jobs/1", **catalogue_document(), "jobs": jobs})


@router.post("", response_model=None, status_code=202, responses={202: _DOCUMENT})
def start(request: Request, body: JobBody, who: Who, key: IdempotencyKey = None) -> JSONResponse:
    """Start an experiment; it waits its turn."""
    needs(who, Scope.WRITE)
    job = _queue(request).submit(who.tenant, JobRequest(**body.model_dump()), key=key)
    return JSONResponse(_summary(job, request), 202)


@router.get("/published", response_model=None, responses=_ANSWERS)
def published(who: Who) -> JSONResponse:
    """What the hardware experiment measured, beside exact predictions; nothing is computed for it."""
    from ...lab.published import published_document

    needs(who, Scope.READ)
    return JSONResponse(published_document())


@router.get("/{job_id}", response_model=None, responses=_ANSWERS)
def show(request: Request, job_id: JobId, who: Who) -> JSONResponse:
    """An experiment: its state, how far it is, its rows so far with a chart of them, captions of its figures."""
    needs(who, Scope.READ)
    job = _queue(request).job(who.tenant, job_id)
    files = _queue(request).files(who.tenant, job_id)
    found = files.rows()
    shown = {"rows": found, "chart": row_chart(job.request.experiment, found), "figures": files.captions()}
    return JSONResponse(_summary(job, request) | shown)


@router.get("/{job_id}/rows", response_model=None, responses=_ANSWERS)
def rows(request: Request, job_id: JobId, who: Who, after: Annotated[int, Query(ge=0, le=10**6)] = 0) -> JSONResponse:
    """The rows behind the first so many; `next` is what to ask for next."""
    needs(who, Scope.READ)
    job = _queue(request).job(who.tenant, job_id)
    found = _queue(request).files(who.tenant, job_id).rows()
    document = {"schema": "qloak.experiment-rows/1", "id": job.id, "state": str(job.state), "rows": found[after:]}
    return JSONResponse({**document, "next": max(after, len(found))})


@router.get("/{job_id}/figures/{number}.svg", response_class=Response, responses=_FIGURE)
def figure(request: Request, job_id: JobId, number: Annotated[int, Path(ge=1, le=100)], who: Who) -> Response:
    """One figure of an experiment that is done."""
    needs(who, Scope.READ)
    svg = _queue(request).files(who.tenant, job_id).figure(number)
    if not svg:
        raise UnknownNameError.of("figure", number, "the number of a figure of this experiment")
    return Response(svg, media_type="image/svg+xml", headers={"Content-Security-Policy": _DRAWING_POLICY})


@router.post("/{job_id}/cancel", response_model=None, responses=_ANSWERS)
def cancel(request: Request, job_id: JobId, who: Who) -> JSONResponse:
    """End an experiment; one that has ended stays as it is."""
    needs(who, Scope.WRITE)
    return JSONResponse(_summary(_queue(request).cancel(who.tenant, job_id), request))


@router.delete("/{job_id}", response_model=None, responses=_ANSWERS)
def remove(request: Request, job_id: JobId, who: Who) -> JSONResponse:
    """Forget an experiment that has ended, with its rows and figures."""
    needs(who, Scope.WRITE)
    job = _queue(request).remove(who.tenant, job_id)
    return JSONResponse({"schema": "qloak.experiment-job/1", "id": job.id, "state": "deleted"})


def _queue(request: Request) -> JobQueue:
    queue: JobQueue = request.app.state.jobs
    return queue


def _summary(job: Job, request: Request) -> dict[str, Any]:
    progress = _queue(request).files(job.tenant, job.id).progress
    return {
        "schema": "qloak.experiment-job/1",
        "id": job.id,
        "experiment": job.request.experiment,
        "state": str(job.state),
        "request": job.request.to_json(),
        "created": job.created,
        "started": job.started,
        "ended": job.ended,
        "progress": {"done": progress.done, "total": progress.total, "doing": progress.doing},
        "error": None if job.error is None else {"code": job.error[0], "message": job.error[1]},
    }
