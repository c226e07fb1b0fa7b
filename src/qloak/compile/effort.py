"""How long a search may take."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self, get_args

from ..errors import UsageError
from .objective import Over

__all__ = ["Effort", "UntouchedSettings"]

_UNBOUNDED = 10**9
_LARGE = 800_000
_OF_ONE_UNIT = 200, 500, 30
"""A single unit has few places to be: this finds the best mean fidelity or one within 0.001 of it."""


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
        if num_units == 1 and seconds is None:
            return cls(*_OF_ONE_UNIT)
        return cls(500 + 1000 // num_units, *moves, seconds)


@dataclass(frozen=True, slots=True)
class UntouchedSettings:
    """What to search for where the key is left untouched, and how long.

    Attributes:
        draws: plans drawn at random.
        moves: changes tried.
        seconds: stop after so long, with the best so far; None for never. Only without it does the same seed always
            give the same encoder.
        over: what to make large: the mean fidelity of the clones that count, that of the worst or of the best.

    Raises:
        UsageError: unless the numbers are above 0 and `over` is one of the three.
    """

    draws: int
    moves: int
    seconds: float | None = None
    over: Over = "mean"

    def __post_init__(self) -> None:
        for name in ("draws", "moves"):
            if getattr(self, name) < 1:
                raise UsageError.of(name, getattr(self, name), "at least 1")
        if self.seconds is not None and not self.seconds > 0:
            raise UsageError.of("seconds", self.seconds, "a time budget above 0")
        if self.over not in get_args(Over):
            raise UsageError.of("over", self.over, " or ".join(get_args(Over)))

    @classmethod
    def normal(cls, num_clones: int, *, seconds: float | None = None, over: Over = "mean") -> Self:
        """What is known to suffice for so many clones: a few seconds."""
        return cls(40 * num_clones, 60 * num_clones, seconds, over)
