"""Qiskit circuits and QPY files, with the extra `qiskit`.

Loading a QPY file takes trust in it. Today's Qiskit evaluates no code from it (versions before 1.4.2 did,
for QPY formats below 13: CVE-2025-2000), but the file chooses by name which public objects of Qiskit's
circuit library are called with which arguments, and a few bytes can ask for more memory than there is,
which ends the process. `from_qpy` bounds the size and refuses formats below 13, and still: load
only files you trust. OpenQASM is the format for files from strangers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from importlib.util import find_spec
from io import BytesIO
from math import isfinite
from typing import TYPE_CHECKING

import stim

from ...errors import LimitError, MissingExtraError, ProgramError, QloakError, shorten
from .clifford import to_circuit
from .gates import GATES
from .lowering import lower
from .operations import BARRIER, MEASURE, RESET, Condition, Operation
from .program import Program

if TYPE_CHECKING:
    from qiskit.circuit import Clbit, ControlFlowOp, Instruction, QuantumCircuit

    _BitMap = Mapping[Clbit, int]

__all__ = ["from_qiskit", "from_qpy", "to_qiskit", "to_qpy"]

_VOCABULARY = frozenset({"id", "x", "y", "z", "h", "s", "sdg", "sx", "sxdg", "cx", "cy", "cz", "swap", "iswap"})
_MIN_QPY_VERSION = 13
_MAX_QPY_BYTES = 16 * 2**20
_MAX_DEFINITION_DEPTH = 32


def to_qiskit(circuit: stim.Circuit, *, without_noise: bool = False) -> QuantumCircuit:
    """The circuit as a Qiskit circuit; feed-forward becomes `if_test`.

    Qubit i is qubit i, classical bit i is measurement i, both without registers of other names than `q`
    and `c`. Native gates stay native, composite ones are spelled out, TICK becomes a barrier; detectors,
    observables and coordinates are left out.

    Args:
        circuit: Clifford, with feed-forward or without.
        without_noise: leave noise out; otherwise a noisy circuit is refused.

    Raises:
        MissingExtraError: without Qiskit.
        ProgramError: for noise, and for sweep bits and MPAD, which have no counterpart.
        LimitError: for a circuit of more than ten million instructions.
    """
    _require_qiskit()
    from qiskit.circuit import ClassicalRegister, QuantumCircuit, QuantumRegister

    registers = [QuantumRegister(circuit.num_qubits, "q")] if circuit.num_qubits else []
    registers += [ClassicalRegister(circuit.num_measurements, "c")] if circuit.num_measurements else []
    result = QuantumCircuit(*registers)
    methods = {name: getattr(result, name) for name in (*_VOCABULARY, BARRIER, RESET)}
    bodies = {name: _body(name) for name in ("x", "y", "z")}
    for op in lower(circuit, _VOCABULARY, without_noise=without_noise):
        if op.name == MEASURE:
            result.measure(op.qubits[0], op.bit)
        elif op.condition is None:
            methods[op.name](*op.qubits)
        else:
            result.if_test((result.clbits[op.condition.bits[0]], 1), bodies[op.name], op.qubits, ())
    return result


def _body(gate: str) -> QuantumCircuit:
    from qiskit.circuit import QuantumCircuit

    body = QuantumCircuit(1)
    getattr(body, gate)(0)
    return body


def from_qiskit(circuit: QuantumCircuit) -> stim.Circuit:
    """The stim circuit of a Clifford Qiskit circuit.

    Reads the standard gates, anything Qiskit defines by them, measure, reset, barrier and `if_test` on one
    bit around Pauli gates. Outcomes are recorded in the order they are measured.

    Raises:
        MissingExtraError: without Qiskit.
        ProgramError: for anything else, and for gates that are not Clifford.
    """
    _require_qiskit()
    operations = tuple(_operations(circuit, range(circuit.num_qubits), range(circuit.num_clbits), depth=0))
    return to_circuit(Program(circuit.num_qubits, circuit.num_clbits, operations))


def to_qpy(circuit: stim.Circuit, *, without_noise: bool = False) -> bytes:
    """The circuit as the content of a QPY file; see `to_qiskit` for what becomes of it and for the errors."""
    converted = to_qiskit(circuit, without_noise=without_noise)
    from qiskit import qpy

    file = BytesIO()
    qpy.dump(converted, file)
    return file.getvalue()


def from_qpy(data: bytes) -> stim.Circuit:
    """The Clifford circuit in a QPY file. Load only files you trust; the module's text says why.

    Args:
        data: the content of the file.

    Raises:
        MissingExtraError: without Qiskit.
        LimitError: for more than 16 MiB.
        ProgramError: for what Qiskit cannot read, is no QPY of format 13 or later, or does not hold exactly
            one Clifford circuit.
    """
    _require_qiskit()
    from qiskit import qpy

    if len(data) > _MAX_QPY_BYTES:
        raise LimitError(f"QPY: got {len(data)} bytes, expected at most {_MAX_QPY_BYTES}.")
    if data[:6] != b"QISKIT" or len(data) < 8 or data[6] < _MIN_QPY_VERSION:
        raise ProgramError(f"QPY: expected a file of format {_MIN_QPY_VERSION} or later, as of Qiskit 1.3.")
    try:
        circuits = qpy.load(BytesIO(data))
        if len(circuits) != 1:
            raise ProgramError(f"QPY: got {len(circuits)} circuits, expected exactly 1.")
        return from_qiskit(circuits[0])
    except QloakError:
        raise
    except Exception as error:  # a damaged file gives whatever Qiskit's readers stumble over
        raise ProgramError(f"QPY: Qiskit cannot read this file ({shorten(str(error))}).") from error


def _operations(
    circuit: QuantumCircuit, qubits: Sequence[int], bits: Sequence[int], *, depth: int
) -> Iterator[Operation]:
    """The operations of a circuit whose own qubits and bits are `qubits` and `bits` of the outermost one."""
    if depth > _MAX_DEFINITION_DEPTH:
        raise ProgramError(f"circuit: gates are defined by gates more than {_MAX_DEFINITION_DEPTH} levels deep.")
    qubit_of = {own: qubits[i] for i, own in enumerate(circuit.qubits)}
    bit_of = {own: bits[i] for i, own in enumerate(circuit.clbits)}
    for item in circuit.data:
        gate, operands = item.operation, tuple(qubit_of[q] for q in item.qubits)
        if gate.name == BARRIER:
            continue
        if gate.name == MEASURE:
            yield Operation(MEASURE, operands, bit=bit_of[item.clbits[0]])
        elif gate.name == RESET:
            yield Operation(RESET, operands)
        elif gate.name == "if_else":
            yield from _branch(gate, operands, [bit_of[b] for b in item.clbits], bit_of)
        elif _is_standard(gate):
            yield Operation(gate.name, operands, _angles(gate))
        elif getattr(gate, "definition", None) is not None:
            yield from _operations(gate.definition, operands, [bit_of[b] for b in item.clbits], depth=depth + 1)
        else:
            raise ProgramError(f"circuit: {shorten(gate.name)} is not accepted; expected gates, measure, reset, if.")


def _branch(gate: ControlFlowOp, qubits: Sequence[int], bits: Sequence[int], bit_of: _BitMap) -> Iterator[Operation]:
    """The blocks of an if_test as conditional operations."""
    if not isinstance(gate.condition, tuple):
        raise ProgramError("circuit: expected if_test((bit, value)), got a condition that is an expression.")
    tested, value = gate.condition
    own = (bit_of[tested],) if tested in bit_of else tuple(bit_of[bit] for bit in tested)
    if len(gate.blocks) > 1 and len(own) > 1:
        raise ProgramError("circuit: else is accepted after a condition on one bit only.")
    for block, wanted in zip(gate.blocks, (int(value), 1 - int(value)), strict=False):
        for op in _operations(block, qubits, bits, depth=1):
            if op.name == MEASURE or op.condition is not None:
                raise ProgramError("circuit: expected only gates inside if_test.")
            yield replace(op, condition=Condition(own, wanted))


def _is_standard(gate: Instruction) -> bool:
    """Whether the gate is Qiskit's standard gate of its name and not a namesake."""
    from qiskit.circuit.library import get_standard_gate_name_mapping

    standard = get_standard_gate_name_mapping().get(gate.name)
    return gate.name in GATES and standard is not None and gate.base_class is standard.base_class


def _angles(gate: Instruction) -> tuple[float, ...]:
    try:
        angles = tuple(float(param) for param in gate.params)
    except TypeError as error:
        raise ProgramError(f"circuit: {gate.name} has a parameter without a value; bind it first.") from error
    if not all(map(isfinite, angles)):
        raise ProgramError(f"circuit: {gate.name} got {angles}, expected finite angles.")
    return angles


def _require_qiskit() -> None:
    if find_spec("qiskit") is None:
        raise MissingExtraError.of("qiskit", "qiskit")
