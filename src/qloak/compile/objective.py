"""What a placement is good for, as one number to make small."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias, get_args

from ..errors import UsageError
from .unit_cost import HORIZON

__all__ = ["SHALLOW", "Goal", "Objective", "Over"]

Goal: TypeAlias = Literal["fidelity", "depth", "gates"]
Over: TypeAlias = Literal["mean", "worst", "best"]

_LAYER = 2e-4
_LAYER_OF_DEPTH = 0.05
_GATE, _EXCESS_GATE = 0.01, 0.005
_GATES_PER_CLONE, _FEW = 3.3, 4
_LAYERS = (6, 7, 8, 10, 12, 16, 24, HORIZON - 1)
_LATE_QUBIT = 2e-3

SHALLOW = 4
"""Two-qubit layers that any encryption of more than one clone on a heavy-hex graph needs."""


@dataclass(frozen=True, slots=True)
class Objective:
    """What to optimise.

    Attributes:
        goal: entanglement fidelity, two-qubit layers, or two-qubit gates; the fidelity settles ties.
        over: which clones the fidelity is of: the mean of those that are used, the worst, or the best (when
            one clone matters more than the others, it should be that one).
        max_layers: layers, decryption included, that a placement may have; None for as few as `limits` says.

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
        if self.max_layers is not None and not 1 <= self.max_layers < HORIZON:
            raise UsageError.of("max_layers", self.max_layers, f"1 to {HORIZON - 1}")

    def limits(self, num_units: int) -> tuple[int, ...]:
        """The numbers of layers to allow, in turn, until that many units can be placed."""
        if self.max_layers is not None:
            return (self.max_layers,)
        usual = 5 if self.goal == "depth" else 7 if num_units <= 7 else 8 if num_units <= 13 else 12
        return (usual, *(layers for layers in _LAYERS if layers > usual))

    def gates_to_spare(self, num_clones: int) -> int:
        """The most gates that the goal `fidelity` spends on the circuit of any clone: 3.3 per clone, from four on.

        Units of six gates suffice for that, but for 4 and 6 clones, where one and two clones of type B take one
        gate more, as on a heavy-hex graph they have to (see the theory page). Smaller circuits have units with
        seventh gates to choose from.
        """
        return int(_GATES_PER_CLONE * num_clones) if num_clones >= _FEW else 9 * num_clones

    def value(self, infidelities: Sequence[float], *, layers: int, gates: Sequence[int], late: int) -> float:
        """The number to make small.

        Args:
            infidelities: of the clones that are used, the best first.
            layers: two-qubit layers, decryption included.
            gates: two-qubit gates by clone, those of its decryption included.
            late: sum over the qubits of the layers beyond `SHALLOW` that they are in use: for the goal `depth`,
                it leads the way to fewer layers.
        """
        mean = sum(infidelities) / len(infidelities)
        loss = {"mean": mean, "worst": max(infidelities) + mean / 4, "best": min(infidelities) + mean / 4}[self.over]
        match self.goal:
            case "depth":
                return loss + _LAYER_OF_DEPTH * layers + _LATE_QUBIT * late
            case "gates":
                return loss + _GATE * sum(gates) / len(gates)
            case _:
                excess = max(0, max(gates) - self.gates_to_spare(len(gates)))
                return loss + _LAYER * layers + _EXCESS_GATE * excess
