"""Circuits in and out of files.

    qasm3, qasm2     stim circuit -> OpenQASM
    qasm_import      OpenQASM -> stim circuit, Clifford programs
    program          OpenQASM -> `Program`, any program over standard gates
    qiskit           Qiskit circuits and QPY files, with the extra `qiskit`
    circuit_text     stim text with all digits of its noise
    svg              drawings

Inside: `operations` and `gates` are what the formats share; `lowering` and `clifford` lead from stim to
them and back; `qasm_scan`, `qasm_reader`, `qasm_registers`, `qasm_gates`, `expressions` and `modifiers`
read OpenQASM; `svg_layout` places what `svg` draws.

Qiskit itself is imported when one of the functions of `qiskit` is called.
"""

from .circuit_text import circuit_text
from .gates import GATES, Gate
from .operations import Condition, Operation
from .program import Program, read_program
from .qasm2 import to_qasm2
from .qasm3 import to_qasm3
from .qasm_import import from_qasm
from .qiskit import from_qiskit, from_qpy, to_qiskit, to_qpy
from .svg import to_svg

__all__ = [
    "GATES",
    "Condition",
    "Gate",
    "Operation",
    "Program",
    "circuit_text",
    "from_qasm",
    "from_qiskit",
    "from_qpy",
    "read_program",
    "to_qasm2",
    "to_qasm3",
    "to_qiskit",
    "to_qpy",
    "to_svg",
]
