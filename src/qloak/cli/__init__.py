"""The command line: one file a command, heavy imports inside the commands.

    app       the Typer application
    output    JSON, errors, exit codes
    options   options that several commands share, and how they are read
    files     reading and writing files
    demo, story_view, access, circuit, convert, version    the commands
"""

from .app import app, main

__all__ = ["app", "main"]
