"""Restoring a ledger from a backup, and asking the world what became of its objects since.

The qubits are where they were; only the memory of them is from the past. So the world is asked first for a new
epoch, which shuts out whoever still works with the old ledger, and then for every object whether its key is still
in hand. What was spent since is told by the world's log where this may be read.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy.engine import Connection

from ...errors import ForbiddenError, UnauthenticatedError, UnknownNameError
from ..database import database_file, open_database, write
from ..world.protocol import Custodian, World
from . import queries, schema
from .audit import event_row
from .backup import BackupInfo, load_rows, verify_backup
from .deposits import deposit_name
from .expected import home_qubits, is_recoverable
from .meta import set_meta
from .records import Event, ObjectRecord, ObjectState, Placement, Presence, RegisterRecord
from .rows import object_row, register_row

__all__ = ["Restored", "restore_backup"]


@dataclass(frozen=True, slots=True)
class Restored:
    """What came of a restoration.

    Attributes:
        backup: what was restored.
        epoch: the new one; 0 without a world.
        states: how many objects are in each state now.
        changed: ids of objects that are not what they were in the backup.
    """

    backup: BackupInfo
    epoch: int
    states: Mapping[ObjectState, int]
    changed: tuple[str, ...]


def restore_backup(path: str | Path, place: str | Path, *, world: World | None) -> Restored:
    """Make a new ledger from a backup.

    Args:
        path: the backup.
        place: a file that does not exist yet, or the URL of an empty PostgreSQL database.
        world: the one that has the objects. Without it (None) nobody can say what is left of them: live objects
            become lost and plain registers void.

    Raises:
        IntegrityError: if the backup was cut short or changed; nothing is made then.
        ConflictError: if there is something at the new place; it is left as it is.
        UnknownNameError: if the world does not know this vault.
    """
    backup = verify_backup(path)
    file = database_file(place)
    fresh = file is not None and not file.exists()
    engine = open_database(place)
    try:
        with write(engine) as connection:
            load_rows(connection, path)
            epoch = backup.epoch if world is None else world.open_epoch(backup.vault_id)
            set_meta(connection, "epoch", str(epoch))
            changed = _compare(connection, backup.vault_id, world)
            states = queries.count(connection, None)
    except BaseException:
        engine.dispose()
        if fresh and file is not None:
            file.unlink(missing_ok=True)
        raise
    engine.dispose()
    return Restored(backup, 0 if world is None else epoch, states, tuple(changed))


def _compare(connection: Connection, vault_id: str, world: World | None) -> list[str]:
    """Bring every object to what the world says; ids of those that changed."""
    changed = []
    for piece in queries.iter_objects(connection):
        live = [record for record in piece if record.state.is_live]
        held: Mapping[str, Mapping[int, Custodian]] = {}
        if world is not None:
            held = world.custody([record.stored for record in live], holder=vault_id)
        for record in live:
            here = frozenset(held.get(record.stored, {}))
            now = (
                _lost(record, "restored without its world")
                if world is None
                else _Past(world, vault_id).now(record, here)
            )
            if now != record:
                _save(connection, now)
                changed.append(now.object_id)
    if world is None:
        connection.execute(schema.registers.update().values(live=False))
    return changed


@dataclass(frozen=True, slots=True)
class _Past:
    """Objects as a backup had them, brought to the present of a world."""

    world: World
    vault_id: str

    def now(self, record: ObjectRecord, here: frozenset[int]) -> ObjectRecord:
        """An object as the world has it.

        One with an intent is left as it is: its operations are named, and asking for them again tells what
        happened.

        Args:
            record: of the backup.
            here: qubits of its encrypted register that the vault holds.
        """
        if record.intent is not None:
            return record
        if not home_qubits(record.num_clones, record.custody) & here:
            return self._ended(record)
        found = replace(record, placements=tuple([_place(placement, here) for placement in record.placements]))
        if not is_recoverable(found, here):
            return _lost(record, "too few of its qubits were left when its ledger was restored")
        return found

    def _ended(self, record: ObjectRecord) -> ObjectRecord:
        """An object whose key is gone: what the world's log says of its end."""
        for line in reversed(self._log(record.stored)):
            if line.get("kind") == "recover":
                handle = line.get("handle")
                return replace(record, state=ObjectState.REDEEMED, handle=None if handle is None else str(handle))
            if line.get("kind") == "discard" and home_qubits(record.num_clones, record.custody) & _discarded(line):
                return replace(record, state=ObjectState.DELETED)
            if line.get("kind") == "refresh" and isinstance(line.get("fresh"), str):
                return self._refreshed(record, line)
        return _lost(record, "its key was spent or lost after the backup")

    def _refreshed(self, record: ObjectRecord, line: Mapping[str, Any]) -> ObjectRecord:
        """An object that was encrypted anew: where its new parcels went is in the log of its new life."""
        fresh: str = line["fresh"]
        sent: dict[int, Placement] = {}
        for later in self._log(fresh):
            if later.get("kind") == "ship" and later.get("holder") == self.vault_id:
                for qubits, to in later["parcels"]:
                    number, op = int(qubits[0]), str(later["op_id"]).partition(":")[0]
                    name = deposit_name(op, fresh, number)
                    sent[number] = Placement(tuple(qubits), str(to).partition("#")[0], name)
        record = replace(
            record,
            stored=fresh,
            num_clones=int(line["num_clones"]),
            placements=(*record.placements, *(placement for _, placement in sorted(sent.items()))),
        )
        held = self.world.custody([fresh], holder=self.vault_id).get(fresh, {})
        return self.now(record, frozenset(held))

    def _log(self, stored: str) -> Sequence[Mapping[str, Any]]:
        """The log of an encrypted register, where this may be read."""
        try:
            return self.world.history(stored)
        except (ForbiddenError, UnauthenticatedError, UnknownNameError):
            return []


def _discarded(line: Mapping[str, Any]) -> frozenset[int]:
    """Qubits that a line of the world's log discarded."""
    return frozenset(line.get("result", {}).get("discarded", ()))


def _place(placement: Placement, here: frozenset[int]) -> Placement:
    """A parcel, once it is known what is at home."""
    if placement.presence is Presence.AWAY and here.issuperset(placement.qubits):
        return replace(placement, presence=Presence.HOME)
    if placement.presence is Presence.HOME and not here.issuperset(placement.qubits):
        # It left after the backup, under a name that is not known.
        return replace(placement, presence=Presence.LOST)
    return placement


def _lost(record: ObjectRecord, reason: str) -> ObjectRecord:
    """An object that is given up; its parcels are not touched, for they may not be what the ledger thinks."""
    placements = tuple([replace(placement, presence=Presence.LOST) for placement in record.placements])
    return replace(record, state=ObjectState.LOST, reason=reason, placements=placements, intent=None)


def _save(connection: Connection, record: ObjectRecord) -> None:
    now = time.time()
    record = replace(record, updated=now, revision=record.revision + 1)
    table = schema.objects
    connection.execute(table.update().where(table.c.object_id == record.object_id).values(object_row(record)))
    if record.intent is None:
        connection.execute(schema.intents.delete().where(schema.intents.c.object_id == record.object_id))
    if record.handle is not None:
        given = RegisterRecord(
            record.handle, record.tenant, record.num_qubits, "redeemed", record.object_id, created=now
        )
        connection.execute(schema.registers.insert(), [register_row(given)])
    event = Event("local", "restore", record.object_id, {"state": record.state, "reason": record.reason})
    connection.execute(schema.audit.insert(), [event_row(record.tenant, event, now)])
