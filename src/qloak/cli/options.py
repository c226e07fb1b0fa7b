"""Options that several commands share, and how they are read."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import UsageError

if TYPE_CHECKING:
    from ..core import EncryptedCloning, IteratedCloning

__all__ = ["ClonesOption", "JsonOption", "LevelsOption", "MethodOption", "build_scheme", "whole_number"]

# Numbers are read as text, so that what the user sees is one kind of message for everything.
ClonesOption = Annotated[
    str, typer.Option("--clones", metavar="N", help="Number n of encrypted clones, at least 2. Take an even one.")
]
LevelsOption = Annotated[
    str, typer.Option("--levels", metavar="L", help="Encrypt every clone again L times (iterated cloning).")
]
MethodOption = Annotated[
    str, typer.Option("--method", metavar="METHOD", help="How the key is used: unitary or measured.")
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON document on stdout.")]


def whole_number(argument: str, text: str) -> int:
    """A whole number given as text.

    Raises:
        UsageError: naming the argument, if it is none.
    """
    if re.fullmatch(r"[+-]?[0-9]{19,}", text.strip()):
        raise UsageError.of(argument, text, "a whole number of at most 18 digits")
    if not re.fullmatch(r"[+-]?[0-9]+", text.strip()):
        raise UsageError.of(argument, text, "a whole number")
    return int(text)


def build_scheme(clones: str, levels: str = "0") -> EncryptedCloning | IteratedCloning:
    """The scheme that --clones and --levels describe."""
    from ..core import EncryptedCloning, IteratedCloning
    from ..core.cloning import check_num_clones

    num_clones = whole_number("--clones", clones)
    check_num_clones(num_clones, argument="--clones")
    num_levels = whole_number("--levels", levels)
    return EncryptedCloning(num_clones) if num_levels == 0 else IteratedCloning(num_clones, num_levels)
