"""Whose objects there are: tenants see nothing of each other."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Engine, Row

from ...errors import ConflictError, UnknownNameError, UsageError
from ..database import read, write
from . import schema
from .audit import event_row
from .quotas import NO_QUOTA, Quota, Usage, usage
from .records import Event

__all__ = ["Tenant", "TenantStore", "check_tenant"]

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


@dataclass(frozen=True, slots=True)
class Tenant:
    """Somebody with objects.

    Attributes:
        name: small letters, digits and `._-`, at most 64.
        created: wall clock, seconds since 1970.
        quota: how much it may store.
    """

    name: str
    created: float
    quota: Quota = NO_QUOTA


def check_tenant(name: str) -> str:
    """The name, if it can be a tenant's.

    Raises:
        UsageError: if it cannot.
    """
    if not _NAME.fullmatch(name):
        raise UsageError.of("tenant", name, "1 to 64 of a-z, 0-9, '.', '_' and '-', beginning with a letter or digit")
    return name


class TenantStore:
    """The tenants of a ledger."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, name: str, *, quota: Quota = NO_QUOTA, actor: str = "local") -> Tenant:
        """Make a tenant.

        Raises:
            ConflictError: if there is one of this name.
        """
        tenant = Tenant(check_tenant(name), time.time(), quota)
        event = Event(actor=actor, action="tenant.add", subject=name)
        with write(self._engine) as connection:
            if connection.execute(_named(name)).first() is not None:
                raise ConflictError(f"There is a tenant {name} already.")
            limits = {"max_objects": quota.max_objects, "max_qubits": quota.max_qubits}
            connection.execute(schema.tenants.insert().values(tenant=name, created=tenant.created, **limits))
            connection.execute(schema.audit.insert(), [event_row(name, event, tenant.created)])
        return tenant

    def limit(self, name: str, quota: Quota, *, actor: str = "local") -> Tenant:
        """Give a tenant another quota; what it has stored beyond that stays.

        Raises:
            UnknownNameError: if there is none of this name.
        """
        table, now = schema.tenants, time.time()
        limits = {"max_objects": quota.max_objects, "max_qubits": quota.max_qubits}
        with write(self._engine) as connection:
            changed = connection.execute(table.update().where(table.c.tenant == name).values(limits))
            if changed.rowcount:
                event = Event(actor, "tenant.limit", name, limits)
                connection.execute(schema.audit.insert(), [event_row(name, event, now)])
        return self.get(name)

    def list(self) -> list[Tenant]:
        """All tenants, by name."""
        with read(self._engine) as connection:
            rows = connection.execute(sa.select(schema.tenants).order_by(schema.tenants.c.tenant)).all()
        return [_tenant(row) for row in rows]

    def usage(self) -> dict[str, Usage]:
        """What tenants that have a quota have stored."""
        limited = [tenant.name for tenant in self.list() if tenant.quota != NO_QUOTA]
        if not limited:
            return {}
        with read(self._engine) as connection:
            return usage(connection, limited)

    def get(self, name: str) -> Tenant:
        """One tenant.

        Raises:
            UnknownNameError: if there is none of this name.
        """
        with read(self._engine) as connection:
            row = connection.execute(_named(name)).first()
        if row is None:
            raise UnknownNameError.of("tenant", name, "a tenant", "`qloak tenant ls` lists them.")
        return _tenant(row)


def _named(name: str) -> sa.Select[Any]:
    return sa.select(schema.tenants).where(schema.tenants.c.tenant == name)


def _tenant(row: Row[Any]) -> Tenant:
    return Tenant(row.tenant, row.created, Quota(row.max_objects, row.max_qubits))
