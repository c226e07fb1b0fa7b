"""Any Clifford circuit as controlled Paulis, gates on the same pair of qubits merged or cancelled.

A run of gates that touches two qubits only is one two-qubit Clifford, which takes 0 to 3 CZ and one-qubit gates
around them. One-qubit gates are kept in software: a CZ behind a one-qubit Clifford L is the controlled Pauli with
the letter L^-1 Z L, and L itself moves behind it. Signs are left out: they are Paulis, which no noise minds.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import product
from typing import Final, TypeAlias

import stim

from ..errors import ProgramError
from .encoder import PauliGate

__all__ = ["MergedCircuit", "merge_pairs", "simplify_pairs"]

_Letters: TypeAlias = str
"""What a one-qubit Clifford L makes of X, Y and Z, as L^-1 P L without signs: "ZYX" for H."""

_NOTHING: Final[_Letters] = "XYZ"
_LOCALS: Final = ((), ("H",), ("S",), ("S", "H"), ("H", "S"), ("H", "S", "H"))
"""One-qubit Cliffords up to Paulis, as gates in order of time."""
_BETWEEN: Final = ("ZYX", "ZYX")
"""H on both qubits. 0 to 3 CZ with it in between represent the four classes of two-qubit Cliffords."""


@dataclass(frozen=True, slots=True)
class MergedCircuit:
    """A Clifford circuit up to Paulis.

    Attributes:
        gates: controlled Paulis, in order.
        letters: qubit -> the letters that the gates bring to X, Y and Z there; on other qubits they stay.
    """

    gates: tuple[PauliGate, ...]
    letters: Mapping[int, str]

    def cancelled(self) -> MergedCircuit:
        """Without pairs of equal gates between which every gate commutes with them; one pass."""
        gates = list(self.gates)
        first = 0
        while first < len(gates):
            second = _partner(gates, first)
            if second is None:
                first += 1
            else:
                del gates[second], gates[first]
        return MergedCircuit(tuple(gates), self.letters)


@dataclass(slots=True)
class _Block:
    """Consecutive gates on one pair, written on qubits 0 and 1."""

    pair: tuple[int, int]
    circuit: stim.Circuit = field(default_factory=stim.Circuit)


def merge_pairs(circuit: stim.Circuit) -> MergedCircuit:
    """Merge what can be merged without moving gates past each other.

    Args:
        circuit: one- and two-qubit Clifford gates only; TICK is ignored.

    Raises:
        ProgramError: for anything else.
    """
    letters: dict[int, _Letters] = {}
    gates: list[PauliGate] = []
    blocks, alone = _blocks(circuit)
    for block in blocks:
        before, count, behind = _decomposed(str(block.circuit))
        _follow(letters, block.pair, before)
        for step in range(count):
            if step:
                _follow(letters, block.pair, _BETWEEN)
            a, b = block.pair
            gates.append(PauliGate(a, b, letters[a][2] + letters[b][2]))
        _follow(letters, block.pair, behind)
    for qubit, names in alone.items():
        local = _local(_padded(_on(0, names)).to_tableau())
        _follow(letters, (qubit,), (local or (_NOTHING,))[:1])
    return MergedCircuit(tuple(gates), letters)


def simplify_pairs(circuit: stim.Circuit) -> MergedCircuit:
    """Merge gates on the same pair and cancel equal ones, in turn, until nothing changes; as `merge_pairs`."""
    best = merge_pairs(circuit).cancelled()
    while True:
        again = stim.Circuit()
        for gate in best.gates:
            again.append(gate.stim_name, gate.qubits)
        merged = merge_pairs(again)
        letters = dict(merged.letters)
        for qubit, word in best.letters.items():
            _follow(letters, (qubit,), (word,))
        found = MergedCircuit(merged.gates, letters).cancelled()
        if len(found.gates) == len(best.gates):
            return best
        best = found


def _blocks(circuit: stim.Circuit) -> tuple[list[_Block], dict[int, list[str]]]:
    """Runs of gates on one pair, one-qubit gates around them included, in an order that can be run.

    Also the gates on qubits that meet no other.
    """
    blocks: list[_Block] = []
    current: dict[int, _Block] = {}
    waiting: dict[int, list[str]] = {}
    for name, qubits in _gates(circuit):
        block = current.get(qubits[0])
        if len(qubits) == 1 and block is None:
            waiting.setdefault(qubits[0], []).append(name)
            continue
        if block is None or any(current.get(qubit) is not block for qubit in qubits):
            block = _Block((qubits[0], qubits[1]))
            blocks.append(block)
            for place, qubit in enumerate(block.pair):
                current[qubit] = block
                for early in waiting.pop(qubit, ()):
                    block.circuit.append(early, [place])
        block.circuit.append(name, [block.pair.index(qubit) for qubit in qubits])
    return blocks, waiting


def _gates(circuit: stim.Circuit) -> list[tuple[str, tuple[int, ...]]]:
    """Names and qubits, one by one."""
    found = []
    for instruction in circuit.flattened():
        if instruction.name == "TICK":
            continue
        gate = stim.gate_data(instruction.name)
        plain = all(target.is_qubit_target for target in instruction.targets_copy())
        if not gate.is_unitary or not plain:
            raise ProgramError(f"circuit: got {instruction.name}, expected one- and two-qubit Clifford gates.")
        found += [(gate.name, tuple(t.value for t in group)) for group in instruction.target_groups()]
    return found


def _partner(gates: list[PauliGate], first: int) -> int | None:
    """The next gate that is equal to one, if everything in between commutes with it by its letters."""
    letters = _by_qubit(gates[first])
    for second in range(first + 1, len(gates)):
        others = _by_qubit(gates[second])
        if others == letters:
            return second
        if any(letters.get(qubit, letter) != letter for qubit, letter in others.items()):
            return None
    return None


def _by_qubit(gate: PauliGate) -> dict[int, str]:
    return dict(zip(gate.qubits, gate.letters, strict=True))


def _follow(letters: dict[int, _Letters], qubits: tuple[int, ...], local: tuple[_Letters, ...]) -> None:
    """Put one-qubit gates behind everything so far."""
    for qubit, word in zip(qubits, local, strict=True):
        before = letters.get(qubit, _NOTHING)
        letters[qubit] = "".join(before[_NOTHING.index(letter)] for letter in word)


@lru_cache(maxsize=4096)
def _decomposed(circuit: str) -> tuple[tuple[_Letters, _Letters], int, tuple[_Letters, _Letters]]:
    """One-qubit letters, the least number of CZ, one-qubit letters for a circuit on qubits 0 and 1."""
    tableau = stim.Circuit(circuit).to_tableau()
    for (before, count), undo in _fronts().items():
        behind = _local(undo.then(tableau))
        if behind is not None:
            return before, count, behind
    raise ProgramError("circuit: a two-qubit Clifford that no three CZ make.")  # there is none


@cache
def _fronts() -> dict[tuple[tuple[_Letters, _Letters], int], stim.Tableau]:
    """One-qubit gates and a core -> their inverse, cores with few CZ first."""
    fronts = {}
    for count, (first, second) in product(range(4), product(_LOCALS, repeat=2)):
        circuit = _on(0, first) + _on(1, second)
        letters = _local(_padded(circuit).to_tableau())
        for step in range(count):
            circuit += stim.Circuit("H 0 1\nCZ 0 1" if step else "CZ 0 1")
        if letters is not None:
            fronts[letters, count] = _padded(circuit).to_tableau().inverse()
    return fronts


def _on(qubit: int, names: Iterable[str]) -> stim.Circuit:
    """One-qubit gates in order of time."""
    return stim.Circuit("\n".join(f"{name} {qubit}" for name in names))


def _padded(circuit: stim.Circuit) -> stim.Circuit:
    """On two qubits, even if it touches fewer."""
    return circuit + stim.Circuit("I 0 1")


def _local(tableau: stim.Tableau) -> tuple[_Letters, _Letters] | None:
    """The letters of both one-qubit Cliffords, or None if it is not a product of two."""
    words = []
    inverse = tableau.inverse(unsigned=True)
    for qubit in range(2):
        images = [inverse.x_output(qubit), inverse.y_output(qubit), inverse.z_output(qubit)]
        if any(image[1 - qubit] for image in images):
            return None
        words.append("".join("_XYZ"[image[qubit]] for image in images))
    return words[0], words[1]
