"""What stim has no instruction for, as tags of the gate I.

    I[R_Y(theta=0.25*pi)] 5     a rotation about X, Y or Z by any angle
    I[WAIT(seconds=1e-05)] 5    the qubit waits: storage, or a latency

Engines for Clifford circuits and Pauli noise pass over both, so only circuits for Aer and for hardware may have them.
"""

from __future__ import annotations

import math
import re

import stim

from ...errors import ProgramError

__all__ = ["has_rotations", "rotation_of", "waiting_seconds"]

_NUMBER = r"[-+]?[0-9]*\.?[0-9]+(?:e[-+]?[0-9]+)?"
_ROTATION = re.compile(rf"R_([XYZ])\(theta=({_NUMBER})\*pi\)")
_WAIT = re.compile(rf"WAIT\(seconds=({_NUMBER})\)")


def rotation_of(instruction: stim.CircuitInstruction) -> tuple[str, float] | None:
    """Axis x, y or z and angle in radians of a gate I that is tagged as a rotation, else None.

    Raises:
        ProgramError: for a tag of I that is neither a rotation nor a wait.
    """
    if instruction.name != "I" or not instruction.tag:
        return None
    if found := _ROTATION.fullmatch(instruction.tag):
        return found[1].lower(), float(found[2]) * math.pi
    waiting_seconds(instruction)
    return None


def has_rotations(circuit: stim.Circuit) -> bool:
    """Whether a circuit has rotations, which no Clifford engine knows."""
    return any(rotation_of(instruction) for instruction in circuit.flattened())


def waiting_seconds(instruction: stim.CircuitInstruction) -> float:
    """Duration of a gate I that is tagged as a wait, else 0.

    Raises:
        ProgramError: for a tag of I that is neither a rotation nor a wait, and for a time below 0.
    """
    if instruction.name != "I" or not instruction.tag or _ROTATION.fullmatch(instruction.tag):
        return 0.0
    found = _WAIT.fullmatch(instruction.tag)
    if found is None or float(found[1]) < 0:
        raise ProgramError(
            f"circuit: got the tag {instruction.tag!r}, expected R_X(theta=a*pi) or alike, or WAIT(seconds=t)."
        )
    return float(found[1])
