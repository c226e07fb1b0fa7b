"""A parallel register as a native circuit: preparation, encryption, decryption of one clone in each group."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import stim

from ..circuits import PauliFrame
from ..core.types import IntArray
from ..errors import IntegrityError
from ..noise import Device, with_idle_noise
from .encoder import Encoder, PauliGate
from .graph import DeviceGraph
from .lower import Lowering, NativeOperation, stim_of
from .noisy import END_TAG
from .parallel_tree import Group, GroupTree
from .readout import Readout, read_clone

__all__ = ["ParallelCircuit", "group_encoder", "parallel_circuit"]


@dataclass(frozen=True, slots=True, eq=False)
class ParallelCircuit:
    """A native circuit whose clones end in a GHZ state, up to frames; all qubits begin in |0>.

    Attributes:
        clones: physical qubit of the clone of each group.
        operations: native gates, and measurements of keys and of qubits between sources.
        frames: corrections on each clone, by record numbers.
    """

    clones: tuple[int, ...]
    operations: tuple[NativeOperation, ...]
    frames: tuple[PauliFrame, ...]

    def check_records(self) -> list[IntArray]:
        """Records that belong to each check: X on all clones, then Z Z of the first and each further clone."""
        phase = PauliFrame.empty()
        for frame in self.frames:
            phase = phase.combined(frame)
        return [phase.z_records, *(self.frames[0].combined(frame).x_records for frame in self.frames[1:])]

    def checks(self) -> stim.Circuit:
        """The generators of the GHZ state's stabilizer group as observables 0, 1, ..., to stand behind the rest."""
        first, *others = self.clones
        products = ["*".join(f"X{clone}" for clone in self.clones), *(f"Z{first}*Z{clone}" for clone in others)]
        circuit = stim.Circuit("MPP " + " ".join(products))
        measured = sum(operation.name == "M" for operation in self.operations)
        for number, records in enumerate(self.check_records()):
            back = [record - measured - len(products) for record in (*records.tolist(), measured + number)]
            circuit.append("OBSERVABLE_INCLUDE", [stim.target_rec(place) for place in back], number)
        return circuit

    def to_stim(self) -> stim.Circuit:
        """The operations and the checks."""
        return stim_of(self.operations) + self.checks()

    def noisy(self, device: Device) -> stim.Circuit:
        """The circuit with a device's noise, the readout of the clones included; see `noisy_roundtrip`."""
        bare = stim_of(self.operations)
        bare.append("M", self.clones, tag=END_TAG)
        circuit = stim.Circuit()
        for instruction in device.noise_model().noisy_circuit(with_idle_noise(bare, device)):
            if instruction.name != "M" or instruction.tag != END_TAG:
                circuit.append(instruction)
                continue
            (flip,) = instruction.gate_args_copy() or (0.0,)
            for target in instruction.targets_copy():
                circuit.append("DEPOLARIZE1", [target.value], 1.5 * flip, tag=END_TAG)
        return circuit + self.checks()


def group_encoder(group: Group, reference: int) -> Encoder:
    """The encoder of one group by itself, its input entangled with a reference that need not exist."""
    unit = group.unit
    gates = [PauliGate(unit.qubits[a], unit.qubits[b], letters) for a, b, letters in unit.unit.gates]
    first = PauliGate(reference, unit.input, "XX")
    return Encoder(reference, unit.input, (first, *gates), unit.clones, unit.key)


def parallel_circuit(tree: GroupTree, clones: tuple[int, ...], graph: DeviceGraph) -> ParallelCircuit:
    """The circuit that prepares the register, encrypts it, and decrypts a clone of each group.

    Args:
        tree: the groups.
        clones: physical qubit of the clone of each group, of type "L".
        graph: the device.

    Raises:
        IntegrityError: if the clones do not end as a GHZ state, which is a fault of the compiler.
    """
    readouts = [
        read_clone(group_encoder(group, graph.num_qubits), clone, graph)
        for group, clone in zip(tree.groups, clones, strict=True)
    ]
    lowering = Lowering()
    for gate in (*(gate for _, gate in tree.preparation()), *tree.unit_gates()):
        lowering.gate(gate)
    for readout in readouts:
        for gate in readout.gates:
            lowering.gate(gate)
        for qubit, letter in readout.measurements:
            lowering.measure(qubit, letter)
    if tree.links == "measured":
        for group in tree.groups:
            if group.via >= 0:
                lowering.measure(group.via, "Z")
    letters = tree.letters()
    for group, readout in zip(tree.groups, readouts, strict=True):
        by_letter = {"X": readout.operators.x_letter, "Z": readout.operators.z_letter}
        agreeing = letters[group.source]
        lowering.settle(
            readout.operators.clone, by_letter["Z" if agreeing == "X" else "X"], by_letter[agreeing], exact=False
        )
    return _with_signs(ParallelCircuit(clones, tuple(lowering.operations), _frames(tree, readouts)))


def _frames(tree: GroupTree, readouts: list[Readout]) -> tuple[PauliFrame, ...]:
    """The frame of each clone: from its own key, and from the links between its source and the first."""
    letters = tree.letters()
    frames = []
    records = 0
    for group, readout in zip(tree.groups, readouts, strict=True):
        frame = readout.frame.shifted(records)
        # Where the sources agree in X, the clone's Z stands for X of the source.
        frames.append(frame if letters[group.source] == "Z" else PauliFrame(frame.z_records, frame.x_records))
        records += len(readout.measurements)
    from_links = {-1: PauliFrame.empty()}
    for i, group in enumerate(tree.groups):
        link = PauliFrame.empty()
        if tree.links == "measured" and group.via >= 0:
            link = PauliFrame(np.array([records], dtype=np.int64), link.z_records)
            records += 1
        from_links[group.source] = from_links[group.parent].combined(link)
        frames[i] = frames[i].combined(from_links[group.source])
    return tuple(frames)


def _with_signs(circuit: ParallelCircuit) -> ParallelCircuit:
    """Constant signs taken care of by inverted records, which cost nothing."""
    _, odd = circuit.to_stim().reference_detector_and_observable_signs()
    operations = list(circuit.operations)
    measured = [place for place, operation in enumerate(operations) if operation.name == "M"]
    checks = circuit.check_records()
    wanted = sum(1 << number for number, sign in enumerate(odd) if sign)
    flips = [sum(1 << k for k, rows in enumerate(checks) if i in rows) for i in range(len(measured))]
    for record in _combination(flips, wanted):
        place = measured[record]
        operations[place] = operations[place]._replace(inverted=not operations[place].inverted)
    return replace(circuit, operations=tuple(operations))


def _combination(vectors: list[int], wanted: int) -> list[int]:
    """Numbers of vectors over GF(2) that add up to the wanted one."""
    pivots: dict[int, tuple[int, int]] = {}
    for number, vector in enumerate(vectors):
        rest, members = _reduce(vector, 1 << number, pivots)
        if rest:
            pivots[rest.bit_length()] = (rest, members)
    rest, members = _reduce(wanted, 0, pivots)
    if rest:
        raise IntegrityError("parallel register: the clones do not end as a GHZ state, whatever the signs.")
    return [number for number in range(len(vectors)) if members >> number & 1]


def _reduce(vector: int, members: int, pivots: dict[int, tuple[int, int]]) -> tuple[int, int]:
    """A vector reduced by those with lower leading bits, and what it is made of."""
    length = vector.bit_length()
    while length:
        if length in pivots and vector >> length - 1 & 1:
            vector ^= pivots[length][0]
            members ^= pivots[length][1]
        length -= 1
    return vector, members
