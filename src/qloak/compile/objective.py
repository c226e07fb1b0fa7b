"""What a placement is good for, as one number to make small."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from ..errors import UsageError

__all__ = ["Goal", "Objective", "Over"]

Goal: TypeAlias = Literal["fidelity", "depth", "gates"]
Over: TypeAlias = Literal["mean", "worst", "best"]

_LAYER = 2e-4
_EXCESS = 0.05
_GATE = 0.01


@dataclass(frozen=True, slots=True)
class Objective:
    """What to optimise.

    Attributes:
        goal: entanglement fidelity, two-qubit layers, or two-qubit gates; the fidelity settles ties.
        over: which clones the fidelity is of: the mean of those that are used, the worst, or the best (when
            one clone matters more than the others, it should be that one).
        max_layers: layers, decryption included, above which a placement is not wanted; None for a limit
            that any number of clones can meet.

    Raises:
        UsageError: for anything else.
    """

    goal: Goal = "fidelity"
    over: Over = "mean"
    max_layers: int | None = None

    def __post_init__(self) -> None:
        if self.goal not in get_args(Goal):
            raise UsageError.of("objective", self.goal, " or ".join(get_args(Goal)))
        if self.over not in get_args(Over):
            raise UsageError.of("over", self.over, " or ".join(get_args(Over)))
        if self.max_layers is not None and self.max_layers < 1:
            raise UsageError.of("max_layers", self.max_layers, "at least 1")

    def limit(self, num_units: int) -> int:
        """The layers allowed for so many units."""
        if self.max_layers is not None:
            return self.max_layers
        return 7 if num_units <= 7 else 8 if num_units <= 13 else 12

    def value(self, infidelities: Sequence[float], *, layers: int, gates: int, limit: int) -> float:
        """The number to make small.

        Args:
            infidelities: of the clones that are used.
            layers: two-qubit layers, decryption included.
            gates: two-qubit gates, those of all B-type decryptions included.
            limit: see `limit`.
        """
        mean = sum(infidelities) / len(infidelities)
        loss = {"mean": mean, "worst": max(infidelities) + mean / 4, "best": min(infidelities) + mean / 4}[self.over]
        match self.goal:
            case "depth":
                return loss + _EXCESS * layers
            case "gates":
                return loss + _GATE * gates + _EXCESS * max(0, layers - limit)
            case _:
                return loss + _LAYER * layers + _EXCESS * max(0, layers - limit)
