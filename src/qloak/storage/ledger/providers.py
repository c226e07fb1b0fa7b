"""Which providers a vault uses and how it reaches them."""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, cast

import sqlalchemy as sa
from sqlalchemy.engine import Engine, Row

from ...errors import ConflictError, UnknownNameError, UsageError
from ..database import read, write
from . import schema
from .rows import compact
from .tenants import check_tenant

__all__ = ["ProviderRecord", "ProviderStore"]


@dataclass(frozen=True, slots=True)
class ProviderRecord:
    """A provider, as it was configured.

    Attributes:
        name: as for tenants.
        kind: in the vault's own process, or behind a URL.
        url: for `http`, else "".
        token: what the provider asks for. It is kept as it is, for it must be sent as it is; it stays out of logs
            and reprs, and the database file belongs to its user alone (mode 600). On PostgreSQL the server's
            access rules protect it.
        options: JSON; such as capacity and memory times of an embedded one.
        created: wall clock, seconds since 1970.
    """

    name: str
    kind: Literal["embedded", "http"] = "embedded"
    url: str = ""
    token: str = field(default="", repr=False)
    options: Mapping[str, object] = field(default_factory=dict)
    created: float = 0.0


class ProviderStore:
    """The providers of a ledger."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, record: ProviderRecord) -> ProviderRecord:
        """Add a provider.

        Raises:
            ConflictError: if there is one of this name.
            UsageError: if its name or its URL cannot be used.
        """
        check_tenant(record.name)
        if (record.kind == "http") != record.url.startswith(("http://", "https://")):
            raise UsageError.of("url", record.url, "http://… or https://… for a provider of kind http, else nothing")
        record = replace(record, created=record.created or time.time())
        row = {name: getattr(record, name) for name in ("name", "kind", "url", "token", "created")}
        with write(self._engine) as connection:
            if connection.execute(_named(record.name)).first() is not None:
                raise ConflictError(f"There is a provider {record.name} already.")
            connection.execute(schema.providers.insert().values(row | {"options": compact(record.options)}))
        return record

    def list(self) -> list[ProviderRecord]:
        """All providers, in the order in which they were added."""
        query = sa.select(schema.providers).order_by(schema.providers.c.created, schema.providers.c.name)
        with read(self._engine) as connection:
            return [_record(row) for row in connection.execute(query)]

    def get(self, name: str) -> ProviderRecord:
        """One provider.

        Raises:
            UnknownNameError: if there is none of this name.
        """
        with read(self._engine) as connection:
            row = connection.execute(_named(name)).first()
        if row is None:
            raise UnknownNameError.of("provider", name, "a provider", "`qloak provider ls` lists them.")
        return _record(row)

    def remove(self, name: str) -> None:
        """Forget a provider; what it keeps, it keeps.

        Raises:
            UnknownNameError: if there is none of this name.
        """
        with write(self._engine) as connection:
            if not connection.execute(schema.providers.delete().where(schema.providers.c.name == name)).rowcount:
                raise UnknownNameError.of("provider", name, "a provider", "`qloak provider ls` lists them.")


def _named(name: str) -> sa.Select[Any]:
    return sa.select(schema.providers).where(schema.providers.c.name == name)


def _record(row: Row[Any]) -> ProviderRecord:
    return ProviderRecord(
        name=row.name,
        kind=cast("Literal['embedded', 'http']", row.kind),
        url=row.url,
        token=row.token,
        options=json.loads(row.options),
        created=row.created,
    )
