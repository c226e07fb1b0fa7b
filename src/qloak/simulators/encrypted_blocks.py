"""The blocks of one encrypted register: one code for all of them, a Pauli frame for each.

Whatever a holder does to an encrypted register it does to every block alike, up to Pauli operators. Noise and
tampering are Paulis. Measuring P with a random outcome s leads from a code state |E> to (1 + s P)|E> / sqrt 2,
and the state for s = -1 is that for s = +1 times g, for any stabilizer g of |E> that anticommutes with P: again a
Pauli. So the state of block b is always F_b |E'_b>, with one sequence of projections onto P = +1 that leads from the
canonical code to E' for all blocks. This is exact for every encoded state, at the cost of one tableau.

An operator that commutes with all stabilizers is a Pauli of the logical qubit, and measuring it measures that.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Protocol

import numpy as np
import stim

from ..circuits import recovery_circuit
from ..core import EncryptedCloning
from ..core.types import BitArray
from ..errors import IntegrityError, LimitError
from .block import Block
from .block_operators import (
    Reading,
    anticommute,
    canonical_block,
    check_operators,
    from_text,
    logical_operators,
    projected_block,
    read,
    to_bits,
    to_text,
)

__all__ = ["MAX_PROJECTIONS", "EncryptedBlocks", "LogicalQubits", "Projection"]

MAX_PROJECTIONS: Final = 4096
"""Measurements with random outcomes in the life of one register; its state is their list."""

_PREPARATION: Final = {"X": "H 0", "Y": "H 0\nS 0", "Z": ""}
_FLIP: Final = {"X": "Z", "Y": "Z", "Z": "X"}


class LogicalQubits(Protocol):
    """The logical qubits behind the blocks, by block number."""

    def measure(self, block: int, letter: str) -> bool:
        """Measure X, Y or Z; True for -1."""
        ...

    def apply(self, block: int, gates: stim.Circuit) -> None:
        """Apply unitary gates, written for qubit 0."""
        ...

    def apply_pauli(self, block: int, letter: str) -> None:
        """Apply X, Y or Z."""
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Projection:
    """A measurement with random outcomes.

    Attributes:
        operator: sparse text such as "X3*Z5".
        outcomes: shape (blocks,), True for -1.
    """

    operator: str
    outcomes: BitArray


@dataclass(slots=True, eq=False)
class EncryptedBlocks:
    """The physical state of an encrypted register, but for its logical qubits.

    Attributes:
        num_clones: n of the canonical scheme of every block.
        num_blocks: logical qubits, one block each.
        frames: shape (blocks, 2, 2n + 1), X bits and Z bits; None while all are the identity.
        projected: the operators projected on, oldest first, as sparse text.
        news: what has been projected since this value was made.
    """

    num_clones: int
    num_blocks: int
    frames: BitArray | None = None
    projected: tuple[str, ...] = ()
    news: list[Projection] = field(default_factory=list)
    _block: Block | None = field(default=None, repr=False)

    @property
    def num_qubits(self) -> int:
        """Physical qubits of one block."""
        return 2 * self.num_clones + 1

    @property
    def block(self) -> Block:
        """The code that all blocks have in common, as a block whose wire 0 is the logical qubit."""
        if self._block is None:
            canonical = canonical_block(self.num_clones)
            self._block = projected_block(canonical, self.projected) if self.projected else canonical
        return self._block

    def check_room(self, count: int) -> None:
        """Refuse measurements that could make the list of projections too long.

        Raises:
            LimitError: if it could exceed MAX_PROJECTIONS.
        """
        if len(self.projected) + count > MAX_PROJECTIONS:
            raise LimitError.of("measurements", len(self.projected) + count, f"at most {MAX_PROJECTIONS} of a register")

    def disturb(self, errors: BitArray) -> None:
        """Apply Paulis: shape (blocks, 2, 2n + 1) or anything that broadcasts to it."""
        if not errors.any():
            return
        if self.frames is None:
            self.frames = np.zeros((self.num_blocks, 2, self.num_qubits), dtype=np.bool_)
        self.frames = self.frames ^ errors
        if not self.frames.any():
            self.frames = None

    def strike(self, letters: Mapping[int, str], *, block: int | None = None) -> None:
        """Apply one Pauli to every block, or to one."""
        bits = to_bits(letters, self.num_qubits)
        chosen = np.ones(self.num_blocks, dtype=np.bool_) if block is None else np.arange(self.num_blocks) == block
        self.disturb(chosen[:, None, None] & bits)

    def measure(self, pauli: stim.PauliString, logical: LogicalQubits, *, rng: np.random.Generator) -> BitArray:
        """Measure a Hermitian Pauli string on every block.

        Returns:
            Shape (blocks,), True for -1.
        """
        reading = self._read(pauli)
        if reading.is_coin:
            minus = bool(pauli.sign == -1)
            coins = rng.integers(2, size=self.num_blocks).astype(np.bool_)
            projection = Projection(to_text(pauli), coins)
            self.project(projection)
            self.news.append(projection)
            return coins ^ minus
        outcomes = self._signs(pauli) ^ reading.minus
        if reading.logical != "I":
            read_off = [logical.measure(block, reading.logical) for block in range(self.num_blocks)]
            outcomes = np.logical_xor(outcomes, read_off)
        return outcomes

    def project(self, projection: Projection) -> None:
        """Do what a measurement with these outcomes did."""
        pauli = from_text(projection.operator, self.num_qubits)
        flip = self._read(pauli).flip
        if flip is None:
            raise IntegrityError(f"the measurement of {projection.operator} does not fit to those before it.")
        self.disturb((projection.outcomes ^ self._signs(pauli))[:, None, None] & flip)
        self._block = projected_block(self.block, [projection.operator])
        self.projected = (*self.projected, projection.operator)

    def check(self, qubits: tuple[int, ...], logical: LogicalQubits, *, rng: np.random.Generator) -> BitArray:
        """Measure the checks of the canonical code on some qubits.

        Returns:
            Shape (blocks, checks), True for -1.
        """
        checks = check_operators(self.num_clones, qubits)
        if self.projected:
            outcomes = [self.measure(operator, logical, rng=rng) for operator in checks]
        else:
            outcomes = [self._signs(operator) for operator in checks]
        by_block: BitArray = np.array(outcomes, dtype=np.bool_).reshape(len(checks), self.num_blocks).T
        return by_block

    def recover(self, qubits: tuple[int, ...], logical: LogicalQubits, *, rng: np.random.Generator) -> None:
        """Decode every block by an authorized set of the canonical code and throw all other qubits away.

        Afterwards the logical qubits are what the outputs of the decoder hold.

        Args:
            qubits: ascending.
            logical: changed where noise or measurements have come in between.
            rng: draws what nobody sees, where a measurement has disturbed the code.

        Raises:
            NotAuthorizedSetError: if the set is none.
        """
        x, z = logical_operators(self.num_clones, qubits)
        if self.projected:
            self._recover_disturbed(qubits, logical, rng)
            return
        if self.frames is not None:
            self._correct(x, z, logical)

    def _recover_disturbed(self, qubits: tuple[int, ...], logical: LogicalQubits, rng: np.random.Generator) -> None:
        """Recover from a code that is not the canonical one any more.

        Once every qubit but the output has been measured, behind the decoder's gates, the output is a pure qubit:
        the logical one behind a Clifford, or an eigenstate of a Pauli if something has measured the logical one.
        """
        decoder = recovery_circuit(EncryptedCloning(self.num_clones), np.array(qubits, dtype=np.int64))
        for qubit in range(self.num_qubits):
            if qubit != decoder.output:
                self.measure(self._before(decoder.circuit, qubit, "Z"), logical, rng=rng)
        x, z = (self._before(decoder.circuit, decoder.output, letter) for letter in "XZ")
        readings = {"X": (x, self._read(x)), "Y": (y := x * z * 1j, self._read(y)), "Z": (z, self._read(z))}
        if not (readings["X"][1].is_coin or readings["Z"][1].is_coin):
            images = [stim.PauliString(readings[letter][1].text) for letter in "XZ"]
            clifford = stim.Tableau.from_conjugated_generators(xs=images[:1], zs=images[1:]).inverse().to_circuit()
            for block in range(self.num_blocks):
                logical.apply(block, clifford)
            self._correct(x, z, logical)
            return
        ((letter, operator, reading),) = [(name, op, r) for name, (op, r) in readings.items() if not r.is_coin]
        for block, minus in enumerate((self._signs(operator) ^ reading.minus).tolist()):
            negative = minus ^ (reading.logical != "I" and logical.measure(block, reading.logical))
            gates = stim.Circuit("X 0" if logical.measure(block, "Z") else "")
            gates += stim.Circuit(_PREPARATION[letter] + (f"\n{_FLIP[letter]} 0" if negative else ""))
            logical.apply(block, gates)

    def _correct(self, x: stim.PauliString, z: stim.PauliString, logical: LogicalQubits) -> None:
        """Carry the frames over to outputs whose X and Z are these operators: a minus on X is a Z."""
        due = self._signs(x) + 2 * self._signs(z)
        for block in np.flatnonzero(due).tolist():
            logical.apply_pauli(block, "_ZXY"[due[block]])

    def _before(self, circuit: stim.Circuit, qubit: int, letter: str) -> stim.PauliString:
        """The operator that a circuit takes to one letter on one qubit."""
        late = stim.PauliString(self.num_qubits)
        late[qubit] = letter
        return late.before(circuit)

    def _read(self, pauli: stim.PauliString) -> Reading:
        return read(self.block, pauli)

    def _signs(self, pauli: stim.PauliString) -> BitArray:
        """Whether each frame turns the sign of an operator around."""
        if self.frames is None:
            return np.zeros(self.num_blocks, dtype=np.bool_)
        return anticommute(self.frames, pauli)
