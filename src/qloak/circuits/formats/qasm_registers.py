"""Registers of qubits or of bits, and what an operand such as `q` or `q[3]` means."""

from __future__ import annotations

from openqasm3 import ast

from ...errors import LimitError, shorten
from .expressions import Constants
from .qasm_scan import line_of, refusal

__all__ = ["Operand", "Registers", "broadcast"]

Operand = ast.Identifier | ast.IndexedIdentifier


class Registers:
    """All registers of one kind, numbered in the order they are declared.

    Attributes:
        kind: "qubit" or "bit", for messages.
        size: how many were declared so far.
    """

    def __init__(self, kind: str, *, limit: int) -> None:
        self.kind = kind
        self.size = 0
        self._limit = limit
        self._places: dict[str, range | int] = {}

    def declare(self, name: ast.Identifier, size: ast.Expression | None, constants: Constants) -> None:
        """Add a register of `size` or, without a size, a single qubit or bit."""
        count = 1 if size is None else constants.integer(size)
        if count < 1:
            raise refusal(line_of(name), f"register {shorten(name.name)} has size {count}, expected at least 1.")
        if self.size + count > self._limit:
            raise LimitError(
                f"OpenQASM line {line_of(name)}: got {self.size + count} {self.kind}s, expected at most {self._limit}."
            )
        self._places[name.name] = self.size if size is None else range(self.size, self.size + count)
        self.size += count

    def resolve(self, operand: Operand, constants: Constants) -> range | int:
        """A single qubit or bit as its number, a whole register as a range of numbers."""
        line = line_of(operand)
        name = operand.name if isinstance(operand, ast.Identifier) else operand.name.name
        if name not in self._places:
            raise refusal(line, f"unknown {self.kind} {shorten(name)}.")
        place = self._places[name]
        if isinstance(operand, ast.Identifier):
            return place
        match operand.indices:
            case [[ast.Expression() as index]] if isinstance(place, range):
                position = constants.integer(index)
            case _:
                raise refusal(line, f"expected one index into a register, as in {shorten(name)}[0].")
        if not -len(place) <= position < len(place):
            raise refusal(line, f"{name}[{position}] does not exist; the register has size {len(place)}.")
        return place[position]


def broadcast(places: list[range | int], line: int) -> list[tuple[int, ...]]:
    """The operand tuples of a statement on single qubits and equally long registers."""
    lengths = {len(place) for place in places if isinstance(place, range)}
    if len(lengths) > 1:
        raise refusal(line, f"registers of different sizes {sorted(lengths)} in one statement.")
    count = lengths.pop() if lengths else 1
    return [tuple(p if isinstance(p, int) else p[i] for p in places) for i in range(count)]
