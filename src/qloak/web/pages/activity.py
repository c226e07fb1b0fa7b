"""The pages `/activity…`: the audit log here, metrics, tokens and tenants in the modules beside this one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from starlette.responses import Response
from starlette.routing import Route

from ..page import Page, form, page
from ..texts import has_text, text
from ..urls import url
from . import activity_metrics, activity_tenants, activity_tokens
from .activity_tabs import tabs

__all__ = ["ROUTES"]

_PAGE: Final = 50
_LONGEST_SUBJECT: Final = 200
_LONGEST_NUMBER: Final = 18
_KINDS: Final[Mapping[str, tuple[str, ...]]] = {
    "put": ("put", "abort", "restore"),
    "redeem": ("redeeming", "redeemed"),
    "refresh": ("refreshing",),
    "delete": ("deleting", "deleted"),
    "workbench": ("prepare", "apply", "measure", "split", "give", "discard"),
    "access": ("token.create", "token.revoke", "tenant.add"),
}
"""What one can choose to see -> actions of the audit log."""

_PLACES: Final = {"drive": ("put", "redeem", "refresh", "delete"), "workbench": ("workbench",)}
"""Page -> kinds of actions on what it shows."""


async def _show(asked: Page) -> Response:
    return await _page(asked, None)


async def _check(asked: Page) -> Response:
    return await _page(asked, (await asked.api.post("/v1/check"))["findings"])


async def _page(asked: Page, findings: list[dict[str, Any]] | None) -> Response:
    parts = await _log(asked) | await _chain(asked) | tabs(asked, "audit")
    may_check = asked.session.is_operator and asked.session.may("admin")
    return asked.render("activity.html", texts=("activity",), findings=findings, may_check=may_check, **parts)


async def _lines(asked: Page) -> Response:
    return asked.render("activity_lines.html", **await _log(asked))


async def _seals(asked: Page) -> Response:
    return asked.render("activity_chain.html", **await _chain(asked))


async def _chain(asked: Page) -> dict[str, Any]:
    """How much is sealed: lines are while they are read, or some seconds after they were written."""
    document = await asked.api.get("/v1/audit", before=0, limit=_PAGE)
    return {"chain": document["chain"], "waiting": sum(not each["seal"] for each in document["entries"])}


async def _log(asked: Page) -> dict[str, Any]:
    """A page of lines as the query asks for it; what makes no sense in it is left out."""
    kind, subject, before = (
        asked.query("kind"),
        asked.query("subject")[:_LONGEST_SUBJECT].strip(),
        asked.query("before"),
    )
    kind = kind if kind in _KINDS else ""
    begin = int(before) if before.isdecimal() and before.isascii() and len(before) <= _LONGEST_NUMBER else 0
    document = await asked.api.get(
        "/v1/audit", before=begin, limit=_PAGE, subject=subject or None, action=list(_KINDS[kind]) if kind else None
    )
    here = {"kind": kind, "subject": subject}
    return {
        "lines": [_line(each) for each in document["entries"]],
        "actors": await _actors(asked),
        "kinds": tuple(_KINDS),
        "kind": kind,
        "subject": subject,
        "newest": url("activity", **here) if begin else "",
        "older": url("activity", **here, before=document["next"]) if document["next"] else "",
        "part": "" if begin else url("activity", "lines", **here),
    }


def _line(entry: Mapping[str, Any]) -> dict[str, Any]:
    """A line of the log with what it says in words, and where it leads."""
    action, subject = entry["action"], entry["subject"]
    key = f"activity.action.{action.replace('.', '_')}"
    folder = next((place for place, kinds in _PLACES.items() if any(action in _KINDS[kind] for kind in kinds)), "")
    return {
        **entry,
        "what": text(key) if has_text(key) else action,
        "told": _told(entry["detail"]),
        "place": url(folder, subject) if folder else "",
        "about": url("activity", subject=subject),
    }


async def _actors(asked: Page) -> dict[str, str]:
    """Names of tokens, for whoever may see them."""
    if not asked.session.may("admin"):
        return {}
    return {each["id"]: each["name"] for each in (await asked.api.get("/v1/tokens"))["tokens"]}


def _told(detail: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What a line tells beside its action: names in words, and values."""
    told = []
    for name, value in detail.items():
        key = f"activity.detail.{name}"
        said = (
            ", ".join(map(str, value))
            if isinstance(value, list)
            else f"{value:.6g}"
            if isinstance(value, float)
            else str(value)
        )
        told.append((text(key) if has_text(key) else name, said))
    return [(name, said) for name, said in told if said not in ("", "None")]


async def _back(asked: Page) -> Response:
    return asked.go(url("activity"))


ROUTES: Final[tuple[Route, ...]] = (
    page("/activity", _show),
    page("/activity/lines", _lines),
    page("/activity/chain", _seals),
    page("/activity/check", _back),
    form("/activity/check", _check),
    *activity_metrics.ROUTES,
    *activity_tokens.ROUTES,
    *activity_tenants.ROUTES,
)
