"""The clock of a world: seconds since it began, never backwards."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field

from ..errors import UsageError

__all__ = ["WorldClock"]


@dataclass(slots=True, eq=False)
class WorldClock:
    """Time that follows the host's clock forwards and stands still where that goes back.

    Attributes:
        rate: seconds of the world for one second of the host: 1 real, above 1 accelerated, 0 manual.
        host: the host's clock, in seconds since any moment that does not change with a restart.

    Raises:
        UsageError: for a rate that is negative or not finite.
    """

    rate: float = 1.0
    host: Callable[[], float] = time.time
    _world: float = field(default=0.0, init=False)
    _seen: float = field(default=0.0, init=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, init=False, repr=False)

    def __post_init__(self) -> None:
        """Check the rate and begin at 0."""
        if not (math.isfinite(self.rate) and self.rate >= 0):
            raise UsageError.of("rate", self.rate, "seconds of the world for one of the host, at least 0")
        self._seen = self.host()

    def now(self) -> float:
        """World time in seconds."""
        return self.reading()[0]

    def reading(self) -> tuple[float, float]:
        """World time, and the host's at that moment: what a world writes down to go on after a restart."""
        with self._lock:
            seen = self.host()
            # A host whose clock was set back has let no time pass.
            self._world += max(0.0, seen - self._seen) * self.rate
            self._seen = seen
            return self._world, seen

    def resume(self, world: float, host: float) -> None:
        """Go on from a reading of an earlier process; never back."""
        with self._lock:
            seen = self.host()
            self._world = max(self._world, world + max(0.0, seen - host) * self.rate)
            self._seen = seen

    def advance(self, seconds: float) -> float:
        """Let time pass at once; world time afterwards.

        Raises:
            UsageError: on a real clock, or for a span that is negative or not finite.
        """
        self.check_advance(seconds)
        with self._lock:
            self._world += seconds
        return self.now()

    def check_advance(self, seconds: float) -> None:
        """Whether `advance` would accept this span.

        Raises:
            UsageError: if not.
        """
        if self.rate == 1.0:
            raise UsageError.of("clock", "real", "an accelerated or manual one", "Real time cannot be hurried.")
        if not (math.isfinite(seconds) and seconds >= 0):
            raise UsageError.of("seconds", seconds, "a span of at least 0 seconds")
