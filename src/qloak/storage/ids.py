"""Names that sort by the time they were made and are never given twice."""

from __future__ import annotations

import os
import re
import secrets
import threading
import time

__all__ = ["ID_LENGTH", "is_id", "new_id", "secret_id", "short_id"]

ID_LENGTH = 26
"""Characters of an id without its prefix."""

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: no I, L, O, U, and in the order of ASCII, so that text sorts as the numbers do."""

_IS_ID = re.compile(f"[{_ALPHABET}]{{{ID_LENGTH}}}")
_PAIRS = [first + second for first in _ALPHABET for second in _ALPHABET]
_RANDOM_BITS = 80
_STEP_BITS = 64
_SHIFTS = range(120, -1, -10)


class _Sequence:
    """The last id given, as one number of 128 bits: milliseconds since 1970, then 80 bits, most of them random.

    Args:
        step_bits: how many of them are new in an id of the same millisecond as the one before.
    """

    def __init__(self, step_bits: int = _STEP_BITS) -> None:
        self._step_bits = step_bits
        self._lock = threading.Lock()
        self._last = 0

    def next(self) -> int:
        """A number greater than every one before, also within a millisecond or when the clock goes back."""
        now = time.time_ns() // 1_000_000
        with self._lock:
            if now > self._last >> _RANDOM_BITS:
                # The highest bit is left free, so that there is room for all that follow in this millisecond.
                self._last = now << _RANDOM_BITS | secrets.randbits(_RANDOM_BITS - 1)
            else:
                # The random part counts up by a random step, so that nobody can tell the next id from this one, and
                # two processes whose clocks agree do not run into each other.
                self._last += 1 + secrets.randbits(self._step_bits)
            return self._last

    def forget(self) -> None:
        """Begin anew, as a forked child must: it would count on from the same number as its parent."""
        self._lock = threading.Lock()
        self._last = 0


_sequence = _Sequence()
# Its ids differ in their last 40 bits too, as steps are small beside these.
_short = _Sequence(step_bits=24)
os.register_at_fork(after_in_child=_sequence.forget)
os.register_at_fork(after_in_child=_short.forget)


def new_id(prefix: str = "") -> str:
    """A new name: 26 characters of Crockford's base 32 that sort by time, as in a ULID.

    Within one process ids only ascend. Across processes they sort by their clocks' milliseconds, and never collide
    in practice (79 random bits). Whoever knows some ids knows nothing of 64 bits of the next.

    Args:
        prefix: put in front as it is.
    """
    return prefix + _text(_sequence.next())


def short_id() -> str:
    """16 characters that sort by time: milliseconds, then 40 bits, never the same twice in one process.

    For names of which an object has a dozen on disk, many of them in several tables, and that are no secret. Two
    processes that choose in the same millisecond meet with probability 2^-40.
    """
    text = _text(_short.next())
    return text[2:10] + text[-8:]


def secret_id() -> str:
    """21 characters that sort by time: milliseconds, then 65 bits of which whoever knows others can guess 1 at most."""
    text = _text(_sequence.next())
    return text[2:10] + text[-13:]


def _text(number: int) -> str:
    return "".join([_PAIRS[number >> shift & 1023] for shift in _SHIFTS])


def is_id(text: str) -> bool:
    """Whether a text could be an id without a prefix."""
    return _IS_ID.fullmatch(text) is not None
