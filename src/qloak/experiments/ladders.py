"""The paper's circuits before they are placed: ladders for encryption, gates for decryption, any tree of units."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import stim

from ..circuits import bell_pairs, decryption
from ..core import CloningUnit, EncryptedCloning, IteratedCloning
from ..core.cloning import check_num_clones
from ..errors import UsageError
from .physical import BELL_CHECKS, ghz_checks

__all__ = ["LogicalCircuit", "chain", "ghz_register", "num_leaves", "partial_tree"]

_MAX_LEVELS = 12


@dataclass(frozen=True, slots=True, eq=False)
class LogicalCircuit:
    """A circuit on qubits without places; all begin in |0>.

    Attributes:
        stages: encryption and decryption.
        ends: qubits that are read; of a pair the reference first.
        checks: Paulis on the ends that are +1 or -1 without noise.
        clones: number of clones, virtual ones included.
    """

    stages: tuple[stim.Circuit, ...]
    ends: tuple[int, ...]
    checks: tuple[str, ...]
    clones: int

    @property
    def num_qubits(self) -> int:
        """Number of qubits, the reference included."""
        return max(int(stage.num_qubits) for stage in self.stages)

    def with_bell_measurement(self) -> LogicalCircuit:
        """Reference and clone brought from |00> + |11> to |00> at the end: a Bell-state measurement."""
        reference, clone = self.ends
        measurement = stim.Circuit(f"CX {reference} {clone}\nH {reference}")
        return replace(self, stages=(*self.stages[:-1], self.stages[-1] + measurement), checks=("Z_", "_Z"))

    def encrypted_only(self, other: int) -> LogicalCircuit:
        """Without the decryption, to read the reference and some other qubit; nothing is known of them."""
        return replace(self, stages=self.stages[:1], ends=(self.ends[0], other), checks=())


def num_leaves(num_clones: int, levels: int) -> int:
    """Clones of the full tree: (n + 1)^(levels + 1) for even n, n^(levels + 1) for odd n."""
    return int((num_clones + 1 - num_clones % 2) ** (levels + 1))


def chain(num_clones: int, levels: int = 0) -> LogicalCircuit:
    """One unit, and further ones: S1 of each is encrypted again, once per level, and the last S1 decrypted.

    2 + 2n (levels + 1) qubits. The clones that the full tree would have are called virtual.
    """
    _check(num_clones, levels)
    size = 2 * num_clones
    carrier, units = 0, []
    for level in range(levels + 1):
        fresh = np.arange(1 + size * level, 1 + size * (level + 1))
        units.append(CloningUnit(carrier, fresh[:num_clones], fresh[num_clones:]))
        carrier = int(fresh[0])
    return _tree(units, units, carrier, clones=num_leaves(num_clones, levels))


def partial_tree(num_clones: int, levels: int, *, extra: int = 0, decrypt_extra: bool = False) -> LogicalCircuit:
    """The full tree, and some of its clones encrypted once more.

    Args:
        num_clones: n.
        levels: of the full tree; 0 is one unit.
        extra: number of clones that are encrypted once more, the last ones.
        decrypt_extra: whether a clone of the last such unit is decrypted, and not S1 of S1 of ... of the full tree.
    """
    _check(num_clones, levels)
    tree = IteratedCloning(num_clones, levels)
    leaves = tree.clones.tolist()
    end = tree.clone_index(".".join(["S1"] * (levels + 1)))
    encrypted = leaves[len(leaves) - extra :] if 0 <= extra <= len(leaves) else []
    if len(encrypted) != extra or (decrypt_extra and not extra) or (end in encrypted and not decrypt_extra):
        raise UsageError.of("extra", extra, f"a number of the {len(leaves)} clones that leaves one to decrypt")
    units = [unit for layer in tree.rounds for unit in layer]
    first = len(tree.qubits)
    for leaf in encrypted:
        fresh = np.arange(first, first + 2 * num_clones)
        units.append(CloningUnit(leaf, fresh[:num_clones], fresh[num_clones:]))
        first += 2 * num_clones
    path = [units[-1]] if decrypt_extra else []
    path += [step.unit for step in tree.steps(path[0].source if path else end)]
    end = int(units[-1].signals[0]) if decrypt_extra else end
    return _tree(units, path[::-1], end, clones=len(leaves) + extra * (num_leaves(num_clones, 0) - 1))


def ghz_register(size: int) -> LogicalCircuit:
    """A GHZ state, each qubit encrypted by a unit of n = 2 of its own, S1 of each decrypted; 5 qubits for each."""
    if type(size) is not int or not 1 <= size <= 100:
        raise UsageError.of("size", size, "a whole number from 1 to 100")
    encryption, undo = stim.Circuit("H 0"), stim.Circuit()
    # Entangled by doubling: the depth grows with the logarithm of the size.
    made = 1
    while made < size:
        for group in range(made, min(2 * made, size)):
            encryption.append("CX", [5 * (group - made), 5 * group])
        made = min(2 * made, size)
    for group in range(size):
        unit = CloningUnit(5 * group, np.array([1, 2]) + 5 * group, np.array([3, 4]) + 5 * group)
        encryption += bell_pairs(unit) + _encryption(unit)
        undo += _decryption(unit, 5 * group + 1, 5 * group + 1)
    ends = tuple(5 * group + 1 for group in range(size))
    return LogicalCircuit((encryption, undo), ends, ghz_checks(size), 2 * size)


def _tree(units: Sequence[CloningUnit], path: Sequence[CloningUnit], end: int, *, clones: int) -> LogicalCircuit:
    """Reference pair, all units, and the decryption of one clone along a path, first unit first."""
    reference = 1 + max(int(unit.noises[-1]) for unit in units)
    encryption, undo = stim.Circuit(f"H {reference}\nCX {reference} 0"), stim.Circuit()
    for unit in units:
        encryption += bell_pairs(unit)
    for unit in units:
        encryption += _encryption(unit)
    slots = [*(below.source for below in path[1:]), end]
    for unit, slot in zip(reversed(path), reversed(slots), strict=True):
        undo += _decryption(unit, slot, end)
    return LogicalCircuit((encryption, undo), (reference, end), BELL_CHECKS, clones)


def _encryption(unit: CloningUnit) -> stim.Circuit:
    """U_enc by two-sided ladders [Yamaguchi2026hardware], figure 5, as `compile.baseline_circuit` has it."""
    row = [unit.source, *unit.signals.tolist()]
    circuit = stim.Circuit()
    for _ in "ZX":
        middle, last = len(row) // 2, len(row) - 1
        rungs = [(q, q + 1) for q in range(middle)] + [(q, q - 1) for q in range(last, middle, -1)]
        for control, target in rungs:
            circuit.append("CX", [row[control], row[target]])
        circuit.append("S", [row[middle]])
        for control, target in reversed(rungs):
            circuit.append("CX", [row[control], row[target]])
        circuit.append("H", row)
    return circuit


def _decryption(unit: CloningUnit, slot: int, carrier: int) -> stim.Circuit:
    """The gates that undo one unit where the state sits on `carrier` in place of the unit's qubit `slot`."""
    row = [unit.source, *unit.signals.tolist(), *unit.noises.tolist()]
    local = row.index(slot)
    row[local] = carrier
    circuit = stim.Circuit()
    for instruction in decryption(EncryptedCloning(unit.num_pairs), local).circuit:
        circuit.append(instruction.name, [row[target.value] for target in instruction.targets_copy()])
    return circuit


def _check(num_clones: int, levels: int) -> None:
    check_num_clones(num_clones)
    if type(levels) is not int or not 0 <= levels <= _MAX_LEVELS:
        raise UsageError.of("levels", levels, f"a whole number from 0 to {_MAX_LEVELS}")
