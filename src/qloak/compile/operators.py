"""The two operators through which a clone and the key know the input.

On the reference, one clone and the key there are exactly three Pauli products that stabilize the encoded state.
Each pairs one Pauli of the input, as the reference witnesses it, with one Pauli of the clone and a product of
key Paulis. Decoders measure or undo the key parts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from ..errors import IntegrityError
from .encoder import Encoder, PauliGate

__all__ = ["CloneOperators", "clone_operators", "input_letters"]

_LETTERS = "IXZY"
"""Letters by their bits: 1 for an X part, 2 for a Z part."""
_BITS = {letter: bits for bits, letter in enumerate(_LETTERS)}


@dataclass(frozen=True, slots=True)
class CloneOperators:
    """What stabilizes reference, clone and key together, signs left out.

    Letters are those of the encoder's own gates, before any change to native gates.

    Attributes:
        clone: physical qubit.
        x_letter: Pauli on the clone that goes with X of the input.
        z_letter: Pauli on the clone that goes with Z of the input.
        x_key: key qubit -> Pauli of the operator that goes with X, identities left out.
        z_key: the same for Z.
    """

    clone: int
    x_letter: str
    z_letter: str
    x_key: Mapping[int, str]
    z_key: Mapping[int, str]

    @property
    def key_qubits(self) -> tuple[int, ...]:
        """The key qubits that this clone needs, ascending."""
        return tuple(sorted({*self.x_key, *self.z_key}))

    @property
    def conflicts(self) -> tuple[int, ...]:
        """Key qubits where the two operators hold different Paulis, which cannot both be read there, ascending."""
        both = self.x_key.keys() & self.z_key.keys()
        return tuple(sorted(qubit for qubit in both if self.x_key[qubit] != self.z_key[qubit]))

    def after(self, gate: PauliGate) -> CloneOperators:
        """The same operators behind a further gate. On the clone a letter can become the identity, "I"."""
        moved = []
        for letter, key in ((self.x_letter, self.x_key), (self.z_letter, self.z_key)):
            letters = {**key, self.clone: letter}
            at_a, at_b = (letters.get(qubit, "I") for qubit in gate.qubits)
            for qubit, own, side, other in ((gate.a, at_a, 0, at_b), (gate.b, at_b, 1, at_a)):
                if other not in ("I", gate.letters[1 - side]):
                    letters[qubit] = _LETTERS[_BITS[own] ^ _BITS[gate.letters[side]]]
            moved.append((letters.pop(self.clone), {qubit: kept for qubit, kept in letters.items() if kept != "I"}))
        (x_letter, x_key), (z_letter, z_key) = moved
        return CloneOperators(self.clone, x_letter, z_letter, x_key, z_key)


def clone_operators(encoder: Encoder) -> dict[int, CloneOperators]:
    """The operators of every clone, in the order of `encoder.clones`.

    All qubits outside reference and key count as clones or as lost. The stabilizers are reduced once, until
    they hold each Pauli of each such qubit alone; those rows are the operators.

    Raises:
        IntegrityError: if the outputs are not maximally mixed, or the key does not open a clone.
    """
    lost = [q for q in encoder.qubits if q != encoder.reference and q not in encoder.key]
    kept = [encoder.reference, *encoder.key]
    rows = _reduced(_stabilizers(encoder, [*lost, *kept]), 2 * len(lost))
    wanted = {letter: at_reference for at_reference, letter in input_letters(encoder).items()}
    found = {}
    for clone in encoder.clones:
        place = lost.index(clone)
        x, z = (rows[2 * place + part] >> 2 * len(lost) for part in (0, 1))
        by_reference = {bits & 3: (letter, bits) for letter, bits in (("X", x), ("Z", z), ("Y", x ^ z))}
        if by_reference.keys() != {1, 2, 3}:
            raise IntegrityError(f"encoder: the key does not open the clone on qubit {clone}.")
        x_letter, x_bits = by_reference[_BITS[wanted["X"]]]
        z_letter, z_bits = by_reference[_BITS[wanted["Z"]]]
        x_key, z_key = _letters(x_bits >> 2, encoder.key), _letters(z_bits >> 2, encoder.key)
        found[clone] = CloneOperators(clone, x_letter, z_letter, x_key, z_key)
    return found


def input_letters(encoder: Encoder) -> dict[str, str]:
    """For each Pauli of the reference the Pauli of the input that it is perfectly correlated with.

    Raises:
        IntegrityError: if the first gate does not entangle.
    """
    gate = encoder.gates[0]
    first = gate.a == encoder.reference
    mine, its = gate.letters[1 - first], gate.letters[int(first)]
    if "Z" in gate.letters:
        raise IntegrityError(f"encoder: the first gate, {gate.letters}, does not entangle reference and input.")
    # From |00>: Z of the reference picks up the source's letter, Z of the source picks up the reference's.
    third = {"X": "Y", "Y": "X"}
    return {"Z": its, mine: "Z", third[mine]: third[its]}


def _stabilizers(encoder: Encoder, order: list[int]) -> list[int]:
    """The stabilizers of the encoded state; bit 2 i of a row is an X on order[i], bit 2 i + 1 a Z."""
    # Column by column: bit r of x[q] says whether stabilizer r holds an X there.
    x = dict.fromkeys(order, 0)
    z = {qubit: 1 << row for row, qubit in enumerate(order)}
    for gate in encoder.gates:
        _apply(gate, x, z)
    rows = [0] * len(order)
    for place, qubit in enumerate(order):
        for column, bit in ((x[qubit], 1 << 2 * place), (z[qubit], 2 << 2 * place)):
            for row in _members(column):
                rows[row] |= bit
    return rows


def _members(bits: int) -> Iterator[int]:
    """Numbers of the bits that are set."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest


def _apply(gate: PauliGate, x: dict[int, int], z: dict[int, int]) -> None:
    """A controlled Pauli on all stabilizers: those that anticommute with one side take on the other."""
    turned = []
    for qubit, letter in zip(gate.qubits, gate.letters, strict=True):
        turned.append({"X": z[qubit], "Z": x[qubit], "Y": x[qubit] ^ z[qubit]}[letter])
    for qubit, letter, rows in zip(gate.qubits, gate.letters, reversed(turned), strict=True):
        if letter != "Z":
            x[qubit] ^= rows
        if letter != "X":
            z[qubit] ^= rows


def _reduced(rows: list[int], columns: int) -> list[int]:
    """Row combinations of which the i-th holds, of the first `columns` bits, only bit i."""
    for column in range(columns):
        pivot = next((r for r in range(column, len(rows)) if rows[r] >> column & 1), None)
        if pivot is None:
            raise IntegrityError("encoder: the clones together are not maximally mixed.")
        rows[column], rows[pivot] = rows[pivot], rows[column]
        top = rows[column]
        rows = [row ^ top if row >> column & 1 and r != column else row for r, row in enumerate(rows)]
    return rows


def _letters(bits: int, qubits: Iterable[int]) -> dict[int, str]:
    """Qubit -> letter, from two bits for each."""
    return {qubit: _LETTERS[bits >> 2 * i & 3] for i, qubit in enumerate(qubits) if bits >> 2 * i & 3}
