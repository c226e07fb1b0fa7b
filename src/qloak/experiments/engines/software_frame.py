"""Feed-forward of Paulis made in software: a histogram needs no gate that waits for a record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import stim

from ...core.types import BitArray
from ...errors import ProgramError, UsageError, shorten
from ...noise.gates import MEASUREMENTS
from .tags import rotation_of
from .unfused import is_conditional, unfused

__all__ = ["SoftwareFrame"]

_PAULIS = {"CX": "X", "XCZ": "X", "CY": "Y", "YCZ": "Y", "CZ": "Z"}
_ANNOTATIONS = frozenset({"DETECTOR", "OBSERVABLE_INCLUDE", "SHIFT_COORDS", "QUBIT_COORDS"})


@dataclass(frozen=True, slots=True, eq=False)
class SoftwareFrame:
    """A circuit to run, and the parities of its records that are the wanted bits.

    Attributes:
        circuit: without feed-forward, unless a conditional Pauli meets a rotation by an angle that is not Clifford.
        parities: for each wanted bit the records whose parity it is.
        inverted: for each wanted bit whether that parity is to be inverted.
    """

    circuit: stim.Circuit
    parities: tuple[tuple[int, ...], ...]
    inverted: tuple[bool, ...]

    @classmethod
    def of(cls, circuit: stim.Circuit, bits: Sequence[int] = ()) -> SoftwareFrame:
        """Push conditional Paulis through the circuit to the records behind them.

        That changes no histogram, whatever happens on the way is a Pauli channel; under other noise it is the
        histogram of the program that makes its corrections in software, as a processor without fast feedback does.

        Args:
            circuit: with feed-forward or without.
            bits: numbers of the wanted records; none for all.

        Raises:
            UsageError: for a record that does not exist.
            ProgramError: for feed-forward of anything but a record to a qubit.
        """
        flat = _bare(circuit.flattened())
        total = flat.num_measurements
        wanted = tuple(bits) or tuple(range(total))
        if wrong := [bit for bit in wanted if not 0 <= bit < total]:
            raise UsageError.of("record_bits", wrong[0], f"a record from 0 to {total - 1}")
        found = _without_feed_forward(flat)
        if found is None:
            return cls(flat, tuple((bit,) for bit in wanted), (False,) * len(wanted))
        plain, conditions, inverted = found
        parities = _parities(conditions, total)
        return cls(
            plain,
            tuple(tuple(sorted(parities[bit])) for bit in wanted),
            tuple(len(parities[bit] & inverted) % 2 == 1 for bit in wanted),
        )

    @classmethod
    def of_observables(cls, circuit: stim.Circuit) -> SoftwareFrame:
        """The same with one wanted bit for each observable: whether it is flipped against the noiseless circuit.

        Args:
            circuit: whose observables are parities of records that are sure without noise.

        Raises:
            UsageError: for no observables.
            ProgramError: for observables of other things, or as `of`.
        """
        if not circuit.num_observables:
            raise UsageError.of("circuit", str(circuit), "a circuit with observables")
        frame = cls.of(circuit)
        parities = [set[int]() for _ in range(circuit.num_observables)]
        _, signs = circuit.without_noise().reference_detector_and_observable_signs()
        inverted = signs.tolist()
        for number, record in _included(circuit):
            parities[number] ^= set(frame.parities[record])
            inverted[number] ^= frame.inverted[record]
        return cls(frame.circuit, tuple(tuple(sorted(each)) for each in parities), tuple(inverted))

    def histogram(self, records: BitArray, numbers: Iterable[int]) -> dict[str, int]:
        """The wanted bits' counts.

        Args:
            records: shape (m, records of the circuit), different ones or not.
            numbers: how often each row was read.

        Returns:
            Bit string, first wanted bit first -> count; sorted.
        """
        columns = [
            np.bitwise_xor.reduce(records[:, list(parity)], axis=1) ^ inverted
            for parity, inverted in zip(self.parities, self.inverted, strict=True)
        ]
        rows = np.array(columns, dtype=np.uint8).reshape(len(columns), len(records)).T
        counts: dict[str, int] = {}
        for row, number in zip(rows + ord("0"), numbers, strict=True):
            key = row.astype(np.uint8).tobytes().decode()
            counts[key] = counts.get(key, 0) + int(number)
        return dict(sorted(counts.items()))


@dataclass(frozen=True, slots=True, eq=False)
class _Condition:
    """A conditional Pauli: the record that decides, and the later records that the Pauli would flip."""

    record: int
    flips: tuple[int, ...]


def _parities(conditions: Sequence[_Condition], total: int) -> list[set[int]]:
    """For each record of the circuit with feed-forward, the records of the one without whose parity it is."""
    parities = [{record} for record in range(total)]
    # In the order of the circuit: what decides a Pauli is settled by the ones before.
    for condition in conditions:
        for record in condition.flips:
            parities[record] ^= parities[condition.record]
    return parities


def _without_feed_forward(circuit: stim.Circuit) -> tuple[stim.Circuit, list[_Condition], set[int]] | None:
    """The circuit without conditional Paulis and inverted records, what they would do, and which were inverted.

    Each Pauli is put into a simulated circuit of its own, which tells the records that it flips. None if one of them
    meets a rotation, which it would turn round.
    """
    plain, inverted, deciding = stim.Circuit(), set[int](), list[int]()
    instructions = list(unfused(circuit))
    copies = max(1, sum(len(each.target_groups()) for each in instructions if is_conditional(each)))
    simulator = stim.FlipSimulator(
        batch_size=copies, num_qubits=circuit.num_qubits, disable_stabilizer_randomization=True
    )
    for instruction in instructions:
        targets = instruction.targets_copy()
        if is_conditional(instruction):
            for group in instruction.target_groups():
                record, qubit = _conditional(instruction, group)
                mask = np.zeros((simulator.num_qubits, copies), dtype=np.bool_)
                mask[qubit, len(deciding)] = True
                simulator.broadcast_pauli_errors(pauli=_PAULIS[instruction.name], mask=mask)
                deciding.append(plain.num_measurements + record)
        elif instruction.name in MEASUREMENTS:
            inverted |= {plain.num_measurements + i for i, t in enumerate(targets) if t.is_inverted_result_target}
            qubits = [target.value for target in targets]
            plain.append(instruction.name, qubits, instruction.gate_args_copy(), tag=instruction.tag)
            simulator.do(stim.CircuitInstruction(instruction.name, qubits))
        elif rotation_of(instruction) and _reached(simulator, [target.value for target in targets]):
            return None
        else:
            plain.append(instruction)
            _undisturbed(simulator, instruction)
    flips = simulator.get_measurement_flips()
    found = [_Condition(record, tuple(np.flatnonzero(flips[:, k]).tolist())) for k, record in enumerate(deciding)]
    return plain, found, inverted


def _reached(simulator: stim.FlipSimulator, qubits: Sequence[int]) -> bool:
    """Whether a Pauli in one of the simulated circuits is on one of the qubits."""
    return any(flips[qubit] for flips in simulator.peek_pauli_flips() for qubit in qubits)


def _undisturbed(simulator: stim.FlipSimulator, instruction: stim.CircuitInstruction) -> None:
    """Simulate an instruction without noise."""
    gate = stim.gate_data(instruction.name)
    if gate.produces_measurements:
        simulator.do(stim.CircuitInstruction(instruction.name, instruction.targets_copy()))
    elif not gate.is_noisy_gate:
        simulator.do(instruction)


def _conditional(instruction: stim.CircuitInstruction, group: Sequence[stim.GateTarget]) -> tuple[int, int]:
    """Record, counted back, and qubit of one conditional Pauli."""
    records = [target.value for target in group if target.is_measurement_record_target]
    qubits = [target.value for target in group if target.is_qubit_target]
    if instruction.name not in _PAULIS or len(records) != 1 or len(qubits) != 1:
        raise ProgramError(f"circuit: got {shorten(str(instruction))}, expected a record and a qubit.")
    return records[0], qubits[0]


def _included(circuit: stim.Circuit) -> Iterator[tuple[int, int]]:
    """Numbers of observables and of their records."""
    measured = 0
    for instruction in circuit.flattened():
        measured += instruction.num_measurements
        if instruction.name == "OBSERVABLE_INCLUDE":
            (number,) = instruction.gate_args_copy()
            for target in instruction.targets_copy():
                if not target.is_measurement_record_target:
                    raise ProgramError(f"circuit: got {shorten(str(instruction))}, expected observables of records.")
                yield int(number), measured + target.value


def _bare(circuit: stim.Circuit) -> stim.Circuit:
    """Without annotations."""
    result = stim.Circuit()
    for instruction in circuit:
        if instruction.name not in _ANNOTATIONS:
            result.append(instruction)
    return result
