"""Circuits in the instructions of a processor, each qubit where it is. Needs the extra `qiskit`."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import stim

from ...circuits.formats import to_qiskit
from ...errors import MissingExtraError, ProgramError, UsageError
from .tags import rotation_of, waiting_seconds

if TYPE_CHECKING:
    from qiskit import QuantumCircuit
    from qiskit.circuit import Qubit
    from qiskit.transpiler import Target

__all__ = ["isa_circuit"]


def isa_circuit(circuit: stim.Circuit, target: Target) -> QuantumCircuit:
    """The circuit in a processor's instructions, on the same qubits and couplers.

    Gates on one qubit that follow each other are merged; nothing is moved and no gate on two qubits is added.

    Args:
        circuit: noiseless, on physical qubits, with tags of `tags`; classical bit i of the result is record i.
        target: of the processor.

    Raises:
        MissingExtraError: without Qiskit.
        UsageError: if the processor has too few qubits, or not the couplers.
        ProgramError: for noise, and for products of Paulis, which no processor measures.
    """
    try:
        from qiskit.transpiler import generate_preset_pass_manager
        from qiskit.transpiler.exceptions import TranspilerError
    except ImportError:
        raise MissingExtraError.of("qiskit", "qiskit") from None
    if circuit.num_qubits > target.num_qubits:
        expected = f"a processor of at least {circuit.num_qubits} qubits for this circuit"
        raise UsageError.of("device", f"{target.num_qubits} qubits", expected)
    _check(circuit, target)
    manager = generate_preset_pass_manager(
        1, target=target, initial_layout=list(range(circuit.num_qubits)), routing_method="none", seed_transpiler=0
    )
    try:
        made: QuantumCircuit = manager.run(_program(circuit, target))
    except TranspilerError as error:
        raise UsageError.of("circuit", str(error), "a circuit on the processor's couplers") from None
    return made


def _check(circuit: stim.Circuit, target: Target) -> None:
    coupled = {frozenset(pair) for pair in target.build_coupling_map() or ()}
    for instruction in circuit:
        if instruction.name in ("MPP", "MXX", "MYY", "MZZ"):
            raise ProgramError(f"circuit: {instruction.name} measures a product, expected measurements of qubits.")
        if stim.gate_data(instruction.name).is_two_qubit_gate:
            for group in instruction.target_groups():
                if all(each.is_qubit_target for each in group) and {each.value for each in group} not in coupled:
                    pair = tuple(each.value for each in group)
                    raise UsageError.of("qubits", pair, "qubits that the processor couples", "Compile for it first.")


def _program(circuit: stim.Circuit, target: Target) -> QuantumCircuit:
    """Qiskit's form, with rotations and waits in the place of the gates I that stand for them."""
    converted = to_qiskit(circuit)
    meanings = _meanings(circuit)
    program = converted.copy_empty_like()
    for step in converted.data:
        if step.operation.name != "id":
            program.append(step)
            continue
        rotation, seconds = next(meanings)
        if rotation:
            getattr(program, f"r{rotation[0]}")(rotation[1], step.qubits[0])
        elif seconds:
            _delay(program, step.qubits[0], seconds, target)
    return _without_last_turns(program)


def _without_last_turns(program: QuantumCircuit) -> QuantumCircuit:
    """Without gates on one qubit that follow its last measurement, such as those that undo a change of basis."""
    last: dict[Qubit, tuple[int, str]] = {}
    for place, step in enumerate(program.data):
        if len(step.qubits) > 1 or step.operation.name in ("measure", "reset", "if_else"):
            last |= dict.fromkeys(step.qubits, (place, step.operation.name))
    shorter = program.copy_empty_like()
    for place, step in enumerate(program.data):
        end, name = last.get(step.qubits[0], (place, ""))
        if place <= end or name != "measure":
            shorter.append(step)
    return shorter


def _delay(program: QuantumCircuit, qubit: Qubit, seconds: float, target: Target) -> None:
    """A delay, where the processor has a clock in whole steps of it that keep pulses aligned."""
    if target.dt is None:
        program.delay(seconds, qubit, unit="s")
    else:
        step = max(target.pulse_alignment, target.acquire_alignment, 1)
        program.delay(step * round(seconds / target.dt / step), qubit, unit="dt")


def _meanings(circuit: stim.Circuit) -> Iterator[tuple[tuple[str, float] | None, float]]:
    """For each target of I or II in order, the rotation or the wait that it stands for."""
    for instruction in circuit.flattened():
        if instruction.name in ("I", "II"):
            for _ in instruction.targets_copy():
                yield rotation_of(instruction), waiting_seconds(instruction)
