"""How numbers and times are written on pages."""

from __future__ import annotations

import math
from datetime import UTC, datetime
from typing import Final

from markupsafe import Markup, escape

__all__ = ["FILTERS"]

_EXACT: Final = 1e-12


def fidelity(value: float | None, digits: int = 4) -> str:
    """A fidelity or probability, never rounded up to 1: "1" is exactly one up to 1e-12."""
    if value is None:
        return "–"
    if value >= 1 - _EXACT:
        return "1"
    scale = 10**digits
    return f"{math.floor(value * scale) / scale:.{digits}f}"


def when(seconds: float | None) -> Markup:
    """A moment (seconds since 1970) as a <time>; scripts show it in the reader's own zone."""
    if seconds is None:
        return Markup("–")
    moment = datetime.fromtimestamp(seconds, UTC)
    machine, shown = moment.strftime("%Y-%m-%dT%H:%M:%SZ"), moment.strftime("%Y-%m-%d %H:%M UTC")
    return Markup('<time datetime="{}">{}</time>').format(escape(machine), escape(shown))


def short(identifier: str) -> str:
    """The last characters of a long id: those that differ."""
    return identifier if len(identifier) <= 10 else "…" + identifier[-8:]


def count(number: int) -> str:
    """A whole number with its thousands apart."""
    return f"{number:,}"


FILTERS = {"count": count, "fidelity": fidelity, "when": when, "short": short}
