"""Times of memories, as options of the store's commands."""

from __future__ import annotations

import math
import sys

from ..errors import UsageError
from .quantities import duration_seconds

__all__ = ["memory_times"]


def memory_times(t1: str, t2: str | None) -> tuple[float, float]:
    """T1 and T2 in seconds, inf for never; T2 is 2 T1 where it is not given.

    Raises:
        UsageError: for what is no time, or a T2 above 2 T1: no memory dephases more slowly than it decays.
    """
    relaxation = duration_seconds("--t1", t1, endless=True)
    if t2 is None:
        return relaxation, relaxation if math.isinf(relaxation) else min(2 * relaxation, sys.float_info.max)
    coherence = duration_seconds("--t2", t2, endless=True)
    if coherence / 2 > relaxation:
        raise UsageError.of("--t2", t2, f"at most twice T1, which is {t1}")
    return relaxation, coherence
