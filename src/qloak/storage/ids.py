"""Names that sort by the time they were made and are never given twice."""

from __future__ import annotations

import os
import re
import secrets
import threading
import time

__all__ = ["ID_LENGTH", "is_id", "new_id"]

ID_LENGTH = 26
"""Characters of an id without its prefix."""

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: no I, L, O, U, and in the order of ASCII, so that text sorts as the numbers do."""

_IS_ID = re.compile(f"[{_ALPHABET}]{{{ID_LENGTH}}}")
_PAIRS = [first + second for first in _ALPHABET for second in _ALPHABET]
_RANDOM_BITS = 80
_SHIFTS = range(120, -1, -10)


class _Sequence:
    """The last id given, as one number of 128 bits: milliseconds since 1970, then 80 random bits."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._last = 0

    def next(self) -> int:
        """A number greater than every one before, also within a millisecond or when the clock goes back."""
        fresh = time.time_ns() // 1_000_000 << _RANDOM_BITS | secrets.randbits(_RANDOM_BITS)
        with self._lock:
            # Within the same millisecond the random part counts up by a random step, so that two processes whose
            # clocks agree do not run into each other.
            behind = fresh >> _RANDOM_BITS <= self._last >> _RANDOM_BITS
            self._last = self._last + 1 + secrets.randbits(32) if behind else fresh
            return self._last

    def forget(self) -> None:
        """Begin anew, as a forked child must: it would count on from the same number as its parent."""
        self._lock = threading.Lock()
        self._last = 0


_sequence = _Sequence()
os.register_at_fork(after_in_child=_sequence.forget)


def new_id(prefix: str = "") -> str:
    """A new name: 26 characters of Crockford's base 32 that sort by time, as in a ULID.

    Within one process ids only ascend. Across processes they sort by their clocks' milliseconds, and never collide
    in practice (80 random bits).

    Args:
        prefix: put in front as it is.
    """
    number = _sequence.next()
    return prefix + "".join([_PAIRS[number >> shift & 1023] for shift in _SHIFTS])


def is_id(text: str) -> bool:
    """Whether a text could be an id without a prefix."""
    return _IS_ID.fullmatch(text) is not None
