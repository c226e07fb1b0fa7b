"""The few facts about the ledger as a whole."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from . import schema

__all__ = ["get_meta", "set_meta"]


def get_meta(connection: Connection, key: str, *, lock: bool = False) -> str | None:
    """The value of a key; `lock` keeps others from writing it until the transaction ends."""
    query = sa.select(schema.meta.c.value).where(schema.meta.c.key == key)
    return connection.execute(query.with_for_update() if lock else query).scalar()


def set_meta(connection: Connection, key: str, value: str) -> None:
    """Set the value of a key."""
    changed = connection.execute(schema.meta.update().where(schema.meta.c.key == key).values(value=value))
    if not changed.rowcount:
        connection.execute(schema.meta.insert().values(key=key, value=value))
