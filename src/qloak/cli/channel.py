"""`qloak channel`: the exact noise channel of encrypt, store, decrypt."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import ProgramError
from .files import read_bytes
from .noise_options import (
    DeviceOption,
    MemoryOption,
    OneQubitOption,
    ReadoutOption,
    TwoQubitOption,
    memory_factor,
    noise_model,
)
from .options import ClonesOption, JsonOption, LevelsOption, MethodOption, build_scheme
from .output import print_json

if TYPE_CHECKING:
    import stim

    from ..analysis import PauliChannel

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
    memory: MemoryOption = "1",
    two_qubit: TwoQubitOption = "0",
    one_qubit: OneQubitOption = "0",
    readout: ReadoutOption = "0",
    device: DeviceOption = None,
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

    noise = noise_model(two_qubit, one_qubit, readout, device)
    factor = memory_factor(memory)
    start = time.perf_counter()
    if source is not None:
        circuit = _circuit(source)
        result, num_qubits = pauli_channel(circuit, noise), circuit.num_qubits
        facts: dict[str, object] = {"circuit": str(source)}
    else:
        scheme = build_scheme(clones, levels)
        result = pauli_channel(scheme, noise, clone=clone, method=method, frame=frame, memory_depolarizing=factor)
        num_qubits = len(scheme.qubits)
        facts = {"clones": scheme.num_clones, "levels": levels, "clone": clone, "method": method}
    seconds = time.perf_counter() - start
    if plot is not None:
        from .figures import draw_budget

        draw_budget(result, plot)
    if json:
        from ..lab.channel import channel_document

        print_json(channel_document(result, facts, num_qubits=num_qubits, seconds=seconds))
        return
    _show(result, num_qubits, seconds)


def _circuit(path: Path) -> stim.Circuit:
    import stim

    data = read_bytes("--circuit", path, max_bytes=_MAX_CIRCUIT_BYTES)
    try:
        return stim.Circuit(data.decode("utf-8"))
    except ValueError as error:
        raise ProgramError(f"--circuit: got {str(path)!r}, expected a stim circuit ({error}).") from None


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
