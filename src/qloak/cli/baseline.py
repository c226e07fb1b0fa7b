"""The paper's own circuit on a device, for `qloak compile --paper`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .circuit import emit
from .output import print_json

if TYPE_CHECKING:
    from ..compile import DeviceGraph
    from ..compile.baseline import Baseline

__all__ = ["PaperOptions", "compile_paper"]

SCHEMA = "qloak.compile-paper/1"


@dataclass(frozen=True, slots=True)
class PaperOptions:
    """What to do with the circuit.

    Attributes:
        seeds: transpiler seeds to try.
        noisy: whether to write the circuit with the device's noise.
        form: format of the file.
        output: the file.
        as_json: whether to answer in JSON.
    """

    seeds: int = 20
    noisy: bool = False
    form: str = "stim"
    output: Path | None = None
    as_json: bool = False


def compile_paper(num_clones: int, graph: DeviceGraph, options: PaperOptions) -> None:
    """Place the ladder circuit with Qiskit's level 3, with a progress bar, and report it."""
    from rich.console import Console
    from rich.progress import Progress

    from ..compile.baseline import paper_baseline
    from ..compile.noisy import noisy_roundtrip

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(f"transpiling the paper's circuit for {num_clones} clones", total=1.0)
        found = paper_baseline(
            num_clones, graph, seeds=options.seeds, progress=lambda part: bar.update(task, completed=part)
        )
    if options.output is not None:
        written = noisy_roundtrip(found.trip, graph.device) if options.noisy else found.trip.to_stim()
        emit(written, options.form, options.output)
    if not options.as_json:
        _show(found, graph)
        return
    where = {"schema": SCHEMA, "device": graph.name, "snapshot": graph.device.snapshot, "clone": "S1"}
    print_json(where | found.to_json() | ({} if options.output is None else {"output": str(options.output)}))


def _show(found: Baseline, graph: DeviceGraph) -> None:
    layers, gates = found.level_3
    print(f"the paper's circuit for {found.num_clones} clones on {graph.name}, unitary decryption of S1")
    print(f"  {found.layers} two-qubit layers, {found.gates} two-qubit gates; reference pair and decryption included")
    print(f"  predicted entanglement fidelity {found.fidelity:.4f}; mean over seeds {found.mean_fidelity:.4f}")
    print(f"  best of {found.seeds_tried} transpiler seeds ({found.seed}) in {found.seconds:.1f} s")
    print(f"  Qiskit's level 3 alone, same seed: {layers} layers, {gates} gates, not always Clifford")
