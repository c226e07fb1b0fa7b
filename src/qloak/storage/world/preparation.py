"""Circuits for others with a given dense state in front."""

from __future__ import annotations

import math
from collections.abc import Sequence
from io import BytesIO

import numpy as np
import stim

from ...circuits.formats import to_qasm3, to_qiskit
from ...errors import MissingExtraError
from ...simulators import Register

__all__ = ["prepared_qasm3", "prepared_qpy"]

_Gate = tuple[str, tuple[float, ...], tuple[int, ...]]


def prepared_qasm3(circuit: stim.Circuit, register: Register, inputs: Sequence[int]) -> str:
    """A circuit in OpenQASM 3 with a register prepared on its inputs.

    Raises:
        MissingExtraError: for a dense register of several qubits without Qiskit.
    """
    head, body = [], to_qasm3(circuit).splitlines()
    while body and body[0].startswith(("OPENQASM", "include", "qubit", "bit")):
        head.append(body.pop(0))
    lines = []
    for name, params, qubits in _gates(register):
        angles = f"({', '.join(repr(angle) for angle in params)})" if params else ""
        lines.append(f"{name}{angles} {', '.join(f'q[{inputs[q]}]' for q in qubits)};")
    return "\n".join([*head, *lines, *body]) + "\n"


def prepared_qpy(circuit: stim.Circuit, register: Register, inputs: Sequence[int]) -> bytes:
    """A circuit as QPY with a register prepared on its inputs.

    Raises:
        MissingExtraError: without Qiskit.
    """
    program = to_qiskit(circuit)
    from qiskit import QuantumCircuit, qpy

    front = QuantumCircuit(*program.qregs, *program.cregs)
    for name, params, qubits in _gates(register):
        getattr(front, name)(*params, *(inputs[q] for q in qubits))
    file = BytesIO()
    qpy.dump(front.compose(program), file)
    return file.getvalue()


def _gates(register: Register) -> list[_Gate]:
    """Gates of stdgates.inc that prepare a register from |0...0>, up to a global phase."""
    if register.num_qubits == 1:
        low, high = register.to_statevector()
        theta = 2 * math.atan2(abs(high), abs(low))
        return [("ry", (theta,), (0,)), ("rz", (float(np.angle(high) - np.angle(low)),), (0,))]
    try:
        from qiskit import QuantumCircuit, transpile
    except ImportError:
        raise MissingExtraError.of("qiskit", "qiskit") from None
    state = QuantumCircuit(register.num_qubits)
    state.prepare_state(register.to_statevector(), range(register.num_qubits))
    written = transpile(state, basis_gates=["rz", "sx", "x", "cx"], optimization_level=1)
    return [
        (
            item.operation.name,
            tuple(float(angle) for angle in item.operation.params),
            tuple(written.find_bit(qubit).index for qubit in item.qubits),
        )
        for item in written.data
    ]
