"""The stabilizer world: an arbitrary register behind Clifford blocks, exact for every input state.

Physical qubits are grouped into blocks; each is a Clifford image of some logical qubits of the register
and of fresh |0>s. Clifford gates change a block's tableau and leave the register alone. An observable P is
pulled back through the tableaus. If it flips some |0>, its outcome is a fair coin whatever the register
holds, and only the tableau collapses. Otherwise it *is* a Pauli observable of the register, up to a sign,
and its mean value and its collapse are those of the register. Nothing is sampled that is not measured, and
nothing is approximated.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Final

import numpy as np
import stim

from ..core.types import BitArray, ComplexArray, FloatArray
from ..errors import LimitError, ProgramError, UsageError
from .block import Block
from .dense import DenseState
from .dense_engine import branches
from .register import Register
from .stabilizer_state import StabilizerState

__all__ = ["StabilizerWorld", "WorldEngine"]

MAX_TOMOGRAPHY_QUBITS: Final = 6
"""A reduced density matrix of k qubits takes 4^k expectation values."""

_PAULI_NUMBER: Final = {"X": 1, "Y": 2, "Z": 3}


class StabilizerWorld:
    """Physical qubits, numbered from 0, that hold a register and ancillas.

    Args:
        register: enters on qubits 0 .. k - 1.
        rng: decides random measurement outcomes.
        num_ancillas: further qubits, k, k + 1, …, in |0>.
    """

    def __init__(self, register: Register, *, rng: np.random.Generator, num_ancillas: int = 0) -> None:
        self._state = register.state
        self._rng = rng
        self._blocks = [Block.identity([q], {0: q}) for q in range(register.num_qubits)]
        self._place = [(block, 0) for block in self._blocks]
        if num_ancillas:
            self.add_qubits(num_ancillas)

    @property
    def num_qubits(self) -> int:
        """Number of physical qubits."""
        return len(self._place)

    def add_qubits(self, count: int) -> list[int]:
        """Fresh qubits in |0>; their numbers."""
        added = list(range(self.num_qubits, self.num_qubits + count))
        block = Block.identity(added, {})
        self._blocks.append(block)
        self._place += [(block, wire) for wire in range(count)]
        return added

    def run(self, circuit: stim.Circuit, qubits: Sequence[int] | None = None) -> BitArray:
        """Run a noiseless Clifford circuit.

        Args:
            circuit: gates, measurements, resets, feed-forward on its own measurements.
            qubits: the world's qubit for each qubit number of the circuit; default: the same number.

        Returns:
            Shape (circuit.num_measurements,), True for outcome -1.

        Raises:
            ProgramError: for noise, sweep bits, or feed-forward of an outcome that is not there yet.
            UsageError: for a qubit that does not exist or is given twice.
        """
        if circuit.without_noise() != circuit:
            raise ProgramError("circuit: got noise, expected none. Take circuit.without_noise().")
        names = list(range(self.num_qubits) if qubits is None else qubits)
        if circuit.num_qubits > len(names):
            raise UsageError.of("qubits", len(names), f"at least {circuit.num_qubits}, as many as the circuit uses")
        if len(set(names)) != len(names):
            raise UsageError.of("qubits", names, "each qubit at most once")
        for name in names:
            self._check_qubit(name)
        record: list[bool] = []
        steps, inverted = _decomposed(circuit)
        for instruction in steps:
            gate = instruction.name
            if gate == "CX":
                self._controlled_x(instruction.target_groups(), names, record)
            elif gate in ("H", "S"):
                self._do(gate, [names[t.value] for t in instruction.targets_copy()])
            elif gate == "M":
                for target in instruction.targets_copy():
                    outcome = self.measure({names[target.value]: "Z"})
                    record.append(outcome ^ target.is_inverted_result_target ^ inverted[len(record)])
            elif gate == "MPAD":
                record += [bool(target.value) for target in instruction.targets_copy()]
            elif gate == "R":
                self.reset([names[t.value] for t in instruction.targets_copy()])
        return np.array(record, dtype=np.bool_)

    def reset(self, qubits: Sequence[int]) -> None:
        """Put qubits back to |0>, whatever they held."""
        for qubit in qubits:
            if self.measure({qubit: "Z"}):
                self.apply_pauli({qubit: "X"})

    def apply_pauli(self, letters: dict[int, str]) -> None:
        """Apply X, Y or Z to some qubits."""
        for qubit, letter in letters.items():
            self._check_qubit(qubit, letter)
            self._do(letter, [qubit])

    def measure(self, letters: dict[int, str]) -> bool:
        """Measure a Pauli observable such as {0: "X", 3: "Z"}; True for outcome -1."""
        logical, flipped = self._pull_back(letters)
        if not flipped:
            chance = (1 - self._state.expectation(logical)) / 2
            outcome = bool(self._rng.random() < chance) if 1e-12 < chance < 1 - 1e-12 else chance > 0.5
            if logical.weight:
                self._state = self._state.postselect(logical, outcome)
            return outcome
        outcome = bool(self._rng.integers(2))
        block = self._joined([self._place[qubit][0] for qubit in letters])
        pauli = block.local({self._place[q][1]: _PAULI_NUMBER[letter] for q, letter in letters.items()})
        _, wire = block.split(block.pull_back(pauli), self._state.num_qubits)
        if wire is None:  # merging blocks cannot turn a random observable into a fixed one
            raise RuntimeError("a random observable lost its flipped wire")
        block.project(pauli, wire, outcome=outcome)
        return outcome

    def logical_operator(self, letters: dict[int, str]) -> stim.PauliString | None:
        """The observable of the register that a physical observable is, or None if it is a fair coin.

        Returns:
            A Pauli string on the logical qubits with sign; the identity for a fixed outcome.
        """
        logical, flipped = self._pull_back(letters)
        return None if flipped else logical

    def expectation(self, letters: dict[int, str]) -> float:
        """Exact mean value of a Pauli observable on the present state."""
        logical = self.logical_operator(letters)
        return 0.0 if logical is None else self._state.expectation(logical)

    def bloch_vector(self, qubit: int) -> FloatArray:
        """(<X>, <Y>, <Z>) of one qubit, shape (3,)."""
        return np.array([self.expectation({qubit: letter}) for letter in "XYZ"])

    def correlations(self, first: int, second: int) -> FloatArray:
        """Mean values of (X, Y, Z) on one qubit times (X, Y, Z) on another, shape (3, 3)."""
        return np.array([[self.expectation({first: a, second: b}) for b in "XYZ"] for a in "XYZ"])

    def depends_on_input(self, qubits: Sequence[int]) -> bool:
        """Whether any observable on a few qubits has a mean value that depends on the register.

        Raises:
            LimitError: above MAX_TOMOGRAPHY_QUBITS qubits.
        """
        operators = (self.logical_operator(letters) for letters in _observables(qubits))
        return any(operator is not None and operator.weight > 0 for operator in operators)

    def reduced_density_matrix(self, qubits: Sequence[int]) -> ComplexArray:
        """The state of a few qubits, shape (2**k, 2**k), qubits[0] the least significant.

        Raises:
            LimitError: above MAX_TOMOGRAPHY_QUBITS qubits.
        """
        k = len(qubits)
        rho = np.eye(2**k, dtype=np.complex128)
        place = {qubit: i for i, qubit in enumerate(qubits)}
        for letters in _observables(qubits):
            mean = self.expectation(letters)
            if mean:
                text = "".join(letters.get(q, "_") for q in place)
                rho += mean * stim.PauliString(text).to_unitary_matrix(endian="little")
        normalised: ComplexArray = rho / 2**k
        return normalised

    def take(self, qubits: Sequence[int]) -> Register | None:
        """The pure state of qubits that hold the whole register, or None if they do not.

        The state is exact; a dense register keeps its amplitudes up to a global phase.

        Args:
            qubits: as many as the register has, in the order wanted.
        """
        k = self._state.num_qubits
        if len(set(qubits)) != k or len(qubits) != k:
            raise UsageError.of("qubits", list(qubits), f"{k} different qubits, as many as the register has")
        images: list[list[stim.PauliString]] = []
        for letter in "XZ":
            operators = [self.logical_operator({qubit: letter}) for qubit in qubits]
            found = [operator for operator in operators if operator is not None]
            if len(found) != k:
                return None
            images.append(found)
        # The images are those of C^dagger, where C |register> is the state wanted.
        clifford = stim.Tableau.from_conjugated_generators(xs=images[0], zs=images[1]).inverse()
        circuit = clifford.to_circuit()
        if isinstance(self._state, StabilizerState):
            return Register(self._state.apply_clifford(circuit))
        # A circuit of gates alone has one branch.
        vector = next(branches(self._state, circuit)).state.vector
        return Register(DenseState(vector / np.linalg.norm(vector)))

    def _pull_back(self, letters: dict[int, str]) -> tuple[stim.PauliString, bool]:
        """The logical part of an observable, and whether it flips a |0> somewhere."""
        per_block: dict[int, tuple[Block, dict[int, int]]] = {}
        for qubit, letter in letters.items():
            self._check_qubit(qubit, letter)
            block, wire = self._place[qubit]
            per_block.setdefault(id(block), (block, {}))[1][wire] = _PAULI_NUMBER[letter]
        logical = stim.PauliString(self._state.num_qubits)
        flipped = False
        for block, local in per_block.values():
            part, wire_flipped = block.split(block.pull_back(block.local(local)), self._state.num_qubits)
            # Different blocks have different inputs: the parts act on different logical qubits.
            logical *= part
            flipped |= wire_flipped is not None
        return logical, flipped

    def _check_qubit(self, qubit: int, letter: str = "X") -> None:
        """Refuse a qubit that does not exist, or a letter that is no Pauli's."""
        if not 0 <= qubit < self.num_qubits:
            raise UsageError.of("qubit", qubit, f"a number from 0 to {self.num_qubits - 1}")
        if letter not in _PAULI_NUMBER:
            raise UsageError.of("letters", letter, "X, Y or Z")

    def _controlled_x(self, groups: list[list[stim.GateTarget]], names: list[int], record: list[bool]) -> None:
        pairs: list[int] = []
        for control, target in groups:
            if control.is_sweep_bit_target or -control.value > len(record) or not target.is_qubit_target:
                raise ProgramError(
                    f"circuit: got {control} on {target}, expected a qubit or an earlier outcome on a qubit."
                )
            if control.is_measurement_record_target:
                if record[control.value]:
                    # Earlier pairs of this instruction may touch the same qubit; X commutes past none of them.
                    self._do("CX", pairs)
                    pairs = []
                    self.apply_pauli({names[target.value]: "X"})
            else:
                pairs += [names[control.value], names[target.value]]
        self._do("CX", pairs)

    def _do(self, gate: str, qubits: list[int]) -> None:
        """One gate on many qubits (pairs for CX), block by block."""
        if gate == "CX":
            for a, b in zip(qubits[0::2], qubits[1::2], strict=True):
                if self._place[a][0] is not self._place[b][0]:
                    self._joined([self._place[a][0], self._place[b][0]])
        width = 2 if gate == "CX" else 1
        per_block: dict[int, tuple[Block, list[int]]] = {}
        for start in range(0, len(qubits), width):
            block = self._place[qubits[start]][0]
            wires = per_block.setdefault(id(block), (block, []))[1]
            wires += [self._place[q][1] for q in qubits[start : start + width]]
        for block, wires in per_block.values():
            block.do(stim.Circuit(f"{gate} {' '.join(map(str, wires))}"))

    def _joined(self, blocks: Sequence[Block]) -> Block:
        """Some blocks as one; the largest takes over the others."""
        distinct = list({id(block): block for block in blocks}.values())
        distinct.sort(key=lambda block: len(block.qubits), reverse=True)
        first = distinct[0]
        for other in distinct[1:]:
            offset = len(first.qubits)
            for wire, qubit in enumerate(other.qubits):
                self._place[qubit] = (first, offset + wire)
            first.merge(other)
            self._blocks.remove(other)
        return first


class WorldEngine:
    """Sampling with the stabilizer world: each shot is one fresh run."""

    name = "world"

    def sample(
        self, circuit: stim.Circuit, shots: int, *, register: Register | None = None, rng: np.random.Generator
    ) -> BitArray:
        """Measurement records of a noiseless circuit; see `protocol.Engine`."""
        entering = Register.stabilizer(stim.Circuit("I 0")) if register is None else register
        ancillas = max(0, circuit.num_qubits - entering.num_qubits)
        records = np.zeros((shots, circuit.num_measurements), dtype=np.bool_)
        for shot in range(shots):
            records[shot] = StabilizerWorld(entering, rng=rng, num_ancillas=ancillas).run(circuit)
        return records


def _decomposed(circuit: stim.Circuit) -> tuple[stim.Circuit, list[bool]]:
    """The circuit in H, S, CX, M, R, MPAD, feedback and annotations, and which outcomes are inverted besides.

    stim's `decomposed` refuses the inverted targets of measurements other than M and MPP, and it loses
    outcomes as second targets of CZ; both are put right before.
    """
    plain, inverted = stim.Circuit(), list[bool]()
    for instruction in circuit.flattened():
        groups = instruction.target_groups()
        gate = stim.gate_data(instruction.name)
        if gate.produces_measurements and not gate.takes_pauli_targets:
            inverted += [sum(target.is_inverted_result_target for target in group) % 2 == 1 for group in groups]
            plain.append(instruction.name, [target.value for group in groups for target in group])
        elif instruction.name == "CZ":
            plain.append("CZ", [target for pair in groups for target in sorted(pair, key=lambda t: t.is_qubit_target)])
        else:
            inverted += [False] * (len(groups) if gate.produces_measurements else 0)
            plain.append(instruction)
    return plain.decomposed(), inverted


def _observables(qubits: Sequence[int]) -> list[dict[int, str]]:
    """All non-identity Pauli observables on a few qubits."""
    if len(qubits) > MAX_TOMOGRAPHY_QUBITS:
        raise LimitError.of("qubits", len(qubits), f"at most {MAX_TOMOGRAPHY_QUBITS} for all Pauli observables")
    every = product("_XYZ", repeat=len(qubits))
    pairs = [{q: letter for q, letter in zip(qubits, word, strict=True) if letter != "_"} for word in every]
    return [letters for letters in pairs if letters]
