"""Ways to keep one qubit: what every such arrangement tells, and the plain one, a single copy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol

from ..core import AccessClass
from .chance import Chance
from .conditions import Situation

__all__ = ["Arrangement", "Readers", "Retrieval", "SingleCopy"]


@dataclass(frozen=True, slots=True)
class Readers:
    """What parties can read on their own while everything is stored.

    Attributes:
        provider: any one provider.
        providers: all providers together.
        owner: the owner's site without any provider.
    """

    provider: AccessClass
    providers: AccessClass
    owner: AccessClass


@dataclass(frozen=True, slots=True)
class Retrieval:
    """What comes back in one situation.

    Attributes:
        chance: that the state can be recovered.
        gain: mean over all cases of F_e - 1/4, which is 0 where the state cannot be recovered: a qubit in the
            state I/2 is returned in its place.
    """

    chance: Chance
    gain: float

    @classmethod
    def from_walsh(cls, chance: Chance, means: Mapping[str, float]) -> Retrieval:
        """From the mean Walsh factors: F_e = (1 + sum of the factors of X, Y and Z)/4."""
        return cls(chance, sum(means[letter] for letter in "XYZ") / 4)


class Arrangement(Protocol):
    """A scheme and who keeps which of its qubits."""

    @property
    def scheme_name(self) -> str:
        """Short name of the scheme, without its size."""
        ...

    @property
    def num_clones(self) -> int | None:
        """The n of encrypted cloning; None for other schemes."""
        ...

    @property
    def levels(self) -> int | None:
        """Further rounds of iterated cloning; None for other schemes."""
        ...

    @property
    def custody(self) -> str:
        """Who keeps what, in a word."""
        ...

    @property
    def num_qubits(self) -> int:
        """Physical qubits needed to store one qubit, at the most at any one time."""
        ...

    @property
    def num_key_qubits(self) -> int:
        """How many of them the owner keeps."""
        ...

    @property
    def num_providers(self) -> int:
        """Providers needed."""
        ...

    @property
    def readers(self) -> Readers:
        """Who can read what."""
        ...

    def retrieve(self, situation: Situation) -> Retrieval:
        """What comes back."""
        ...


@dataclass(frozen=True, slots=True)
class SingleCopy:
    """The qubit itself, as it is, at one place.

    Attributes:
        at_owner: whether the owner keeps it, or one provider.
    """

    at_owner: bool

    scheme_name = "single copy"
    num_clones = None
    levels = None
    num_qubits = 1

    @property
    def custody(self) -> str:
        """Who has it."""
        return "owner" if self.at_owner else "one provider"

    @property
    def num_key_qubits(self) -> int:
        """The one qubit, or none."""
        return int(self.at_owner)

    @property
    def num_providers(self) -> int:
        """None, or one."""
        return int(not self.at_owner)

    @property
    def readers(self) -> Readers:
        """Whoever has it reads it."""
        nothing, everything = AccessClass.UNINFORMATIVE, AccessClass.AUTHORIZED
        return Readers(nothing, nothing, everything) if self.at_owner else Readers(everything, everything, nothing)

    def retrieve(self, situation: Situation) -> Retrieval:
        """What comes back."""
        if self.at_owner:
            chance, walsh = situation.key, situation.key_walsh
        else:
            chance, walsh = situation.provider & situation.stored, situation.stored_walsh
        return Retrieval.from_walsh(chance, {letter: chance.success * walsh[letter] for letter in "XYZ"})
