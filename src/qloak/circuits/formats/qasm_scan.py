"""From untrusted text to an OpenQASM syntax tree, in bounded time.

The grammar is that of the `openqasm3` package. Its generated parser takes quadratic time on some inputs
(an unterminated comment, a statement with a hundred thousand operators), so a linear scan goes first and
lets through only text whose statements are short and shallow and which uses accepted words only.
"""

from __future__ import annotations

import re
import threading

from antlr4 import CommonTokenStream, InputStream
from antlr4.error.ErrorListener import ErrorListener
from antlr4.error.Errors import ParseCancellationException
from antlr4.error.ErrorStrategy import BailErrorStrategy
from openqasm3 import ast
from openqasm3 import parser as grammar

from ...errors import ProgramError, shorten

__all__ = ["line_of", "parse_qasm", "refusal"]

_MAX_DEPTH = 32
_MAX_STATEMENT_TOKENS = 1_000

_REFUSED_WORDS = frozenset(
    "def cal defcal defcalgrammar extern box let break continue end return for while in switch case default pragma "
    "input output readonly mutable array complex void duration stretch durationof sizeof delay nop opaque".split()
)

_TOKEN = re.compile(
    r"""(?P<space>\s+)
      | (?P<comment>//[^\n]*)
      | (?P<block>/\*)
      | (?P<word>[^\W\d]\w*)
      | (?P<number>\d\w*(?:\.\w*)?|\.\d\w*)
      | (?P<string>"[^"\n]*")
      | (?P<mark>[-+*/%=<>!&|^~,:;@()\[\]{}])
    """,
    re.VERBOSE,
)

# The generated parser keeps its prediction tables in shared, unguarded dictionaries.
_PARSER_LOCK = threading.Lock()


def refusal(line: int, message: str) -> ProgramError:
    """The error for one line of a program."""
    return ProgramError(f"OpenQASM line {line}: {message}")


def line_of(node: ast.QASMNode) -> int:
    """The line a piece of the program starts on."""
    return node.span.start_line if node.span else 0


def parse_qasm(text: str) -> ast.Program:
    """The syntax tree of an OpenQASM 2 or 3 program.

    Raises:
        ProgramError: for text that is no program, and for words, nesting or statements beyond what is
            accepted; the message names the line.
    """
    _scan(text)
    try:
        with _PARSER_LOCK:
            return _parse(text)
    except grammar.QASM3ParsingError as error:
        raise ProgramError(f"OpenQASM {error}.") from error
    except ParseCancellationException as error:
        token = error.args[0].offendingToken
        found = "the end of the file" if token.type < 0 else shorten(token.text)
        raise refusal(token.line, f"did not expect {found} here.") from error
    except RecursionError as error:
        raise ProgramError("OpenQASM: the program is nested too deeply.") from error
    except ValueError as error:  # a literal with thousands of digits
        raise ProgramError(f"OpenQASM: {shorten(str(error))}.") from error


def _parse(text: str) -> ast.Program:
    lexer = grammar.qasm3Lexer(InputStream(text))
    lexer.removeErrorListeners()
    lexer.addErrorListener(_Raise())
    parser = grammar.qasm3Parser(CommonTokenStream(lexer))
    parser.removeErrorListeners()
    parser._errHandler = BailErrorStrategy()
    return grammar.QASMNodeVisitor().visitProgram(parser.program())


class _Raise(ErrorListener):  # type: ignore[misc]
    """Turns the lexer's complaints, which it would print, into errors."""

    def syntaxError(self, recognizer: object, symbol: object, line: int, column: int, message: str, error: object) -> None:  # noqa: N802, PLR0913, E501
        raise refusal(line, f"cannot read column {column + 1}.")


def _scan(text: str) -> None:
    """Refuse what would make the parser slow or what it need not see; one pass."""
    position = depth = tokens = 0
    line = 1
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise refusal(line, f"unexpected character {text[position]!r}.")
        kind, token, position = match.lastgroup, match.group(), match.end()
        if kind == "block":
            end = text.find("*/", position)
            if end < 0:
                raise refusal(line, "the comment that starts here does not end.")
            line += text.count("\n", position, end)
            position = end + 2
        elif kind == "space":
            line += token.count("\n")
        elif kind != "comment":
            if token in _REFUSED_WORDS:
                raise refusal(line, f"{token!r} is not accepted; expected declarations, gates, measure, reset and if.")
            if token == "@" and not tokens:
                raise refusal(line, "annotations are not accepted.")
            depth += (token in "([{") - (token in ")]}")
            tokens = 0 if token in ";{}" else tokens + 1
            if depth > _MAX_DEPTH:
                raise refusal(line, f"nested deeper than {_MAX_DEPTH} brackets.")
            if tokens > _MAX_STATEMENT_TOKENS:
                raise refusal(line, f"a statement of more than {_MAX_STATEMENT_TOKENS} words.")
