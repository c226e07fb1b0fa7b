"""Survival over time: the chance that a state can be recovered, and how good it then is.

Exact for every arrangement, without sampling: what can happen to sites and qubits is independent
(`conditions`), and the sums over all cases have closed forms or few terms.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from .arrangement import Arrangement
from .chance import Chance
from .conditions import Conditions, Moment

__all__ = ["Outlook", "outlook", "recoverability", "timeline"]


@dataclass(frozen=True, slots=True)
class Outlook:
    """What can be expected of a stored qubit at one time.

    Attributes:
        chance: that it can be recovered.
        expected_entanglement_fidelity: mean over all cases; a qubit that cannot be recovered counts 1/4, as
            a qubit in the state I/2 would.
        recovered_entanglement_fidelity: given that it can be recovered; None where it never can.
    """

    chance: Chance
    expected_entanglement_fidelity: float
    recovered_entanglement_fidelity: float | None


def recoverability(arrangement: Arrangement, moment: Moment) -> Chance:
    """The exact chance that what is left determines the state.

    Examples:
        >>> pairs = CloningArrangement(4, CustodyPolicy.PAIRS)
        >>> round(recoverability(pairs, Moment(provider_lost=0.1)).log10_failure, 6)
        -4.0
    """
    return outlook(arrangement, moment).chance


def outlook(arrangement: Arrangement, moment: Moment) -> Outlook:
    """The chance that the state can be recovered, and the entanglement fidelity to expect."""
    cases = [(weight, arrangement.retrieve(situation)) for weight, situation in moment.situations()]
    chance = Chance.mixture((weight, retrieval.chance) for weight, retrieval in cases)
    gain = sum(math.exp(weight) * retrieval.gain for weight, retrieval in cases)
    # Rounding of P must not lift the quotient above 1.
    recovered = min(1 / 4 + gain / chance.success, 1.0) if chance.success else None
    return Outlook(chance, 1 / 4 + gain, recovered)


def timeline(arrangement: Arrangement, conditions: Conditions, seconds: Iterable[float]) -> list[Outlook]:
    """The outlook at several times after everything was stored.

    Raises:
        UsageError: for a time that is negative, infinite or not a number.
    """
    return [outlook(arrangement, conditions.at(time)) for time in seconds]
