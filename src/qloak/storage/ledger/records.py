"""What the ledger remembers: classical facts about objects, registers and who asked for what.

    storing -> stored | aborted                        stored -> refreshing -> stored
    stored -> redeeming -> redeemed                    stored -> deleting -> deleted
    redeeming -> stored (before the commit point)      any live state -> lost

An intent, with the op_ids of everything that will be asked of the world, is committed before the world is
asked, and the result after. Whoever restarts reads the intents and asks again with the same op_ids.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from ...core import CustodyPolicy

__all__ = [
    "TRANSITIONS",
    "Change",
    "Event",
    "Idempotency",
    "NewObject",
    "ObjectRecord",
    "ObjectState",
    "Placement",
    "Presence",
    "RegisterRecord",
]


class ObjectState(StrEnum):
    """Where an object is in its life."""

    STORING = "storing"
    STORED = "stored"
    ABORTED = "aborted"
    REDEEMING = "redeeming"
    REDEEMED = "redeemed"
    REFRESHING = "refreshing"
    DELETING = "deleting"
    DELETED = "deleted"
    LOST = "lost"

    @property
    def is_live(self) -> bool:
        """Whether there is still something to recover."""
        return self in (ObjectState.STORING, ObjectState.STORED, ObjectState.REDEEMING, ObjectState.REFRESHING)


_S = ObjectState
TRANSITIONS: Final[Mapping[ObjectState, frozenset[ObjectState]]] = {
    _S.STORING: frozenset({_S.STORING, _S.STORED, _S.ABORTED, _S.LOST}),
    _S.STORED: frozenset({_S.STORED, _S.REDEEMING, _S.REFRESHING, _S.DELETING, _S.LOST}),
    _S.REDEEMING: frozenset({_S.REDEEMING, _S.REDEEMED, _S.STORED, _S.LOST}),
    _S.REFRESHING: frozenset({_S.REFRESHING, _S.STORED, _S.LOST}),
    _S.DELETING: frozenset({_S.DELETING, _S.DELETED, _S.LOST}),
    _S.ABORTED: frozenset({_S.ABORTED}),
    _S.REDEEMED: frozenset({_S.REDEEMED}),
    _S.DELETED: frozenset({_S.DELETED}),
    _S.LOST: frozenset({_S.LOST}),
}
"""From each state, where it may go; a state to itself updates placements or the intent."""


class Presence(StrEnum):
    """Where a clone is, as far as the vault knows."""

    AWAY = "away"
    HOME = "home"
    LOST = "lost"
    FREED = "freed"
    OWED = "owed"


@dataclass(frozen=True, slots=True)
class Placement:
    """One parcel of an object: a clone (or a pair) and its place.

    Attributes:
        qubits: scheme qubit numbers, the same of every block.
        provider: the provider's name.
        deposit: the name of the deposit there, which only this provider and the vault know.
        presence: away (at the provider), home (fetched back or never sent), lost, freed (junk, room given back), or
            owed: lost or never sent, and its provider, which may keep room for it, is still to be told.
    """

    qubits: tuple[int, ...]
    provider: str
    deposit: str
    presence: Presence = Presence.AWAY


@dataclass(frozen=True, slots=True)
class ObjectRecord:
    """A stored register, as the ledger knows it.

    Attributes:
        object_id: sorts by creation.
        tenant: owner.
        name: free text of the owner, at most 200 characters.
        state: see the module's text.
        num_qubits: logical qubits, one block each.
        num_clones: n of each block's scheme.
        custody: who holds what.
        stored: the encrypted register's name in the world; changes with every refresh.
        placements: where the parcels are.
        intent: what is under way, with its op_ids and arguments; None if nothing is.
        handle: the register that a redemption (or an abort) gave back.
        reason: why it was aborted or lost.
        created, updated: wall clock, seconds since 1970; for people only.
        revision: counts the changes; a change names the revision that it saw.
        worker: the process that works on the intent, "" for none.
    """

    object_id: str
    tenant: str
    name: str
    state: ObjectState
    num_qubits: int
    num_clones: int
    custody: CustodyPolicy
    stored: str
    placements: tuple[Placement, ...] = ()
    intent: Mapping[str, object] | None = None
    handle: str | None = None
    reason: str = ""
    created: float = 0.0
    updated: float = 0.0
    revision: int = 0
    worker: str = ""

    @property
    def superfluous(self) -> tuple[Placement, ...]:
        """Parcels at providers that nobody needs any more.

        All that are away once the object is over, and before that those of an earlier life; and room that is owed.
        """
        kept = tuple(place for place in self.placements if place.presence in (Presence.AWAY, Presence.OWED))
        if not self.state.is_live and self.state is not ObjectState.DELETING:
            return kept
        if self.intent is not None or not kept:
            return ()
        present = set(self.present)
        return tuple(place for place in kept if place.presence is Presence.OWED or place not in present)

    @property
    def present(self) -> tuple[Placement, ...]:
        """Parcels of the present life: those of lives before a refresh come first, so that the last of each counts."""
        return tuple({placement.qubits: placement for placement in self.placements}.values())


@dataclass(frozen=True, slots=True)
class RegisterRecord:
    """A plain register that a tenant has in the workbench.

    Attributes:
        handle: its name in the world.
        tenant: owner.
        num_qubits: logical qubits.
        origin: "prepared", "kept", "given", "redeemed" or "aborted".
        source: the object or handle that it came from, "" for none.
        live: False once it was stored, given away or voided.
        created: wall clock, seconds since 1970.
    """

    handle: str
    tenant: str
    num_qubits: int
    origin: str
    source: str = ""
    live: bool = True
    created: float = 0.0


@dataclass(frozen=True, slots=True)
class Idempotency:
    """The client's key of a state-changing request.

    Attributes:
        key: chosen by the client, at most 128 characters; unique per tenant.
        digest: of the request's body, so that another request under the same key is refused.
    """

    key: str
    digest: str


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the audit log, written in the transaction of what it tells.

    Attributes:
        actor: token id, or "local" for the embedded vault.
        action: such as "put", "redeem", "rm", "token.create".
        subject: object, handle or name.
        detail: JSON, nothing secret.
    """

    actor: str
    action: str
    subject: str
    detail: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class NewObject:
    """An object about to be stored.

    Attributes:
        record: in state storing, with its intent.
        idempotency: of the request, or None.
        voids: the handle that goes into it; it must be live and the tenant's.
        event: for the audit log.
    """

    record: ObjectRecord
    event: Event
    idempotency: Idempotency | None = None
    voids: str | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """One step of an object's life: compare and set.

    Attributes:
        seen: the record as it was read; the change fails with ConflictError if the revision has moved on.
        record: as it shall be; its state must be reachable by TRANSITIONS.
        registers: new plain registers that come with it.
        voids: handles that end with it.
        idempotency: of the request that begins here, or None.
        event: for the audit log, or None.
    """

    seen: ObjectRecord
    record: ObjectRecord
    registers: tuple[RegisterRecord, ...] = ()
    voids: tuple[str, ...] = ()
    idempotency: Idempotency | None = None
    event: Event | None = None
