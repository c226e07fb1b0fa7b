"""Docstrings as this project writes them: plain text with `code`, kets, indented maps and [Key2026] citations.

To Sphinx a docstring is reStructuredText, where `|0> + |1>` names a substitution and `2*n` begins emphasis. Here
the special characters of the plain text are escaped, indented blocks and aligned columns are set as they are, and a
key of refs.bib in brackets becomes a citation. Google-style sections and doctests are left to napoleon and Sphinx.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sphinx.application import Sphinx

CITATION = re.compile(r"\[([A-Z]\w+(?:19|20)\d\d[a-z]*)\]")
CODE = re.compile(r"(`[^`]+`)")
COLUMNS = re.compile(r"^ *\S+(?: \S+)* {2,}\S")
SPECIAL = re.compile(r"[|*\\]|(?<=\w)_(?!\w)")


@cache
def known_keys() -> frozenset[str]:
    """The keys of refs.bib."""
    text = (Path(__file__).parents[1] / "refs.bib").read_text(encoding="utf-8")
    return frozenset(re.findall(r"^@\w+\{(\w+),", text, re.MULTILINE))


def cited(match: re.Match[str]) -> str:
    """The citation role of a known key; other brackets stay."""
    return f":cite:`{match[1]}`" if match[1] in known_keys() else match[0]


def escaped(line: str) -> str:
    """One line of plain text as reStructuredText."""
    parts = CODE.split(line)
    parts[::2] = [CITATION.sub(cited, SPECIAL.sub(r"\\\g<0>", part)) for part in parts[::2]]
    return "".join(parts)


def paragraphs(lines: list[str]) -> list[list[str]]:
    """The lines between blank lines."""
    groups: list[list[str]] = [[]]
    for line in lines:
        if line.strip():
            groups[-1].append(line)
        elif groups[-1]:
            groups.append([])
    return [group for group in groups if group]


def is_verbatim(group: list[str], *, within_module: bool) -> bool:
    """Whether a paragraph is a drawing or a table: indented in a module's docstring, or in aligned columns."""
    indented = within_module and all(line.startswith("    ") for line in group)
    return indented or (len(group) > 1 and all(COLUMNS.match(line) for line in group))


def rewrite(app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]) -> None:
    """Handles `autodoc-process-docstring`: rewrites `lines` in place."""
    out: list[str] = []
    for group in paragraphs(lines):
        if group[0].lstrip().startswith(">>>"):
            out += group
        elif is_verbatim(group, within_module=what == "module"):
            out += [".. code-block:: text", "", *(f"    {line}" for line in group)]
        else:
            out += [escaped(line) for line in group]
        out.append("")
    lines[:] = out


def setup(app: Sphinx) -> dict[str, bool]:
    """Registers the handler, before napoleon's."""
    app.connect("autodoc-process-docstring", rewrite, priority=400)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
