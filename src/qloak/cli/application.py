"""The Typer application and the entry point."""

from __future__ import annotations

import io
import sys
from collections.abc import Callable
from importlib import import_module
from types import TracebackType
from typing import Annotated

import typer

from .._version import __version__
from ..errors import QloakError
from .output import fail

__all__ = ["build_app", "main"]

EXIT_CODES = (
    "Exit codes: 0 ok, 1 failed, 2 bad usage, 10 vault missing, 11 locked, 12 key already consumed, "
    "13 set not authorized, 14 integrity, 130 interrupted."
)

COMMANDS = (
    *("demo", "access", "custody", "channel", "recover", "plan", "circuit", "convert", "experiment", "sweep"),
    *("version", "put", "get", "ls", "show", "refresh", "rm", "export", "audit", "serve", "compile"),
)
GROUPS = ("device", "units", "vault", "provider", "register", "token", "tenant", "world")
"""In the order of the help. The module of the same name holds each, as a function or an application of its own name."""

_NAMES = {"compile": "compile_command", "world": "serve_world"}
"""Where it has another name."""


def _print_version(asked: bool) -> None:
    if asked:
        print(f"qloak {__version__}")
        raise typer.Exit


def _options(
    _version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_print_version, help="Print the version and exit.")
    ] = False,
) -> None:
    """Encrypted cloning of quantum states: copies on several servers, one key, one redemption.

    The qubits are emulated exactly.
    """


def build_app(*names: str) -> typer.Typer:
    """The application with some of its commands and groups; without names, with all of them.

    To import the modules of all commands and to set up their options takes longer than many a command, so a run that
    names its command builds that one alone.
    """
    app = typer.Typer(name="qloak", no_args_is_help=True, pretty_exceptions_enable=False, epilog=EXIT_CODES)
    app.callback()(_options)
    for name in names or (*COMMANDS, *GROUPS):
        found = getattr(import_module(f".{name}", __package__), _NAMES.get(name, name))
        if name in COMMANDS:
            app.command(name=name)(found)
        else:
            app.add_typer(_world(found) if name == "world" else found, name=name)
    return app


def _world(serve: Callable[..., None]) -> typer.Typer:
    """The group of a single command."""
    world = typer.Typer(no_args_is_help=True, help="The emulated world as a server.")
    world.command("serve")(serve)
    return world


def main(arguments: list[str] | None = None) -> None:
    """Run a command line and exit.

    Args:
        arguments: without the program's name; default: those of the process.
    """
    words = sys.argv[1:] if arguments is None else arguments
    as_json = "--json" in words
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A terminal without our characters, or a file name that is no text, is no reason to fail.
        sys.stdout.reconfigure(errors="backslashreplace")
    try:
        app = build_app(*(word for word in words[:1] if word in (*COMMANDS, *GROUPS)))
        code = app(words, prog_name="qloak", standalone_mode=False) or 0
        if code == 130:  # what Typer makes of an interrupt
            raise KeyboardInterrupt
        sys.exit(code)
    except QloakError as error:
        fail(error.to_json(), as_json=as_json)
    except typer.Abort:
        fail(_plain("interrupted", "Interrupted.", 130), as_json=as_json)
    except typer.TyperException as error:
        message, code = str(error), int(getattr(error, "exit_code", 2))
        if show := getattr(error, "format_message", None):
            message = show()
        if not message:  # `qloak` alone has printed the help instead
            sys.exit(code)
        hint = "" if message.endswith("--help.") else " See qloak --help."
        fail(_plain("bad-argument", message.replace("\n", " ").rstrip(".") + "." + hint, code), as_json=as_json)
    except KeyboardInterrupt:
        fail(_plain("interrupted", "Interrupted.", 130), as_json=as_json)
    except OSError as error:
        # Every file that a command names is read and written with errors of its own: what is left is stdout.
        fail(_plain("failed", f"The output cannot be written: {error.strerror or error}.", 1), as_json=False)
    finally:
        # Only now: Typer puts its own in place when it runs a command.
        sys.excepthook = _unexpected


def _plain(code: str, message: str, exit_code: int) -> dict[str, object]:
    """An error that is not a QloakError, in the same shape."""
    return {"schema": "qloak.error/1", "code": code, "message": message, "exit_code": exit_code}


def _unexpected(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """Report a fault of Qloak itself in one line; QLOAK_TRACEBACK=1 shows where it came from."""
    import os

    if os.environ.get("QLOAK_TRACEBACK"):
        sys.__excepthook__(kind, error, trace)
        return
    print(
        f"qloak: internal error ({kind.__name__}: {error}). This is a fault of Qloak, please report it; "
        "QLOAK_TRACEBACK=1 shows the details.",
        file=sys.stderr,
    )
