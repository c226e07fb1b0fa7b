"""OpenQASM 3 out."""

from __future__ import annotations

import stim

from .lowering import lower
from .operations import BARRIER, MEASURE, RESET, Operation

__all__ = ["to_qasm3"]

# stdgates.inc has these; sxdg and iswap are qelib1's and Qiskit's only.
_VOCABULARY = frozenset({"id", "x", "y", "z", "h", "s", "sdg", "sx", "cx", "cy", "cz", "swap"})


def to_qasm3(circuit: stim.Circuit, *, without_noise: bool = False) -> str:
    """The circuit as an OpenQASM 3 program that `qiskit.qasm3.loads` accepts.

    Qubits are `q[0]`, `q[1]`, ...; bit `c[i]` is measurement i of the circuit. Native two-qubit gates stay
    what they are, composite ones are spelled out exactly, feed-forward becomes `if (c[i]) { ... }`, TICK
    a barrier. Detectors, observables and coordinates are left out. Takes time linear in the circuit.

    Args:
        circuit: Clifford, with feed-forward or without.
        without_noise: leave noise out; otherwise a noisy circuit is refused.

    Raises:
        ProgramError: for noise, and for sweep bits and MPAD, which have no counterpart.
        LimitError: for a circuit of more than ten million instructions.
    """
    lines = ["OPENQASM 3.0;", 'include "stdgates.inc";']
    lines += [f"qubit[{circuit.num_qubits}] q;"] if circuit.num_qubits else []
    lines += [f"bit[{circuit.num_measurements}] c;"] if circuit.num_measurements else []
    lines += map(_line, lower(circuit, _VOCABULARY, without_noise=without_noise))
    return "\n".join(lines) + "\n"


def _line(op: Operation) -> str:
    if op.name == MEASURE:
        return f"c[{op.bit}] = measure q[{op.qubits[0]}];"
    if op.name == RESET:
        return f"reset q[{op.qubits[0]}];"
    if op.name == BARRIER:
        return "barrier q;"
    call = f"{op.name} {', '.join([f'q[{qubit}]' for qubit in op.qubits])};"
    return call if op.condition is None else f"if (c[{op.condition.bits[0]}]) {{ {call} }}"
