"""Programs read from OpenQASM 2 or 3, the way in for files that nobody vouches for."""

from __future__ import annotations

from dataclasses import dataclass

from ...errors import LimitError, ProgramError
from .operations import Operation

__all__ = ["Program", "read_program"]


@dataclass(frozen=True, slots=True)
class Program:
    """A straight-line quantum program over standard gates.

    Attributes:
        num_qubits: at least 1; registers are numbered in the order of their declarations.
        num_bits: classical bits, numbered likewise.
        operations: gates, measurements and resets in order; definitions, modifiers and broadcasts are
            expanded, global phases and barriers dropped.
    """

    num_qubits: int
    num_bits: int
    operations: tuple[Operation, ...]

    @property
    def is_unitary(self) -> bool:
        """Whether there are only unconditional gates, as in the preparation of a pure state from |0...0>."""
        return all(op.is_gate and op.condition is None for op in self.operations)


def read_program(
    text: str | bytes, *, max_bytes: int = 262_144, max_gates: int = 20_000, max_qubits: int = 10_000
) -> Program:
    """Read an OpenQASM 2 or 3 program.

    Accepted: registers, all gates of stdgates.inc and qelib1.inc (after their include, which opens no
    file), gate definitions, the modifiers inv, ctrl, negctrl and integer pow, constants and constant
    expressions, barrier, measure, reset, and if on a bit or on the value of a register. Anything else is
    refused with its line. Reading takes time bounded by the limits, whatever the text: a quarter of a
    megabyte takes some ten seconds, so a service sets lower ones.

    Args:
        text: the program; bytes are decoded as UTF-8.
        max_bytes: bound on the UTF-8 length, checked before parsing.
        max_gates: bound on operations after all expansion.
        max_qubits: bound on qubits.

    Raises:
        ProgramError: for what is no program or uses what is not accepted.
        LimitError: beyond one of the limits.
    """
    from .qasm_reader import Reader  # the parser takes a quarter of a second to import

    try:
        data = text.encode() if isinstance(text, str) else text
        if len(data) > max_bytes:
            raise LimitError(f"OpenQASM: got {len(data)} bytes, expected at most {max_bytes}.")
        source = data.decode("utf-8-sig")
    except UnicodeError as error:
        raise ProgramError("OpenQASM: expected UTF-8 text, got binary data.") from error
    try:
        reader = Reader(source, max_gates=max_gates, max_qubits=max_qubits)
    except RecursionError as error:
        raise ProgramError("OpenQASM: the program is nested too deeply.") from error
    if not reader.num_qubits:
        raise ProgramError("OpenQASM: the program declares no qubits; expected a line such as 'qubit[2] q;'.")
    return Program(reader.num_qubits, reader.num_bits, tuple(reader.operations))
