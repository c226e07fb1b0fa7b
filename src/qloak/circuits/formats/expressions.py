"""Constant expressions of OpenQASM: angles, sizes and indices.

Integers stay below 2**53 and everything stays finite, so no expression can take long or grow large.
"""

from __future__ import annotations

import math
import operator
from collections import ChainMap
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from openqasm3 import ast

from ...errors import shorten
from .qasm_scan import line_of, refusal

__all__ = ["CONSTANTS", "Constants", "Number"]

Number = int | float

CONSTANTS: Mapping[str, Number] = {
    "pi": math.pi,
    "π": math.pi,
    "tau": math.tau,
    "τ": math.tau,
    "euler": math.e,
    "ℇ": math.e,
    "e": math.e,
}

_FUNCTIONS: Mapping[str, Callable[[Number], float]] = {
    "sin": math.sin,
    "cos": math.cos,
    "tan": math.tan,
    "arcsin": math.asin,
    "arccos": math.acos,
    "arctan": math.atan,
    "exp": math.exp,
    "ln": math.log,
    "log": math.log,
    "sqrt": math.sqrt,
}

_EXACT = 2**53
"""Below this, integers and floats agree."""


def _power(base: Number, exponent: Number) -> Number:
    power = math.pow(base, exponent)  # in floats: bounded time whatever the exponent
    both_integers = isinstance(base, int) and isinstance(exponent, int) and exponent >= 0
    return int(power) if both_integers and abs(power) < _EXACT else power


_OPERATORS: Mapping[str, Callable[[Number, Number], Number]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "**": _power,
}


@dataclass(frozen=True, slots=True)
class Constants:
    """What names stand for in an expression, and how integers divide.

    Attributes:
        values: constants and, inside a gate definition, its parameters.
        integers_divide: True for OpenQASM 2, where 1/2 is 0.5. Readers of OpenQASM 3 disagree on 1/2, so
            there a division of integers that leaves a remainder is refused.
    """

    values: ChainMap[str, Number]
    integers_divide: bool

    def number(self, node: ast.Expression) -> Number:
        """The value of a constant expression.

        Raises:
            ProgramError: for anything else than a finite constant.
        """
        try:
            value = self._value(node)
        except (ArithmeticError, ValueError) as error:
            raise refusal(line_of(node), f"this expression has no finite value ({error}).") from error
        if not math.isfinite(value) or (isinstance(value, int) and abs(value) >= _EXACT):
            raise refusal(line_of(node), f"got {shorten(value)}, expected a finite number below 2**53.")
        return value

    def integer(self, node: ast.Expression) -> int:
        """The value of a constant expression that must be an integer: a size, an index, a count.

        Raises:
            ProgramError: for anything else than an integer constant.
        """
        value = self.number(node)
        if isinstance(value, float):
            raise refusal(line_of(node), f"got {value}, expected an integer.")
        return int(value)

    def _value(self, node: ast.Expression) -> Number:
        match node:
            case ast.IntegerLiteral(value=value) | ast.FloatLiteral(value=value) | ast.BooleanLiteral(value=value):
                return value
            case ast.Identifier(name=name) if name in self.values:
                return self.values[name]
            case ast.Identifier(name=name):
                raise refusal(line_of(node), f"unknown constant {shorten(name)}.")
            case ast.UnaryExpression(op=op, expression=inner) if op.name == "-":
                return -self.number(inner)
            case ast.BinaryExpression(op=op, lhs=lhs, rhs=rhs) if op.name == "/":
                return self._quotient(self.number(lhs), self.number(rhs), line_of(node))
            case ast.BinaryExpression(op=op, lhs=lhs, rhs=rhs) if op.name in _OPERATORS:
                return _OPERATORS[op.name](self.number(lhs), self.number(rhs))
            case ast.FunctionCall(name=ast.Identifier(name=name), arguments=[argument]) if name in _FUNCTIONS:
                return _FUNCTIONS[name](self.number(argument))
        raise refusal(line_of(node), f"expected a constant expression, got {_described(node)}.")

    def _quotient(self, left: Number, right: Number, line: int) -> Number:
        if isinstance(left, float) or isinstance(right, float) or (left % right and self.integers_divide):
            return left / right
        if left % right:
            raise refusal(line, f"{left}/{right} divides integers with a remainder; write {left}.0/{right}.")
        return left // right


def _described(node: ast.Expression) -> str:
    match node:
        case ast.FunctionCall(name=ast.Identifier(name=name)):
            return f"the function {shorten(name)}"
        case ast.UnaryExpression(op=op) | ast.BinaryExpression(op=op):
            return f"the operator {op.name!r}"
    return type(node).__name__
