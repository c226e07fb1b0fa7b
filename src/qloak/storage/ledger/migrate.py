"""Bringing a ledger's tables to the newest revision."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from ...errors import ConflictError
from ..database import is_sqlite, place_of, read, write
from ..ids import new_id
from . import schema
from .meta import get_meta, set_meta

__all__ = ["migrate", "revision_of", "revisions", "upgrade"]

_FOLDER = Path(__file__).parent / "migrations"
_TABLE = "alembic_version"
_LOCK = 0x716C6F616C
"""Number of the advisory lock under which PostgreSQL's tables are changed."""


def migrate(engine: Engine) -> None:
    """Upgrade to `schema.HEAD`, all steps in one transaction; a new ledger gets its vault id.

    Raises:
        ConflictError: if a newer Qloak wrote this ledger; it is left as it is.
    """
    with read(engine) as connection:
        if revision_of(connection) == schema.HEAD:
            return
    with write(engine) as connection:
        if not is_sqlite(engine):
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_LOCK})")
        upgrade(connection, place=place_of(engine))
        if get_meta(connection, "vault_id") is None:
            for key, value in (("vault_id", new_id("vault-")), ("epoch", "0"), ("sealed_to", "0")):
                set_meta(connection, key, value)


def revision_of(connection: Connection) -> str | None:
    """The revision of the tables; None for an empty database."""
    if not sa.inspect(connection).has_table(_TABLE):
        return None
    return connection.exec_driver_sql(f"SELECT version_num FROM {_TABLE}").scalar()


def revisions() -> frozenset[str]:
    """All revisions that this version knows."""
    from alembic.script import ScriptDirectory

    script = ScriptDirectory(str(_FOLDER), version_locations=[str(_FOLDER)])
    return frozenset(step.revision for step in script.walk_revisions())


def upgrade(connection: Connection, *, target: str = "head", place: str = "ledger") -> None:
    """Take the steps from the present revision to `target`.

    Args:
        connection: in a writing transaction.
        target: a revision, or "head".
        place: named in the error.
    """
    # Slow to import, and needed once in a ledger's life.
    from alembic.migration import MigrationContext
    from alembic.operations import Operations
    from alembic.script import ScriptDirectory

    script = ScriptDirectory(str(_FOLDER), version_locations=[str(_FOLDER)])
    present = revision_of(connection)
    known = {revision.revision for revision in script.walk_revisions()}
    if present is not None and present not in known:
        raise ConflictError(f"{place}: a newer Qloak wrote this ledger (revision {present}). Install that version.")
    context = MigrationContext.configure(connection, opts={"transactional_ddl": True})
    for step in reversed(list(script.iterate_revisions(target, present or "base"))):
        with Operations.context(context):
            step.module.upgrade()
        context.stamp(script, step.revision)
