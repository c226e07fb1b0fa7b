"""What a bulk call locks before it decides anything: idempotency keys, then objects, then registers.

Everybody takes the locks in this order and each kind sorted, so that bulk calls that touch the same things wait
for each other but never in a circle. On SQLite there is one writer at a time and nothing to lock.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from . import schema
from .records import Idempotency, ObjectState
from .rows import chunks

__all__ = ["Claim", "LockedObject", "claim_keys", "insert", "key_digest", "lock_objects", "lock_registers"]

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Claim:
    """An idempotency key in the ledger.

    Attributes:
        digest: fingerprint of the request that used it.
        object_id: of the object that this request made or changed.
        fresh: whether it was claimed just now, in this transaction.
    """

    digest: bytes
    object_id: str
    fresh: bool


@dataclass(frozen=True, slots=True)
class LockedObject:
    """What a change is compared with."""

    tenant: str
    state: ObjectState
    revision: int


def insert(dialect: str, table: sa.Table) -> Any:  # noqa: ANN401 - the two dialects share no type
    """INSERT of a dialect, which knows ON CONFLICT."""
    return (sqlite if dialect == "sqlite" else postgresql).insert(table)


def key_digest(idempotency: Idempotency) -> bytes:
    """16 bytes that tell requests apart."""
    return hashlib.sha256(idempotency.digest.encode()).digest()[:16]


def claim_keys(connection: Connection, wanted: Mapping[Key, tuple[bytes, str]]) -> dict[Key, Claim]:
    """Write down keys that are new and look up the others.

    Args:
        connection: in a writing transaction. Another one that claims the same key waits for its end.
        wanted: (tenant, key) -> digest, object id.
    """
    if not wanted:
        return {}
    rows = [
        {"tenant": tenant, "key": key, "digest": digest, "object_id": object_id}
        for (tenant, key), (digest, object_id) in sorted(wanted.items())
    ]
    fresh = {(row.tenant, row.key) for row in connection.execute(_claim(connection.dialect.name), rows)}
    claims = {key: Claim(*wanted[key], fresh=True) for key in fresh}
    return claims | find_keys(connection, wanted.keys() - fresh)


def find_keys(connection: Connection, keys: Iterable[Key]) -> dict[Key, Claim]:
    """Those of the keys that have been used."""
    by_tenant: dict[str, list[str]] = {}
    for tenant, key in keys:
        by_tenant.setdefault(tenant, []).append(key)
    found = {}
    for tenant, named in by_tenant.items():
        for chunk in chunks(named):
            for row in connection.execute(_KEYS, {"of": tenant, "keys": chunk}):
                found[(tenant, row.key)] = Claim(row.digest, row.object_id, fresh=False)
    return found


def lock_objects(connection: Connection, object_ids: Iterable[str]) -> dict[str, LockedObject]:
    """Those of the objects that there are, locked until the end of the transaction."""
    found = {}
    for chunk in chunks(sorted(set(object_ids))):
        for row in connection.execute(_OBJECTS, {"ids": chunk}):
            found[row.object_id] = LockedObject(row.tenant, ObjectState(row.state), row.revision)
    return found


def lock_registers(connection: Connection, handles: Iterable[str]) -> dict[str, tuple[str, bool]]:
    """Those of the registers that there are, locked: handle -> tenant, whether it is live."""
    found = {}
    for chunk in chunks(sorted(set(handles))):
        for row in connection.execute(_REGISTERS, {"ids": chunk}):
            found[row.handle] = (row.tenant, bool(row.live))
    return found


@lru_cache(maxsize=2)
def _claim(dialect: str) -> Any:  # noqa: ANN401 - as `insert`
    table = schema.idempotency
    return insert(dialect, table).on_conflict_do_nothing().returning(table.c.tenant, table.c.key)


def _named(column: sa.Column[Any], *others: sa.Column[Any]) -> sa.Select[Any]:
    """Columns of the rows of these `ids`, locked in their order."""
    query = sa.select(column, *others).where(column.in_(sa.bindparam("ids", expanding=True)))
    return query.order_by(column).with_for_update()


# Written once: every bulk call asks them, and they take longer to write than to answer.
_OBJECTS: Final = _named(
    schema.objects.c.object_id, schema.objects.c.tenant, schema.objects.c.state, schema.objects.c.revision
)
_REGISTERS: Final = _named(schema.registers.c.handle, schema.registers.c.tenant, schema.registers.c.live)
_KEYS: Final = sa.select(schema.idempotency).where(
    schema.idempotency.c.tenant == sa.bindparam("of"),
    schema.idempotency.c.key.in_(sa.bindparam("keys", expanding=True)),
)
