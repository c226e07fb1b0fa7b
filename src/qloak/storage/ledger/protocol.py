"""The ledger's transactions: every method is one, bulk, and answers item by item."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ...errors import QloakError
from .records import Change, Event, Idempotency, NewObject, ObjectRecord, ObjectState, RegisterRecord

__all__ = ["Ledger", "Newest", "Repeated"]


@dataclass(frozen=True, slots=True)
class Newest:
    """Which objects are listed, the newest first.

    Attributes:
        before: an id: only objects with a smaller one; "" for the newest.
        limit: how many at most.
        states: only of these; none for all.
        name: part of their names, in either case for the letters A to Z; "" for all.
    """

    before: str = ""
    limit: int = 100
    states: Sequence[ObjectState] = ()
    name: str = ""


@dataclass(frozen=True, slots=True)
class Repeated:
    """The idempotency key was used before for the same request: this is the object that it made or changed."""

    record: ObjectRecord


class Ledger(Protocol):
    """Objects, registers, idempotency keys, audit.

    A transaction that fails as a whole raises (LockedError, IntegrityError, UnavailableError); what concerns one
    item alone is answered in its place.
    """

    def create(self, objects: Sequence[NewObject]) -> list[ObjectRecord | Repeated | QloakError]:
        """Begin objects (state storing) with intents; voids their handles; takes the lease for this worker.

        IdempotencyError for a key used with another digest; UnknownNameError for a handle that is not the
        tenant's; ConflictError for a handle that is void.
        """
        ...

    def change(self, changes: Sequence[Change]) -> list[ObjectRecord | Repeated | QloakError]:
        """Compare and set. The revision grows by one; `worker` is this worker while there is an intent."""
        ...

    def get(self, tenant: str | None, object_ids: Sequence[str]) -> list[ObjectRecord | QloakError]:
        """Objects by id; UnknownNameError where there is none or it is another tenant's. None: any tenant."""
        ...

    def find(self, tenant: str, name_or_id: str) -> ObjectRecord:
        """The object of this id, or the only live one of this name."""
        ...

    def page(
        self, tenant: str, *, after: str = "", limit: int = 100, states: Sequence[ObjectState] = ()
    ) -> list[ObjectRecord]:
        """Objects with an id greater than `after`, ascending; cheap at any size."""
        ...

    def newest(self, tenant: str, which: Newest) -> list[ObjectRecord]:
        """Objects, the newest first; cheap at any size unless a name is looked for."""
        ...

    def repeated(self, tenant: str, idempotency: Idempotency) -> Repeated | None:
        """Whether this key was used; IdempotencyError with another digest."""
        ...

    def repeats(self, wanted: Sequence[tuple[str, Idempotency]]) -> list[Repeated | QloakError | None]:
        """As `repeated` for many tenants' keys at once, with errors in their places."""
        ...

    def unfinished(self, limit: int = 1000) -> list[ObjectRecord]:
        """Objects with an intent whose worker is gone; this worker takes over their lease.

        Gone: its lease has run out, or it is this worker's own past life.
        """
        ...

    def to_free(self, limit: int = 1000) -> list[ObjectRecord]:
        """Redeemed, aborted or refreshed objects that still have parcels at providers to be discarded."""
        ...

    def registers(self, tenant: str) -> list[RegisterRecord]:
        """Live plain registers of a tenant, newest first."""
        ...

    def register(self, tenant: str, handle: str) -> RegisterRecord:
        """One plain register, live or not."""
        ...

    def move_registers(
        self, *, add: Sequence[RegisterRecord], void: Sequence[tuple[str, str]], event: Event | None = None
    ) -> None:
        """Add registers and void others (tenant, handle) in one transaction."""
        ...
