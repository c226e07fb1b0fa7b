"""What holders do to encrypted registers.

Each function checks everything before it changes anything: an operation that is refused has done nothing.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import stim

from ...core import AccessClass, EncryptedCloning, classify
from ...core.cloning import check_num_clones
from ...errors import IntegrityError, KeyConsumedError, LimitError, UsageError
from ...simulators.block_operators import check_operators, logical_operators, suspects_by_syndrome, to_bits
from ...simulators.encrypted_blocks import EncryptedBlocks, LogicalQubits, Projection
from .codec import Wire
from .deeds import Deed, Drawn
from .joint import JointStates
from .noise import idle, idle_plain, link
from .operations import Check, Discard, Encrypt, Measure, Recover, Refresh, Ship, Strike
from .rows import Custody, EncryptedRow, Status
from .session import Session

__all__ = [
    "MAX_CLONES_HERE",
    "check",
    "check_clones",
    "check_letters",
    "discard",
    "encrypt",
    "measure",
    "recover",
    "refresh",
    "ship",
    "split",
    "strike",
]

MAX_CLONES_HERE: Final = 1000
"""Clones of a stored register: a block that has been measured takes a tableau of (2n + 1)^2 bits."""

_SPENT: Final = {
    Status.RECOVERED: "has been recovered, and a key opens once",
    Status.DISCARDED: "has been discarded: nobody can recover it any more",
}


@dataclass(frozen=True, slots=True)
class _Wires:
    """The logical qubits of an encrypted register."""

    joint: JointStates
    wires: Sequence[Wire]

    def measure(self, block: int, letter: str) -> bool:
        """See `LogicalQubits`."""
        return self.joint.measure([(self.wires[block], letter)])

    def apply(self, block: int, gates: stim.Circuit) -> None:
        """See `LogicalQubits`."""
        self.joint.apply(self.wires[block], gates)

    def apply_pauli(self, block: int, letter: str) -> None:
        """See `LogicalQubits`."""
        self.joint.apply_paulis([(self.wires[block], letter)])


@dataclass(frozen=True, slots=True)
class _Elsewhere:
    """The place of logical qubits that have left: what remains does not know them, so every outcome is a coin."""

    rng: np.random.Generator

    def measure(self, block: int, letter: str) -> bool:  # noqa: ARG002, the protocol's
        """A coin."""
        return bool(self.rng.integers(2))

    def apply(self, block: int, gates: stim.Circuit) -> None:
        """Nothing is there."""

    def apply_pauli(self, block: int, letter: str) -> None:
        """Nothing is there."""


def encrypt(session: Session, op: Encrypt) -> Deed:
    """See `operations.Encrypt`."""
    plain = session.handle(op.handle, op.holder)
    stored, rest = split(op.positions, len(plain.wires))
    check_clones(op.num_clones)
    names = [op.stored]
    if rest:
        if op.kept is None:
            raise UsageError.of("kept", None, f"a name for the {len(rest)} qubits that are not stored")
        names.append(op.kept)
    session.check_new("stored", *names)
    idle_plain(session, plain)
    wires = [plain.wires[p] for p in stored]
    session.drop_handle(op.handle)
    if rest and op.kept is not None:
        session.add_handle(op.kept, op.holder, [plain.wires[p] for p in rest])
    number = _add(session, op.stored, op, wires)
    return Deed(op.stored, {"num_blocks": len(wires)}, number=number)


def ship(session: Session, op: Ship) -> Deed:
    """See `operations.Ship`."""
    row = session.encrypted(op.stored)
    session.check_held(row, [qubit for qubits, _ in op.parcels for qubit in qubits], op.holder)
    targets = [session.places.of(to) for _, to in op.parcels]
    drawn, lost = Drawn(), list[int]()
    for (qubits, to), place in zip(op.parcels, targets, strict=True):
        drawn.add(idle(session, row, qubits))
        _, loss = session.places.link(to)
        if loss and session.rng.random() < loss:
            lost += qubits
            for qubit in qubits:
                row.custody.lose(qubit, session.now)
            continue
        drawn.add(link(session, row, qubits, to))
        for qubit in qubits:
            row.custody.move(qubit, place, session.now)
    session.changed(row)
    return Deed(op.stored, {"lost": sorted(lost)}, drawn, row.number)


def check(session: Session, op: Check) -> Deed:
    """See `operations.Check`."""
    row = _unspent(session, op.stored)
    qubits = tuple(sorted(op.qubits))
    session.check_held(row, qubits, op.holder)
    if not set(op.suspects) <= set(qubits):
        raise UsageError.of("suspects", list(op.suspects), "some of the qubits that are checked")
    blocks = row.blocks
    num_checks = len(check_operators(blocks.num_clones, qubits))
    blocks.check_room(num_checks)
    drawn = Drawn()
    drawn.add(idle(session, row, qubits))
    outcomes = blocks.check(qubits, _logical(session, row), rng=session.rng)
    drawn.projections = _news(session, row)
    flagged = np.flatnonzero(outcomes.any(axis=1)).tolist()
    corrections: list[dict[str, object] | None] = [None] * blocks.num_blocks
    if flagged and op.suspects:
        explained = suspects_by_syndrome(blocks.num_clones, qubits, sorted(op.suspects))
        for block in flagged:
            found = explained.get(outcomes[block].tobytes())
            corrections[block] = None if found is None else {"qubit": found[0], "pauli": found[1]}
    result = {"flagged": flagged, "corrections": corrections, "num_checks": num_checks}
    return Deed(op.stored, result, drawn, row.number)


def recover(session: Session, op: Recover) -> Deed:
    """See `operations.Recover`."""
    row, qubits = _recoverable(session, op.stored, op.qubits, op.holder)
    if op.method not in ("unitary", "measured"):
        raise UsageError.of("method", op.method, "unitary or measured")
    session.check_new("handle", op.handle)
    wires, drawn = _recovered(session, row, qubits)
    session.add_handle(op.handle, op.holder, wires)
    return Deed(op.stored, {"num_qubits": len(wires)}, drawn, row.number)


def refresh(session: Session, op: Refresh) -> Deed:
    """See `operations.Refresh`."""
    row, qubits = _recoverable(session, op.stored, op.qubits, op.holder)
    check_clones(op.num_clones)
    session.check_new("fresh", op.fresh)
    wires, drawn = _recovered(session, row, qubits)
    _add(session, op.fresh, op, wires, origin=op.stored)
    return Deed(op.stored, {"num_blocks": len(wires)}, drawn, row.number)


def discard(session: Session, op: Discard) -> Deed:
    """See `operations.Discard`."""
    row = session.encrypted(op.stored)
    place = session.places.of(op.holder)
    qubits = sorted(op.qubits) or [qubit for qubit, p in enumerate(row.custody.places) if p == place]
    session.check_held(row, qubits, op.holder)
    if row.status is Status.RECOVERED:
        # What is left of it is junk, wherever it is: nothing changes, and nothing need be remembered.
        return Deed(op.stored, {"discarded": qubits}, number=row.number, logged=False)
    for qubit in qubits:
        row.custody.lose(qubit, session.now)
    if qubits:
        session.changed(row)
        _settle(session, row)
    return Deed(op.stored, {"discarded": qubits}, number=row.number)


def strike(session: Session, op: Strike) -> Deed:
    """See `operations.Strike`."""
    row = session.encrypted(op.stored)
    letters = check_letters(op.letters)
    session.check_held(row, list(letters), op.holder)
    if op.block is not None and not 0 <= op.block < row.blocks.num_blocks:
        raise UsageError.of("block", op.block, f"a number from 0 to {row.blocks.num_blocks - 1}, or none for all")
    # Noise of the time before is a Pauli too, and need not be drawn now.
    row.blocks.strike(letters, block=op.block)
    session.changed(row)
    return Deed(op.stored, {}, number=row.number)


def measure(session: Session, op: Measure) -> Deed:
    """See `operations.Measure`, for an encrypted register."""
    row = session.encrypted(op.target)
    letters = check_letters(op.letters)
    session.check_held(row, list(letters), op.holder)
    row.blocks.check_room(1)
    drawn = Drawn()
    drawn.add(idle(session, row, letters))
    x, z = to_bits(letters, row.blocks.num_qubits)
    pauli = stim.PauliString.from_numpy(xs=x, zs=z)
    outcomes = row.blocks.measure(pauli, _logical(session, row), rng=session.rng)
    drawn.projections = _news(session, row)
    return Deed(op.target, {"outcomes": outcomes.astype(np.int64).tolist()}, drawn, row.number)


# --- what they share -----------------------------------------------------------------------------------------


def split(positions: Sequence[int], size: int) -> tuple[list[int], list[int]]:
    """The chosen positions of a register, all of them for none, and the rest.

    Raises:
        UsageError: for one that does not exist or repeats.
    """
    chosen = list(positions) or list(range(size))
    for position in chosen:
        if not 0 <= position < size:
            raise UsageError.of("positions", position, f"numbers from 0 to {size - 1}")
    if len(set(chosen)) != len(chosen):
        raise UsageError.of("positions", chosen, "each qubit at most once")
    return chosen, sorted(set(range(size)) - set(chosen))


def check_letters(letters: Mapping[int, str]) -> dict[int, str]:
    """Refuse what is no Pauli operator.

    Raises:
        UsageError: for other letters, or none.
    """
    if not letters or not all(letter in ("X", "Y", "Z") for letter in letters.values()):
        raise UsageError.of("letters", dict(letters), "X, Y or Z on at least one qubit")
    return dict(letters)


def check_clones(num_clones: int) -> None:
    """Refuse a scheme that cannot be, or that is too large to be stored.

    Raises:
        UsageError: for no number of at least 2.
        LimitError: above MAX_CLONES_HERE.
    """
    check_num_clones(num_clones)
    if num_clones > MAX_CLONES_HERE:
        raise LimitError.of("num_clones", num_clones, f"at most {MAX_CLONES_HERE} for a register that is stored")


def _add(session: Session, name: str, op: Encrypt | Refresh, wires: list[Wire], *, origin: str | None = None) -> int:
    """A new encrypted register, all of it in the hands of the holder; its number."""
    number = session.joint.take_number()
    blocks = EncryptedBlocks(int(op.num_clones), len(wires))
    custody = Custody.all_at(session.places.of(op.holder), blocks.num_qubits, session.now)
    if not op.keep_source:
        custody.lose(0, session.now)
    session.add_encrypted(EncryptedRow(name, number, origin, Status.ENCRYPTED, blocks, custody, wires))
    return number


def _unspent(session: Session, name: str) -> EncryptedRow:
    row = session.encrypted(name)
    if row.status is not Status.ENCRYPTED:
        raise KeyConsumedError(f"stored: {name!r} {_SPENT[row.status]}.")
    return row


def _recoverable(
    session: Session, name: str, qubits: Sequence[int], holder: str
) -> tuple[EncryptedRow, tuple[int, ...]]:
    """A register that can be recovered by these qubits, which are sorted."""
    row = _unspent(session, name)
    session.check_held(row, qubits, holder)
    chosen = tuple(sorted(qubits))
    logical_operators(row.blocks.num_clones, chosen)
    return row, chosen


def _recovered(session: Session, row: EncryptedRow, qubits: tuple[int, ...]) -> tuple[list[Wire], Drawn]:
    """Spend a register; its logical qubits as the decoder gives them."""
    if row.wires is None:
        raise IntegrityError(f"encrypted register {row.name}: it is not spent, and its qubits are missing.")
    drawn, wires = Drawn(), row.wires
    drawn.add(idle(session, row, qubits))
    row.blocks.recover(qubits, _logical(session, row), rng=session.rng)
    drawn.projections = _news(session, row)
    for qubit in qubits:
        row.custody.lose(qubit, session.now)
    row.wires, row.status = None, Status.RECOVERED
    session.changed(row)
    return wires, drawn


def _logical(session: Session, row: EncryptedRow) -> LogicalQubits:
    return _Elsewhere(session.rng) if row.wires is None else _Wires(session.joint, row.wires)


def _news(session: Session, row: EncryptedRow) -> list[Projection]:
    """What has been projected by this operation."""
    news, row.blocks.news = row.blocks.news, []
    if news:
        session.changed(row)
    return news


def _settle(session: Session, row: EncryptedRow) -> None:
    """Let go of logical qubits that nobody can reach any more."""
    if row.wires is None:
        return
    what = f"encrypted register {row.name}"
    alive = [q for q, place in enumerate(row.custody.places) if session.places.holder(place, what) is not None]
    if row.blocks.projected and alive:
        # Measurements may have moved what is known; only where nothing is left is it clear.
        return
    access = classify(EncryptedCloning(row.blocks.num_clones), np.array(alive, dtype=np.int64)).access_class
    if access is not AccessClass.AUTHORIZED:
        row.status = Status.DISCARDED
    if access is AccessClass.UNINFORMATIVE:
        session.joint.discard(row.wires)
        row.wires = None
