"""The command line: one file a command, heavy imports inside the commands.

    app         the Typer application
    output      JSON, errors, exit codes
    options     options that several commands share, and how they are read
    files       reading and writing files
    figures     figures of the commands
    story_view  the demo's story on a terminal

Every other module is the command of its name.
"""

from .app import app, main

__all__ = ["app", "main"]
