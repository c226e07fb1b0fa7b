"""What is asked of an arrangement, and what of it an arrangement misses."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

from ..core import AccessClass
from ..errors import UsageError
from ..noise.tables import checked_probability
from .arrangement import Arrangement
from .survival import Outlook

__all__ = ["PARTIES", "Requirements", "Shortfall", "shortfalls"]

PARTIES = {"provider": "any one provider", "providers": "all providers together", "owner": "the owner's site alone"}
"""Parties from whom the state can be required to be kept secret."""


@dataclass(frozen=True, slots=True)
class Requirements:
    """What is asked of an arrangement.

    Attributes:
        horizon_seconds: how long the qubit is stored.
        unavailability: largest acceptable probability that it cannot be recovered then. Ask for this and not
            for an availability, which as a float has no room for more than 16 nines.
        entanglement_fidelity: least acceptable expected fidelity then, counting 1/4 where nothing comes back.
        max_qubits: most physical qubits.
        max_providers: most providers, None for any number.
        secret_from: who may learn nothing on their own, out of PARTIES.

    Raises:
        UsageError: for a time, a probability or a number out of range, or an unknown party.
    """

    horizon_seconds: float
    unavailability: float = 1.0
    entanglement_fidelity: float = 0.0
    max_qubits: int = 200
    max_providers: int | None = None
    secret_from: frozenset[str] = field(default_factory=lambda: frozenset({"provider"}))

    def __post_init__(self) -> None:
        if not (math.isfinite(self.horizon_seconds) and self.horizon_seconds > 0):
            raise UsageError.of("horizon_seconds", self.horizon_seconds, "a time above 0, in seconds")
        checked_probability("unavailability", self.unavailability)
        if not 0 <= self.entanglement_fidelity <= 1:
            raise UsageError.of("entanglement_fidelity", self.entanglement_fidelity, "a number from 0 to 1")
        for name in ("max_qubits", "max_providers"):
            value = getattr(self, name)
            if value is not None and value < 1:
                raise UsageError.of(name, value, "a whole number of at least 1")
        if unknown := sorted(self.secret_from - PARTIES.keys()):
            raise UsageError.of("secret_from", unknown[0], f"one of {', '.join(PARTIES)}")


@dataclass(frozen=True, slots=True)
class Shortfall:
    """One requirement that an arrangement misses.

    Attributes:
        requirement: unavailability, entanglement_fidelity, max_qubits, max_providers or secret_from.
        reason: by how much, as part of a sentence.
    """

    requirement: str
    reason: str


def shortfalls(arrangement: Arrangement, outlook: Outlook, requirements: Requirements) -> tuple[Shortfall, ...]:
    """What an arrangement misses, given what can be expected of it at the horizon; empty if nothing."""
    failure, fidelity = outlook.chance.failure, outlook.expected_entanglement_fidelity
    missed = []
    if failure > requirements.unavailability:
        missed.append(("unavailability", f"unavailability {failure:.3g} is above {requirements.unavailability:.3g}"))
    if fidelity < requirements.entanglement_fidelity:
        text = f"expected entanglement fidelity {fidelity:.6g} is below {requirements.entanglement_fidelity:.6g}"
        missed.append(("entanglement_fidelity", text))
    for name, needed in (("qubits", arrangement.num_qubits), ("providers", arrangement.num_providers)):
        most = getattr(requirements, f"max_{name}")
        if most is not None and needed > most:
            missed.append((f"max_{name}", f"{needed} {name} are more than {most}"))
    for party, who in PARTIES.items():
        access = getattr(arrangement.readers, party)
        if party in requirements.secret_from and access is not AccessClass.UNINFORMATIVE:
            verb = "reads the state" if access is AccessClass.AUTHORIZED else "learns part of the state"
            missed.append(("secret_from", f"{who} {verb}"))
    return tuple(Shortfall(*each) for each in missed)
