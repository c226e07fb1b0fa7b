"""Parallel registers, for `qloak compile --parallel`."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from .circuit import emit
from .output import print_json

if TYPE_CHECKING:
    from ..compile import DeviceGraph
    from ..compile.parallel import ParallelRegister
    from ..compile.parallel_search import Goal
    from ..compile.parallel_tree import LinkKind

__all__ = ["ParallelOptions", "compile_parallel"]

SCHEMA = "qloak.compile-parallel/1"


@dataclass(frozen=True, slots=True)
class ParallelOptions:
    """How to search, and what to do with the circuit.

    Attributes:
        links: "measured" or "unitary".
        objective: "fidelity", "depth" or "gates".
        seed: of the search.
        seconds: its time budget.
        noisy: whether to write the circuit with the device's noise.
        form: format of the file.
        output: the file.
        as_json: whether to answer in JSON.
    """

    links: str = "measured"
    objective: str = "fidelity"
    seed: int = 0
    seconds: float | None = None
    noisy: bool = False
    form: str = "stim"
    output: Path | None = None
    as_json: bool = False


def compile_parallel(num_groups: int, graph: DeviceGraph, options: ParallelOptions) -> None:
    """Place a GHZ state whose qubits are each encrypted for two clones, with a progress bar, and report it."""
    from rich.console import Console
    from rich.progress import Progress

    from ..compile.parallel import place_parallel

    console = Console(stderr=True)
    with Progress(console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task(f"searching a place for {num_groups} groups of five", total=1.0)
        found = place_parallel(
            graph,
            num_groups,
            links=cast("LinkKind", options.links),
            goal=cast("Goal", options.objective),
            seed=options.seed,
            seconds=options.seconds,
            progress=lambda part: bar.update(task, completed=part),
        )
    if options.output is not None:
        written = found.circuit.noisy(graph.device) if options.noisy else found.circuit.to_stim()
        emit(written, options.form, options.output)
    if not options.as_json:
        _show(found)
        return
    where = {"schema": SCHEMA, "device": graph.name, "snapshot": graph.device.snapshot, "parallel": num_groups}
    print_json(where | found.to_json() | ({} if options.output is None else {"output": str(options.output)}))


def _show(found: ParallelRegister) -> None:
    from ..compile.parallel_paper import MEASURED_GHZ

    metrics, size = found.metrics, found.num_groups
    links = sum(group.via >= 0 for group in found.tree.groups) if found.tree.links == "measured" else 0
    print(f"GHZ state of {size} qubits on {found.graph.name}, each encrypted for two clones, one of them decrypted")
    print(
        f"  {metrics.two_qubit_layers} two-qubit layers, {metrics.two_qubit_gates} two-qubit gates, "
        f"{found.device_qubits} qubits; preparation and decryption included"
    )
    print(f"  decryption reads the key, {2 * size} qubits; the preparation has {links} records of its own")
    print(f"  predicted fidelity with the GHZ state, readout of keys and clones included: {found.fidelity:.4f}")
    if (row := MEASURED_GHZ.get(size)) is not None:
        print(f"  the paper's circuit: {row.layers} layers, {row.gates} gates, measured fidelity {row.fidelity}")
    for group, clone in zip(found.tree.groups, found.circuit.clones, strict=True):
        others = ", ".join(str(qubit) for qubit in sorted(group.unit.clones) if qubit != clone)
        key = ", ".join(map(str, group.unit.key))
        print(f"  source {group.source:>3}: clone {clone} decrypted, others on {others}, key on {key}")
    print("  verified: couplers only; the GHZ state returns; each key and each clone alone know nothing of its input")
