"""`qloak circuit`: write the circuits of a scheme."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import UsageError
from .files import write_bytes
from .options import ClonesOption, JsonOption, LevelsOption, MethodOption, build_scheme
from .output import print_json

if TYPE_CHECKING:
    import stim

__all__ = ["FormatOption", "OutputOption", "circuit", "emit"]

FORMATS = ("stim", "qasm3", "qasm2", "qpy", "svg")
FormatOption = Annotated[str, typer.Option("--format", metavar="FORMAT", help=f"One of {', '.join(FORMATS)}.")]
OutputOption = Annotated[
    Path | None, typer.Option("--output", "-o", metavar="FILE", help="Where to write it; default: stdout.")
]


def circuit(
    clones: ClonesOption,
    *,
    stage: Annotated[
        str, typer.Option("--stage", metavar="STAGE", help="encrypt, decrypt or roundtrip.")
    ] = "roundtrip",
    clone: Annotated[str, typer.Option("--clone", metavar="NAME", help="The clone to decrypt.")] = "S1",
    method: MethodOption = "unitary",
    frame: Annotated[
        str,
        typer.Option("--frame", metavar="MODE", help="Corrections of a measured decryption: feedforward or recorded."),
    ] = "feedforward",
    levels: LevelsOption = "0",
    form: FormatOption = "stim",
    output: OutputOption = None,
    json: JsonOption = False,
) -> None:
    """Write the encryption, the decryption of a clone, or both as a circuit.

    Qubits: A = 0, S_i = i, N_i = n + i. `encrypt` starts from |0> on all qubits but A and includes the Bell
    pairs. With --frame recorded nothing is fed forward; --json then lists the outcomes whose parity says
    whether the clone needs X or Z.
    """
    from ..circuits import FrameMode, Method
    from ..lab.circuit import STAGES, CircuitChoice, build_circuit, circuit_document

    _check("--stage", stage, STAGES)
    _check("--method", method, tuple(Method))
    _check("--frame", frame, tuple(FrameMode))
    _check("--format", form, FORMATS)
    if json and output is None:
        raise UsageError("--output: got nothing, expected a file for the circuit where --json takes stdout.")
    scheme = build_scheme(clones, levels)
    built = build_circuit(scheme, CircuitChoice(stage, clone, method, frame))
    labels = tuple(scheme.qubits.name(q) for q in range(len(scheme.qubits))) if form == "svg" else ()
    emit(built.circuit, form, output, labels=labels, title=built.title)
    if json:
        print_json(circuit_document(built) | {"output": str(output)})


def emit(
    built: stim.Circuit, form: str, output: Path | None, *, labels: tuple[str, ...] = (), title: str | None = None
) -> None:
    """Write a circuit in one of FORMATS to a file or to stdout."""
    data = _encoded(built, form, labels, title)
    if output is not None:
        write_bytes("--output", output, data)
        return
    if form == "qpy" and sys.stdout.isatty():
        raise UsageError("--output: got nothing, expected a file: QPY is binary.")
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def _encoded(built: stim.Circuit, form: str, labels: tuple[str, ...], title: str | None) -> bytes:
    from ..circuits import formats

    if form == "stim":
        return f"{formats.circuit_text(built)}\n".encode()
    if form == "qasm3":
        return formats.to_qasm3(built).encode()
    if form == "qasm2":
        return formats.to_qasm2(built).encode()
    if form == "qpy":
        from ..circuits.formats.qiskit import to_qpy

        return to_qpy(built)
    return formats.to_svg(built, labels=labels or None, title=title).encode()


def _check(argument: str, value: str, allowed: tuple[str, ...]) -> None:
    if value not in allowed:
        raise UsageError.of(argument, value, f"one of {', '.join(allowed)}")
