"""One module for each page; each lists its `ROUTES`.

drive        objects, redeem, one object
put          storing a state, by put_form
workbench    redeemed registers
providers    servers and rehearsed failures
lab          the scheme without storing anything
experiments  results, figures, sweeps
activity     audit log, metrics, tokens, tenants
"""

from __future__ import annotations

from typing import Final

from starlette.routing import Route

from . import activity, drive, experiments, lab, providers, put, workbench

__all__ = ["PAGES"]

PAGES: Final[tuple[Route, ...]] = (
    *put.ROUTES,  # before the drive, whose objects are named by what follows
    *drive.ROUTES,
    *workbench.ROUTES,
    *providers.ROUTES,
    *lab.ROUTES,
    *experiments.ROUTES,
    *activity.ROUTES,
)
