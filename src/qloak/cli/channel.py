"""`qloak channel`: the exact noise channel of encrypt, store, decrypt."""

from __future__ import annotations

import math
import re
import time
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import ProgramError, UsageError
from .files import read_bytes
from .options import ClonesOption, JsonOption, LevelsOption, MethodOption, build_scheme
from .output import print_json

if TYPE_CHECKING:
    import stim

    from ..analysis import PauliChannel
    from ..noise import NoiseModel

__all__ = ["channel"]

_MAX_CIRCUIT_BYTES = 400_000_000
_SOURCES_SHOWN = 10


def channel(
    clones: ClonesOption = "2",
    *,
    clone: Annotated[str, typer.Option("--clone", metavar="NAME", help="The clone to decrypt.")] = "S1",
    method: MethodOption = "unitary",
    frame: Annotated[
        str,
        typer.Option("--frame", metavar="MODE", help="Corrections of a measured decryption: feedforward or recorded."),
    ] = "feedforward",
    levels: LevelsOption = "0",
    memory: Annotated[
        str,
        typer.Option("--memory-depolarizing", metavar="L", help="Factor on every stored qubit's Bloch vector."),
    ] = "1",
    two_qubit: Annotated[
        str, typer.Option("--two-qubit-error", metavar="P", help="Depolarizing strength after two-qubit gates.")
    ] = "0",
    one_qubit: Annotated[
        str, typer.Option("--one-qubit-error", metavar="P", help="Depolarizing strength after one-qubit gates.")
    ] = "0",
    readout: Annotated[str, typer.Option("--readout-error", metavar="P", help="Chance that a readout is wrong.")] = "0",
    device: Annotated[
        str | None,
        typer.Option(
            "--device", metavar="NAME", help="Median errors of a device or calibration file, all-to-all coupling."
        ),
    ] = None,
    source: Annotated[
        Path | None,
        typer.Option("--circuit", metavar="FILE", help="A .stim circuit with observables 0 (X type) and 1 (Z type)."),
    ] = None,
    plot: Annotated[
        Path | None, typer.Option("--plot", metavar="FILE", help="Draw the error budget into an SVG, PDF or PNG file.")
    ] = None,
    json: JsonOption = False,
) -> None:
    """Compute the Pauli channel from the input to the decrypted clone, exactly and at any size.

    An error strength P is the total probability of non-identity Paulis. It applies after every gate of
    `qloak circuit --stage roundtrip`, Bell pairs included; the reference is noiseless.
    """
    from ..analysis import pauli_channel

    rates = {"--two-qubit-error": two_qubit, "--one-qubit-error": one_qubit, "--readout-error": readout}
    noise = _noise({name: _number(name, text) for name, text in rates.items()}, device)
    factor = _number("--memory-depolarizing", memory)
    start = time.perf_counter()
    if source is not None:
        circuit = _circuit(source)
        result, num_qubits = pauli_channel(circuit, noise), circuit.num_qubits
        document: dict[str, object] = {"circuit": str(source)}
    else:
        scheme = build_scheme(clones, levels)
        if not 0 <= factor <= 1:
            raise UsageError.of("--memory-depolarizing", memory, "a factor on the Bloch vector from 0 to 1")
        result = pauli_channel(scheme, noise, clone=clone, method=method, frame=frame, memory_depolarizing=factor)
        num_qubits = len(scheme.qubits)
        document = {"clones": scheme.num_clones, "levels": levels, "clone": clone, "method": method}
    seconds = time.perf_counter() - start
    if plot is not None:
        from .figures import draw_budget

        draw_budget(result, plot)
    if json:
        print_json(_document(result) | document | {"num_qubits": num_qubits, "seconds": seconds})
        return
    _show(result, num_qubits, seconds)


def _noise(rates: dict[str, float], device: str | None) -> NoiseModel | None:
    """The noise model that the options describe."""
    from ..noise import uniform_depolarizing
    from .device import resolve_device

    maxima = {"--two-qubit-error": 15 / 16, "--one-qubit-error": 3 / 4, "--readout-error": 1.0}
    for name, value in rates.items():
        if not 0 <= value <= maxima[name]:
            raise UsageError.of(name, value, f"a probability from 0 to {maxima[name]:g}")
    if device is not None:
        if any(rates.values()):
            given = next(name for name, value in rates.items() if value)
            raise UsageError(f"--device: got it together with {given}, expected one of them.")
        return resolve_device("--device", device).median_model()
    if not any(rates.values()):
        return None
    two_qubit, one_qubit, readout = rates.values()
    return uniform_depolarizing(two_qubit=two_qubit, one_qubit=one_qubit, readout=readout)


def _number(argument: str, text: str) -> float:
    """A finite decimal number."""
    if not re.fullmatch(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?\s*", text, re.ASCII):
        raise UsageError.of(argument, text, "a number such as 0.001")
    value = float(text)
    if not math.isfinite(value):
        raise UsageError.of(argument, text, "a finite number")
    return value


def _circuit(path: Path) -> stim.Circuit:
    import stim

    data = read_bytes("--circuit", path, max_bytes=_MAX_CIRCUIT_BYTES)
    try:
        return stim.Circuit(data.decode("utf-8"))
    except ValueError as error:
        raise ProgramError(f"--circuit: got {str(path)!r}, expected a stim circuit ({error}).") from None


def _document(result: PauliChannel) -> dict[str, object]:
    return {
        "schema": "qloak.channel/1",
        "pauli": {"I": result.p_i, "X": result.p_x, "Y": result.p_y, "Z": result.p_z},
        "entanglement_fidelity": result.entanglement_fidelity,
        "average_fidelity": result.average_fidelity,
        "sources": [asdict(item) for item in result.sources[:100]],
    }


def _show(result: PauliChannel, num_qubits: int, seconds: float) -> None:
    print(f"entanglement fidelity {result.entanglement_fidelity:.10f}")
    print(f"average fidelity      {result.average_fidelity:.10f}")
    probabilities = (result.p_i, result.p_x, result.p_y, result.p_z)
    print("Pauli errors          " + "  ".join(f"{p} {v:.3e}" for p, v in zip("IXYZ", probabilities, strict=True)))
    if result.sources:
        print("where it comes from (entanglement infidelity of each source alone)")
    for item in result.sources[:_SOURCES_SHOWN]:
        print(f"  {item.entanglement_infidelity:.3e}  {item.stage}, {item.operation} on {item.roles}")
    if len(result.sources) > _SOURCES_SHOWN:
        print(f"  … {len(result.sources) - _SOURCES_SHOWN} more")
    print(f"exact, {num_qubits} qubits, {seconds:.2g} s")
