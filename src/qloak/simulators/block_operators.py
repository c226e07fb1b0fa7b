"""Operators on one encrypted block: what they read of a code that has been measured, and where its checks are."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import stim

from ..circuits import encryption_circuit
from ..core import EncryptedCloning, minimal_set, visible_logicals
from ..core.canonical import CanonicalHolding
from ..core.supported import SupportedOperators
from ..core.types import BitArray
from ..errors import IntegrityError
from .block import Block

__all__ = [
    "Reading",
    "anticommute",
    "canonical_block",
    "check_operators",
    "from_text",
    "logical_operators",
    "projected_block",
    "read",
    "suspects_by_syndrome",
    "to_bits",
    "to_text",
]

_CACHED: Final = 256
_CACHED_TABLEAUS: Final = 16
"""A tableau of a block of 1,000 clones takes 2 MB."""


@dataclass(frozen=True, slots=True, eq=False)
class Reading:
    """What measuring an operator tells about a block without frame.

    Attributes:
        logical: "I", "X", "Y" or "Z": the outcome is that of the logical qubit's Pauli; "" for a fair coin.
        minus: whether it is minus that.
        flip: for a coin, shape (2, 2n + 1): X and Z bits of a stabilizer that anticommutes with the operator.
    """

    logical: str
    minus: bool = False
    flip: BitArray | None = None

    @property
    def is_coin(self) -> bool:
        """Whether the outcome is random for every encoded state."""
        return not self.logical

    @property
    def text(self) -> str:
        """The logical Pauli with its sign."""
        return ("-" if self.minus else "+") + self.logical


def to_bits(letters: Mapping[int, str], num_qubits: int) -> BitArray:
    """Shape (2, num_qubits): X bits and Z bits of letters X, Y, Z on some qubits."""
    bits = np.zeros((2, num_qubits), dtype=np.bool_)
    for qubit, letter in letters.items():
        bits[0, qubit] = letter in "XY"
        bits[1, qubit] = letter in "YZ"
    return bits


def to_text(pauli: stim.PauliString) -> str:
    """A Pauli string, sign left out, as sparse text such as "X3*Z5" that stim reads."""
    return "*".join(f"{'_XYZ'[pauli[qubit]]}{qubit}" for qubit in pauli.pauli_indices())


def from_text(text: str, num_qubits: int) -> stim.PauliString:
    """The inverse of `to_text`, of full length."""
    sparse = stim.PauliString(text)
    return sparse + stim.PauliString(num_qubits - len(sparse))


def anticommute(frames: BitArray, pauli: stim.PauliString) -> BitArray:
    """Shape (rows,): whether each frame, shape (rows, 2, qubits), anticommutes with a Pauli string."""
    x, z = pauli.to_numpy()
    counts = np.count_nonzero(frames[:, 0] & z, axis=1) + np.count_nonzero(frames[:, 1] & x, axis=1)
    odd: BitArray = counts % 2 == 1
    return odd


def read(block: Block, pauli: stim.PauliString) -> Reading:
    """What a Hermitian operator of full length reads of a block whose wire 0 is the logical qubit."""
    logical, wire = block.split(block.pull_back(pauli), 1)
    if wire is None:
        return Reading("IXYZ"[logical[0]], minus=logical.sign == -1)
    return Reading("", flip=np.array(block.inverse.inverse_z_output(wire).to_numpy()))


@lru_cache(_CACHED)
def logical_operators(num_clones: int, qubits: tuple[int, ...]) -> tuple[stim.PauliString, stim.PauliString]:
    """The logical X and Z on a minimal authorized subset of some qubits, signs included.

    Raises:
        NotAuthorizedSetError: if the qubits do not determine the state.
    """
    scheme = EncryptedCloning(num_clones)
    members = minimal_set(scheme, np.array(qubits, dtype=np.int64))
    x, z = (item.operator for item in visible_logicals(scheme, members))
    return x, z


@lru_cache(_CACHED)
def check_operators(num_clones: int, qubits: tuple[int, ...]) -> tuple[stim.PauliString, ...]:
    """Generators of the stabilizers of the canonical code that live on some qubits, signs included."""
    members = np.array(qubits, dtype=np.int64)
    holding = CanonicalHolding.of(num_clones, members)
    if not holding.source and holding.touches_every_pair and len(holding.full):
        # The logical operators by way of one full pair times those of another: 2 (K - 1) checks of K clones.
        return _pair_checks(holding)
    code = EncryptedCloning(num_clones).code
    _, checks = SupportedOperators.on(code, np.sort(members)).split()
    return tuple(checks.operator(row) for row in range(len(checks.rows)))


def suspects_by_syndrome(
    num_clones: int, qubits: tuple[int, ...], suspects: Sequence[int]
) -> dict[bytes, tuple[int, str] | None]:
    """One-qubit errors on some qubits by the outcomes of the checks on `qubits`, as bytes of bools.

    Returns:
        None for outcomes that several errors explain.
    """
    checks = check_operators(num_clones, qubits)
    explained: dict[bytes, tuple[int, str] | None] = {}
    for qubit in suspects:
        for letter in "XYZ":
            error = to_bits({qubit: letter}, 2 * num_clones + 1)[None]
            syndrome = np.array([anticommute(error, check)[0] for check in checks], dtype=np.bool_)
            if syndrome.any():
                key = syndrome.tobytes()
                explained[key] = None if key in explained else (qubit, letter)
    return explained


def _pair_checks(holding: CanonicalHolding) -> tuple[stim.PauliString, ...]:
    """Products of the logical operators that each full pair gives, all half pairs alike."""
    signals, noises = holding.signals, holding.noises
    through: list[dict[str, stim.PauliString]] = []
    for pair in holding.full.tolist():
        # Of the other full pairs the noise qubits alone are used.
        chosen = signals & ~noises
        chosen[pair] = True
        through.append(CanonicalHolding(False, chosen, noises).operators())
    return tuple(through[0][letter] * other[letter] for other in through[1:] for letter in "XZ")


@lru_cache(_CACHED_TABLEAUS)
def canonical_block(num_clones: int) -> Block:
    """The canonical code as a block whose wire 0 is the logical qubit; shared, not to be changed."""
    num_qubits = 2 * num_clones + 1
    block = Block.identity(list(range(num_qubits)), {0: 0})
    block.do(encryption_circuit(EncryptedCloning(num_clones)))
    return block


def projected_block(block: Block, operators: Iterable[str]) -> Block:
    """A copy after projections onto +1 of operators, sparse text, each a coin when its turn comes.

    Raises:
        IntegrityError: if one is none.
    """
    copy = Block(block.qubits, block.inputs, block.simulator.copy())
    for operator in operators:
        pauli = from_text(operator, len(block.qubits))
        _, wire = copy.split(copy.pull_back(pauli), 1)
        if wire is None:
            raise IntegrityError(f"the measurement of {operator} does not fit to those before it.")
        copy.project(pauli, wire, outcome=False)
    return copy
