"""The paper's circuits on a device: layout and routing by Qiskit's level 3, in native gates, checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import stim

from ..compile import DeviceGraph
from ..compile.baseline_qiskit import QiskitRouter
from ..compile.lower import Lowering, NativeOperation, stim_of
from ..compile.pair_blocks import simplify_pairs
from ..errors import IntegrityError
from .ladders import LogicalCircuit
from .physical import PhysicalCircuit

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

__all__ = ["StageRouter", "native_stages"]

_LOCALS = ("", "H", "S", "S H", "H S", "H S H")
"""One-qubit Cliffords up to Paulis, as gates in order of time."""


class StageRouter(QiskitRouter):
    """Qiskit's level-3 layout and routing of a circuit whose stages no gate crosses.

    Args:
        logical: the circuit.
        graph: couplers in use.
        staged: whether the stages stay apart; otherwise gates may cancel across their border.

    Raises:
        UsageError: if the device is too small.
        MissingExtraError: without Qiskit.
    """

    def __init__(self, logical: LogicalCircuit, graph: DeviceGraph, *, staged: bool = False) -> None:
        graph.require(logical.num_qubits, f"a circuit of {logical.clones} clones")
        super().__init__(sum(logical.stages, stim.Circuit()), graph, ends=logical.ends)
        self._graph, self._logical, self._staged = graph, logical, staged
        if staged:
            self._circuit = _with_early_reading(logical)

    def physical(self, seed: int) -> PhysicalCircuit | None:
        """The circuit on physical qubits with one transpiler seed; None if a later stage moves the reference.

        Raises:
            IntegrityError: if it uses other couplers or is not what it should be, which is a fault of the program.
        """
        routed, ends = self.routed(seed)
        stages = _stages(routed)
        if not self._staged:
            stages = [sum(stages, stim.Circuit())]
        elif _touches(stages[1], ends[0]):
            return None
        return native_stages(stages, ends, self._logical.checks, self._graph)

    def _read(self, routed: QuantumCircuit) -> tuple[stim.Circuit, tuple[int, ...]]:
        """As the parent's, with TICK where a stage ends."""
        ends = [-1] * len(self._logical.ends)
        circuit = stim.Circuit()
        start = 0
        borders = [i for i, step in enumerate(routed.data) if step.operation.name == "barrier"]
        for border in [*borders, len(routed.data)]:
            part = routed.copy_empty_like()
            for step in routed.data[start:border]:
                part.append(step)
            gates, read = super()._read(part)
            ends = [own if there < 0 else there for own, there in zip(ends, read, strict=True)]
            if len(gates):
                circuit += gates
                circuit.append("TICK")
            start = border + 1
        return circuit, tuple(ends)


def _with_early_reading(logical: LogicalCircuit) -> QuantumCircuit:
    """Encryption, reading of the reference, decryption, reading of the clone, nothing crossing from one to the next."""
    from ..circuits.formats import to_qiskit

    encryption, undo = logical.stages
    reference, clone = logical.ends
    circuit = encryption + stim.Circuit(f"TICK\nM {reference}\nTICK") + undo + stim.Circuit(f"TICK\nM {clone}")
    return to_qiskit(circuit)


def _touches(circuit: stim.Circuit, qubit: int) -> bool:
    return any(target.value == qubit for instruction in circuit for target in instruction.targets_copy())


def native_stages(
    stages: list[stim.Circuit], ends: tuple[int, ...], checks: tuple[str, ...], graph: DeviceGraph
) -> PhysicalCircuit:
    """Routed Clifford circuits in native gates, gates on each pair merged or cancelled within a stage, checked.

    Args:
        stages: on physical qubits, unitary, one after the other.
        ends: where the ends are at last.
        checks: what the ends should show, up to signs, which go into software; nothing is checked without.
        graph: couplers that they may use.

    Raises:
        IntegrityError: if they use other couplers, or do not show it.
    """
    lowering = Lowering()
    before = stim.Circuit()
    borders: list[int] = []
    settled: set[int] = set()
    for stage in stages:
        merged = simplify_pairs(before + stage)
        for gate in merged.gates:
            if not graph.couples(*gate.qubits):
                raise IntegrityError(f"paper's circuit: qubits {gate.a} and {gate.b} are not coupled.")
            lowering.gate(gate)
        # An end that no later stage touches is turned to its basis now: it may be read before the next stage.
        done = {end for end in ends if not any(_touches(later, end) for later in stages[len(borders) + 1 :])} - settled
        for end in sorted(done):
            letters = merged.letters.get(end, "XYZ")
            lowering.settle(end, letters[0], letters[2], exact=False)
        settled |= done
        before = _gates_of({qubit: word for qubit, word in merged.letters.items() if qubit not in settled})
        borders.append(len(lowering.operations))
    operations = lowering.operations
    parts = tuple(tuple(operations[a:b]) for a, b in zip([0, *borders], borders, strict=False))
    flips = _flips(operations, ends, checks)
    physical = PhysicalCircuit(parts, ends, (((), ()),) * len(ends), flips, checks)
    physical.verify()
    return physical


def _stages(circuit: stim.Circuit) -> list[stim.Circuit]:
    """Parts of a circuit that a TICK ends."""
    stages = [stim.Circuit()]
    for instruction in circuit:
        if instruction.name == "TICK":
            stages.append(stim.Circuit())
        else:
            stages[-1].append(instruction)
    return [stage for stage in stages if len(stage)]


def _gates_of(letters: Mapping[int, str]) -> stim.Circuit:
    """One-qubit gates that bring these letters to X, Y and Z."""
    circuit = stim.Circuit()
    for qubit, word in letters.items():
        names = next(names for names in _LOCALS if _word(names) == word)
        for name in names.split():
            circuit.append(name, [qubit])
    return circuit


def _word(names: str) -> str:
    """What becomes X, Y and Z through some gates."""
    circuit = stim.Circuit("\n".join(["I 0", *(f"{name} 0" for name in names.split())]))
    inverse = circuit.to_tableau().inverse(unsigned=True)
    images = inverse.x_output(0), inverse.y_output(0), inverse.z_output(0)
    return "".join("_XYZ"[image[0]] for image in images)


def _flips(operations: list[NativeOperation], ends: tuple[int, ...], checks: tuple[str, ...]) -> str:
    """Paulis on the ends that make all checks +1.

    A check without X on its own is corrected by X on its last qubit, one of X's by Z on the first: that suits
    Bell and GHZ states and single Z's.
    """
    simulator = stim.TableauSimulator()
    simulator.do(stim_of(operations))
    flips = ["I"] * len(ends)
    for check in checks:
        pauli = stim.PauliString({end: letter for end, letter in zip(ends, check, strict=True) if letter != "_"})
        sign = simulator.peek_observable_expectation(pauli)
        if sign == 0:
            raise IntegrityError("paper's circuit: reference and clone do not end as they should.")
        if sign < 0:
            letter, place = ("Z", 0) if "X" in check else ("X", max(i for i, own in enumerate(check) if own == "Z"))
            flips[place] = letter if flips[place] == "I" else "Y"
    return "".join(flips)
