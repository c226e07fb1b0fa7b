"""Plain and encrypted registers as the world keeps them, and the rows they are in its database."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

from ...errors import IntegrityError
from ...simulators.encrypted_blocks import EncryptedBlocks
from .codec import Wire, decode_frames, decode_wires, dump, encode_frames, encode_wires, load, seal, unseal
from .places import NOWHERE

__all__ = ["Custody", "EncryptedRow", "HandleRow", "Status"]


class Status(StrEnum):
    """What has become of an encrypted register; it only moves forward."""

    ENCRYPTED = "encrypted"
    RECOVERED = "recovered"
    DISCARDED = "discarded"


_STATUSES: Final = frozenset(status.value for status in Status)


@dataclass(slots=True, eq=False)
class HandleRow:
    """A plain register.

    Attributes:
        name: its handle.
        place: where it is.
        touched: world time up to which its idle noise has been drawn.
        wires: its qubits.
    """

    name: str
    place: int
    touched: float
    wires: list[Wire]

    @classmethod
    def from_row(cls, row: Any) -> HandleRow:  # noqa: ANN401, a row of SQLAlchemy
        """From the database."""
        return cls(row.name, row.place, row.touched, decode_wires(row.wires, f"register {row.name}"))

    def to_row(self) -> dict[str, object]:
        """For the database."""
        return {
            "name": self.name,
            "place": self.place,
            "touched": self.touched,
            "wires": encode_wires(self.wires),
        }


@dataclass(slots=True, eq=False)
class Custody:
    """Where each qubit of the scheme is, the same for every block.

    Attributes:
        places: NOWHERE for a qubit that is lost or discarded.
        arrived: world time of its arrival there, seconds.
        touched: world time up to which its idle noise has been drawn.
    """

    places: list[int]
    arrived: list[float]
    touched: list[float]

    @classmethod
    def all_at(cls, place: int, num_qubits: int, now: float) -> Custody:
        """Everything at one place."""
        return cls([place] * num_qubits, [now] * num_qubits, [now] * num_qubits)

    @classmethod
    def decode(cls, data: bytes, num_qubits: int, what: str) -> Custody:
        """The inverse of `encode`.

        Raises:
            IntegrityError: for damaged bytes.
        """
        body = unseal(data, what)
        try:
            (count,) = struct.unpack_from("<H", body)
            values = struct.unpack(f"<H{2 * count}d{num_qubits}i{num_qubits}H", body)
            times = values[1 : 1 + 2 * count]
            places, pairs = values[1 + 2 * count : -num_qubits], values[-num_qubits:]
            return cls(list(places), [times[2 * i] for i in pairs], [times[2 * i + 1] for i in pairs])
        except (struct.error, IndexError) as error:
            raise IntegrityError(f"{what}: the stored custody is damaged (its length does not fit).") from error

    def encode(self) -> bytes:
        """As bytes: the distinct pairs of times, then the place and the number of its pair for each qubit."""
        m = len(self.places)
        number: dict[tuple[float, float], int] = {}
        pairs = [number.setdefault(pair, len(number)) for pair in zip(self.arrived, self.touched, strict=True)]
        times = [time for pair in number for time in pair]
        return seal(struct.pack(f"<H{len(times)}d{m}i{m}H", len(number), *times, *self.places, *pairs))

    def move(self, qubit: int, place: int, now: float) -> None:
        """A qubit has arrived somewhere, or nowhere."""
        self.places[qubit] = place
        self.arrived[qubit] = self.touched[qubit] = now

    def lose(self, qubit: int, now: float) -> None:
        """A qubit is nobody's any more."""
        self.move(qubit, NOWHERE, now)


@dataclass(slots=True, eq=False)
class EncryptedRow:
    """An encrypted register, all blocks together.

    Attributes:
        name: as the vault named it.
        number: of its own, by which the log knows it.
        origin: the register that it was refreshed from, or None.
        status: see `Status`.
        blocks: the physical state.
        custody: who has what.
        wires: the logical qubits, one for each block; None once they are elsewhere or nobody can read them.
        is_new: whether the database does not have it yet.
    """

    name: str
    number: int
    origin: str | None
    status: Status
    blocks: EncryptedBlocks
    custody: Custody
    wires: list[Wire] | None
    is_new: bool = field(default=False)

    @classmethod
    def from_row(cls, row: Any) -> EncryptedRow:  # noqa: ANN401, a row of SQLAlchemy
        """From the database.

        Raises:
            IntegrityError: for a row that cannot be.
        """
        what = f"encrypted register {row.name}"
        if row.num_clones < 2 or row.num_blocks < 1 or row.status not in _STATUSES:
            raise IntegrityError(f"{what}: the stored row is damaged.")
        num_qubits = 2 * row.num_clones + 1
        wires = None if row.wires is None else decode_wires(row.wires, what)
        if wires is not None and len(wires) != row.num_blocks:
            raise IntegrityError(f"{what}: the stored row is damaged (it has {len(wires)} logical qubits).")
        frames = None if row.frames is None else decode_frames(row.frames, (row.num_blocks, 2, num_qubits), what)
        projected = () if row.projected is None else tuple(load(row.projected, what))
        blocks = EncryptedBlocks(row.num_clones, row.num_blocks, frames, projected)
        custody = Custody.decode(row.custody, num_qubits, what)
        return cls(row.name, row.number, row.origin, Status(row.status), blocks, custody, wires)

    def to_row(self) -> dict[str, object]:
        """For the database."""
        blocks = self.blocks
        return {
            "name": self.name,
            "number": self.number,
            "origin": self.origin,
            "num_clones": blocks.num_clones,
            "num_blocks": blocks.num_blocks,
            "status": self.status.value,
            "wires": None if self.wires is None else encode_wires(self.wires),
            "custody": self.custody.encode(),
            "frames": None if blocks.frames is None else encode_frames(blocks.frames),
            "projected": dump(blocks.projected) if blocks.projected else None,
        }
