"""From operations to a stim circuit, for Clifford programs."""

from __future__ import annotations

from functools import cache, lru_cache

import numpy as np
import stim

from ...core.types import ComplexArray
from ...errors import ProgramError, shorten
from .gates import GATES
from .operations import MEASURE, RESET, Operation
from .program import Program

__all__ = ["clifford_gates", "to_circuit"]

_TOLERANCE = 1e-12

_FEED_FORWARD = {"X": "CX", "Y": "CY", "Z": "CZ"}

StimGates = tuple[tuple[str, tuple[int, ...]], ...]
"""Stim gates as (name, positions of the operands)."""


def to_circuit(program: Program) -> stim.Circuit:
    """The stim circuit of a Clifford program.

    Outcomes are recorded in the order they are measured; bit numbers only say which outcome a condition
    means. A gate with angles counts as Clifford if its matrix is, entry by entry within 1e-12, which
    silently rounds no more than that.

    Raises:
        ProgramError: at the first operation that is not Clifford, and for conditions on more than one bit,
            on a bit not measured before, or on anything but a Pauli gate.
    """
    circuit = stim.Circuit()
    records: dict[int, int] = {}
    measured = 0
    for op in program.operations:
        if op.condition is not None:
            circuit += _fed_forward(op, records, measured)
        elif op.name == MEASURE:
            circuit.append("M", op.qubits, ())
            if op.bit is not None:
                records[op.bit] = measured
            measured += 1
        elif op.name == RESET:
            circuit.append("R", op.qubits, ())
        elif op.is_gate:
            for name, positions in _gates_of(op):
                circuit.append(name, [op.qubits[p] for p in positions], ())
    return circuit


def _gates_of(op: Operation) -> StimGates:
    gates = clifford_gates(op.name, op.params)
    if gates is None:
        angles = f"({', '.join(f'{p:g}' for p in op.params)})" if op.params else ""
        raise _refusal(op, f"{op.name}{angles} is not a Clifford gate; only Clifford circuits can be imported.")
    return gates


def _fed_forward(op: Operation, records: dict[int, int], measured: int) -> stim.Circuit:
    """A Pauli gate controlled by an earlier outcome."""
    paulis = [name for name, _ in _gates_of(op)] if op.is_gate else [op.name]
    if any(name not in (*_FEED_FORWARD, "I") for name in paulis):
        raise _refusal(op, f"{op.name} inside an if; expected only the Pauli gates x, y and z there.")
    if op.condition is None or len(op.condition.bits) != 1:
        raise _refusal(op, "a condition on several bits is not accepted.")
    (bit,) = op.condition.bits
    if bit not in records:
        raise _refusal(op, f"the condition reads bit {bit} before it is measured.")
    circuit = stim.Circuit()
    for name in paulis:
        if name in _FEED_FORWARD:
            circuit.append(_FEED_FORWARD[name], [stim.target_rec(records[bit] - measured), *op.qubits], ())
            if not op.condition.value:  # do it if the outcome is 0: always, and undo it if it is 1
                circuit.append(name, op.qubits, ())
    return circuit


def _refusal(op: Operation, message: str) -> ProgramError:
    where = f"OpenQASM line {op.line}: " if op.line else f"qubits {shorten(list(op.qubits))}: "
    return ProgramError(where + message)


@lru_cache(maxsize=4096)
def clifford_gates(name: str, params: tuple[float, ...]) -> StimGates | None:
    """The stim gates equal to a standard gate up to global phase, or None if it is not Clifford."""
    gate = GATES[name]
    if gate.stim_name is not None:
        return ((gate.stim_name, tuple(range(gate.num_qubits))),)
    tableau = _tableau(gate.unitary(*params))
    if tableau is None:
        return None
    if str(tableau) in _named_tableaus():
        return (_named_tableaus()[str(tableau)],)
    circuit = tableau.to_circuit("elimination")
    return tuple(
        (instruction.name, tuple(target.value for target in group))
        for instruction in circuit
        for group in instruction.target_groups()
    )


def _tableau(unitary: ComplexArray) -> stim.Tableau | None:
    """The tableau of a Clifford matrix, None for any other.

    Stim compares in single precision, so first the conjugated generators must consist of 0, +-1 and +-i.
    """
    indices = np.arange(len(unitary))
    for k in range(len(unitary).bit_length() - 1):
        flip = np.eye(len(unitary))[indices ^ (1 << k)]
        sign = np.diag(1.0 - 2.0 * (indices >> k & 1))
        for pauli in (flip, sign):
            image = unitary @ pauli @ unitary.conj().T
            if np.abs(image - np.round(image)).max() > _TOLERANCE:
                return None
    try:
        return stim.Tableau.from_unitary_matrix(unitary, endian="little")
    except ValueError:
        return None


@cache
def _named_tableaus() -> dict[str, tuple[str, tuple[int, ...]]]:
    """Stim's own one- and two-qubit gates by tableau, in both operand orders."""
    named: dict[str, tuple[str, tuple[int, ...]]] = {}
    for name, data in sorted(stim.gate_data().items()):
        if not data.is_unitary or data.takes_pauli_targets:
            continue
        for positions in ((0,),) if data.is_single_qubit_gate else ((0, 1), (1, 0)):
            tableau = stim.Tableau(len(positions))
            tableau.append(data.tableau, positions)
            named.setdefault(str(tableau), (name, positions))
    return named
