"""One bulk call: decide item by item, then write everything at once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Final, TypeVar

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from ...errors import (
    ConflictError,
    IdempotencyError,
    IntegrityError,
    QloakError,
    RedeemInProgressError,
    UnknownNameError,
    UsageError,
)
from . import schema
from .audit import event_row
from .locks import Claim, Key, LockedObject, claim_keys, insert, key_digest, lock_objects, lock_registers
from .protocol import Repeated
from .quotas import Room, rooms
from .records import TRANSITIONS, Change, Event, Idempotency, NewObject, ObjectRecord, ObjectState, RegisterRecord
from .rows import chunks, compact, object_row, objects_by_id, register_row

__all__ = ["Batch", "Outcome"]

Outcome = ObjectRecord | Repeated | QloakError

_Item = TypeVar("_Item", NewObject, Change)

_MAX_NAME: Final = 200
_MAX_KEY: Final = 128
_FIXED: Final = ("object_id", "tenant", "num_qubits", "custody", "created")
"""Columns that say what an object is; a change does not touch them."""


@dataclass(slots=True)
class Batch:
    """What is known of the things of one bulk call, and what shall be written.

    Attributes:
        connection: in a writing transaction.
        worker: who works on the intents.
        now: wall clock, seconds since 1970.
    """

    connection: Connection
    worker: str
    now: float
    _claims: dict[Key, Claim] = field(default_factory=dict)
    _objects: dict[str, LockedObject] = field(default_factory=dict)
    _handles: dict[str, tuple[str, bool]] = field(default_factory=dict)
    _rooms: dict[str, Room] = field(default_factory=dict)
    _created: list[dict[str, object]] = field(default_factory=list)
    _changed: dict[str, dict[str, object]] = field(default_factory=dict)
    _intents: dict[str, str | None] = field(default_factory=dict)
    _registers: list[dict[str, object]] = field(default_factory=list)
    _voided: list[str] = field(default_factory=list)
    _events: list[dict[str, object]] = field(default_factory=list)

    # --- the three kinds of calls ----------------------------------------------------------------------------

    def create(self, objects: Sequence[NewObject]) -> list[Outcome]:
        """Begin objects; see `protocol.Ledger.create`."""
        self._lock(objects, [new.voids for new in objects if new.voids is not None])
        self._rooms = rooms(self.connection, {new.record.tenant for new in objects})
        return self._run(objects, self._create)

    def change(self, changes: Sequence[Change]) -> list[Outcome]:
        """Compare and set; see `protocol.Ledger.change`."""
        added = [register.handle for item in changes for register in item.registers]
        self._lock(changes, added + [handle for item in changes for handle in item.voids])
        return self._run(changes, self._change)

    def move_registers(
        self, add: Sequence[RegisterRecord], void: Sequence[tuple[str, str]], event: Event | None
    ) -> None:
        """Add and void registers, all or nothing; see `protocol.Ledger.move_registers`."""
        self._handles = lock_registers(self.connection, [r.handle for r in add] + [handle for _, handle in void])
        for tenant, handle in void:
            self._move(tenant, (), (handle,))
        for register in add:
            self._move(register.tenant, (register,), ())
        owners = [register.tenant for register in add] + [tenant for tenant, _ in void]
        if event is not None and owners:
            self._events.append(event_row(owners[0], event, self.now))
        self._write()

    # --- deciding --------------------------------------------------------------------------------------------

    def _lock(self, items: Sequence[NewObject] | Sequence[Change], handles: Sequence[str]) -> None:
        wanted: dict[Key, tuple[bytes, str]] = {}
        for item in items:
            key = item.idempotency
            # One that cannot be stored is refused in its item's place, by `_repeat`.
            if key is not None and _is_storable(key.key, _MAX_KEY):
                wanted.setdefault((item.record.tenant, key.key), (key_digest(key), item.record.object_id))
        self._claims = claim_keys(self.connection, wanted)
        self._objects = lock_objects(self.connection, [item.record.object_id for item in items])
        self._handles = lock_registers(self.connection, handles)

    def _run(self, items: Sequence[_Item], step: Callable[[_Item], ObjectRecord]) -> list[Outcome]:
        """Decide all items, write, and look up the objects of repeated keys."""
        answers: dict[Key, ObjectRecord | QloakError] = {}
        outcomes: list[ObjectRecord | QloakError | Claim] = []
        for item in items:
            outcome: ObjectRecord | QloakError | Claim
            try:
                outcome = self._repeat(item.record.tenant, item.idempotency, answers) or step(item)
            except QloakError as error:
                outcome = error
            if item.idempotency is not None and not isinstance(outcome, Claim):
                answers.setdefault((item.record.tenant, item.idempotency.key), outcome)
            outcomes.append(outcome)
        self._give_back({key for key, answer in answers.items() if isinstance(answer, QloakError)})
        self._write()
        repeated = objects_by_id(self.connection, list({o.object_id for o in outcomes if isinstance(o, Claim)}))
        return [_answer(outcome, repeated) for outcome in outcomes]

    def _repeat(
        self, tenant: str, idempotency: Idempotency | None, answers: dict[Key, ObjectRecord | QloakError]
    ) -> Claim | None:
        """The claim of a key that has been used; None for a request that is to be done now.

        Raises:
            IdempotencyError: if the key was used for another request.
            QloakError: what the same request was answered earlier in this call.
        """
        if idempotency is None:
            return None
        claim = self._claims.get((tenant, idempotency.key))
        if claim is None:
            raise UsageError.of("idempotency_key", idempotency.key, f"at most {_MAX_KEY} characters of text")
        if claim.digest != key_digest(idempotency):
            raise IdempotencyError(f"The idempotency key {idempotency.key!r} was used for another request.")
        answer = answers.get((tenant, idempotency.key))
        if isinstance(answer, QloakError):
            raise answer
        return None if claim.fresh and answer is None else claim

    def _create(self, new: NewObject) -> ObjectRecord:
        record = new.record
        if record.object_id in self._objects:
            raise ConflictError(f"There is an object {record.object_id} already.")
        if record.state is not ObjectState.STORING or record.intent is None:
            raise UsageError.of("state", record.state.value, "storing, with its intent")
        _check_name(record.name)
        room = self._rooms.get(record.tenant)
        if room is not None:
            room.check(record)
        self._move(record.tenant, (), () if new.voids is None else (new.voids,))
        if room is not None:
            room.take(record)
        record = replace(record, created=self.now, updated=self.now, revision=1, worker=self.worker)
        self._created.append(object_row(record))
        self._note(record, new.event)
        return record

    def _change(self, item: Change) -> ObjectRecord:
        seen, record = item.seen, item.record
        current = self._objects.get(seen.object_id)
        if current is None or current.tenant != seen.tenant:
            raise UnknownNameError.of("object", seen.object_id, "an object of this tenant")
        _check_revision(seen, current)
        if record.state not in TRANSITIONS[current.state]:
            raise ConflictError(f"{seen.object_id} is {current.state.value} and cannot become {record.state.value}.")
        if any(getattr(record, name) != getattr(seen, name) for name in _FIXED):
            raise UsageError.of("record", record.object_id, f"the same {', '.join(_FIXED)} as before")
        _check_name(record.name)
        self._move(record.tenant, item.registers, item.voids)
        worker = "" if record.intent is None else self.worker
        record = replace(record, updated=self.now, revision=current.revision + 1, worker=worker)
        self._changed[record.object_id] = object_row(record)
        self._note(record, item.event, had_intent=seen.intent is not None)
        return record

    def _note(self, record: ObjectRecord, event: Event | None, *, had_intent: bool = False) -> None:
        """Remember an object that was decided, with its intent and its line in the audit log."""
        self._objects[record.object_id] = LockedObject(record.tenant, record.state, record.revision)
        if record.intent is not None or had_intent:
            self._intents[record.object_id] = None if record.intent is None else compact(record.intent)
        if event is not None:
            self._events.append(event_row(record.tenant, event, self.now))

    def _move(self, tenant: str, add: Sequence[RegisterRecord], void: Sequence[str]) -> None:
        """Add and void registers, if all of it can be done."""
        for handle in void:
            owner, live = self._handles.get(handle, ("", False))
            if owner != tenant:
                raise UnknownNameError.of("handle", handle, "a register of this tenant")
            if not live:
                raise ConflictError(f"The register {handle} is void: it was stored, given away or discarded.")
        taken = [register.handle for register in add if register.handle in self._handles]
        if taken:
            raise ConflictError(f"There is a register {taken[0]} already.")
        for handle in void:
            self._handles[handle] = (tenant, False)
            self._voided.append(handle)
        for register in add:
            self._handles[register.handle] = (register.tenant, register.live)
            self._registers.append(register_row(replace(register, created=register.created or self.now)))

    # --- writing ---------------------------------------------------------------------------------------------

    def _give_back(self, keys: set[Key]) -> None:
        """Forget keys of requests that were refused: they can be tried again."""
        unused = [key for key in sorted(keys) if key in self._claims and self._claims[key].fresh]
        table = schema.idempotency
        statement = table.delete().where(table.c.tenant == sa.bindparam("t"), table.c.key == sa.bindparam("k"))
        if unused:
            self.connection.execute(statement, [{"t": tenant, "k": key} for tenant, key in unused])

    def _write(self) -> None:
        """Write what has been decided, each table once."""
        for statement, rows in (
            (_NEW_OBJECTS, self._created),
            (_NEW_REGISTERS, self._registers),
            (_NEW_EVENTS, self._events),
        ):
            if rows:
                self.connection.execute(statement, rows)
        self._write_changed()
        self._write_intents()
        for chunk in chunks(self._voided):
            self.connection.execute(_VOID, {"ids": chunk})

    def _write_changed(self) -> None:
        if self._changed:
            rows = [{"at": at} | {name: row[name] for name in _CHANGING} for at, row in self._changed.items()]
            self.connection.execute(_CHANGE, rows)

    def _write_intents(self) -> None:
        begun = [
            {"object_id": object_id, "worker": self.worker, "intent": intent}
            for object_id, intent in self._intents.items()
            if intent is not None
        ]
        if begun:
            self.connection.execute(_begin(self.connection.dialect.name), begun)
        for chunk in chunks([object_id for object_id, intent in self._intents.items() if intent is None]):
            self.connection.execute(_END, {"ids": chunk})


# Written once: every bulk call runs them, and they take longer to write than to run.
_IDS: Final[sa.BindParameter[Any]] = sa.bindparam("ids", expanding=True)
_NEW_OBJECTS: Final = schema.objects.insert()
_NEW_REGISTERS: Final = schema.registers.insert()
_NEW_EVENTS: Final = schema.audit.insert()
_CHANGING: Final = [column.name for column in schema.objects.columns if column.name not in _FIXED]
_CHANGE: Final = (
    schema.objects.update()
    .where(schema.objects.c.object_id == sa.bindparam("at"))
    .values({name: sa.bindparam(name) for name in _CHANGING})
)
_VOID: Final = schema.registers.update().where(schema.registers.c.handle.in_(_IDS)).values(live=False)
_END: Final = schema.intents.delete().where(schema.intents.c.object_id.in_(_IDS))


@lru_cache(maxsize=2)
def _begin(dialect: str) -> Any:  # noqa: ANN401 - the two dialects share no type
    upsert = insert(dialect, schema.intents)
    fresh = {"worker": upsert.excluded.worker, "intent": upsert.excluded.intent}
    return upsert.on_conflict_do_update(index_elements=["object_id"], set_=fresh)


def _answer(outcome: ObjectRecord | QloakError | Claim, repeated: dict[str, ObjectRecord]) -> Outcome:
    if not isinstance(outcome, Claim):
        return outcome
    record = repeated.get(outcome.object_id)
    if record is None:
        return IntegrityError(f"An idempotency key belongs to {outcome.object_id}, and there is no such object.")
    return Repeated(record)


def _check_revision(seen: ObjectRecord, current: LockedObject) -> None:
    if current.revision == seen.revision:
        return
    if current.state is ObjectState.REDEEMING and seen.state is ObjectState.STORED:
        raise RedeemInProgressError(f"{seen.object_id} is being redeemed just now by somebody else.")
    raise ConflictError(f"{seen.object_id} has changed meanwhile: it is {current.state.value}. Look again.")


def _check_name(name: str) -> None:
    if not _is_storable(name, _MAX_NAME):
        raise UsageError.of("name", name, f"at most {_MAX_NAME} characters of text")


def _is_storable(text: str, longest: int) -> bool:
    """Whether every database can keep this text."""
    if len(text) > longest or "\0" in text:
        return False
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
