"""The directive `{cli-reference} MODULE:APP`: every command of a Typer application, from its own help.

Nothing is written down twice, so nothing can go stale: a command without a help text fails the build.
"""

from __future__ import annotations

import inspect
import re
from importlib import import_module
from typing import TYPE_CHECKING, Any

import typer
from docutils import nodes
from docutils.parsers.rst import Directive

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sphinx.application import Sphinx


def commands(app: typer.Typer, program: str = "qloak") -> Iterator[tuple[str, Any]]:
    """Full name and click command of every command that can be run, in the order of the help."""
    waiting = [(program, typer.main.get_command(app))]
    while waiting:
        name, command = waiting.pop(0)
        if hasattr(command, "commands"):
            children = [(f"{name} {key}", child) for key, child in command.commands.items() if not child.hidden]
            waiting = children + waiting
        else:
            yield name, command


def context(name: str, command: Any) -> Any:  # noqa: ANN401 - click's classes, which Typer keeps private
    """The context in which click formats the help of a command."""
    return command.context_class(command, info_name=name)


def parameters(name: str, command: Any) -> list[tuple[str, str]]:  # noqa: ANN401
    """Spelling and help of every argument and option of a command."""
    where = context(name, command)
    visible = [each for each in command.params if not getattr(each, "hidden", False)]
    records = [each.get_help_record(where) or (each.make_metavar(where), each.help or "") for each in visible]
    return [(spelling, text or "") for spelling, text in records]


def inline(text: str) -> list[nodes.Node]:
    """Plain text with `code`."""
    pieces = re.split(r"`([^`]+)`", " ".join(text.split()))
    return [nodes.literal(text=piece) if odd % 2 else nodes.Text(piece) for odd, piece in enumerate(pieces) if piece]


def described(name: str, command: Any) -> nodes.section:  # noqa: ANN401
    """The section on one command: usage, help, arguments and options."""
    section = nodes.section(ids=[nodes.make_id(name)], names=[name])
    section += nodes.title("", "", nodes.literal(text=name))
    usage = command.get_usage(context(name, command)).removeprefix("Usage: ")
    section += nodes.literal_block(text=usage, language="text")
    for paragraph in inspect.cleandoc(command.help).replace("\b", "").split("\n\n"):
        if paragraph.startswith("  "):
            section += nodes.literal_block(text=inspect.cleandoc(paragraph), language="text")
        else:
            section += nodes.paragraph("", "", *inline(paragraph))
    listing = nodes.definition_list()
    for spelling, text in parameters(name, command):
        term = nodes.term("", "", nodes.literal(text=spelling))
        listing += nodes.definition_list_item("", term, nodes.definition("", nodes.paragraph("", "", *inline(text))))
    if listing.children:
        section += listing
    return section


class CliReference(Directive):
    """Sections for all commands of `MODULE:APP`."""

    required_arguments = 1

    def run(self) -> list[nodes.Node]:
        """The sections; an application or a help text that is missing is an error at this place."""
        module, _, attribute = self.arguments[0].partition(":")
        try:
            app = getattr(import_module(module), attribute)
        except (ImportError, AttributeError) as error:
            raise self.error(f"cannot load {self.arguments[0]}: {error}") from error
        found = list(commands(app))
        if silent := [name for name, command in found if not command.help]:
            raise self.error(f"commands without a help text: {', '.join(silent)}")
        return [described(name, command) for name, command in found]


def setup(app: Sphinx) -> dict[str, bool]:
    """Registers the directive."""
    app.add_directive("cli-reference", CliReference)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
