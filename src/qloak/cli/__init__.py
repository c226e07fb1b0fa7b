"""The command line: one file a command, heavy imports inside the commands.

    application  the Typer application
    output       JSON, errors, exit codes
    options      options that several commands share, and how they are read
    files        reading and writing files
    figures      figures of the commands
    story_view   the demo's story on a terminal

Every other module is the command of its name.
"""

from typing import TYPE_CHECKING

from .application import build_app, main

if TYPE_CHECKING:
    import typer

    app: typer.Typer

__all__ = ["build_app", "main"]


def __getattr__(name: str) -> object:
    """`app`, the application with all commands, made when it is asked for: to run one command takes less."""
    if name == "app":
        return build_app()
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
