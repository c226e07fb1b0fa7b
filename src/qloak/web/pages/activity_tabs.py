"""The tabs of the pages `/activity…`, and who sees which."""

from __future__ import annotations

from typing import Any, Final

from ..page import Page

__all__ = ["tabs"]

_TABS: Final = {
    "audit": "/activity",
    "metrics": "/activity/metrics",
    "tokens": "/activity/tokens",
    "tenants": "/activity/tenants",
}
_OPERATORS: Final = ("metrics", "tenants")


def tabs(asked: Page, tab: str) -> dict[str, Any]:
    """Tabs for a template: `tabs` (name -> address), and `tab`, which is shown now."""
    shown = {name: path for name, path in _TABS.items() if asked.session.is_operator or name not in _OPERATORS}
    return {"tabs": shown, "tab": tab}
