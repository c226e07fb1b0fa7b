"""What a parallel register must satisfy before it is handed out."""

from __future__ import annotations

from typing import NoReturn

import stim

from ..errors import IntegrityError
from .graph import DeviceGraph
from .graph_sources import graph_from_edges
from .parallel_circuit import ParallelCircuit, group_encoder
from .parallel_tree import GroupTree
from .verify import verify_encoder

__all__ = ["verify_parallel"]


def verify_parallel(circuit: ParallelCircuit, tree: GroupTree, graph: DeviceGraph) -> None:
    """Check the circuit and every group.

    Gates sit on couplers only; no qubit belongs to two groups; the checks of the GHZ state, frames included, are
    all 0 without noise; a qubit between sources does not stay entangled with anything. Every group by itself,
    its input entangled with a reference, is a scheme of two clones and one to spare: its key alone and each of its
    clones alone know nothing of its input, and each clone with the key recovers it.

    Raises:
        IntegrityError: naming the first property that does not hold.
    """
    for operation in circuit.operations:
        if operation.name == "CZ" and not graph.couples(operation.qubit, operation.other):
            _refuse(f"qubits {operation.qubit} and {operation.other} are not coupled")
    owned = [q for group in tree.groups for q in (*group.unit.qubits, *([group.via] if group.via >= 0 else []))]
    if len(set(owned)) != len(owned):
        _refuse("two groups share a qubit")
    for clone, group in zip(circuit.clones, tree.groups, strict=True):
        if clone not in group.unit.clones:
            _refuse(f"qubit {clone} is no clone of the group of source {group.source}")
        # The reference gets a number past the device's own, and one coupler, to the source.
        reference = graph.num_qubits
        extended = graph_from_edges([*graph.edges, (group.source, reference)], name=graph.name)
        verify_encoder(group_encoder(group, reference), extended)
    _check_stabilizers(circuit)
    _check_between(circuit, tree)


def _check_stabilizers(circuit: ParallelCircuit) -> None:
    """All generators of the GHZ state are 0 without noise, from |0> on all qubits."""
    whole = circuit.to_stim()
    start = stim.Circuit()
    start.append("R", range(whole.num_qubits))
    whole = start + whole
    measured = whole.num_measurements - len(circuit.clones)
    for number, records in enumerate(circuit.check_records()):
        flow = stim.Flow(measurements=[*records.tolist(), measured + number])
        if not whole.has_flow(flow):
            _refuse(f"check {number} of the GHZ state is not always 0 without noise")


def _check_between(circuit: ParallelCircuit, tree: GroupTree) -> None:
    """A qubit between sources is measured, or else free again: one of its Paulis is determined."""
    measured = {operation.qubit for operation in circuit.operations if operation.name == "M"}
    simulator = stim.TableauSimulator()
    for operation in circuit.operations:
        if operation.name != "M":
            targets = [operation.qubit] + ([operation.other] if operation.other >= 0 else [])
            simulator.do(stim.CircuitInstruction(operation.name, targets))
    for group in tree.groups:
        if group.via < 0 or group.via in measured:
            continue
        if not (simulator.peek_x(group.via) or simulator.peek_y(group.via) or simulator.peek_z(group.via)):
            _refuse(f"qubit {group.via} between two sources stays entangled")


def _refuse(what: str) -> NoReturn:
    raise IntegrityError(f"parallel register: {what}.")
