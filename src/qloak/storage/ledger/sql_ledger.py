"""The ledger in a database."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy.engine import Engine

from ...errors import IdempotencyError, QloakError, UnknownNameError, UsageError
from ..database import database_file, is_sqlite, open_database, read, write
from . import queries, schema
from .audit import AuditLog, event_row
from .batch import Batch, Outcome
from .leases import FolderLock, Lease
from .locks import claim_keys, key_digest
from .meta import get_meta, set_meta
from .migrate import migrate
from .protocol import Newest, Repeated
from .providers import ProviderStore
from .records import Change, Event, Idempotency, NewObject, ObjectRecord, ObjectState, RegisterRecord
from .rows import objects_by_id
from .tenants import TenantStore
from .tokens import TokenStore

__all__ = ["SqlLedger"]

_LARGEST_PAGE = 1000


class SqlLedger:
    """A ledger in SQLite, for one process at a time, or in PostgreSQL, for several.

    Implements `protocol.Ledger`; `open` makes one.

    Attributes:
        engine: the database.
        vault_id: the name of this vault for ever, also as a holder in the world.
        audit: the audit log.
        tenants, tokens, providers: who may use the vault, and what it uses.
    """

    def __init__(self, engine: Engine, lease: Lease, vault_id: str, lock: FolderLock | None) -> None:
        self.engine = engine
        self.vault_id = vault_id
        self.audit = AuditLog(engine)
        self.tenants = TenantStore(engine)
        self.tokens = TokenStore(engine)
        self.providers = ProviderStore(engine)
        self._lease = lease
        self._lock = lock

    @classmethod
    def open(cls, place: str | Path, *, worker: str | None = None, create: bool = True) -> Self:
        """Open a ledger and bring its tables to the newest revision.

        Args:
            place: a file, or a URL of PostgreSQL.
            worker: a name that stays the same over restarts: then what an earlier life left unfinished is taken
                up at once, and not only after its lease has run out. Two processes must not use the same.
            create: whether a missing file may be made.

        Raises:
            LockedError: if another process has this file open.
            ConflictError: if a newer Qloak wrote this ledger.
            VaultMissingError, IntegrityError, UnavailableError, UsageError: as `database.open_database`.
        """
        with contextlib.ExitStack() as undo:
            lock = None
            file = database_file(place)
            # Nobody may even look into a file that another process is at work on.
            if file is not None and (create or file.exists()):
                lock = FolderLock(file.with_name(file.name + ".lock"))
                undo.callback(lock.release)
            engine = open_database(place, create=create)
            undo.callback(engine.dispose)
            migrate(engine)
            with write(engine) as connection:
                lease = Lease.begin(connection, name=worker, alone=is_sqlite(engine))
                vault_id = get_meta(connection, "vault_id") or ""
            undo.pop_all()
        return cls(engine, lease, vault_id, lock)

    def close(self) -> None:
        """End this worker's life and let others in; again is harmless."""
        # Whether or not the database still answers: what was begun is on record, and the lease runs out.
        with contextlib.suppress(QloakError), write(self.engine) as connection:
            self._lease.end(connection)
        self.engine.dispose()
        if self._lock is not None:
            self._lock.release()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()

    # --- objects ---------------------------------------------------------------------------------------------

    def create(self, objects: Sequence[NewObject]) -> list[Outcome]:
        """See `protocol.Ledger.create`."""
        with self._batch() as batch:
            return batch.create(objects)

    def change(self, changes: Sequence[Change]) -> list[Outcome]:
        """See `protocol.Ledger.change`."""
        with self._batch() as batch:
            return batch.change(changes)

    def get(self, tenant: str | None, object_ids: Sequence[str]) -> list[ObjectRecord | QloakError]:
        """See `protocol.Ledger.get`."""
        with read(self.engine) as connection:
            found = objects_by_id(connection, list(dict.fromkeys(object_ids)))
        return [
            found[object_id]
            if object_id in found and tenant in (None, found[object_id].tenant)
            else UnknownNameError.of("object", object_id, "the id of an object")
            for object_id in object_ids
        ]

    def find(self, tenant: str, name_or_id: str) -> ObjectRecord:
        """The object of this id, else the only live one of this name, else the newest of this name.

        Raises:
            UnknownNameError: if there is none.
            UsageError: if several live objects have this name.
        """
        with read(self.engine) as connection:
            return queries.find(connection, tenant, name_or_id)

    def page(
        self, tenant: str, *, after: str = "", limit: int = 100, states: Sequence[ObjectState] = ()
    ) -> list[ObjectRecord]:
        """See `protocol.Ledger.page`."""
        if not 1 <= limit <= _LARGEST_PAGE:
            raise UsageError.of("limit", limit, f"a number from 1 to {_LARGEST_PAGE}")
        with read(self.engine) as connection:
            return queries.page(connection, tenant, after=after, limit=limit, states=states)

    def newest(self, tenant: str, which: Newest) -> list[ObjectRecord]:
        """See `protocol.Ledger.newest`."""
        if not 1 <= which.limit <= _LARGEST_PAGE:
            raise UsageError.of("limit", which.limit, f"a number from 1 to {_LARGEST_PAGE}")
        with read(self.engine) as connection:
            return queries.newest(connection, tenant, which)

    def count(self, tenant: str | None = None) -> dict[ObjectState, int]:
        """How many objects are in each state; None: of all tenants."""
        with read(self.engine) as connection:
            return queries.count(connection, tenant)

    def iter_objects(self) -> Iterator[list[ObjectRecord]]:
        """All objects of all tenants as they are at one moment, by id, in pieces."""
        with read(self.engine) as connection:
            yield from queries.iter_objects(connection)

    def repeated(self, tenant: str, idempotency: Idempotency) -> Repeated | None:
        """See `protocol.Ledger.repeated`."""
        (answer,) = self.repeats([(tenant, idempotency)])
        if isinstance(answer, QloakError):
            raise answer
        return answer

    def repeats(self, wanted: Sequence[tuple[str, Idempotency]]) -> list[Repeated | QloakError | None]:
        """See `protocol.Ledger.repeats`."""
        if not wanted:
            return []
        with read(self.engine) as connection:
            return queries.repeats(connection, wanted)

    def claim(self, tenant: str, idempotency: Idempotency) -> bool:
        """Take a key for a request that concerns no object; whether it was free.

        Raises:
            IdempotencyError: if the key was used for another request.
        """
        digest, key = key_digest(idempotency), (tenant, idempotency.key)
        with write(self.engine) as connection:
            claim = claim_keys(connection, {key: (digest, "")})[key]
        if claim.digest != digest:
            raise IdempotencyError(f"The idempotency key {idempotency.key!r} was used for another request.")
        return claim.fresh

    def give_back(self, tenant: str, idempotency: Idempotency) -> None:
        """Forget the key of a request that was refused: it can be tried again, or used for another."""
        table = schema.idempotency
        mine = table.c.digest == key_digest(idempotency)
        with write(self.engine) as connection:
            connection.execute(table.delete().where(table.c.tenant == tenant, table.c.key == idempotency.key, mine))

    def to_free(self, limit: int = 1000) -> list[ObjectRecord]:
        """See `protocol.Ledger.to_free`; which parcels are meant: `ObjectRecord.superfluous`."""
        with read(self.engine) as connection:
            return queries.to_free(connection, limit)

    # --- work in progress ------------------------------------------------------------------------------------

    @property
    def worker(self) -> str:
        """Name of this life of this worker, as records show it."""
        return self._lease.worker

    def unfinished(self, limit: int = 1000) -> list[ObjectRecord]:
        """See `protocol.Ledger.unfinished`; the revision grows, so that the former worker is too late."""
        with write(self.engine) as connection:
            self._lease.beat(connection)
            ids = queries.unfinished(connection, self._lease.alive(connection), limit)
            if not ids:
                return []
            objects, intents = schema.objects, schema.intents
            raised = objects.update().values(revision=objects.c.revision + 1)
            connection.execute(raised.where(objects.c.object_id.in_(ids)))
            connection.execute(intents.update().where(intents.c.object_id.in_(ids)).values(worker=self.worker))
            return list(objects_by_id(connection, ids).values())

    def let_go(self, object_ids: Sequence[str]) -> None:
        """Leave intents of this worker to anybody: `unfinished` gives them out again, also to this worker."""
        table = schema.intents
        with write(self.engine) as connection:
            mine = table.update().where(table.c.object_id.in_(object_ids), table.c.worker == self.worker)
            connection.execute(mine.values(worker=""))

    def heartbeat(self) -> None:
        """Renew the lease; call it more often than `leases.LEASE_SECONDS` while a call to others takes long."""
        with write(self.engine) as connection:
            self._lease.beat(connection, force=True)

    # --- registers -------------------------------------------------------------------------------------------

    def registers(self, tenant: str) -> list[RegisterRecord]:
        """See `protocol.Ledger.registers`."""
        with read(self.engine) as connection:
            return queries.registers(connection, tenant)

    def register(self, tenant: str, handle: str) -> RegisterRecord:
        """See `protocol.Ledger.register`."""
        with read(self.engine) as connection:
            return queries.register(connection, tenant, handle)

    def move_registers(
        self, *, add: Sequence[RegisterRecord], void: Sequence[tuple[str, str]], event: Event | None = None
    ) -> None:
        """See `protocol.Ledger.move_registers`; the event goes to the log of the first one's tenant.

        Raises:
            UnknownNameError: if a register to be voided is not that tenant's.
            ConflictError: if one is void already, or a new one's name is taken.
        """
        with self._batch() as batch:
            batch.move_registers(add, void, event)

    # --- the vault as a whole --------------------------------------------------------------------------------

    @property
    def epoch(self) -> int:
        """The epoch that the world gave this vault; 0 before the first."""
        with read(self.engine) as connection:
            return int(get_meta(connection, "epoch") or 0)

    def set_epoch(self, epoch: int) -> None:
        """Remember the epoch that the world gave."""
        with write(self.engine) as connection:
            set_meta(connection, "epoch", str(epoch))

    def note(self, tenant: str, event: Event) -> None:
        """Write a line of the audit log that comes with no change of an object or register."""
        with write(self.engine) as connection:
            connection.execute(schema.audit.insert(), [event_row(tenant, event, time.time())])

    @contextlib.contextmanager
    def _batch(self) -> Iterator[Batch]:
        with write(self.engine) as connection:
            self._lease.beat(connection)
            yield Batch(connection, self.worker, time.time())
