"""What a provider is: whoever keeps deposits of qubits and gives them back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from ...errors import QloakError

__all__ = ["Deposit", "DepositState", "Fault", "Provider", "ProviderInfo"]


@dataclass(frozen=True, slots=True)
class Deposit:
    """A parcel of qubits for one provider.

    Attributes:
        deposit: its name, unique for ever; chosen by the vault.
        stored: the encrypted register, as the world knows it.
        qubits: scheme qubit numbers, the same of every block.
        num_blocks: of the register. The parcel has len(qubits) * num_blocks qubits.
    """

    deposit: str
    stored: str
    qubits: tuple[int, ...]
    num_blocks: int


class DepositState(StrEnum):
    """Where a deposit is in its life, as the provider knows it; one that is discarded is forgotten."""

    ACCEPTED = "accepted"
    RELEASED = "released"
    UNKNOWN = "unknown"


class Fault(StrEnum):
    """Rehearsals of failure."""

    OFFLINE = "offline"
    SLOW = "slow"
    LOSSY = "lossy"
    MEASURING = "measuring"
    TAMPERING = "tampering"


@dataclass(frozen=True, slots=True)
class ProviderInfo:
    """A provider's own account of itself.

    Attributes:
        name: as configured.
        holder: its name in the world; a wiped disk begins a new one.
        capacity: qubits it can keep.
        used: qubits it has promised room for.
        t1_seconds, t2_seconds: of its memory.
        faults: rehearsals that are on, with their strength (seconds for slow, probability otherwise).
    """

    name: str
    holder: str
    capacity: int
    used: int
    t1_seconds: float
    t2_seconds: float
    faults: Mapping[Fault, float]


class Provider(Protocol):
    """A storage server. Bulk calls; an item that cannot be done is answered by its error, in its place.

    Every call may raise UnavailableError as a whole: then whether anything was done is unknown, and asking again
    with the same names is safe.
    """

    @property
    def name(self) -> str:
        """As the vault knows it."""
        ...

    @property
    def is_remote(self) -> bool:
        """Whether its calls wait for a network: such providers are asked at the same time."""
        ...

    def close(self) -> None:
        """Give back connections."""
        ...

    def info(self) -> ProviderInfo:
        """Its own account of itself; also the health check."""
        ...

    def accept(self, deposits: Sequence[Deposit]) -> list[QloakError | None]:
        """Promise room, durably, for qubits that will arrive; CapacityError where there is none."""
        ...

    def release(self, deposits: Sequence[str], *, to: str) -> list[QloakError | None]:
        """Ship deposits to a holder of the world. Repeating is harmless.

        LostError where they did not survive; UnknownNameError for a deposit that it does not know, which it
        may have discarded; ConflictError for one that went to another holder, or cannot go to this one.
        """
        ...

    def discard(self, deposits: Sequence[str]) -> list[QloakError | None]:
        """Reset deposits and free their room. Repeating is harmless, unknown ones are fine."""
        ...

    def states(self, deposits: Sequence[str]) -> list[DepositState]:
        """What the provider knows of them."""
        ...

    def rehearse(self, fault: Fault, strength: float) -> None:
        """Switch a fault on (strength above 0) or off (0)."""
        ...

    def destroy(self) -> None:
        """Rehearse the loss of the whole site: its disk and all its qubits."""
        ...
