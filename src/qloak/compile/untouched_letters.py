"""From a schedule of patterns to gates with letters, and which clones the key can then open by local readout."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from .encoder import PauliGate
from .untouched_arms import Arms
from .untouched_schedule import Use

__all__ = ["AXES", "Letters", "conflicts", "data_gates", "key_gates"]

_NAMES = "IXZY"
"""Letters by their bits: 1 for an X part, 2 for a Z part; two of them anticommute if both are not I and they differ."""

AXES: tuple[tuple[str, str], ...] = tuple(
    (far + key, far_again + key_again)
    for far in "XYZ" for key in "XYZ" for far_again in "XYZ" for key_again in "XYZ"
    if far != far_again and key != key_again
)  # fmt: skip
"""Letters of the two gates of a pump; with equal letters on one side they would pump one ebit only."""


@dataclass(frozen=True, slots=True)
class Letters:
    """Choices that turn a schedule into gates.

    Attributes:
        sides: for each use, a choice of the letter on its left and right qubit, taken modulo their number.
        pumps: for each pump, the letters of its two gates.
    """

    sides: tuple[tuple[int, int], ...]
    pumps: tuple[tuple[str, str], ...]


def key_gates(arms: Arms, pumps: Sequence[tuple[str, str]]) -> tuple[PauliGate, ...]:
    """The gates that prepare the key, those of layer 1 first."""
    first = [PauliGate(*pair, "XX") for pump in arms.pumps for pair in ((pump.near, pump.far), (pump.key, pump.end))]
    first += [PauliGate(*single, "XX") for single in arms.singles]
    axes = list(zip(arms.pumps, pumps, strict=True))
    later = [PauliGate(pump.far, pump.key, letters[i]) for i in (0, 1) for pump, letters in axes]
    return (*first, *later)


def data_gates(uses: Sequence[Use], arms: Arms, sides: Sequence[tuple[int, int]]) -> tuple[PauliGate, ...]:
    """The gates of a schedule. Every choice of letters clones the input; they differ in what the key must do."""
    images = [(0, 0)] * arms.num_sites
    images[arms.source] = (1, 2)
    gates = []
    for use, choice in zip(uses, sides, strict=True):
        pair = use.site, use.site + 1
        bits = []
        for site, pattern, pick in zip(pair, (use.left, use.right), choice, strict=True):
            fitting = [letter for letter in (1, 2, 3) if _pattern(letter, images[site]) == pattern]
            bits.append(fitting[pick % len(fitting)])
        for site, letter, other in ((pair[0], bits[0], use.right), (pair[1], bits[1], use.left)):
            x, z = images[site]
            images[site] = (x ^ letter * (other & 1), z ^ letter * (other >> 1))
        gates.append(PauliGate(*pair, _NAMES[bits[0]] + _NAMES[bits[1]]))
    return tuple(gates)


def conflicts(gates: Sequence[PauliGate], arms: Arms) -> tuple[tuple[int, ...], ...]:
    """For each site the blocks of the key that would have to show two operators at once that do not commute.

    A Pauli of a site, taken back through the data gates, says what the key must show: its letters on the signals
    of each block, mirrored. Blocks where these letters commute for all Paulis of the site can be read on their own.
    """
    blocks = [sum(1 << site for site in block) for block in arms.blocks]
    steps = list(_backwards(gates))
    found = []
    for site in range(arms.num_sites):
        (a, b), (c, d) = _origin(steps, 1 << site, 0), _origin(steps, 0, 1 << site)
        clash = a & d ^ b & c
        found.append(tuple(i for i, block in enumerate(blocks) if (clash & block).bit_count() & 1))
    return tuple(found)


def _pattern(letter: int, images: tuple[int, int]) -> int:
    x, z = images
    return (x not in (0, letter)) | (z not in (0, letter)) << 1


def _backwards(gates: Sequence[PauliGate]) -> Iterator[tuple[int, int, int, int]]:
    """For each gate, last first, the X and Z masks of its letter on either qubit."""
    for gate in reversed(gates):
        (a, b), (p, q) = gate.qubits, (_NAMES.index(letter) for letter in gate.letters)
        yield (p & 1) << a, (p >> 1) << a, (q & 1) << b, (q >> 1) << b


def _origin(steps: Sequence[tuple[int, int, int, int]], x: int, z: int) -> tuple[int, int]:
    """A Pauli before the gates; bit i of x and z is for qubit i."""
    for ax, az, bx, bz in steps:
        on_a = ((x & az) ^ (z & ax)).bit_count() & 1
        on_b = ((x & bz) ^ (z & bx)).bit_count() & 1
        if on_b:
            x, z = x ^ ax, z ^ az
        if on_a:
            x, z = x ^ bx, z ^ bz
    return x, z
