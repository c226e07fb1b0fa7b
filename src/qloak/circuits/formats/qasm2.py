"""OpenQASM 2 out."""

from __future__ import annotations

import stim

from ...errors import ProgramError
from .lowering import lower
from .operations import BARRIER, MEASURE, RESET, Operation

__all__ = ["to_qasm2"]

# The gates of the qelib1.inc that came with the language; later ones added sx, swap and more.
_VOCABULARY = frozenset({"id", "x", "y", "z", "h", "s", "sdg", "cx", "cy", "cz"})


def to_qasm2(circuit: stim.Circuit, *, without_noise: bool = False) -> str:
    """The circuit as an OpenQASM 2 program.

    Like `qasm3.to_qasm3`, but without feed-forward: the language conditions on whole registers only. A
    SWAP, which the language's own library lacks, becomes three cx.

    Args:
        circuit: Clifford, without feed-forward.
        without_noise: leave noise out; otherwise a noisy circuit is refused.

    Raises:
        ProgramError: for feed-forward, noise, sweep bits and MPAD.
        LimitError: for a circuit of more than ten million instructions.
    """
    lines = ["OPENQASM 2.0;", 'include "qelib1.inc";']
    lines += [f"qreg q[{circuit.num_qubits}];"] if circuit.num_qubits else []
    lines += [f"creg c[{circuit.num_measurements}];"] if circuit.num_measurements else []
    lines += map(_line, lower(circuit, _VOCABULARY, without_noise=without_noise))
    return "\n".join(lines) + "\n"


def _line(op: Operation) -> str:
    if op.condition is not None:
        raise ProgramError(
            "circuit: has feed-forward, which OpenQASM 2 cannot express for single bits. Export as OpenQASM 3, "
            "or decrypt with the Pauli frame recorded."
        )
    if op.name == MEASURE:
        return f"measure q[{op.qubits[0]}] -> c[{op.bit}];"
    if op.name == RESET:
        return f"reset q[{op.qubits[0]}];"
    if op.name == BARRIER:
        return "barrier q;"
    return f"{op.name} {','.join([f'q[{qubit}]' for qubit in op.qubits])};"
