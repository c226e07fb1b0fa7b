"""From untrusted text to an OpenQASM syntax tree, in bounded time.

The grammar is that of the `openqasm3` package. Its generated parser takes quadratic time on some inputs
(an unterminated comment, a statement with a hundred thousand operators), so a linear scan goes first and
lets through only text with few operators in a statement, shallow nesting and accepted words.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator

from antlr4 import CommonTokenStream, InputStream
from antlr4.error.ErrorListener import ErrorListener
from antlr4.error.Errors import ParseCancellationException
from antlr4.error.ErrorStrategy import BailErrorStrategy
from openqasm3 import ast
from openqasm3 import parser as grammar

from ...errors import LimitError, ProgramError, shorten

__all__ = ["line_of", "parse_qasm", "refusal"]

_MAX_DEPTH = 32
_MAX_OPERATORS = 250
_MAX_STATEMENTS = 30_000
_OPERATORS = frozenset("-+*/%=<>!&|^~:@(")

_REFUSED_WORDS = frozenset(
    word
    for group in (
        ["def", "extern", "opaque", "return", "cal", "defcal", "defcalgrammar", "pragma", "let", "nop", "end"],
        ["for", "while", "in", "break", "continue", "switch", "case", "default"],
        ["input", "output", "readonly", "mutable", "array", "complex", "void", "sizeof"],
        ["box", "delay", "duration", "stretch", "durationof"],
    )
    for word in group
)

_TOKEN = re.compile(
    r"""\s+ | //[^\n]* | (?P<block>/\*)
      | (?P<token> [^\W\d]\w*                      # a word
                 | \d\w*(?:\.\w*)? | \.\d\w*       # a number
                 | "[^"\n]*"                        # a string
                 | [-+*/%=<>!&|^~,:;@()\[\]{}] )    # a mark
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
        LimitError: for more statements than any accepted program has.
    """
    if not _scan(text):
        raise ProgramError("OpenQASM: the program is empty.")
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
    except ProgramError:
        raise
    except Exception as error:  # such as a ValueError for a number of thousands of digits
        raise ProgramError(f"OpenQASM: the program cannot be read ({shorten(str(error))}).") from error


def _parse(text: str) -> ast.Program:
    lexer = grammar.qasm3Lexer(InputStream(text))
    lexer.removeErrorListeners()
    lexer.addErrorListener(_Raise())
    parser = grammar.qasm3Parser(CommonTokenStream(lexer))
    parser.removeErrorListeners()
    parser._errHandler = BailErrorStrategy()
    tree: ast.Program = grammar.QASMNodeVisitor().visitProgram(parser.program())
    return tree


class _Raise(ErrorListener):  # type: ignore[misc]
    """Turns the lexer's complaints, which it would print, into errors."""

    def syntaxError(self, *details: object) -> None:  # noqa: N802, the name is ANTLR's
        _, _, line, column, *_ = details
        raise ProgramError(f"OpenQASM line {line}: cannot read the text from column {column}.")


def _scan(text: str) -> bool:
    """Refuse what would make the parser slow, and words it need not see; say whether there is anything left."""
    depth = length = operators = statements = 0
    line = 0
    for line, token in _tokens(text):
        if token in _REFUSED_WORDS:
            raise refusal(line, f"{token!r} is not accepted; expected declarations, gates, measure, reset and if.")
        if token == "@" and not length:
            raise refusal(line, "annotations are not accepted.")
        depth += (token in "([{") - (token in ")]}")
        length += 1
        operators += token in _OPERATORS
        statements += token == ";"
        if token in ";{}":
            length = operators = 0
        if depth > _MAX_DEPTH:
            raise refusal(line, f"nested deeper than {_MAX_DEPTH} brackets.")
        if operators > _MAX_OPERATORS:
            raise refusal(line, f"more than {_MAX_OPERATORS} operators in one statement.")
        if statements > _MAX_STATEMENTS:
            raise LimitError(f"OpenQASM line {line}: more than {_MAX_STATEMENTS} statements.")
    return line > 0


def _tokens(text: str) -> Iterator[tuple[int, str]]:
    """Line and text of each word, number, string and mark."""
    position, line = 0, 1
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise refusal(line, f"unexpected character {text[position]!r}.")
        start, position = match.span()
        if match.lastgroup == "block":
            end = text.find("*/", position)
            if end < 0:
                raise refusal(line, "the comment that starts here does not end.")
            position = end + 2
        elif match.lastgroup == "token":
            yield line, match.group()
        line += text.count("\n", start, position)
