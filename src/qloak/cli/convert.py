"""`qloak convert`: a circuit file in another format."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import ProgramError, UsageError
from .circuit import FORMATS, FormatOption, OutputOption, emit
from .files import read_bytes

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
) -> None:
    """Read a Clifford circuit and write it in another format.

    Load only QPY files from people you trust.
    """
    if form not in FORMATS:
        raise UsageError.of("--format", form, f"one of {', '.join(FORMATS)}")
    emit(_read(source), form, output, title=source.name)


def _read(path: Path) -> stim.Circuit:
    import stim

    from ..circuits import formats

    suffix = path.suffix.lower()
    if suffix == ".qasm":
        return formats.from_qasm(read_bytes("FILE", path, max_bytes=_MAX_QASM_BYTES))
    if suffix == ".qpy":
        from ..circuits.formats.qiskit import from_qpy

        return from_qpy(read_bytes("FILE", path, max_bytes=_MAX_QPY_BYTES))
    if suffix != ".stim":
        raise UsageError.of("FILE", str(path), "a name that ends in .stim, .qasm or .qpy")
    data = read_bytes("FILE", path, max_bytes=_MAX_STIM_BYTES)
    try:
        return stim.Circuit(data.decode("utf-8"))
    except ValueError as error:
        raise ProgramError(f"FILE: got {str(path)!r}, expected a stim circuit ({error}).") from None
