"""What waiting and travelling do to qubits: drawn when a qubit is next touched, and never again."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from ...core.types import BitArray, FloatArray
from .rows import EncryptedRow, HandleRow
from .session import Session

__all__ = ["idle", "idle_plain", "link", "link_plain"]


def idle(session: Session, row: EncryptedRow, qubits: Iterable[int]) -> BitArray | None:
    """Let qubits of an encrypted register have waited until now.

    Returns:
        What happened, shape (blocks, 2, 2n + 1), already applied; None where nothing can have.
    """
    # Objects that were stored together have waited together: what can have happened is computed once.
    custody, chances = row.custody, session.idle_chances
    noisy: list[tuple[int, FloatArray]] = []
    for qubit in qubits:
        since = custody.touched[qubit]
        key = custody.places[qubit], since
        if key not in chances:
            chances[key] = session.places.idle_errors(key[0], since, session.now)
        chance = chances[key]
        if chance is not None:
            custody.touched[qubit] = session.now
            noisy.append((qubit, chance))
    return _disturbed(session, row, noisy)


def link(session: Session, row: EncryptedRow, qubits: Sequence[int], holder: str) -> BitArray | None:
    """Let qubits of an encrypted register travel to a holder; returns as `idle`."""
    error, _ = session.places.link(holder)
    if not error:
        return None
    return _disturbed(session, row, [(qubit, np.full(3, error / 3)) for qubit in qubits])


def idle_plain(session: Session, row: HandleRow) -> None:
    """Let a plain register have waited until now."""
    chance = session.places.idle_errors(row.place, row.touched, session.now)
    if chance is not None:
        row.touched = session.now
        session.changed_handle(row)
        _disturb_plain(session, row, range(len(row.wires)), chance)


def link_plain(session: Session, row: HandleRow, positions: Sequence[int], holder: str) -> None:
    """Let qubits of a plain register travel to a holder."""
    error, _ = session.places.link(holder)
    if error:
        _disturb_plain(session, row, positions, np.full(3, error / 3))


def _disturbed(session: Session, row: EncryptedRow, noisy: list[tuple[int, FloatArray]]) -> BitArray | None:
    if not noisy:
        return None
    blocks = row.blocks
    errors = np.zeros((blocks.num_blocks, 2, blocks.num_qubits), dtype=np.bool_)
    qubits = [qubit for qubit, _ in noisy]
    x, z = _draw(session.rng, np.array([chance for _, chance in noisy]), blocks.num_blocks)
    errors[:, 0, qubits], errors[:, 1, qubits] = x, z
    if not errors.any():
        return None
    blocks.disturb(errors)
    session.changed(row)
    return errors


def _disturb_plain(session: Session, row: HandleRow, positions: Sequence[int], chance: FloatArray) -> None:
    x, z = _draw(session.rng, np.broadcast_to(chance, (len(positions), 3)), 1)
    letters = [(row.wires[p], "_XZY"[x[0, i] + 2 * z[0, i]]) for i, p in enumerate(positions)]
    hit = [(wire, letter) for wire, letter in letters if letter != "_"]
    if hit:
        session.joint.apply_paulis(hit)


def _draw(rng: np.random.Generator, chances: FloatArray, rows: int) -> tuple[BitArray, BitArray]:
    """X bits and Z bits, each of shape (rows, qubits), for probabilities of X, Y, Z of shape (qubits, 3)."""
    x, xy, xyz = np.cumsum(chances, axis=1).T
    dice = rng.random((rows, len(chances)))
    return dice < xy, (dice >= x) & (dice < xyz)
