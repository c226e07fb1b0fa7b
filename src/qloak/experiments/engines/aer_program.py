"""A stim circuit as a program of Aer, with noise written into it.

Clifford circuits, with rotations and waits as `tags` has them. Products (MPP, MXX, MYY, MZZ) are checks, read through
an extra perfect qubit each, not through the device.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
import stim

from ...circuits.formats.lowering import lower
from ...circuits.formats.operations import BARRIER
from ...core.types import FloatArray
from ...errors import ProgramError, shorten
from ...noise import Device
from ...noise.gates import MEASUREMENTS, PAIR_MEASUREMENTS, RESETS
from ...noise.tables import look_up
from .aer_noise import Channels, pauli_errors
from .narrow import narrowed
from .tags import rotation_of, waiting_seconds
from .timed import timed_steps
from .unfused import is_conditional, unfused

if TYPE_CHECKING:
    from qiskit import QuantumCircuit
    from qiskit.circuit import Instruction
    from qiskit_aer.noise import NoiseModel, QuantumError

__all__ = ["AerProgram", "aer_program"]

_GATES = frozenset({"id", "x", "y", "z", "h", "s", "sdg", "sx", "sxdg", "cx", "cy", "cz", "swap"})
_CONTROLLED = {"CX": "x", "XCZ": "x", "CY": "y", "YCZ": "y", "CZ": "z"}
_TO_Z = {"X": ("h",), "Y": ("sdg", "h"), "Z": ()}
_FROM_Z = {"X": ("h",), "Y": ("h", "s"), "Z": ()}


@dataclass(frozen=True, slots=True, eq=False)
class AerProgram:
    """A program, and what has to be known of its classical bits.

    Attributes:
        program: on as many qubits as are in use, in the order of `qubits`; classical bit i is record i.
        qubits: number of each qubit in the stim circuit; extra qubits, which read products, follow them. None if
            qubits share places.
        flips: place of a measured qubit -> chance to read 1 for 0, and 0 for 1.
        inverted: records that are reported inverted.
        terminal: whether nothing follows the measurements, so that one run gives all shots.
    """

    program: QuantumCircuit
    qubits: tuple[int, ...]
    flips: dict[int, tuple[float, float]]
    inverted: tuple[int, ...]
    terminal: bool

    def narrowed(self) -> AerProgram:
        """The same on fewer qubits: measured ones stay, others make room for those that begin later."""
        data = self.program.data
        reads = [step for step in data if step.operation.name == "measure"]
        kept = {self.program.find_bit(step.qubits[0]).index for step in reads}
        body = self.program
        if self.terminal:
            body = self.program.copy_empty_like()
            for step in data:
                if step.operation.name != "measure":
                    body.append(step)
        found, places = narrowed(body, sorted(kept))
        if self.terminal:
            # Last of all, so that one run gives all shots.
            for step in reads:
                place = places[self.program.find_bit(step.qubits[0]).index]
                found.measure(place, self.program.find_bit(step.clbits[0]).index)
        flips = {places[old]: chances for old, chances in self.flips.items()}
        return replace(self, program=found, qubits=(), flips=flips)

    def readout_model(self) -> NoiseModel:
        """Aer's noise model of the wrong records; all other noise is in the program."""
        from qiskit_aer.noise import NoiseModel, ReadoutError

        model = NoiseModel()
        for place, (one, zero) in self.flips.items():
            model.add_readout_error(ReadoutError([[1 - one, one], [zero, 1 - zero]]), [place])
        return model


def aer_program(circuit: stim.Circuit, device: Device | None, order: Sequence[int] | None = None) -> AerProgram:
    """The program of a circuit.

    Args:
        circuit: with its Pauli noise in it, or on physical qubits and noiseless if there is a device.
        device: whose relaxation, depolarizing gates and directional readout errors to add. Every operation runs as
            late as possible, but no later than the next TICK. None adds nothing.
        order: of the qubits in use in Aer's register; default ascending.

    Raises:
        MissingExtraError: without qiskit-aer.
        ProgramError: for a circuit with noise together with a device, or operations that have no counterpart.
        UsageError: for qubits, couplers or operations that the device does not have.
    """
    flat = circuit.flattened()
    if device is not None and flat != flat.without_noise():
        raise ProgramError("circuit: has noise of its own, expected none where the device's is added.")
    writer = _Writer.of(flat, order)
    if device is None:
        for instruction in unfused(flat):
            writer.write(instruction)
        return writer.finished()
    channels = Channels(device)
    for step in timed_steps(flat, device.timing()):
        for qubit, seconds in step.waits:
            writer.channel(channels.waiting(qubit, seconds), (qubit,))
        writer.write(step.operation, device=device)
        for error, qubits in _physical(step.operation, step.targets, channels):
            writer.channel(error, qubits)
    return writer.finished()


def _physical(
    operation: stim.CircuitInstruction, targets: list[list[int]], channels: Channels
) -> Iterator[tuple[QuantumError, tuple[int, ...]]]:
    """The channels behind one operation."""
    if not stim.gate_data(operation.name).is_unitary:
        return
    seconds, pulse = waiting_seconds(operation), rotation_of(operation) is not None
    for qubits in targets:
        if seconds:
            yield channels.waiting(qubits[0], seconds), tuple(qubits)
        elif operation.name not in ("I", "II") or pulse:
            yield from channels.after("SQRT_X" if pulse else operation.name, tuple(qubits))


@dataclass(slots=True, eq=False)
class _Writer:
    """A program under construction."""

    program: QuantumCircuit
    places: dict[int, int]
    terminal: bool
    spare: list[int]
    measured: int = 0
    flips: dict[int, tuple[float, float]] = field(default_factory=dict)
    inverted: set[int] = field(default_factory=set)
    deferred: list[tuple[int, int]] = field(default_factory=list)

    @classmethod
    def of(cls, circuit: stim.Circuit, order: Sequence[int] | None) -> _Writer:
        """An empty program for a flattened circuit."""
        from qiskit import QuantumCircuit

        touched = _touched(circuit)
        qubits = [q for q in (sorted(touched) if order is None else order) if q in touched]
        if len(qubits) < len(touched):
            raise ProgramError(f"circuit: qubits {sorted(touched - set(qubits))} are missing in the order.")
        products = sum(
            len(each.target_groups()) for each in circuit if each.name in PAIR_MEASUREMENTS or each.name == "MPP"
        )
        program = QuantumCircuit(len(qubits) + products, circuit.num_measurements)
        spare = list(range(len(qubits), len(qubits) + products))
        return cls(program, {q: i for i, q in enumerate(qubits)}, _is_terminal(circuit), spare)

    def finished(self) -> AerProgram:
        """The program with the measurements that were put off."""
        for place, bit in self.deferred:
            self.program.measure(place, bit)
        return AerProgram(
            self.program, tuple(self.places), dict(self.flips), tuple(sorted(self.inverted)), self.terminal
        )

    def write(self, instruction: stim.CircuitInstruction, *, device: Device | None = None) -> None:
        """Append one instruction, with its noise if it is noise."""
        name = instruction.name
        data = stim.gate_data(name)
        if name in MEASUREMENTS:
            self._measure(instruction, device)
        elif data.produces_measurements and name != "MPAD":
            self._products(instruction)
        elif rotation := rotation_of(instruction):
            for target in instruction.targets_copy():
                getattr(self.program, f"r{rotation[0]}")(rotation[1], self.places[target.value])
        elif data.is_noisy_gate:
            for error, qubits in pauli_errors(instruction):
                self.channel(error, qubits)
        elif is_conditional(instruction):
            self._feed_forward(instruction)
        elif data.is_unitary or name in RESETS:
            self._gates(instruction)
        elif name == "MPAD":
            raise ProgramError(f"circuit: {name} has no counterpart in Aer.")

    def channel(self, error: QuantumError, qubits: tuple[int, ...]) -> None:
        """Append noise on qubits of the stim circuit."""
        self.program.append(_instruction(error), [self.places[qubit] for qubit in qubits])

    def _gates(self, instruction: stim.CircuitInstruction) -> None:
        circuit = stim.Circuit()
        circuit.append(instruction)
        for op in lower(circuit, _GATES):
            if op.name != BARRIER:
                getattr(self.program, op.name)(*(self.places[qubit] for qubit in op.qubits))

    def _measure(self, instruction: stim.CircuitInstruction, device: Device | None) -> None:
        resets = instruction.name.startswith("MR")
        letter = instruction.name[-1] if instruction.name[-1] in "XY" else "Z"
        (flip,) = instruction.gate_args_copy() or (0.0,)
        for target in instruction.targets_copy():
            place = self.places[target.value]
            chances = (flip, flip)
            if device is not None:
                one, zero = (look_up(e, np.array([target.value]), "readout error") for e in _directions(device))
                chances = (float(np.ravel(one)[0]), float(np.ravel(zero)[0]))
            if self.flips.setdefault(place, chances) != chances:
                raise ProgramError(f"circuit: qubit {target.value} is read with two different errors.")
            self._turn(_TO_Z[letter], place)
            if self.terminal:
                self.deferred.append((place, self.measured))
            else:
                self.program.measure(place, self.measured)
                if resets:
                    self.program.reset(place)
                self._turn(_FROM_Z[letter], place)
            self._count(inverted=target.is_inverted_result_target)

    def _products(self, instruction: stim.CircuitInstruction) -> None:
        for group in instruction.target_groups():
            letters = {t.value: t.pauli_type if instruction.name == "MPP" else instruction.name[-1] for t in group}
            if len(letters) < len(group) or instruction.gate_args_copy():
                raise ProgramError(f"circuit: got {shorten(str(instruction))}, expected exact products.")
            place = self.spare.pop(0)
            self.program.h(place)
            for qubit, letter in letters.items():
                getattr(self.program, f"c{letter.lower()}")(place, self.places[qubit])
            self.program.h(place)
            if self.terminal:
                self.deferred.append((place, self.measured))
            else:
                self.program.measure(place, self.measured)
            self._count(inverted=sum(target.is_inverted_result_target for target in group) % 2 == 1)

    def _feed_forward(self, instruction: stim.CircuitInstruction) -> None:
        from qiskit import QuantumCircuit

        body = QuantumCircuit(1)
        getattr(body, _CONTROLLED[instruction.name])(0)
        for group in instruction.target_groups():
            records = [target for target in group if target.is_measurement_record_target]
            qubits = [target.value for target in group if target.is_qubit_target]
            if len(records) != 1 or len(qubits) != 1:
                raise ProgramError(f"circuit: got {shorten(str(instruction))}, expected a record and a qubit.")
            record = self.measured + records[0].value
            wanted = record not in self.inverted
            self.program.if_test((self.program.clbits[record], wanted), body, [self.places[qubits[0]]], [])

    def _turn(self, gates: tuple[str, ...], place: int) -> None:
        for gate in gates:
            getattr(self.program, gate)(place)

    def _count(self, *, inverted: bool) -> None:
        if inverted:
            self.inverted.add(self.measured)
        self.measured += 1


def _instruction(error: QuantumError) -> QuantumError | Instruction:
    """What to append for a channel: one that is no mixture of gates and resets as a Kraus instruction.

    Aer applies an instruction as it is, but one Kraus operator among the errors makes it turn all errors into Kraus
    operators, which costs an order of magnitude: sixteen norms for each depolarizing gate of every shot.
    """
    from qiskit.quantum_info import Kraus

    names = {step.operation.name for circuit in error.circuits for step in circuit.data}
    return Kraus(error).to_instruction() if "kraus" in names else error


def _directions(device: Device) -> tuple[FloatArray, FloatArray]:
    return device.one_given_zero, device.zero_given_one


def _qubits(instruction: stim.CircuitInstruction) -> set[int]:
    targets = instruction.targets_copy()
    records = any(target.is_measurement_record_target for target in targets)
    if instruction.name in ("DETECTOR", "OBSERVABLE_INCLUDE", "QUBIT_COORDS", "SHIFT_COORDS", "MPAD", "TICK"):
        return set()
    return {t.value for t in targets if not t.is_combiner and (not records or t.is_qubit_target)}


def _touched(circuit: stim.Circuit) -> set[int]:
    """Qubits that a flattened circuit acts on."""
    return set().union(*(_qubits(instruction) for instruction in circuit))


def _is_terminal(circuit: stim.Circuit) -> bool:
    """Whether nothing depends on a record and no measured qubit is used again."""
    measured: set[int] = set()
    for instruction in circuit:
        listed = [t.value for t in instruction.targets_copy() if not t.is_combiner]
        if is_conditional(instruction):
            return False
        if _qubits(instruction) & measured or instruction.name.startswith("MR"):
            return False
        if instruction.name in MEASUREMENTS:
            if len(set(listed)) < len(listed):
                return False
            measured.update(listed)
    return True
