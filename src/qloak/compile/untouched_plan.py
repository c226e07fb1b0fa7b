"""An encoder with an untouched key in the making: what a search draws, changes and turns into gates."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

from .encoder import Encoder, PauliGate
from .untouched_arms import Arms
from .untouched_letters import AXES, conflicts, data_gates, key_gates
from .untouched_schedule import Schedules, Use

__all__ = ["UntouchedPlan"]

_SIDE_CHOICES = 6
"""Letters with a given pattern number 1, 2 or 3, so this many choices modulo their number are uniform."""


@dataclass(frozen=True, slots=True)
class UntouchedPlan:
    """A two-armed path on physical qubits, its schedule and its letters.

    Attributes:
        arms: the shape.
        uses: schedule of the gates that depend on the input.
        sides: for each use, a choice of the letter on its left and its right qubit.
        pumps: for each pump the letters of its two gates.
        qubits: physical qubit of each local number.
    """

    arms: Arms
    uses: tuple[Use, ...]
    sides: tuple[tuple[int, int], ...]
    pumps: tuple[tuple[str, str], ...]
    qubits: tuple[int, ...]

    @classmethod
    def draw(cls, arms: Arms, schedules: Schedules, random: Random) -> UntouchedPlan:
        """A random schedule with random letters, on local numbers."""
        uses = schedules.draw(random)
        pumps = tuple(random.choice(AXES) for _ in arms.pumps)
        return cls(arms, uses, tuple(_sides(random) for _ in uses), pumps, tuple(range(arms.num_qubits)))

    def changed(self, random: Random) -> UntouchedPlan:
        """With another choice for one gate, of the schedule or of a pump."""
        place = random.randrange(len(self.uses) + len(self.pumps))
        if place < len(self.uses):
            return replace(self, sides=(*self.sides[:place], _sides(random), *self.sides[place + 1 :]))
        place -= len(self.uses)
        return replace(self, pumps=(*self.pumps[:place], random.choice(AXES), *self.pumps[place + 1 :]))

    def to_encoder(self) -> Encoder:
        """The encoder; its clones are the sites that the key opens by readout block by block, left to right."""
        arms, place = self.arms, self.qubits.__getitem__
        data = data_gates(self.uses, arms, self.sides)
        local = (PauliGate(arms.reference, arms.source, "XX"), *key_gates(arms, self.pumps), *data)
        gates = tuple(PauliGate(place(gate.a), place(gate.b), gate.letters) for gate in local)
        readable = (site for site, blocks in enumerate(conflicts(data, arms)) if not blocks)
        clones, key = tuple(map(place, readable)), tuple(map(place, arms.key))
        return Encoder(place(arms.reference), place(arms.source), gates, clones, key)


def _sides(random: Random) -> tuple[int, int]:
    return random.randrange(_SIDE_CHOICES), random.randrange(_SIDE_CHOICES)
