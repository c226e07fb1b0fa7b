"""Ranges of whole numbers as users write them."""

from __future__ import annotations

from ..errors import UsageError
from .options import whole_number

__all__ = ["whole_numbers"]

_MOST = 1000


def whole_numbers(argument: str, text: str) -> tuple[int, ...]:
    """Numbers such as "2-15" or "2,4,8-10", ascending, each once.

    Raises:
        UsageError: naming the argument, for anything else, or above 1000 numbers.
    """
    found: set[int] = set()
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        low = whole_number(argument, first)
        high = whole_number(argument, last) if dash else low
        if not 0 <= low <= high or high - low >= _MOST:
            raise UsageError.of(argument, text, "a range such as 2-15, or numbers such as 2,4,8-10")
        found.update(range(low, high + 1))
    if len(found) > _MOST:
        raise UsageError.of(argument, text, f"at most {_MOST} numbers")
    return tuple(sorted(found))
