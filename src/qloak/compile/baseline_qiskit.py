"""Layout and routing by Qiskit's level 3, with the device's calibration, kept Clifford.

What level 3 does behind its routing merges the gates on each pair of qubits through numerical decompositions,
which choose one-qubit gates freely and need not be Clifford even where the whole is. `pair_blocks` does that
merging in their place.
"""

from __future__ import annotations

from math import isnan
from typing import TYPE_CHECKING

import stim

from ..errors import MissingExtraError
from .graph import DeviceGraph

if TYPE_CHECKING:
    from qiskit import QuantumCircuit
    from qiskit.transpiler import Target

__all__ = ["QiskitRouter"]


class QiskitRouter:
    """Qiskit's level-3 transpiler for one device graph and one circuit.

    Only the largest connected piece of the graph is shown to it, with the published errors of couplers,
    pulses and readout, by which it chooses the layout.

    Args:
        circuit: one- and two-qubit Clifford gates.
        graph: couplers in use.
        ends: qubits that are read at the end.

    Raises:
        MissingExtraError: without Qiskit.
    """

    def __init__(self, circuit: stim.Circuit, graph: DeviceGraph, *, ends: tuple[int, ...]) -> None:
        try:
            import qiskit  # noqa: F401
        except ImportError:
            raise MissingExtraError.of("qiskit", "qiskit") from None
        from ..circuits.formats import to_qiskit

        self._physical = graph.pieces[0]
        self._target = _target(graph)
        self._ends = ends
        measured = circuit.copy()
        # The measurements are there for the layout to see readout errors; the barrier keeps gates in front of them.
        measured.append("TICK")
        measured.append("M", ends)
        self._circuit = to_qiskit(measured)

    def routed(self, seed: int) -> tuple[stim.Circuit, tuple[int, ...]]:
        """The circuit on physical qubits with SWAP gates, and where the ends are at the end."""
        from qiskit.transpiler import generate_preset_pass_manager

        manager = generate_preset_pass_manager(3, target=self._target, seed_transpiler=seed)
        manager.translation = manager.optimization = manager.scheduling = None
        return self._read(manager.run(self._circuit))

    def level_3(self, seed: int) -> tuple[int, int]:
        """Two-qubit layers and gates of what the whole of level 3 makes, Clifford or not."""
        from qiskit.transpiler import generate_preset_pass_manager

        made = generate_preset_pass_manager(3, target=self._target, seed_transpiler=seed).run(self._circuit)
        return made.depth(lambda step: step.operation.name == "cz"), made.count_ops().get("cz", 0)

    def _read(self, routed: QuantumCircuit) -> tuple[stim.Circuit, tuple[int, ...]]:
        from qiskit.quantum_info import Clifford

        from ..circuits.formats import from_qiskit

        plain = routed.copy_empty_like()
        ends = [-1] * len(self._ends)
        for step in routed.data:
            places = [routed.find_bit(qubit).index for qubit in step.qubits]
            if step.operation.name == "measure":
                ends[routed.find_bit(step.clbits[0]).index] = self._physical[places[0]]
            elif step.operation.name == "unitary":  # gates that it merged before it placed them
                plain.compose(Clifford.from_matrix(step.operation.to_matrix()).to_circuit(), places, inplace=True)
            elif step.operation.name != "barrier":
                plain.append(step)
        return _renumbered(from_qiskit(plain), self._physical), tuple(ends)


def _renumbered(circuit: stim.Circuit, numbers: tuple[int, ...]) -> stim.Circuit:
    """With qubit i as numbers[i]."""
    result = stim.Circuit()
    for instruction in circuit:
        result.append(instruction.name, [numbers[target.value] for target in instruction.targets_copy()])
    return result


def _target(graph: DeviceGraph) -> Target:
    """The largest piece of a graph, its qubits numbered from 0 in ascending order."""
    from qiskit.circuit import Measure, Parameter
    from qiskit.circuit.library import CZGate, RZGate, SXGate, XGate
    from qiskit.transpiler import InstructionProperties, Target

    def known(error: float) -> InstructionProperties:
        return InstructionProperties(error=1.0 if isnan(error) else error)

    device, piece = graph.device, list(graph.pieces[0])
    number = {qubit: i for i, qubit in enumerate(piece)}
    couplers = {
        pair: known(error)
        for (a, b), error in zip(graph.couplers.tolist(), graph.coupler_errors.tolist(), strict=True)
        if a in number
        for pair in ((number[a], number[b]), (number[b], number[a]))
    }
    pulses, reading = device.one_qubit_errors[piece].tolist(), device.readout_flips[piece].tolist()
    target = Target(num_qubits=len(piece))
    target.add_instruction(CZGate(), couplers)
    for gate, errors in (
        (SXGate(), pulses),
        (XGate(), pulses),
        (RZGate(Parameter("angle")), [0.0] * len(piece)),
        (Measure(), reading),
    ):
        target.add_instruction(gate, {(i,): known(error) for i, error in enumerate(errors)})
    return target
