"""Short names: an object has a dozen of them on disk, many of them in several tables."""

from __future__ import annotations

from ..ids import new_id

__all__ = ["short_id"]


def short_id() -> str:
    """16 characters that sort by time: milliseconds, then 40 bits, never the same twice in one process.

    Two processes that choose in the same millisecond meet with probability 2^-40; the world then refuses the
    second name, and nothing is done.
    """
    name = new_id()
    return name[2:10] + name[-8:]
