"""From an OpenQASM syntax tree to operations: declarations, measurements, resets and conditions."""

from __future__ import annotations

import re
from collections import ChainMap
from collections.abc import Sequence
from dataclasses import replace

from openqasm3 import ast

from ...errors import shorten
from .expressions import CONSTANTS, Constants, Number
from .operations import MEASURE, RESET, Condition, Operation
from .qasm_gates import GateBook
from .qasm_registers import Operand, Registers, broadcast
from .qasm_scan import line_of, parse_qasm, refusal

__all__ = ["Reader"]

_VERSIONS = frozenset({"2", "2.0", "3", "3.0", "3.1"})
_INTEGRAL = ast.IntType | ast.UintType
_REAL = ast.FloatType | ast.AngleType


class Reader:
    """Reads one program; the results are in `operations`, `num_qubits` and `num_bits`.

    Args:
        text: OpenQASM 2 or 3.
        max_gates: bound on operations after all expansion, and on bits.
        max_qubits: bound on qubits.
    """

    def __init__(self, text: str, *, max_gates: int, max_qubits: int) -> None:
        tree = parse_qasm(text)
        if tree.version is not None and tree.version not in _VERSIONS:
            raise refusal(line_of(tree), f"OPENQASM version {shorten(tree.version)}, expected 2.0 or 3.0.")
        self.operations: list[Operation] = []
        self._constants = Constants(ChainMap(dict(CONSTANTS)), integers_divide=(tree.version or "3").startswith("2"))
        self._gates = GateBook(self._constants, max_gates=max_gates)
        self._qubits = Registers("qubit", limit=max_qubits)
        self._bits = Registers("bit", limit=max_gates)
        self._names: set[str] = set()
        for statement in tree.statements:
            self._statement(statement)

    @property
    def num_qubits(self) -> int:
        """How many qubits the program declares."""
        return self._qubits.size

    @property
    def num_bits(self) -> int:
        """How many bits the program declares."""
        return self._bits.size

    def _statement(self, node: ast.Statement | ast.Pragma) -> None:
        match node:
            case ast.Include(filename="stdgates.inc" | "qelib1.inc"):
                self._gates.include_library()
            case ast.Include(filename=name):
                raise refusal(
                    line_of(node), f'include {shorten(name)} is not accepted, only "stdgates.inc" and "qelib1.inc" are.'
                )
            case ast.QubitDeclaration(qubit=name, size=size):
                self._claim(name)
                self._qubits.declare(name, size, self._constants)
            case ast.ClassicalDeclaration(type=ast.BitType(size=size), identifier=name, init_expression=start):
                self._claim(name)
                self._bits.declare(name, size, self._constants)
                if isinstance(start, ast.QuantumMeasurement):
                    self.operations += self._measure(start.qubit, name)
                elif start is not None:
                    raise refusal(line_of(node), "expected a measurement as the first value of a bit, or none.")
            case ast.ConstantDeclaration(type=kind, identifier=name, init_expression=start):
                self._claim(name)
                self._constants.values[name.name] = self._constant(kind, start)
            case ast.QuantumGateDefinition():
                self._gates.define(node)
            case _:
                self.operations += self._action(node)

    def _action(self, node: ast.Statement | ast.Pragma) -> Sequence[Operation]:
        """What is done to qubits, and may stand in an if block."""
        line = line_of(node)
        match node:
            case ast.QuantumGate(qubits=operands) | ast.QuantumPhase(qubits=operands):
                places = [self._qubits.resolve(operand, self._constants) for operand in operands]
                return [op for qubits in broadcast(places, line) for op in self._gates.expand(node, qubits)]
            case ast.QuantumMeasurementStatement(measure=measure, target=target):
                return self._measure(measure.qubit, target)
            case ast.QuantumReset(qubits=operand):
                qubits = broadcast([self._qubits.resolve(operand, self._constants)], line)
                self._gates.charge(line, len(qubits))
                return [Operation(RESET, qubit, line=line) for qubit in qubits]
            case ast.QuantumBarrier():
                return ()
            case ast.BranchingStatement():
                return self._branch(node)
        raise refusal(line, f"{_construct(node)} is not accepted.")

    def _measure(self, source: Operand, target: Operand | None) -> list[Operation]:
        line = line_of(source)
        places = [self._qubits.resolve(source, self._constants)]
        if target is not None:
            places.append(self._bits.resolve(target, self._constants))
        pairs = broadcast(places, line)
        if any(isinstance(place, int) for place in places) and len(pairs) > 1:
            raise refusal(line, "expected as many qubits as bits in a measurement.")
        self._gates.charge(line, len(pairs))
        return [Operation(MEASURE, (qubit,), bit=bit[0] if bit else None, line=line) for qubit, *bit in pairs]

    def _branch(self, node: ast.BranchingStatement) -> list[Operation]:
        condition = self._condition(node.condition)
        operations = self._block(node.if_block, condition)
        if node.else_block:
            if len(condition.bits) > 1:
                raise refusal(line_of(node), "else is accepted after a condition on one bit only.")
            operations += self._block(node.else_block, replace(condition, value=1 - condition.value))
        return operations

    def _block(self, statements: Sequence[ast.Statement], condition: Condition) -> list[Operation]:
        operations: list[Operation] = []
        for statement in statements:
            for op in self._action(statement):
                if op.name == MEASURE:  # it could change the bits that the rest of the block depends on
                    raise refusal(line_of(statement), "a measurement inside an if block is not accepted.")
                operations.append(replace(op, condition=_both(condition, op.condition)))
        return operations

    def _condition(self, node: ast.Expression) -> Condition:
        match node:
            case ast.UnaryExpression(op=op, expression=inner) if op.name == "!":
                bit, value = self._tested(inner), 0
            case ast.BinaryExpression(op=op, lhs=lhs, rhs=rhs) if op.name in ("==", "!="):
                bit, value = self._tested(lhs), self._constants.integer(rhs)
                if op.name == "!=":
                    if not isinstance(bit, int):
                        raise refusal(line_of(node), "expected == in a condition on a register.")
                    value = 1 - value
            case _:
                bit, value = self._tested(node), 1
                if not isinstance(bit, int):
                    raise refusal(line_of(node), "expected one bit, or a register compared with a number.")
        bits = (bit,) if isinstance(bit, int) else tuple(bit)
        if not 0 <= value < 1 << len(bits):
            raise refusal(line_of(node), f"{len(bits)} bits never have the value {value}.")
        return Condition(bits, value)

    def _tested(self, node: ast.Expression) -> range | int:
        match node:
            case ast.Identifier():
                return self._bits.resolve(node, self._constants)
            case ast.IndexExpression(collection=ast.Identifier() as name, index=[ast.Expression() as index]):
                indexed = ast.IndexedIdentifier(name, [[index]])
                indexed.span = node.span
                return self._bits.resolve(indexed, self._constants)
        raise refusal(line_of(node), "expected a bit or a register in a condition.")

    def _constant(self, kind: ast.ClassicalType, value: ast.Expression) -> Number:
        if isinstance(kind, _INTEGRAL):
            return self._constants.integer(value)
        if isinstance(kind, _REAL):
            return float(self._constants.number(value))
        raise refusal(line_of(value), "expected int, uint, float or angle as the type of a constant.")

    def _claim(self, name: ast.Identifier) -> None:
        if name.name in self._names:
            raise refusal(line_of(name), f"{shorten(name.name)} is declared twice.")
        self._names.add(name.name)


def _both(outer: Condition, inner: Condition | None) -> Condition:
    """Two equalities at once are one equality over the bits of both."""
    if inner is None:
        return outer
    return Condition(outer.bits + inner.bits, outer.value | inner.value << len(outer.bits))


def _construct(node: ast.QASMNode) -> str:
    """'ClassicalAssignment' -> "a 'classical assignment'"."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", type(node).__name__).lower()
    return f"a '{words}'"
