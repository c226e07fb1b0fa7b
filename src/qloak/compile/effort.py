"""How long a placement search may take."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import UsageError

__all__ = ["Effort"]

_UNBOUNDED = 10**9
_LARGE = 800_000


@dataclass(frozen=True, slots=True)
class Effort:
    """How long to search.

    Attributes:
        starts: trees grown from scratch.
        moves: changes tried in all annealings together.
        exact_moves: changes tried on exact fidelities afterwards.
        seconds: stop after so long, with the best so far; None for never. Only without it does the same seed
            always give the same placement.

    Raises:
        UsageError: unless all are above 0.
    """

    starts: int
    moves: int
    exact_moves: int
    seconds: float | None = None

    def __post_init__(self) -> None:
        for name in ("starts", "moves", "exact_moves"):
            if getattr(self, name) < 1:
                raise UsageError.of(name, getattr(self, name), "at least 1")
        if self.seconds is not None and not self.seconds > 0:
            raise UsageError.of("seconds", self.seconds, "a time budget above 0")

    @classmethod
    def normal(cls, num_units: int, *, seconds: float | None = None) -> Effort:
        """What is known to suffice for so many units, or, with a time budget, as much as fits into it."""
        moves = min(5000 * num_units, 60_000, _LARGE // num_units), min(60 + 40 * num_units, 400)
        if seconds is not None:
            moves = _UNBOUNDED, _UNBOUNDED
        return cls(500 + 1000 // num_units, *moves, seconds)
