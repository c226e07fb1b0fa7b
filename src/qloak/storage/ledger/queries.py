"""Reading objects and registers; every page costs the same, however many objects there are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ...errors import IdempotencyError, QloakError, UnknownNameError, UsageError
from . import schema
from .locks import find_keys, key_digest
from .protocol import Newest, Repeated
from .records import Idempotency, ObjectRecord, ObjectState, RegisterRecord
from .rows import CHUNK, object_of, objects_by_id, register_of, select_objects

__all__ = [
    "count",
    "find",
    "iter_objects",
    "newest",
    "page",
    "register",
    "registers",
    "repeats",
    "to_free",
    "unfinished",
]

_LIVE = [state.value for state in ObjectState if state.is_live]


def find(connection: Connection, tenant: str, name_or_id: str) -> ObjectRecord:
    """The object of this id, else the only live one of this name, else the newest of this name."""
    rows = connection.execute(_by_id(), {"sought": name_or_id, "of": tenant}).all()
    if rows:
        return object_of(rows[0])
    table = schema.objects
    named = select_objects().where(table.c.tenant == tenant, table.c.name == name_or_id, sa.text("objects.name <> ''"))
    newest = named.order_by(table.c.object_id.desc())
    rows = connection.execute(newest.where(table.c.state.in_(_LIVE)).limit(2)).all()
    rows = rows or connection.execute(newest.limit(1)).all()
    if not rows:
        raise UnknownNameError.of("object", name_or_id, "the id or the name of an object", "`qloak ls` lists them.")
    if len(rows) > 1:
        raise UsageError.of("object", name_or_id, "an id, as several objects have this name", "`qloak ls` lists them.")
    return object_of(rows[0])


@lru_cache(maxsize=1)
def _by_id() -> sa.Select[Any]:
    """The object `sought` of tenant `of`; kept, for it takes longer to write than to answer."""
    columns = schema.objects.c
    return select_objects().where(columns.object_id == sa.bindparam("sought"), columns.tenant == sa.bindparam("of"))


def page(
    connection: Connection, tenant: str, *, after: str, limit: int, states: Sequence[ObjectState]
) -> list[ObjectRecord]:
    """Objects of some states (none: of all) with an id greater than `after`, ascending."""
    query = _ids_beyond(tuple(dict.fromkeys(states or ObjectState)), newest=False)
    ids = connection.execute(query, {"of": tenant, "beyond": after, "most": limit}).scalars().all()
    return _in_order(connection, ids)


def newest(connection: Connection, tenant: str, which: Newest) -> list[ObjectRecord]:
    """Objects, the newest first; those of a name are looked for in the index of all names of the tenant."""
    states = tuple(dict.fromkeys(which.states or ObjectState))
    # Nothing sorts after it.
    beyond = which.before or "~"
    if not which.name:
        given = {"of": tenant, "beyond": beyond, "most": which.limit}
        return _in_order(connection, connection.execute(_ids_beyond(states, newest=True), given).scalars().all())
    columns = schema.objects.c
    query = sa.select(columns.object_id).where(columns.tenant == tenant, sa.text("objects.name <> ''"))
    query = query.where(columns.name.icontains(which.name, autoescape=True), columns.object_id < beyond)
    if which.states:
        query = query.where(columns.state.in_([state.value for state in states]))
    return _in_order(
        connection, connection.execute(query.order_by(columns.object_id.desc()).limit(which.limit)).scalars().all()
    )


def _in_order(connection: Connection, ids: Sequence[str]) -> list[ObjectRecord]:
    found = objects_by_id(connection, ids)
    return [found[object_id] for object_id in ids]


@lru_cache(maxsize=64)
def _ids_beyond(states: tuple[ObjectState, ...], *, newest: bool) -> sa.Select[Any]:
    """The next `most` ids of tenant `of` beyond `beyond`: merged from the beginnings of all states' parts of the index.

    Kept, for it takes longer to write than to answer.
    """
    table, most, beyond = schema.objects, sa.bindparam("most", type_=sa.Integer), sa.bindparam("beyond", type_=sa.Text)
    turned = sa.desc if newest else sa.asc
    parts = []
    for state in states:
        part = sa.select(table.c.object_id).where(table.c.tenant == sa.bindparam("of"), table.c.state == state.value)
        part = part.where(table.c.object_id < beyond if newest else table.c.object_id > beyond)
        parts.append(part.order_by(turned(table.c.object_id)).limit(most).subquery().select())
    merged = sa.union_all(*parts).subquery()
    return sa.select(merged.c.object_id).order_by(turned(merged.c.object_id)).limit(most)


def iter_objects(connection: Connection) -> Iterator[list[ObjectRecord]]:
    """All objects of all tenants, by id, in pieces."""
    after = ""
    query = select_objects().order_by(schema.objects.c.object_id).limit(CHUNK)
    while rows := connection.execute(query.where(schema.objects.c.object_id > after)).all():
        yield [object_of(row) for row in rows]
        after = rows[-1].object_id


def count(connection: Connection, tenant: str | None) -> dict[ObjectState, int]:
    """How many objects are in each state; None: of all tenants."""
    query = sa.select(schema.objects.c.state, sa.func.count()).group_by(schema.objects.c.state)
    if tenant is not None:
        query = query.where(schema.objects.c.tenant == tenant)
    return {ObjectState(state): number for state, number in connection.execute(query)}


def unfinished(connection: Connection, alive: Sequence[str], limit: int) -> list[str]:
    """Ids of objects with an intent of nobody who is alive, locked; those that others lock are passed over."""
    joined = schema.objects.join(schema.intents, schema.objects.c.object_id == schema.intents.c.object_id)
    left = schema.intents.c.worker.not_in(alive)
    query = sa.select(schema.objects.c.object_id).select_from(joined).where(left)
    # Ordered by the small table's column, so that the search goes through it and not through all objects.
    query = query.order_by(schema.intents.c.object_id).limit(limit)
    ids = connection.execute(query.with_for_update(of=schema.objects, skip_locked=True)).scalars().all()
    if not ids:
        return []
    # Asked again now that they are locked: somebody may have taken them up just before.
    still = sa.select(schema.intents.c.object_id).where(schema.intents.c.object_id.in_(ids), left)
    return sorted(connection.execute(still).scalars())


def to_free(connection: Connection, limit: int) -> list[ObjectRecord]:
    """Objects that have parcels at providers which nobody needs any more."""
    # As in the index's condition, word for word.
    query = select_objects().where(sa.text("objects.to_free")).order_by(schema.objects.c.object_id).limit(limit)
    return [object_of(row) for row in connection.execute(query)]


def registers(connection: Connection, tenant: str) -> list[RegisterRecord]:
    """Live plain registers of a tenant, newest first."""
    table = schema.registers
    query = sa.select(table).where(table.c.tenant == tenant, sa.text("registers.live"))
    return [
        register_of(row) for row in connection.execute(query.order_by(table.c.created.desc(), table.c.handle.desc()))
    ]


def register(connection: Connection, tenant: str, handle: str) -> RegisterRecord:
    """One plain register, live or not."""
    table = schema.registers
    row = connection.execute(sa.select(table).where(table.c.handle == handle, table.c.tenant == tenant)).first()
    if row is None:
        raise UnknownNameError.of("handle", handle, "a register of this tenant")
    return register_of(row)


def repeats(connection: Connection, wanted: Sequence[tuple[str, Idempotency]]) -> list[Repeated | QloakError | None]:
    """Which keys were used, and for what."""
    claims = find_keys(connection, {(tenant, key.key) for tenant, key in wanted})
    found = objects_by_id(connection, list({claim.object_id for claim in claims.values()})) if claims else {}
    answers: list[Repeated | QloakError | None] = []
    for tenant, key in wanted:
        claim = claims.get((tenant, key.key))
        if claim is None:
            answers.append(None)
        elif claim.digest != key_digest(key):
            answers.append(IdempotencyError(f"The idempotency key {key.key!r} was used for another request."))
        else:
            answers.append(Repeated(found[claim.object_id]))
    return answers
