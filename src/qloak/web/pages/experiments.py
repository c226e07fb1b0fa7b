"""The pages `/experiments` and `/experiments/{id}`: published results, and experiments that run in the background."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from starlette.responses import Response
from starlette.routing import Route

from ..page import Page, form, page
from ..urls import url
from .experiments_tables import job_table, published_tables, setting_words

__all__ = ["ROUTES"]

_TEXTS: Final = ("experiments",)
_API: Final = "/v1/experiments"
_AXES: Final = ("clones", "memory_depolarizing", "two_qubit_error", "readout_error", "method")
"""Settings of the sweep's form; `qloak sweep` has the others."""

_WHOLE: Final = {"shots": 10_000, "seed": 0, "transpiler_seeds": 5}


async def _show(asked: Page) -> Response:
    """Everything on one page."""
    listed, published = await asyncio.gather(asked.api.get(_API), asked.api.get(f"{_API}/published"))
    return asked.render(
        "experiments.html",
        texts=_TEXTS,
        tables=published_tables(published),
        published=published,
        catalogue=[each for each in listed["experiments"] if each["name"] not in ("channel", "published")],
        devices=listed["devices"],
        limits=listed["limits"],
        jobs=_jobs(listed),
    )


async def _jobs_part(asked: Page) -> Response:
    """The list of experiments anew."""
    return asked.render("experiments_jobs.html", jobs=_jobs(await asked.api.get(_API)))


def _jobs(listed: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [{**job, "words": setting_words(job["request"])} for job in listed["jobs"]]


async def _show_job(asked: Page) -> Response:
    return asked.render("experiments_job.html", texts=_TEXTS, **await _job(asked))


async def _live_part(asked: Page) -> Response:
    """State, progress, chart and rows anew."""
    return asked.render("experiments_live.html", **await _job(asked))


async def _job(asked: Page) -> dict[str, Any]:
    job = await asked.api.get(_address(asked))
    return {"job": job, "words": setting_words(job["request"]), "table": job_table(job)}


def _address(asked: Page, verb: str = "") -> str:
    # Quoted: a part of the path comes from whoever wrote the link.
    return "/v1" + url("experiments", asked.part("id")) + verb


# --- forms -----------------------------------------------------------------------------------------------------------


async def _start_sweep(asked: Page) -> Response:
    grid: dict[str, Any] = {name: asked.field(name) for name in _AXES if asked.field(name)}
    grid["method"] = asked.fields("method") or ["unitary"]
    body: dict[str, Any] = {"experiment": "channel", "grid": grid, "engine": asked.field("engine", "exact")}
    if asked.field("device"):
        body["device"] = asked.field("device")
    return await _start(asked, body)


async def _start_named(asked: Page) -> Response:
    body: dict[str, Any] = {"experiment": asked.field("experiment"), "engine": asked.field("engine", "exact")}
    if values := asked.field("values"):
        body["grid"] = {asked.field(f"by-{body['experiment']}", "clones"): values}
    if asked.field("device"):
        body["device"] = asked.field("device")
    return await _start(asked, body)


async def _start(asked: Page, body: dict[str, Any]) -> Response:
    for name, usual in _WHOLE.items():
        given = asked.field(name)
        # What is no number goes on as it is: the gateway says what it expects there.
        body[name] = int(given) if given.isdecimal() and len(given) < 12 else given or usual
    job = await asked.api.post(_API, body, key=asked.key)
    return asked.go(url("experiments", job["id"]), "experiments.started")


async def _cancel(asked: Page) -> Response:
    job = await asked.api.post(_address(asked, "/cancel"))
    return asked.go(url("experiments", job["id"]), "experiments.cancelled")


async def _delete(asked: Page) -> Response:
    await asked.api.delete(_address(asked))
    return asked.go("/experiments", "experiments.deleted")


ROUTES: Final[tuple[Route, ...]] = (
    page("/experiments", _show),
    page("/experiments/part/jobs", _jobs_part),
    form("/experiments/sweep", _start_sweep),
    form("/experiments/repeat", _start_named),
    page("/experiments/{id}", _show_job),
    page("/experiments/{id}/live", _live_part),
    form("/experiments/{id}/cancel", _cancel),
    form("/experiments/{id}/delete", _delete),
)
