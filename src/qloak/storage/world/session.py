"""One transaction of the world: what it has read, what it has changed, and the log of what happened."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import sqlalchemy as sa

from ...core.types import FloatArray
from ...errors import ConflictError, ForbiddenError, UnknownNameError, UsageError
from .codec import Wire
from .joint import JointStates
from .places import MAX_NAME, Places
from .rows import EncryptedRow, HandleRow
from .schema import encrypted as encrypted_table
from .schema import handles as handle_table

__all__ = ["Session"]

_CHUNK = 500


class Session:
    """The world during one transaction.

    Args:
        connection: of the transaction.
        places: who can hold qubits.
        joint: the logical states.
        rng: draws whatever is random.
        now: world time, seconds; one moment for the whole transaction.
    """

    def __init__(
        self, connection: sa.Connection, places: Places, joint: JointStates, *, rng: np.random.Generator, now: float
    ) -> None:
        self.connection = connection
        self.places = places
        self.joint = joint
        self.rng = rng
        self.now = now
        self.idle_chances: dict[tuple[int, float], FloatArray | None] = {}
        self._handles: dict[str, HandleRow | None] = {}
        self._encrypted: dict[str, EncryptedRow | None] = {}
        self._stored_handles: set[str] = set()
        self._dirty_handles: set[str] = set()
        self._dirty_encrypted: set[str] = set()

    # --- reading ---------------------------------------------------------------------------------------------

    def prefetch(self, names: Iterable[str]) -> None:
        """Load in bulk the registers that some operations speak of; which of them exist is known then."""
        wanted = sorted({name for name in names if name not in self._handles})
        for start in range(0, len(wanted), _CHUNK):
            chunk = wanted[start : start + _CHUNK]
            self._handles |= dict.fromkeys(chunk)
            self._encrypted |= dict.fromkeys(chunk)
            for row in self.connection.execute(_HANDLES, {"names": chunk}):
                self._handles[row.name] = HandleRow.from_row(row)
                self._stored_handles.add(row.name)
            for row in self.connection.execute(_ENCRYPTED, {"names": chunk}):
                self._encrypted[row.name] = EncryptedRow.from_row(row)

    def is_encrypted(self, name: str) -> bool:
        """Whether there is an encrypted register of this name."""
        self._see(name)
        return self._encrypted[name] is not None

    def wires_of(self, name: str, *, disturbed_only: bool = False) -> Sequence[Wire]:
        """The wires of a register of either kind, none if there is none.

        Args:
            name: of the register.
            disturbed_only: none either for an encrypted register that nothing has happened to.
        """
        plain, hidden = self._handles.get(name), self._encrypted.get(name)
        if plain is not None:
            return plain.wires
        if hidden is None or hidden.wires is None:
            return ()
        untouched = hidden.blocks.frames is None and not hidden.blocks.projected
        return () if disturbed_only and untouched else hidden.wires

    def find_handle(self, name: str) -> HandleRow:
        """A plain register, whoever has it.

        Raises:
            UnknownNameError: if there is none, or none any more.
        """
        self._see(name)
        row = self._handles[name]
        if row is None:
            raise UnknownNameError.of("handle", name, "a plain register that exists and has not been stored or voided")
        return row

    def handle(self, name: str, holder: str) -> HandleRow:
        """A plain register in a holder's hands.

        Raises:
            UnknownNameError: if there is none.
            ForbiddenError: if somebody else has it.
        """
        row = self.find_handle(name)
        if row.place != self.places.of(holder):
            raise ForbiddenError(f"handle: {holder!r} does not hold the register {name!r}.")
        return row

    def encrypted(self, name: str) -> EncryptedRow:
        """An encrypted register.

        Raises:
            UnknownNameError: if there is none.
        """
        self._see(name)
        row = self._encrypted[name]
        if row is None:
            raise UnknownNameError.of("stored", name, "an encrypted register")
        return row

    def check_held(self, row: EncryptedRow, qubits: Sequence[int], holder: str) -> None:
        """Refuse qubits that do not exist, repeat, or are not in a holder's hands.

        Raises:
            UsageError: for no such set of qubits.
            ForbiddenError: for one that the holder does not have.
        """
        place, m = self.places.of(holder), row.blocks.num_qubits
        for qubit in qubits:
            if not 0 <= qubit < m:
                raise UnknownNameError.of("qubits", qubit, f"numbers from 0 to {m - 1}")
            if row.custody.places[qubit] != place:
                raise ForbiddenError(f"qubits: {holder!r} does not hold qubit {qubit} of {row.name!r}.")
        if len(set(qubits)) != len(qubits):
            raise UsageError.of("qubits", list(qubits), "each qubit at most once")

    # --- changing --------------------------------------------------------------------------------------------

    def check_new(self, argument: str, *names: str) -> None:
        """Refuse names that are none, or taken.

        Raises:
            UsageError: for a name that cannot be.
            ConflictError: for one that something else has.
        """
        for name in names:
            if not 0 < len(name) <= MAX_NAME:
                raise UsageError.of(argument, name, f"a name of 1 to {MAX_NAME} characters")
            self._see(name)
            if self._handles[name] is not None or self._encrypted[name] is not None:
                raise ConflictError(f"{argument}: the name {name!r} is taken.")
        if len(set(names)) != len(names):
            raise UsageError.of(argument, names[0], "names that differ")

    def add_handle(self, name: str, holder: str, wires: list[Wire]) -> None:
        """A new plain register."""
        self._handles[name] = HandleRow(name, self.places.of(holder), self.now, wires)
        self._dirty_handles.add(name)

    def drop_handle(self, name: str) -> None:
        """The end of a plain register; its wires are elsewhere."""
        self._handles[name] = None
        self._dirty_handles.add(name)

    def changed_handle(self, row: HandleRow) -> None:
        """Note that a plain register has changed."""
        self._dirty_handles.add(row.name)

    def add_encrypted(self, row: EncryptedRow) -> None:
        """A new encrypted register."""
        row.is_new = True
        self._encrypted[row.name] = row
        self._dirty_encrypted.add(row.name)

    def changed(self, row: EncryptedRow) -> None:
        """Note that an encrypted register has changed."""
        self._dirty_encrypted.add(row.name)

    def flush(self) -> None:
        """Write everything that has changed."""
        self._flush_handles()
        rows = [row for name in sorted(self._dirty_encrypted) if (row := self._encrypted[name]) is not None]
        new = [row.to_row() for row in rows if row.is_new]
        if new:
            self.connection.execute(_NEW_ENCRYPTED, new)
        old = [_bound(row.to_row()) for row in rows if not row.is_new]
        if old:
            self.connection.execute(_UPDATE_ENCRYPTED, old)
        self.joint.flush()

    def _flush_handles(self) -> None:
        new: list[dict[str, object]] = []
        old: list[dict[str, object]] = []
        gone: list[dict[str, object]] = []
        for name in sorted(self._dirty_handles):
            row, stored = self._handles[name], name in self._stored_handles
            if row is not None:
                (old if stored else new).append(row.to_row())
            elif stored:
                gone.append({"b_name": name})
        if new:
            self.connection.execute(_NEW_HANDLE, new)
        if old:
            self.connection.execute(_UPDATE_HANDLE, [_bound(values) for values in old])
        if gone:
            self.connection.execute(_DROP_HANDLE, gone)

    def _see(self, name: str) -> None:
        if name not in self._handles:
            self.prefetch([name])


def _bound(values: dict[str, Any]) -> dict[str, Any]:
    """Values under names that do not clash with those of the columns."""
    return {f"b_{name}": value for name, value in values.items()}


def _update(table: sa.Table, columns: Sequence[str]) -> sa.Update:
    values: dict[str, sa.BindParameter[Any]] = {column: sa.bindparam(f"b_{column}") for column in columns}
    return sa.update(table).where(table.c.name == sa.bindparam("b_name")).values(values)


_HANDLES = sa.select(handle_table).where(handle_table.c.name.in_(sa.bindparam("names", expanding=True)))
_ENCRYPTED = sa.select(encrypted_table).where(encrypted_table.c.name.in_(sa.bindparam("names", expanding=True)))
_UPDATE_HANDLE = _update(handle_table, ["place", "touched", "wires"])
_UPDATE_ENCRYPTED = _update(encrypted_table, ["status", "wires", "custody", "frames", "projected"])
_NEW_HANDLE = sa.insert(handle_table)
_NEW_ENCRYPTED = sa.insert(encrypted_table)
_DROP_HANDLE = sa.delete(handle_table).where(handle_table.c.name == sa.bindparam("b_name"))
