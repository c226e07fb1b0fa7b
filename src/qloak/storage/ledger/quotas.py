"""How much a tenant may store: counted where it is enforced, in the transaction that begins an object."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ...errors import CapacityError, UsageError
from . import schema
from .records import ObjectRecord, ObjectState

__all__ = ["NO_QUOTA", "Quota", "Room", "Usage", "rooms", "usage"]

_LARGEST: Final = 2**53
_LIVE: Final = [state.value for state in ObjectState if state.is_live]


@dataclass(frozen=True, slots=True)
class Quota:
    """The most that a tenant may have stored at a time.

    Attributes:
        max_objects: objects that are live: stored, or on the way there or back; None for any number.
        max_qubits: logical qubits in them, None for any number.
    """

    max_objects: int | None = None
    max_qubits: int | None = None

    def __post_init__(self) -> None:
        """Check the numbers."""
        for name in ("max_objects", "max_qubits"):
            value = getattr(self, name)
            if value is not None and not 0 <= value <= _LARGEST:
                raise UsageError.of(name, value, f"a number from 0 to {_LARGEST}, or nothing for no limit")


NO_QUOTA: Final = Quota()


@dataclass(frozen=True, slots=True)
class Usage:
    """What a tenant has stored.

    Attributes:
        objects: that are live.
        qubits: logical ones in them.
    """

    objects: int = 0
    qubits: int = 0


@dataclass(slots=True)
class Room:
    """A tenant's quota during one bulk call.

    Attributes:
        quota: see there.
        used: by now, what this call begins included.
    """

    quota: Quota
    used: Usage

    def check(self, record: ObjectRecord) -> None:
        """Whether an object may begin.

        Raises:
            CapacityError: if it may not.
        """
        objects, qubits = self.quota.max_objects, self.quota.max_qubits
        if objects is not None and self.used.objects >= objects:
            raise CapacityError(_full(record.tenant, f"{self.used.objects} of {objects} objects are stored"))
        if qubits is not None and self.used.qubits + record.num_qubits > qubits:
            said = f"{record.num_qubits} more qubits asked for, {self.used.qubits} of {qubits} are stored"
            raise CapacityError(_full(record.tenant, said))

    def take(self, record: ObjectRecord) -> None:
        """An object begins."""
        self.used = Usage(self.used.objects + 1, self.used.qubits + record.num_qubits)


def rooms(connection: Connection, tenants: Iterable[str]) -> dict[str, Room]:
    """The quotas of those tenants that have one, locked until the end of the transaction.

    Whoever begins objects of the same tenant elsewhere waits, so that the sum is right. Taken after all other locks.
    """
    rows = connection.execute(_LIMITED, {"names": sorted(set(tenants))}).all()
    if not rows:
        return {}
    used = usage(connection, [row.tenant for row in rows])
    return {row.tenant: Room(Quota(row.max_objects, row.max_qubits), used[row.tenant]) for row in rows}


def usage(connection: Connection, tenants: Iterable[str]) -> dict[str, Usage]:
    """What tenants have stored; read from an index alone, and so about 10 ms for 100,000 objects."""
    named = sorted(set(tenants))
    found = {row.tenant: Usage(row.objects, int(row.qubits)) for row in connection.execute(_USED, {"names": named})}
    return {name: found.get(name, Usage()) for name in named}


def _full(tenant: str, said: str) -> str:
    return f"quota of {tenant}: {said}. Redeem or remove objects, or ask the operator of the vault for more."


_NAMES: Final[sa.BindParameter[str]] = sa.bindparam("names", expanding=True)
_TENANTS: Final = schema.tenants.c
_OBJECTS: Final = schema.objects.c
_LIMITED: Final = (
    sa.select(schema.tenants)
    .where(_TENANTS.tenant.in_(_NAMES), sa.or_(_TENANTS.max_objects.is_not(None), _TENANTS.max_qubits.is_not(None)))
    .order_by(_TENANTS.tenant)
    .with_for_update()
)
_USED: Final = (
    sa.select(_OBJECTS.tenant, sa.func.count().label("objects"), sa.func.sum(_OBJECTS.num_qubits).label("qubits"))
    .where(_OBJECTS.tenant.in_(_NAMES), _OBJECTS.state.in_(_LIVE))
    .group_by(_OBJECTS.tenant)
)
