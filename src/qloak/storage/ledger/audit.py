"""Who did what: lines written with what they tell, chained afterwards so that nobody can change the past unseen.

Every sealed line has a seal, SHA-256 over the seal of the tenant's line before it and over the line itself. A
line that is edited, removed or put in between breaks the chain from there on, and each tenant's last seal is kept
beside it, so that a missing end is seen too. What this cannot show: lines removed before they were sealed, and
a chain computed anew by somebody who can write everything. Against that, keep `head` elsewhere.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine, Row

from ...errors import IntegrityError
from ..database import is_sqlite, read, write
from . import schema
from .meta import get_meta, set_meta
from .records import Event
from .rows import compact

__all__ = ["AuditEntry", "AuditLog", "ChainHead", "event_row"]

_START: Final = bytes(32)
_BATCH: Final = 5000


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """One line.

    Attributes:
        entry_id: ascends with time.
        tenant: whose log this is.
        at: wall clock, seconds since 1970.
        actor, action, subject: as in `records.Event`.
        detail: JSON text.
        seal: hexadecimal, or "" for a line that is not sealed yet.
    """

    entry_id: int
    tenant: str
    at: float
    actor: str
    action: str
    subject: str
    detail: str
    seal: str = ""


@dataclass(frozen=True, slots=True)
class ChainHead:
    """Where a tenant's chain ends.

    Attributes:
        entry_id: the last sealed line.
        entries: how many lines are sealed.
        seal: hexadecimal.
    """

    entry_id: int
    entries: int
    seal: str


def event_row(tenant: str, event: Event, now: float) -> dict[str, object]:
    """The row of an event."""
    return {
        "tenant": tenant,
        "at": now,
        "actor": event.actor,
        "action": event.action,
        "subject": event.subject,
        "detail": compact(event.detail) if event.detail else "",
    }


class AuditLog:
    """The audit lines of a ledger."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def page(self, tenant: str, *, after: int = 0, limit: int = 100, subject: str = "") -> list[AuditEntry]:
        """Lines with an entry id greater than `after`, ascending; only those about `subject` if one is given."""
        query = _select(tenant).where(schema.audit.c.entry_id > after).limit(limit)
        if subject:
            query = query.where(schema.audit.c.subject == subject)
        with read(self._engine) as connection:
            return [_entry(row) for row in connection.execute(query)]

    def newest(
        self, tenant: str, *, before: int = 0, limit: int = 100, subject: str = "", actions: Sequence[str] = ()
    ) -> list[AuditEntry]:
        """The other way round: lines with an entry id less than `before`, descending; 0 begins with the last.

        Args:
            tenant: whose log.
            before: where to go on.
            limit: how many at most.
            subject: only lines about this.
            actions: only lines of these; none for all.
        """
        query = _select(tenant).order_by(None).order_by(schema.audit.c.entry_id.desc()).limit(limit)
        if before:
            query = query.where(schema.audit.c.entry_id < before)
        if subject:
            query = query.where(schema.audit.c.subject == subject)
        if actions:
            query = query.where(schema.audit.c.action.in_(actions))
        with read(self._engine) as connection:
            return [_entry(row) for row in connection.execute(query)]

    def seal(self, limit: int = 10_000) -> int:
        """Seal the oldest lines that have none; call it now and then, from anywhere.

        Args:
            limit: how many at most, so that a transaction stays short.

        Returns:
            How many were sealed.
        """
        horizon = self._horizon()
        with write(self._engine) as connection:
            begun = int(get_meta(connection, "sealed_to", lock=True) or 0)
            entry_id = schema.audit.c.entry_id
            query = sa.select(schema.audit).where(entry_id > begun, entry_id <= horizon)
            rows = list(connection.execute(query.order_by(entry_id).limit(limit)))
            if rows:
                self._extend(connection, rows)
                set_meta(connection, "sealed_to", str(rows[-1].entry_id))
        return len(rows)

    def head(self, tenant: str) -> ChainHead | None:
        """Where the chain of a tenant ends; None before its first seal."""
        with read(self._engine) as connection:
            row = connection.execute(sa.select(schema.audit_heads).where(schema.audit_heads.c.tenant == tenant)).first()
        return None if row is None else ChainHead(row.entry_id, row.entries, row.seal.hex())

    def tenants(self) -> list[str]:
        """Everybody who has a log."""
        logged = sa.select(schema.audit.c.tenant).union(sa.select(schema.audit_heads.c.tenant))
        with read(self._engine) as connection:
            return sorted(connection.execute(logged).scalars())

    def verify_chain(self, tenant: str) -> int:
        """Compute the chain of a tenant again.

        Returns:
            How many lines are sealed and as they were.

        Raises:
            IntegrityError: naming the first line at which the chain does not hold.
        """
        seal, entries, last = _START, 0, 0
        with read(self._engine) as connection:
            sealed_to = int(get_meta(connection, "sealed_to") or 0)
            head = connection.execute(
                sa.select(schema.audit_heads).where(schema.audit_heads.c.tenant == tenant)
            ).first()
            for row in _lines(connection, _select(tenant).where(schema.audit.c.entry_id <= sealed_to)):
                seal = _next_seal(seal, row)
                if row.seal != seal:
                    raise IntegrityError(
                        f"The audit log of {tenant} was changed: line {row.entry_id} is not what was sealed, "
                        f"or lines between {last} and it are missing."
                    )
                entries, last = entries + 1, row.entry_id
        expected = (0, _START) if head is None else (head.entries, head.seal)
        if (entries, seal) != expected:
            raise IntegrityError(f"The audit log of {tenant} was changed: lines after {last} are missing.")
        return entries

    def _horizon(self) -> int:
        """The last line, with nothing before it that is still to appear."""
        last = sa.select(sa.func.max(schema.audit.c.entry_id))
        if is_sqlite(self._engine):
            with read(self._engine) as connection:
                return connection.execute(last).scalar() or 0
        with write(self._engine) as connection:
            # Numbers are given before a transaction ends, so a lower one could become visible later. Whoever holds
            # this lock sees every number that was given; it waits for writers, and they for it, so it is let go
            # at once.
            connection.exec_driver_sql("LOCK TABLE audit IN SHARE MODE")
            return connection.execute(last).scalar() or 0

    @staticmethod
    def _extend(connection: Connection, rows: Sequence[Row[Any]]) -> None:
        """Put seals on lines, each tenant's after its own last one."""
        named = {row.tenant for row in rows}
        query = sa.select(schema.audit_heads).where(schema.audit_heads.c.tenant.in_(named))
        heads = {row.tenant: (row.entries, row.seal) for row in connection.execute(query)}
        known = set(heads)
        last: dict[str, int] = {}
        seals = []
        for row in rows:
            entries, seal = heads.get(row.tenant, (0, _START))
            seal = _next_seal(seal, row)
            heads[row.tenant] = (entries + 1, seal)
            last[row.tenant] = row.entry_id
            seals.append({"entry_id": row.entry_id, "seal": seal})
        connection.execute(schema.seals.insert(), seals)
        for tenant, entry_id in last.items():
            entries, seal = heads[tenant]
            values = {"tenant": tenant, "entry_id": entry_id, "entries": entries, "seal": seal}
            table = schema.audit_heads
            if tenant in known:
                connection.execute(table.update().where(table.c.tenant == tenant).values(values))
            else:
                connection.execute(table.insert().values(values))


def _select(tenant: str) -> sa.Select[Any]:
    joined = schema.audit.outerjoin(schema.seals, schema.audit.c.entry_id == schema.seals.c.entry_id)
    query = sa.select(schema.audit, schema.seals.c.seal).select_from(joined)
    return query.where(schema.audit.c.tenant == tenant).order_by(schema.audit.c.entry_id)


def _entry(row: Row[Any]) -> AuditEntry:
    fields = row._asdict()
    seal = fields.pop("seal")
    return AuditEntry(**fields, seal="" if seal is None else seal.hex())


def _lines(connection: Connection, query: sa.Select[Any]) -> Iterator[Row[Any]]:
    """Rows of a query without keeping all of them."""
    after = 0
    while rows := connection.execute(query.where(schema.audit.c.entry_id > after).limit(_BATCH)).all():
        yield from rows
        after = rows[-1].entry_id


def _next_seal(previous: bytes, row: Row[Any]) -> bytes:
    """The seal of a line after the one that has the seal `previous`."""
    line = compact([row.entry_id, row.tenant, row.at, row.actor, row.action, row.subject, row.detail])
    return hashlib.sha256(previous + line.encode()).digest()
