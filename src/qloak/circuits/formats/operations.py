"""One step of a circuit file, the meeting point of the formats.

The OpenQASM reader and the Qiskit reader produce operations, `clifford` turns them into stim gates;
`lowering` turns a stim circuit into operations, the writers spell them.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from ...core.types import ComplexArray
from .gates import GATES

__all__ = ["BARRIER", "MEASURE", "RESET", "Condition", "Operation"]

MEASURE = "measure"
RESET = "reset"
BARRIER = "barrier"
_NOT_GATES = frozenset({MEASURE, RESET, BARRIER})


@dataclass(frozen=True, slots=True)
class Condition:
    """Do it only if these bits, read as a number with `bits[0]` least significant, are `value`."""

    bits: tuple[int, ...]
    value: int


@dataclass(frozen=True, slots=True)
class Operation:
    """A gate, a measurement in the Z basis, a reset to |0>, or a barrier.

    Attributes:
        name: a key of `gates.GATES`, or "measure", "reset", "barrier".
        qubits: operands in the gate's order; a barrier without qubits spans all of them.
        params: angles in radians.
        bit: the bit a measurement writes, None to forget the outcome.
        condition: None for an unconditional operation.
        line: line of the file it came from, for messages; no part of its value.
    """

    name: str
    qubits: tuple[int, ...]
    params: tuple[float, ...] = ()
    bit: int | None = None
    condition: Condition | None = None
    line: int | None = field(default=None, compare=False)

    @property
    def is_gate(self) -> bool:
        """Whether the operation is a gate."""
        return self.name not in _NOT_GATES

    def unitary(self) -> ComplexArray:
        """Matrix of a gate, shape (2**k, 2**k) for k qubits; `qubits[0]` is the least significant bit."""
        return GATES[self.name].unitary(*self.params)
