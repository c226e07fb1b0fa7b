"""The emulated world: nature as tables of one database, with one clock."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Self

import numpy as np
import sqlalchemy as sa

from ...errors import ConflictError, FencedError, ForbiddenError, IntegrityError, QloakError, UsageError
from ..clock import WorldClock
from ..database import open_database, read, write
from . import encrypted, plain
from . import operations as ops
from .codec import Wire, encode_register
from .deeds import Deed
from .export import export_life
from .history import life_of, rebuild, to_history
from .joint import JointStates
from .log import CANCELLED, Log
from .noise import idle_plain
from .operations import Applied, Operation, Refused, Result
from .places import MAX_NAME, Places, check_holder
from .protocol import Custodian, HolderInfo
from .rows import EncryptedRow
from .schema import METADATA, SCHEMA_VERSION
from .schema import encrypted as encrypted_table
from .schema import nature as nature_table
from .session import Session

__all__ = ["EmulatedWorld"]

_NAMES: Final = ("handle", "stored", "kept", "given", "fresh")


class EmulatedWorld:
    """Nature, as `protocol.World` describes it, exact and with everything on disk.

    Safe to share between threads; one process at a time. Whatever `apply` has answered is on disk.

    Args:
        engine: the database, with the tables of `schema`.
        clock: tells the time.
        rng: draws whatever is random.
    """

    def __init__(self, engine: sa.Engine, *, clock: WorldClock, rng: np.random.Generator) -> None:
        self._engine = engine
        self._clock = clock
        self._rng = rng
        self._lock = threading.RLock()
        # Of the transaction that changes something, and as others see them; the second is never changed.
        self._places: Places | None = None
        self._seen: Places | None = None

    @classmethod
    def open(cls, path: str | Path, *, clock: WorldClock | None = None, seed: int | None = None) -> Self:
        """Open a world, or let one begin where there is none.

        Args:
            path: file of its database (or URL).
            clock: real time if None.
            seed: of whatever is random; None for the system's.

        Raises:
            IntegrityError: if the file is damaged, or was written by a newer version.
            UnavailableError: if it cannot be opened.
        """
        engine = open_database(path, METADATA)
        world = cls(engine, clock=clock or WorldClock(), rng=np.random.default_rng(seed))
        with write(engine) as connection:
            row = connection.execute(sa.select(nature_table)).one_or_none()
            if row is None:
                now, host = world._clock.reading()
                values = {"id": 1, "version": SCHEMA_VERSION, "world_time": now, "host_time": host}
                connection.execute(sa.insert(nature_table), values | {"next_number": 1, "holders_revision": 0})
            elif row.version != SCHEMA_VERSION:
                raise IntegrityError(f"world: the tables are of version {row.version}, expected {SCHEMA_VERSION}.")
            else:
                world._clock.resume(row.world_time, row.host_time)
        return world

    def close(self) -> None:
        """Close the database."""
        self._engine.dispose()

    # --- operations ------------------------------------------------------------------------------------------

    def apply(self, operations: Sequence[Operation], *, epoch: int = 0) -> list[Result]:
        """Do operations in order, in one transaction; see `protocol.World`."""
        with self._changing() as (session, log):
            for holder in dict.fromkeys(operation.holder for operation in operations):
                newest = session.places.epochs.get(holder, 0)
                if epoch < newest:
                    raise FencedError(f"epoch: {holder!r} acts in epoch {epoch}, and epoch {newest} has begun.")
            log.prefetch(_op_ids(operations))
            session.prefetch(_names(operations))
            session.joint.prefetch(wire for op in operations for wire in _wires(session, op))
            began = session.now
            results = [self._do(session, log, operation) for operation in operations]
        if session.now > began:
            self._clock.resume(session.now, self._clock.reading()[1])
        return results

    def results(self, op_ids: Sequence[str]) -> dict[str, Applied]:
        """The logged results of those of the operations that have happened."""
        with read(self._engine) as connection:
            log = Log(connection)
            log.prefetch(op_ids)
            return log.applied()

    # --- holders ---------------------------------------------------------------------------------------------

    def register_holder(self, info: HolderInfo) -> None:
        """Make a holder known, or change its parameters from now on.

        Raises:
            UsageError: for a name, a time or a probability that is none.
        """
        check_holder(info)
        with self._changing() as (session, _):
            session.places.register(session.connection, info, session.now)

    def holders(self) -> list[HolderInfo]:
        """All holders, by name."""
        with read(self._engine) as connection:
            return self._committed(connection).infos()

    def custody(self, stored: Sequence[str], *, holder: str) -> dict[str, dict[int, Custodian]]:
        """Where a holder itself holds qubits; registers that do not exist are left out."""
        found: dict[str, dict[int, Custodian]] = {}
        with read(self._engine) as connection:
            place = self._committed(connection).of(holder)
            for row in _rows(connection, stored):
                custody = row.custody
                found[row.name] = {
                    qubit: Custodian(holder, custody.arrived[qubit])
                    for qubit, where in enumerate(custody.places)
                    if where == place
                }
        return found

    def open_epoch(self, holder: str) -> int:
        """Begin a new epoch of a vault; operations of older ones are fenced from now on."""
        with self._changing() as (session, _):
            session.places.of(holder)
            epoch = session.places.epochs[holder] + 1
            session.places.set_epochs(session.connection, [(holder, epoch)])
            return epoch

    def now(self) -> float:
        """World time, seconds since the world began."""
        return self._clock.now()

    # --- what only an emulator can do ------------------------------------------------------------------------

    def history(self, stored: str) -> list[Mapping[str, object]]:
        """The log of one encrypted register, oldest first, with the noise that was drawn.

        Raises:
            UnknownNameError: if there is no such register.
        """
        with read(self._engine) as connection:
            return to_history(life_of(connection, stored))

    def verify(self, stored: str) -> None:
        """Rebuild an encrypted register from its log and compare.

        Raises:
            IntegrityError: if what is stored is not what the log gives.
            UnknownNameError: if there is no such register.
        """
        with read(self._engine) as connection:
            rebuild(life_of(connection, stored), Places.load(connection, 0))

    def export(self, stored: str, *, form: str, with_input: bool = False) -> str | bytes:
        """The life of an encrypted register as one circuit; see `export.export_life`."""
        with read(self._engine) as connection:
            life = life_of(connection, stored)
            register = None
            if with_input:
                if life.row.wires is None:
                    raise ConflictError(f"stored: the input of {stored!r} is gone: it was recovered or discarded.")
                register = JointStates(connection, rng=self._rng, next_number=0).extract(life.row.wires)
                if register is None:
                    raise ConflictError(f"stored: the input of {stored!r} is entangled with other registers.")
            return export_life(life, form=form, register=register)

    def peek(self, handle: str) -> bytes:
        """The state of a plain register as `codec.encode_register` writes it.

        Raises:
            UnknownNameError: if there is none.
            ConflictError: if it is entangled with others, so that it has no pure state.
        """
        with self._changing() as (session, _):
            row = session.find_handle(handle)
            idle_plain(session, row)
            register = session.joint.extract(row.wires)
        if register is None:
            raise ConflictError(f"handle: {handle!r} is entangled with other registers and has no state of its own.")
        return encode_register(register)

    # --- inside ----------------------------------------------------------------------------------------------

    def _committed(self, connection: sa.Connection) -> Places:
        """Holders and places as a reading transaction sees them."""
        revision, seen = connection.execute(_REVISION).scalar_one(), self._seen
        if seen is None or seen.revision != revision:
            seen = self._seen = Places.load(connection, revision)
        return seen

    @contextmanager
    def _changing(self) -> Iterator[tuple[Session, Log]]:
        """One writing transaction; everything is written at its end."""
        with self._lock:
            try:
                with write(self._engine) as connection:
                    row = connection.execute(_NATURE).one()
                    if self._places is None or self._places.revision != row.holders_revision:
                        self._places = Places.load(connection, row.holders_revision)
                    world, host = self._clock.reading()
                    joint = JointStates(connection, rng=self._rng, next_number=row.next_number)
                    now = max(world, row.world_time)
                    session, log = Session(connection, self._places, joint, rng=self._rng, now=now), Log(connection)
                    yield session, log
                    session.flush()
                    log.flush()
                    connection.execute(_PASS, {"now": session.now, "host": host, "next": joint.next_number})
            except BaseException:
                # What is remembered may be ahead of what was rolled back.
                self._places = None
                raise

    def _do(self, session: Session, log: Log, operation: Operation) -> Result:
        """One operation, or its refusal."""
        try:
            if not 0 < len(operation.op_id) <= MAX_NAME:
                raise UsageError.of("op_id", operation.op_id, f"1 to {MAX_NAME} characters")
            known = log.find(operation.op_id)
            if known is not None:
                return _repeated(operation, known)
            if isinstance(operation, ops.Advance):
                deed = self._advance(session, operation)
            elif isinstance(operation, ops.Cancel):
                deed = _cancel(session, log, operation)
            else:
                deed = _perform(session, operation)
        except IntegrityError:
            raise
        except QloakError as error:
            return Refused(error.code, str(error))
        if deed.logged:
            log.add(operation, deed, session.now)
        return Applied(deed.result)

    def _advance(self, session: Session, operation: ops.Advance) -> Deed:
        """Later in the same transaction it is later already; the clock follows when it is committed."""
        session.places.of(operation.holder)
        self._clock.check_advance(operation.seconds)
        session.now += operation.seconds
        session.idle_chances.clear()
        return Deed("", {"now": session.now})


_DEEDS: Final[Mapping[str, Callable[[Session, Any], Deed]]] = {
    ops.Prepare.kind: plain.prepare,
    ops.Apply.kind: plain.apply_program,
    ops.Give.kind: plain.give,
    ops.Void.kind: plain.void,
    ops.Encrypt.kind: encrypted.encrypt,
    ops.Ship.kind: encrypted.ship,
    ops.Check.kind: encrypted.check,
    ops.Recover.kind: encrypted.recover,
    ops.Refresh.kind: encrypted.refresh,
    ops.Discard.kind: encrypted.discard,
    ops.Strike.kind: encrypted.strike,
}


def _perform(session: Session, operation: Operation) -> Deed:
    if isinstance(operation, ops.Measure):
        is_encrypted = session.is_encrypted(operation.target)
        return (encrypted.measure if is_encrypted else plain.measure_plain)(session, operation)
    if isinstance(operation, ops.Ruin):
        session.places.ruin(session.connection, operation.holder)
        return Deed("", {})
    try:
        deed = _DEEDS[operation.kind]
    except KeyError:
        raise UsageError.of("kind", operation.kind, f"one of {', '.join(_DEEDS)}") from None
    return deed(session, operation)


def _repeated(operation: Operation, known: tuple[str, str, Mapping[str, Any]]) -> Result:
    kind, holder, result = known
    if holder != operation.holder:
        raise ForbiddenError(f"op_id: {operation.op_id!r} is an operation of another holder.")
    if kind == CANCELLED:
        raise ConflictError(f"op_id: {operation.op_id!r} has been cancelled and will never happen.")
    return Applied(result, repeated=True)


def _cancel(session: Session, log: Log, operation: ops.Cancel) -> Deed:
    session.places.of(operation.holder)
    known = log.find(operation.target)
    if known is None:
        if not 0 < len(operation.target) <= MAX_NAME:
            raise UsageError.of("target", operation.target, f"an op_id of 1 to {MAX_NAME} characters")
        log.bury(operation.target, operation, session.now)
    elif known[1] != operation.holder:
        raise ForbiddenError(f"target: {operation.target!r} is an operation of another holder.")
    return Deed("", {"happened": known is not None and known[0] != CANCELLED})


def _op_ids(operations: Sequence[Operation]) -> Iterator[str]:
    for operation in operations:
        yield operation.op_id
        if isinstance(operation, ops.Cancel):
            yield operation.target


def _names(operations: Sequence[Operation]) -> Iterator[str]:
    """The registers that operations speak of."""
    for operation in operations:
        for name in _NAMES:
            value = getattr(operation, name, None)
            if isinstance(value, str):
                yield value
        if isinstance(operation, ops.Measure):
            yield operation.target


def _wires(session: Session, operation: Operation) -> Sequence[Wire]:
    """The logical qubits whose state an operation will probably need."""
    if isinstance(operation, ops.Void | ops.Apply):
        return session.wires_of(operation.handle)
    if isinstance(operation, ops.Measure):
        return session.wires_of(operation.target)
    if isinstance(operation, ops.Recover | ops.Refresh | ops.Discard):
        return session.wires_of(operation.stored, disturbed_only=not isinstance(operation, ops.Discard))
    return ()


def _rows(connection: sa.Connection, names: Sequence[str]) -> Iterator[EncryptedRow]:
    wanted = sorted(set(names))
    for start in range(0, len(wanted), 500):
        for row in connection.execute(_ENCRYPTED, {"names": wanted[start : start + 500]}):
            yield EncryptedRow.from_row(row)


# Written once: they take longer to write than to answer.
_NATURE: Final = sa.select(nature_table)
_REVISION: Final = sa.select(nature_table.c.holders_revision)
_PASS: Final = sa.update(nature_table).values(
    world_time=sa.bindparam("now"), host_time=sa.bindparam("host"), next_number=sa.bindparam("next")
)
_ENCRYPTED: Final = sa.select(encrypted_table).where(encrypted_table.c.name.in_(sa.bindparam("names", expanding=True)))
