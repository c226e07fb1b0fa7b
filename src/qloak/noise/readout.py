"""Which measurement records are coin tosses, so that a directional readout error acts as a symmetric one."""

from __future__ import annotations

import stim

from ..errors import UsageError
from .gates import MEASUREMENTS

__all__ = ["records_are_uniform"]


def records_are_uniform(circuit: stim.Circuit, *, source: int = 0, reference: int | None = None) -> bool:
    """Whether all strings of records are equally likely, whatever the input state.

    Then a wrong record is as likely as the mean of both directions, independently of the others, of the input
    and of all Pauli noise, which only shifts the string: replacing p(1|0) and p(0|1) by their mean changes
    nothing at all. Composite measurements (MPP) are taken for final checks and left out.

    Args:
        circuit: without noise; all qubits but the source start in |0>.
        source: the qubit that carries the input, which can be any state.
        reference: if the circuit itself entangles the input with a reference, that qubit; `source` is then
            of no matter.

    Raises:
        UsageError: for measurements other than M, MX, MY and those with reset.
    """
    simulator = stim.TableauSimulator()
    if reference is None:
        reference = max(circuit.num_qubits, source + 1)
        simulator.h(source)
        simulator.cx(source, reference)
    for instruction in circuit.flattened():
        if instruction.name in MEASUREMENTS:
            for target in instruction.targets_copy():
                if _expectation(simulator, instruction.name, target.value):
                    return False
                simulator.do(stim.CircuitInstruction(instruction.name, [target]))
        elif instruction.name != "MPP":
            if stim.gate_data(instruction.name).produces_measurements:
                raise UsageError.of("circuit", instruction.name, "measurements of single qubits")
            simulator.do(instruction)
    # Given the records, the input is still anything: else some of them would depend on it.
    return not any(peek(reference) for peek in (simulator.peek_x, simulator.peek_y, simulator.peek_z))


def _expectation(simulator: stim.TableauSimulator, name: str, qubit: int) -> int:
    """-1 or 1 where the outcome is already determined, 0 where it is a fair coin."""
    peek = {"X": simulator.peek_x, "Y": simulator.peek_y}.get(name[-1], simulator.peek_z)
    return int(peek(qubit))
