"""How the input spreads over the signals while the key stays untouched, with nothing but labels kept.

The signals are maximally mixed, so gates on the source and the signals clone the input exactly if the images of
its X and Z are different letters, none the identity, on every one of these qubits. Up to local Cliffords a qubit
is then in one of five conditions: it holds no image (0), one letter for two of X, Z, Y (1, 2 or 3: bit 0 if X
is among the two, bit 1 if Z is), or two different letters (FULL). A gate matters only through which of the images
of X and Z anticommute with its letter on either qubit: the patterns, with the same two bits.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Final, TypeAlias

__all__ = ["FULL", "Course", "Patterns", "courses", "label_after"]

FULL: Final = 4
"""Label of a qubit that holds two different letters."""

USES: Final = 2
"""Gates on every coupler of a path: one carries X, Z or Y of the input across, so at least two are needed."""

Patterns: TypeAlias = tuple[tuple[int, int], ...]
"""For each gate on a coupler, in order of time, the patterns on its left and right qubit."""

Course: TypeAlias = tuple[Patterns, Patterns, tuple[int, ...]]
"""What a qubit goes through: gates to the left, gates to the right, and the order (0 left, 1 right) they come in."""


def label_after(label: int, own: int, other: int) -> int | None:
    """The label of a qubit after a gate.

    Args:
        label: before.
        own: pattern of the gate's letter on this qubit.
        other: pattern on the other qubit; the images it names take on the gate's letter here.

    Returns:
        The label, or None if no letter has the pattern `own`.
    """
    if label == 0:
        return other if own == 0 else None
    if label == FULL:
        # The letter is that of one image; given to the other one too, it leaves a single letter.
        return None if own == 0 else FULL if other in (0, own) else own
    if own == 0:
        return label ^ other
    return None if own != label else label if other in (0, label) else FULL


@cache
def courses(start: int, num_left: int, num_right: int) -> tuple[Course, ...]:
    """Every way to make a qubit FULL by so many gates to its left and right.

    Args:
        start: label at first.
        num_left: gates with the qubit to the left.
        num_right: gates with the qubit to the right.
    """
    return tuple(_continued(start, (num_left, num_right)))


def _continued(label: int, left: tuple[int, int]) -> Iterator[Course]:
    """The courses from a label on with so many gates left on either side."""
    if left == (0, 0):
        if label == FULL:
            yield (), (), ()
        return
    for side in (0, 1):
        if not left[side]:
            continue
        rest = (left[0] - 1, left[1]) if side == 0 else (left[0], left[1] - 1)
        for own in range(4):
            for other in range(4):
                after = label_after(label, own, other) if own or other else None
                if after is None:
                    continue
                for to_left, to_right, order in _continued(after, rest):
                    if side == 0:
                        yield ((other, own), *to_left), to_right, (0, *order)
                    else:
                        yield to_left, ((own, other), *to_right), (1, *order)
