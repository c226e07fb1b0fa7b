"""What a compiled circuit must satisfy, checked on the circuit alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NoReturn, Self

import stim

from ..errors import IntegrityError
from .decoders import roundtrips
from .encoder import Encoder
from .graph import DeviceGraph
from .lower import NATIVE_GATES
from .roundtrip import Method

__all__ = ["verify_compiled", "verify_decoders"]

_PASSIVE = frozenset({"TICK", "QUBIT_COORDS", "SHIFT_COORDS"})


def verify_compiled(circuit: stim.Circuit, graph: DeviceGraph) -> None:
    """Check a native circuit that encrypts and decrypts one clone and ends with its two checks.

    It may hold native gates on working couplers, measurements of key qubits and, last, one MPP of X X and Z Z
    on reference and clone, in this order, with the observables 0 and 1. Both must be 0 without noise. With the
    reference touched by one two-qubit gate only, the first that its partner meets, this says that the circuit
    brings every input from that partner to the clone, up to the frame.

    Raises:
        IntegrityError: naming the first property that does not hold.
    """
    reading = _Reading.of(circuit, graph)
    if not reading.pair:
        _refuse("it has no checks X X and Z Z of reference and clone")
    partners = reading.partners.get(reading.pair[0], [])
    if len(partners) != 1 or reading.partners[partners[0]][0] != reading.pair[0]:
        _refuse("the reference is not touched by one two-qubit gate only, the first of its partner")
    if reading.measured & {*reading.pair}:
        _refuse("reference or clone is measured before the checks")
    for observable in (0, 1):
        _check_observable(circuit, reading, observable)


def verify_decoders(encoder: Encoder, graph: DeviceGraph, *, method: Method = "measured") -> None:
    """Check the circuit of every clone of an encoder.

    Raises:
        IntegrityError: as `verify_compiled`, or if the key does not open a clone.
        UsageError: if a clone cannot be decrypted by this method on these couplers.
    """
    for trip in roundtrips(encoder, graph, method=method).values():
        verify_compiled(trip.to_stim(), graph)


@dataclass(slots=True)
class _Reading:
    """What a circuit holds.

    Attributes:
        pair: reference and clone, in the order of the checks.
        partners: qubit -> qubits it meets in CZ gates, in order.
        measured: qubits measured one by one.
        records: number of records.
        checks: record numbers of X X and Z Z.
        included: observable -> records, with multiplicity.
    """

    pair: tuple[int, ...] = ()
    partners: dict[int, list[int]] = field(default_factory=dict)
    measured: set[int] = field(default_factory=set)
    records: int = 0
    checks: dict[str, int] = field(default_factory=dict)
    included: dict[int, list[int]] = field(default_factory=dict)

    @classmethod
    def of(cls, circuit: stim.Circuit, graph: DeviceGraph) -> Self:
        """Read a circuit, refusing everything else."""
        reading = cls()
        for instruction in circuit.flattened():
            reading._read(instruction, graph)
        return reading

    def _read(self, instruction: stim.CircuitInstruction, graph: DeviceGraph) -> None:
        name = instruction.name
        if self.checks and name != "OBSERVABLE_INCLUDE" and name not in _PASSIVE:
            _refuse(f"it has {name} behind its checks")
        if name == "CZ":
            for a, b in instruction.target_groups():
                if not (a.is_qubit_target and b.is_qubit_target and graph.couples(a.value, b.value)):
                    _refuse(f"{a} and {b} are not coupled qubits")
                self.partners.setdefault(a.value, []).append(b.value)
                self.partners.setdefault(b.value, []).append(a.value)
        elif name == "M" and not instruction.gate_args_copy():
            self.measured |= {target.value for target in instruction.targets_copy()}
        elif name == "MPP" and not instruction.gate_args_copy():
            for number, group in enumerate(instruction.target_groups(), start=self.records):
                self._read_check(group, number)
        elif name == "OBSERVABLE_INCLUDE":
            which = int(instruction.gate_args_copy()[0])
            targets = instruction.targets_copy()
            if not all(target.is_measurement_record_target for target in targets):
                _refuse(f"observable {which} holds more than records")
            self.included.setdefault(which, []).extend(self.records + target.value for target in targets)
        elif name not in NATIVE_GATES and name not in _PASSIVE:
            _refuse(f"{instruction} is no native gate and no noiseless measurement")
        self.records += instruction.num_measurements

    def _read_check(self, group: list[stim.GateTarget], number: int) -> None:
        letters = {target.pauli_type for target in group}
        qubits = tuple(target.value for target in group)
        letter = letters.pop()
        plain = not letters and not any(target.is_inverted_result_target for target in group)
        if not plain or letter not in "XZ" or len(qubits) != 2 or self.pair not in ((), qubits):
            _refuse("its checks are not X X and Z Z of one pair of qubits")
        self.pair = qubits
        self.checks[letter] = number


def _check_observable(circuit: stim.Circuit, reading: _Reading, observable: int) -> None:
    """The observable holds its own check, not the other one, and is 0 from |0> on all qubits."""
    mine, other = (reading.checks.get(letter) for letter in ("XZ", "ZX")[observable])
    records = reading.included.get(observable, [])
    if mine is None or records.count(mine) != 1 or (other is not None and other in records):
        _refuse(f"observable {observable} does not hold its own check, and only that")
    start = stim.Circuit()
    start.append("R", range(circuit.num_qubits))
    odd = [record for record in set(records) if records.count(record) % 2]
    flow = stim.Flow(input=stim.PauliString(0), output=stim.PauliString(0), measurements=odd)
    if not (start + circuit).has_flow(flow):
        _refuse(f"observable {observable} is not always 0 without noise")


def _refuse(what: str) -> NoReturn:
    raise IntegrityError(f"compiled circuit: {what}.")
