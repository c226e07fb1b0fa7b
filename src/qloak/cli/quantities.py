"""Times, rates and probabilities as users write them."""

from __future__ import annotations

import math
import re
from decimal import Decimal, localcontext

from ..errors import UsageError

__all__ = ["duration_seconds", "failure_probability", "probability", "rate_per_second"]

_UNITS = {"us": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0, "d": 86400.0, "y": 365.25 * 86400}
_NUMBER = r"(?:[0-9]{1,40}(?:\.[0-9]{0,400})?|\.[0-9]{1,400})(?:[eE][+-]?[0-9]{1,3})?"
_EXAMPLE = f"a number and one of the units {', '.join(_UNITS)}"


def duration_seconds(argument: str, text: str, *, endless: bool = False) -> float:
    """A time above 0 such as 30d, 1.5h or 200us; "never" for inf where that makes sense. A year has 365.25 days.

    Raises:
        UsageError: naming the argument, for anything else.
    """
    if endless and text.strip() == "never":
        return math.inf
    expected = f"{_EXAMPLE}, such as 30d{', or never' if endless else ''}"
    match = re.fullmatch(rf"({_NUMBER})\s*([a-z]+)", text.strip())
    if match is None or match[2] not in _UNITS:
        raise UsageError.of(argument, text, expected)
    seconds = float(match[1]) * _UNITS[match[2]]
    if not (0 < seconds < math.inf):
        raise UsageError.of(argument, text, f"a time above 0, as {expected}")
    return seconds


def rate_per_second(argument: str, text: str) -> float:
    """A rate such as 0.001/d, or 0.

    Raises:
        UsageError: naming the argument, for anything else.
    """
    match = re.fullmatch(rf"({_NUMBER})(?:\s*/\s*([a-z]+))?", text.strip())
    if match is None or match[2] not in {None, *_UNITS} or (match[2] is None and float(match[1]) != 0):
        raise UsageError.of(argument, text, f"a rate, {_EXAMPLE} with a / between, such as 0.001/d, or 0")
    rate = float(match[1]) / _UNITS[match[2] or "s"]
    if rate == math.inf:
        raise UsageError.of(argument, text, "a finite rate")
    return rate


def probability(argument: str, text: str) -> float:
    """A number from 0 to 1.

    Raises:
        UsageError: naming the argument, for anything else.
    """
    return float(_probability(argument, text))


def failure_probability(argument: str, text: str) -> float:
    """1 - p of a probability p as text, with as many nines as there are: 1e-20 of 0.99999999999999999999.

    Raises:
        UsageError: naming the argument, if it is no number from 0 to 1.
    """
    # Decimals subtract without rounding as long as the context has the digits.
    with localcontext(prec=500):
        return float(1 - _probability(argument, text))


def _probability(argument: str, text: str) -> Decimal:
    value = Decimal(text.strip()) if re.fullmatch(_NUMBER, text.strip()) else None
    if value is None or value > 1:
        raise UsageError.of(argument, text, "a number from 0 to 1")
    return value
