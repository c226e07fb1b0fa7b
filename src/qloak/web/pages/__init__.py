"""One module for each page; each lists its `ROUTES`.

drive        objects, put, redeem, one object
workbench    redeemed registers
providers    servers and rehearsed failures
lab          the scheme without storing anything
experiments  results, figures, sweeps
activity     audit log, metrics, tokens, tenants
"""

from __future__ import annotations

from typing import Final

from starlette.routing import Route

from . import activity, drive, experiments, lab, providers, workbench

__all__ = ["PAGES"]

PAGES: Final[tuple[Route, ...]] = (
    *drive.ROUTES,
    *workbench.ROUTES,
    *providers.ROUTES,
    *lab.ROUTES,
    *experiments.ROUTES,
    *activity.ROUTES,
)
