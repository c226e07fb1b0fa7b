"""`qloak export`: the life of an object as one circuit."""

from __future__ import annotations

import base64
import sys
from pathlib import Path
from typing import Annotated

import typer

from ..errors import UsageError
from .files import write_bytes
from .options import JsonOption
from .output import print_json
from .store import ObjectArgument, VaultOption, reach

__all__ = ["export"]


def export(
    ref: ObjectArgument,
    *,
    form: Annotated[str, typer.Option("--format", metavar="FORMAT", help="stim, qasm3 or qpy.")] = "stim",
    with_input: Annotated[
        bool, typer.Option("--with-input", help="With the preparation of the state, as long as the emulator has it.")
    ] = False,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Where to write it; default: stdout.")
    ] = None,
    vault: VaultOption = None,
    json: JsonOption = False,
) -> None:
    """Write what has happened to an object as one circuit: encryption, noise, losses, redemption.

    It begins with an open input, so it says nothing about the state that was stored; --with-input is for
    emulators and from a gateway needs the scope `emulator`. For example `qloak export savings --format qasm3`.
    """
    if json and output is None:
        raise UsageError("--output: got nothing, expected a file for the circuit where --json takes stdout.")
    with reach(vault) as client:
        document = client.export(ref, form=form, with_input=with_input)
    data = document["text"].encode() if "text" in document else base64.b64decode(document["base64"])
    if output is not None:
        write_bytes("--output", output, data)
    elif form == "qpy" and sys.stdout.isatty():
        raise UsageError("--output: got nothing, expected a file: QPY is binary.")
    else:
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
    if json:
        kept = {name: value for name, value in document.items() if name not in ("text", "base64")}
        print_json(kept | {"output": str(output)})
