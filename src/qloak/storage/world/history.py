"""The life of an encrypted register, read from the log; what is stored can be rebuilt from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import sqlalchemy as sa

from ...core.types import BitArray
from ...errors import IntegrityError, UnknownNameError
from ...simulators.encrypted_blocks import EncryptedBlocks
from .deeds import Drawn
from .log import Entry, Log
from .operations import Discard, Encrypt, Recover, Refresh, Ship, Strike
from .places import Places
from .rows import EncryptedRow, Status
from .schema import encrypted as encrypted_table

__all__ = ["Life", "life_of", "noise_letters", "rebuild", "to_history"]


@dataclass(frozen=True, slots=True)
class Life:
    """An encrypted register and what happened to it.

    Attributes:
        row: as it is stored.
        birth: the operation that made it: an encryption, or the refreshing of another register.
        entries: everything since, oldest first.
    """

    row: EncryptedRow
    birth: Entry
    entries: tuple[Entry, ...]

    @property
    def shape(self) -> tuple[int, int, int]:
        """Of its frames."""
        return self.row.blocks.num_blocks, 2, self.row.blocks.num_qubits

    def drawn(self, entry: Entry) -> Drawn:
        """What nature drew in an operation on it."""
        return Drawn.from_json(entry.drawn, self.shape, f"operation {entry.op_id}")


def life_of(connection: sa.Connection, stored: str) -> Life:
    """The life of a register.

    Raises:
        UnknownNameError: if there is no such register.
        IntegrityError: if it has no beginning.
    """
    found = connection.execute(sa.select(encrypted_table).where(encrypted_table.c.name == stored)).one_or_none()
    if found is None:
        raise UnknownNameError.of("stored", stored, "an encrypted register")
    row = EncryptedRow.from_row(found)
    own = Log(connection).history([row.number])
    if row.origin is None:
        births, own = own[:1], own[1:]
    else:
        number = connection.execute(
            sa.select(encrypted_table.c.number).where(encrypted_table.c.name == row.origin)
        ).scalar_one()
        births = [entry for entry in Log(connection).history([number]) if entry.body.get("fresh") == stored]
    if len(births) != 1 or births[0].kind not in (Encrypt.kind, Refresh.kind):
        raise IntegrityError(f"encrypted register {stored}: its log has no beginning.")
    return Life(row, births[0], tuple(own))


def to_history(life: Life) -> list[Mapping[str, object]]:
    """The log as JSON: op_id, kind, holder, time, what the operation said, its result, and the noise drawn."""
    out: list[Mapping[str, object]] = []
    for entry in (life.birth, *life.entries):
        line = {"op_id": entry.op_id, "kind": entry.kind, "holder": entry.holder, "time": entry.time}
        noise = None if entry is life.birth else life.drawn(entry).noise
        out.append(line | dict(entry.body) | {"result": dict(entry.result), "noise": noise_letters(noise)})
    return out


def noise_letters(noise: BitArray | None) -> list[tuple[int, int, str]]:
    """Noise as (block, qubit, letter)."""
    if noise is None:
        return []
    letters = noise[:, 0] + 2 * noise[:, 1].astype(np.int64)
    return [(int(b), int(q), "_XZY"[letters[b, q]]) for b, q in np.argwhere(letters)]


def rebuild(life: Life, places: Places) -> EncryptedBlocks:
    """Replay a life from its log and compare with what is stored.

    Returns:
        The blocks as replayed.

    Raises:
        IntegrityError: if frames, projections, custody or status differ.
    """
    what = f"encrypted register {life.row.name}"
    stored = life.row.blocks
    blocks = EncryptedBlocks(stored.num_clones, stored.num_blocks)
    held: list[str | None] = [life.birth.holder] * blocks.num_qubits
    if not life.birth.body.get("keep_source"):
        held[0] = None
    is_recovered = False
    for entry in life.entries:
        drawn = life.drawn(entry)
        if drawn.noise is not None:
            blocks.disturb(drawn.noise)
        for projection in drawn.projections:
            blocks.project(projection)
        if entry.kind == Strike.kind:
            letters = {int(qubit): letter for qubit, letter in entry.body["letters"].items()}
            blocks.strike(letters, block=entry.body.get("block"))
        is_recovered |= entry.kind in (Recover.kind, Refresh.kind)
        _move(held, entry)
    now = [None if place < 0 else places.holder_of.get(place) for place in life.row.custody.places]
    if not _same(blocks.frames, stored.frames) or blocks.projected != stored.projected:
        raise IntegrityError(f"{what}: its state is not the one that its log gives.")
    if held != now or is_recovered != (life.row.status is Status.RECOVERED):
        raise IntegrityError(f"{what}: its custody is not the one that its log gives.")
    return blocks


def _move(held: list[str | None], entry: Entry) -> None:
    """Who has what after an operation."""
    if entry.kind == Ship.kind:
        lost = set(entry.result["lost"])
        for qubits, to in entry.body["parcels"]:
            for qubit in qubits:
                held[qubit] = None if qubit in lost else to
    gone = {Discard.kind: entry.result.get("discarded", ())}.get(entry.kind, ())
    if entry.kind in (Recover.kind, Refresh.kind):
        gone = entry.body["qubits"]
    for qubit in gone:
        held[qubit] = None


def _same(first: BitArray | None, second: BitArray | None) -> bool:
    if first is None or second is None:
        return first is second
    return bool(np.array_equal(first, second))
