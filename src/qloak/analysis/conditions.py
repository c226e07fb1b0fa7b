"""What time does to stored qubits: sites that fail, qubits that get lost, memories that decohere.

Everything is independent of everything else except where this module says otherwise: the qubits of one site
are lost together when the site fails, and one event may take all providers at once.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from typing import TypeAlias

import numpy as np

from ..errors import UsageError
from ..noise.idle import check_relaxation
from ..noise.tables import checked_probability
from .chance import Chance

__all__ = ["PERFECT", "Conditions", "Memory", "Moment", "Situation", "WalshFactors"]

WalshFactors: TypeAlias = Mapping[str, float]
"""Letter I, X, Y, Z -> 1 - 2 P(a qubit's error anticommutes with it), which multiplies that Pauli's mean value."""

PERFECT: WalshFactors = {"I": 1.0, "X": 1.0, "Y": 1.0, "Z": 1.0}
"""The factors of a qubit without noise."""


@dataclass(frozen=True, slots=True)
class Memory:
    """A place where qubits wait.

    Relaxation (T1) with dephasing (T2) is twirled to a Pauli channel, as by `noise.idle_pauli`.

    Attributes:
        t1_seconds: relaxation time, inf for none.
        t2_seconds: coherence time, at most 2 T1.
        loss_per_second: rate at which a qubit is lost, and known to be.

    Raises:
        UsageError: for a time that is not positive, T2 > 2 T1, or a negative or infinite rate.
    """

    t1_seconds: float = math.inf
    t2_seconds: float = math.inf
    loss_per_second: float = 0.0

    def __post_init__(self) -> None:
        check_relaxation(np.asarray(self.t1_seconds, np.float64), np.asarray(self.t2_seconds, np.float64))
        if not (math.isfinite(self.loss_per_second) and self.loss_per_second >= 0):
            raise UsageError.of("loss_per_second", self.loss_per_second, "a rate of at least 0")

    def walsh_factors(self, seconds: float) -> WalshFactors:
        """The channel of a wait: Z shrinks by e^(-t/T1), X and Y by e^(-t/T2)."""
        across = math.exp(-seconds / self.t2_seconds)
        return {"I": 1.0, "X": across, "Y": across, "Z": math.exp(-seconds / self.t1_seconds)}


@dataclass(frozen=True, slots=True)
class Situation:
    """Which sites stand is settled; qubits and providers now survive independently.

    Attributes:
        provider: that one provider's site stands, each independently.
        stored: that a qubit at a provider that stands is not lost.
        key: that a qubit at the owner's site is not lost.
        stored_walsh: the noise of the qubits that providers still have.
        key_walsh: the noise of those that the owner still has.
    """

    provider: Chance
    stored: Chance
    key: Chance
    stored_walsh: WalshFactors
    key_walsh: WalshFactors


@dataclass(frozen=True, slots=True)
class Moment:
    """Probabilities of all losses at one time, and the noise of what is left.

    Attributes:
        provider_lost: that a provider's site has failed, with every qubit it had.
        stored_qubit_lost: that a qubit is lost although its provider's site stands.
        owner_lost: that the owner's site has failed, with every qubit there.
        key_qubit_lost: that a qubit is lost although the owner's site stands.
        all_providers_lost: that an event has taken all providers at once.
        stored_walsh: the noise of a qubit at a provider.
        key_walsh: the noise of a qubit at the owner's site.

    Raises:
        UsageError: for a probability outside [0, 1] or factors of no Pauli channel.
    """

    provider_lost: float = 0.0
    stored_qubit_lost: float = 0.0
    owner_lost: float = 0.0
    key_qubit_lost: float = 0.0
    all_providers_lost: float = 0.0
    stored_walsh: WalshFactors = field(default_factory=lambda: PERFECT)
    key_walsh: WalshFactors = field(default_factory=lambda: PERFECT)

    def __post_init__(self) -> None:
        for each in fields(self):
            if each.name.endswith("lost"):
                checked_probability(each.name, getattr(self, each.name))
            else:
                _check_channel(each.name, getattr(self, each.name))

    def situations(self) -> list[tuple[float, Situation]]:
        """The exclusive cases of the owner's site and the common event: logarithm of the probability, case."""
        owner, common = Chance.of_failure(self.owner_lost), Chance.of_failure(self.all_providers_lost)
        gone = Chance.certain(success=False)
        stored = Chance.of_failure(self.stored_qubit_lost)
        cases = []
        for log_owner, key in (
            (owner.log_success, Chance.of_failure(self.key_qubit_lost)),
            (owner.log_failure, gone),
        ):
            for log_common, provider in (
                (common.log_success, Chance.of_failure(self.provider_lost)),
                (common.log_failure, gone),
            ):
                weight = log_owner + log_common
                if weight > -math.inf:
                    cases.append((weight, Situation(provider, stored, key, self.stored_walsh, self.key_walsh)))
        return cases


@dataclass(frozen=True, slots=True)
class Conditions:
    """Failure rates and memories. Failures are exponential in time; nothing is repaired.

    Attributes:
        provider_mtbf_seconds: mean time to the failure of a provider's site, inf for never.
        owner_mtbf_seconds: the same for the owner's site.
        common_mtbf_seconds: mean time to an event that takes all providers at once.
        provider_memory: where providers keep qubits.
        owner_memory: where the owner keeps qubits.

    Raises:
        UsageError: for a time that is not positive.
    """

    provider_mtbf_seconds: float = math.inf
    owner_mtbf_seconds: float = math.inf
    common_mtbf_seconds: float = math.inf
    provider_memory: Memory = Memory()
    owner_memory: Memory = Memory()

    def __post_init__(self) -> None:
        for name in ("provider_mtbf_seconds", "owner_mtbf_seconds", "common_mtbf_seconds"):
            value = getattr(self, name)
            if not value > 0:
                raise UsageError.of(name, value, "a time above 0, in seconds")

    def at(self, seconds: float) -> Moment:
        """What has happened a time after everything was stored.

        Raises:
            UsageError: for a time that is negative, infinite or not a number.
        """
        if not (math.isfinite(seconds) and seconds >= 0):
            raise UsageError.of("seconds", seconds, "a time of at least 0, in seconds")

        def lost(rate: float) -> float:
            return -math.expm1(-seconds * rate)

        return Moment(
            provider_lost=lost(1 / self.provider_mtbf_seconds),
            stored_qubit_lost=lost(self.provider_memory.loss_per_second),
            owner_lost=lost(1 / self.owner_mtbf_seconds),
            key_qubit_lost=lost(self.owner_memory.loss_per_second),
            all_providers_lost=lost(1 / self.common_mtbf_seconds),
            stored_walsh=self.provider_memory.walsh_factors(seconds),
            key_walsh=self.owner_memory.walsh_factors(seconds),
        )


def _check_channel(name: str, walsh: WalshFactors) -> None:
    """Refuse factors that belong to no Pauli channel."""
    expected = "factors of I (1), X, Y and Z of a Pauli channel"
    if set(walsh) != set("IXYZ") or walsh["I"] != 1:
        raise UsageError.of(name, dict(walsh), expected)
    x, y, z = walsh["X"], walsh["Y"], walsh["Z"]
    if not min(1 + x + y + z, 1 + x - y - z, 1 - x + y - z, 1 - x - y + z) >= -1e-9:
        raise UsageError.of(name, dict(walsh), expected)
