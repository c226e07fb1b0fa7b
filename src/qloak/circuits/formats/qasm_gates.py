"""Gate calls of OpenQASM: the standard library, definitions in the file, and modifiers.

A definition is expanded wherever it is called. It may call only gates that exist when it is read, so
there is no recursion, and every call made during an expansion is charged against one allowance, so a
few lines that keep doubling themselves end in an error and not in a full memory.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from openqasm3 import ast

from ...errors import LimitError, shorten
from .expressions import Constants
from .gates import GATES, Gate
from .modifiers import GLOBAL_PHASE, controlled, inverted
from .operations import Operation
from .qasm_scan import line_of, refusal

__all__ = ["Call", "GateBook"]

Call = ast.QuantumGate | ast.QuantumPhase

_BUILT_IN = ("U", "CX")


@dataclass(frozen=True, slots=True)
class _Definition:
    """A `gate` statement; `body` gives each call, the gate it means and the positions of its operands."""

    name: str
    params: tuple[str, ...]
    num_qubits: int
    body: tuple[tuple[Call, _Callee, tuple[int, ...]], ...]

    @property
    def num_params(self) -> int:
        return len(self.params)


_Callee = Gate | _Definition

_PHASE = Gate(GLOBAL_PHASE, 1, 0, GATES["p"].unitary)


class GateBook:
    """The gates a program may call at the point reached, and the allowance left for calls."""

    def __init__(self, constants: Constants, *, max_gates: int) -> None:
        self._constants = constants
        self._max_gates = self._left = max_gates
        self._library: Mapping[str, Gate] = {name: GATES[name] for name in _BUILT_IN}
        self._defined: dict[str, _Definition] = {}

    def include_library(self) -> None:
        """Make the standard gates known; either library gives all of them."""
        self._library = GATES

    def charge(self, line: int, count: int = 1) -> None:
        """Spend some of the allowance."""
        self._left -= count
        if self._left < 0:
            raise LimitError(
                f"OpenQASM line {line}: more than {self._max_gates} operations, counted after expanding gates, "
                "registers and powers."
            )

    def define(self, node: ast.QuantumGateDefinition) -> None:
        """Read a `gate` statement. It may redefine a standard gate, but nothing twice."""
        name, line = node.name.name, line_of(node)
        places = {qubit.name: place for place, qubit in enumerate(node.qubits)}
        params = tuple(param.name for param in node.arguments)
        if name in self._defined:
            raise refusal(line, f"gate {shorten(name)} is defined twice.")
        if len(places) < len(node.qubits) or len(set(params)) < len(params):
            raise refusal(line, f"gate {shorten(name)} names a parameter or a qubit twice.")
        body = [(call, self._callee(call), _own(call, places)) for call in _calls(node)]
        self._defined[name] = _Definition(name, params, len(places), tuple(body))

    def expand(self, call: Call, qubits: tuple[int, ...]) -> list[Operation]:
        """The standard gates that a call on these qubits stands for; global phases are dropped."""
        operations = self._modified(call, self._callee(call), qubits, self._constants)
        return [replace(op, line=line_of(call)) for op in operations if op.name != GLOBAL_PHASE]

    def _callee(self, call: Call) -> _Callee:
        if isinstance(call, ast.QuantumPhase):
            return _PHASE
        name, line = call.name.name, line_of(call)
        if call.duration is not None:
            raise refusal(line, "gate durations are not accepted.")
        if name in self._defined:
            return self._defined[name]
        if name not in self._library:
            hint = '; add include "stdgates.inc"' if name in GATES else ""
            raise refusal(line, f"unknown gate {shorten(name)}{hint}.")
        return self._library[name]

    def _modified(self, call: Call, callee: _Callee, qubits: tuple[int, ...], scope: Constants) -> list[Operation]:
        if len(set(qubits)) < len(qubits):
            raise refusal(line_of(call), "the same qubit twice in one gate.")
        steps, rest = _steps(call, qubits, scope)
        operations = self._plain(call, callee, rest, scope)
        for kind, number in reversed(steps):
            operations = self._step(kind, number, operations, line_of(call))
        return operations

    def _plain(self, call: Call, callee: _Callee, qubits: tuple[int, ...], scope: Constants) -> list[Operation]:
        """The call without its modifiers."""
        line = line_of(call)
        arguments = [call.argument] if isinstance(call, ast.QuantumPhase) else call.arguments
        if (len(arguments), len(qubits)) != (callee.num_params, callee.num_qubits):
            raise refusal(
                line,
                f"gate {shorten(callee.name)} got {len(arguments)} parameters and {len(qubits)} qubits, "
                f"expected {callee.num_params} and {callee.num_qubits}.",
            )
        self.charge(line)
        params = tuple(float(scope.number(argument)) for argument in arguments)
        if isinstance(callee, Gate):
            return [Operation(callee.name, qubits, params)]
        values = self._constants.values.new_child(dict(zip(callee.params, params, strict=True)))
        inner = replace(scope, values=values)
        calls = (self._modified(c, gate, tuple(qubits[p] for p in own), inner) for c, gate, own in callee.body)
        return [operation for operations in calls for operation in operations]

    def _step(self, kind: str, number: int, operations: list[Operation], line: int) -> list[Operation]:
        """Apply one modifier: `number` is the exponent of pow, the control qubit of ctrl and negctrl."""
        if kind == "inv" or (kind == "pow" and number < 0):
            operations = [inverse for op in reversed(operations) for inverse in inverted(op)]
        if kind == "pow":
            self.charge(line, abs(number) * max(1, len(operations)))
            return operations * abs(number)
        if kind in ("ctrl", "negctrl"):
            flip = [Operation("x", (number,))] if kind == "negctrl" else []
            operations = [*flip, *(c for op in operations for c in _controlled(op, number, line)), *flip]
        self.charge(line, len(operations))
        return operations


def _calls(node: ast.QuantumGateDefinition) -> list[Call]:
    for statement in node.body:
        if not isinstance(statement, Call | ast.QuantumBarrier):
            raise refusal(line_of(statement), "expected only gates inside a gate definition.")
    return [statement for statement in node.body if isinstance(statement, Call)]


def _own(call: Call, places: Mapping[str, int]) -> tuple[int, ...]:
    """The operands of a call inside a definition as positions among the definition's qubits."""
    names = [operand.name for operand in call.qubits if isinstance(operand, ast.Identifier)]
    if len(names) < len(call.qubits) or any(name not in places for name in names):
        raise refusal(line_of(call), "expected the qubits of the gate definition as operands.")
    return tuple(places[name] for name in names)


def _steps(call: Call, qubits: tuple[int, ...], scope: Constants) -> tuple[Sequence[tuple[str, int]], tuple[int, ...]]:
    """The modifiers as (kind, number) from left to right, and the qubits they leave to the gate."""
    steps: list[tuple[str, int]] = []
    for modifier in call.modifiers:
        kind = modifier.modifier.name
        number = 1 if modifier.argument is None else scope.integer(modifier.argument)
        if kind in ("inv", "pow"):
            steps.append((kind, number))
        elif 1 <= number <= len(qubits):
            steps += [(kind, control) for control in qubits[:number]]
            qubits = qubits[number:]
        else:
            raise refusal(line_of(call), f"{number} controls on {len(qubits)} qubits.")
    return steps, qubits


def _controlled(operation: Operation, control: int, line: int) -> Sequence[Operation]:
    operations = controlled(operation, control)
    if operations is None:
        raise refusal(line, f"a control on {operation.name} is not accepted; write a standard controlled gate.")
    return operations
