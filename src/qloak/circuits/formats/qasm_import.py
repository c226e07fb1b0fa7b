"""Clifford circuits from OpenQASM."""

from __future__ import annotations

import stim

from .clifford import to_circuit
from .program import read_program

__all__ = ["from_qasm"]


def from_qasm(
    text: str | bytes, *, max_bytes: int = 262_144, max_gates: int = 20_000, max_qubits: int = 10_000
) -> stim.Circuit:
    """The stim circuit of a Clifford program in OpenQASM 2 or 3.

    Takes everything `qasm3.to_qasm3` and `qasm2.to_qasm2` write, and any other program whose gates are
    Clifford (angles that are multiples of pi/2 included) and whose if blocks hold Pauli gates conditioned
    on one bit. Outcomes are recorded in the order they are measured. Qubits that nothing acts on leave no
    trace in a stim circuit.

    Args:
        text: the program.
        max_bytes: bound on its length.
        max_gates: bound on operations after expansion.
        max_qubits: bound on qubits.

    Raises:
        ProgramError: for what cannot be read, naming the line, and at the first non-Clifford gate.
        LimitError: beyond one of the limits.
    """
    return to_circuit(read_program(text, max_bytes=max_bytes, max_gates=max_gates, max_qubits=max_qubits))
