"""`qloak convert`: a circuit file in another format."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import ProgramError, UsageError, shorten
from .circuit import FORMATS, FormatOption, OutputOption, emit
from .files import about, read_bytes
from .options import JsonOption
from .output import print_json

if TYPE_CHECKING:
    import stim

__all__ = ["convert"]

_MAX_STIM_BYTES = 400_000_000
_MAX_QASM_BYTES = 262_144
_MAX_QPY_BYTES = 16 * 2**20


def convert(
    source: Annotated[Path, typer.Argument(metavar="FILE", help="A .stim, .qasm (OpenQASM 2 or 3) or .qpy file.")],
    *,
    form: FormatOption = "stim",
    output: OutputOption = None,
    json: JsonOption = False,
) -> None:
    """Read a Clifford circuit and write it in another format.

    Load only QPY files from people you trust.
    """
    from ..circuits import circuit_metrics

    if form not in FORMATS:
        raise UsageError.of("--format", form, f"one of {', '.join(FORMATS)}")
    if json and output is None:
        raise UsageError("--output: got nothing, expected a file for the circuit where --json takes stdout.")
    circuit = _read(source)
    emit(circuit, form, output, title=source.name)
    if json:
        document = {"schema": "qloak.convert/1", "source": str(source), "format": form, "output": str(output)}
        print_json(document | asdict(circuit_metrics(circuit)))


def _read(path: Path) -> stim.Circuit:
    import stim

    from ..circuits import formats

    limits = {".qasm": _MAX_QASM_BYTES, ".qpy": _MAX_QPY_BYTES, ".stim": _MAX_STIM_BYTES}
    suffix = path.suffix.lower()
    if suffix not in limits:
        raise UsageError.of("FILE", str(path), "a name that ends in .stim, .qasm or .qpy")
    data = read_bytes("FILE", path, max_bytes=limits[suffix])
    with about(f"FILE {shorten(str(path))}"):
        if suffix == ".qasm":
            return formats.from_qasm(data)
        if suffix == ".qpy":
            from ..circuits.formats.qiskit import from_qpy

            return from_qpy(data)
        try:
            return stim.Circuit(data.decode("utf-8"))
        except ValueError as error:
            raise ProgramError(f"expected a stim circuit ({error}).") from None
