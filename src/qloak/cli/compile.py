"""`qloak compile`: shallow circuits on a processor's couplers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import UsageError
from .baseline import PaperOptions, compile_paper
from .circuit import FORMATS, FormatOption, OutputOption, emit
from .compile_search import Search
from .compile_table import TableOptions, compile_table
from .files import read_bytes, write_bytes
from .options import JsonOption, whole_number
from .output import print_json
from .parallel import ParallelOptions, compile_parallel

if TYPE_CHECKING:
    from ..compile import CompiledCircuit, DeviceGraph

__all__ = ["compile_command"]

_MAX_EDGE_BYTES = 4_000_000
_OBJECTIVES = ("fidelity", "depth", "gates")
_METHODS = ("measured", "mixed", "unitary")


def compile_command(
    *,
    clones: Annotated[str | None, typer.Option("--clones", metavar="N", help="Number of encrypted clones.")] = None,
    table: Annotated[
        str | None, typer.Option("--table", metavar="FROM-TO", help="Compile a range and print it beside the paper.")
    ] = None,
    full: Annotated[
        bool,
        typer.Option("--full", help="With --table: every mode, other devices and more noise; minutes at first."),
    ] = False,
    table_csv: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="With --table: write its figures to a CSV file too.")
    ] = None,
    iterated: Annotated[
        str | None,
        typer.Option("--iterated", metavar="L", help="The clones of n = 2 encrypted again L times: 3^(L+1) of them."),
    ] = None,
    parallel: Annotated[
        str | None,
        typer.Option("--parallel", metavar="R", help="A GHZ state of R qubits, each encrypted by its own n = 2 unit."),
    ] = None,
    links: Annotated[
        str, typer.Option("--links", metavar="HOW", help="With --parallel: measured or unitary links of the sources.")
    ] = "measured",
    device: Annotated[
        str,
        typer.Option(
            "--device", metavar="NAME", help="A device, grid-10x12, line-30, a calibration (.json) or edges (.txt)."
        ),
    ] = "kingston",
    method: Annotated[
        str,
        typer.Option("--method", metavar="METHOD", help="Decryption: measured, mixed (some gates first) or unitary."),
    ] = "measured",
    objective: Annotated[
        str, typer.Option("--objective", metavar="WHAT", help="fidelity, depth or gates.")
    ] = "fidelity",
    over: Annotated[
        str, typer.Option("--over", metavar="WHICH", help="Fidelity of which clones: mean, worst or best.")
    ] = "mean",
    clone: Annotated[str, typer.Option("--clone", metavar="NAME", help="The clone that the circuit decrypts.")] = "S1",
    stage: Annotated[
        str, typer.Option("--stage", metavar="STAGE", help="roundtrip, or encrypt for the encoder alone.")
    ] = "roundtrip",
    noisy: Annotated[bool, typer.Option("--noisy", help="Write the circuit with the device's noise.")] = False,
    key_untouched: Annotated[
        bool, typer.Option("--key-untouched", help="Prepare the key first; it never meets the data, as in the papers.")
    ] = False,
    paper: Annotated[
        bool, typer.Option("--paper", help="The paper's own ladder circuit by Qiskit's level 3 instead, as a baseline.")
    ] = False,
    seeds: Annotated[str, typer.Option("--seeds", metavar="K", help="Transpiler seeds to try for --paper.")] = "20",
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Search again even if the result is known.")] = False,
    seed: Annotated[str, typer.Option("--seed", metavar="SEED", help="Seed of the search.")] = "0",
    budget: Annotated[
        str | None, typer.Option("--budget", metavar="SECONDS", help="Stop searching after so long.")
    ] = None,
    layout: Annotated[
        Path | None, typer.Option("--layout", metavar="FILE", help="Draw where everything sits into an SVG file.")
    ] = None,
    form: FormatOption = "stim",
    output: OutputOption = None,
    json: JsonOption = False,
) -> None:
    """Place encrypted cloning on a processor in a handful of two-qubit layers.

    The encoder is a tree of five-qubit units; it may touch the key before the key is set aside, and a path's
    key qubits open a clone. Every circuit is verified before it is written; the fidelities are exact for the
    device's calibration.
    """
    _check(
        [clones, table, iterated, parallel],
        {
            "--method": (method, _METHODS),
            "--objective": (objective, _OBJECTIVES),
            "--over": (over, ("mean", "worst", "best")),
            "--stage": (stage, ("roundtrip", "encrypt")),
            "--links": (links, ("measured", "unitary")),
            "--format": (form, FORMATS),
        },
    )
    if iterated is not None:
        # A tree of n = 2 units is the flat protocol up to local Cliffords and a key unitary: see the compiler page.
        clones = str(3 ** (_level(iterated) + 1))
    from ..compile import Objective, encryption_circuit, layout_svg

    search = Search(
        _graph(device),
        method,
        Objective(goal=objective, over=over),  # type: ignore[arg-type]
        whole_number("--seed", seed),
        _seconds(budget),
        key_untouched=key_untouched,
        cached=not no_cache,
    )
    circuit_alone = {"--layout": layout is not None, "--stage": stage != "roundtrip"}
    modes = {"--key-untouched": key_untouched, "--method": method != "measured"}
    if parallel is not None:
        _alone("--parallel", {"--paper": paper, **circuit_alone, **modes})
        wanted = ParallelOptions(links, objective, search.seed, search.seconds, noisy, form, output, json)
        compile_parallel(_count("--parallel", parallel), search.graph, wanted)
        return
    if paper:
        _alone("--paper", {"--table": table is not None, "--key-untouched": key_untouched, **circuit_alone})
        options = PaperOptions(_count("--seeds", seeds), noisy=noisy, form=form, output=output, as_json=json)
        compile_paper(whole_number("--clones", clones or ""), search.graph, options)
        return
    if table is not None:
        _alone("--table", {"--output": output is not None, **circuit_alone})
        _alone("--full", {**modes, "--objective": objective != "fidelity"} if full else {})
        compile_table(search, TableOptions(table, full, table_csv, json))
        return
    _alone("--clones", {"--full": full, "--csv": table_csv is not None})
    compiled = search.run(whole_number("--clones", clones or ""), clone)
    if layout is not None:
        drawing = layout_svg(compiled.encoder, compiled.graph, num_clones=compiled.num_clones)
        write_bytes("--layout", layout, drawing.encode())
    if output is not None:
        written = compiled.noisy() if noisy else compiled.circuit
        emit(encryption_circuit(compiled.encoder) if stage == "encrypt" else written, form, output)
    if json:
        from ..lab.placement import compile_document

        print_json(compile_document(compiled) | ({} if output is None else {"output": str(output)}))
        return
    _show(compiled)


def _check(sizes: Sequence[str | None], choices: Mapping[str, tuple[str, Sequence[str]]]) -> None:
    """Exactly one way to say what to compile, and only words that mean something."""
    for name, (value, allowed) in choices.items():
        if value not in allowed:
            raise UsageError.of(name, value, f"one of {', '.join(allowed)}")
    if sizes.count(None) != len(sizes) - 1:
        raise UsageError(
            "--clones: got none or several of --clones, --table, --iterated and --parallel, expected exactly one."
        )


def _alone(option: str, others: Mapping[str, bool]) -> None:
    """Refuse options that mean nothing beside another."""
    given = [name for name, is_given in others.items() if is_given]
    if given:
        raise UsageError(f"{option}: got it with {', '.join(given)}, expected it without.")


def _graph(text: str) -> DeviceGraph:
    """A device graph by name, from a calibration file (.json) or from an edge list (.txt)."""
    from ..compile import DeviceGraph, load_graph, parse_edges
    from .device import resolve_device

    path = Path(text)
    if path.suffix.lower() == ".json":
        return DeviceGraph.from_device(resolve_device("--device", text))
    if path.suffix.lower() == ".txt":
        data = read_bytes("--device", path, max_bytes=_MAX_EDGE_BYTES)
        return parse_edges(data.decode("utf-8", errors="replace"), name=path.stem)
    return load_graph(text)


def _level(text: str) -> int:
    """A number of further levels."""
    level = whole_number("--iterated", text)
    if not 0 <= level <= 4:
        raise UsageError.of("--iterated", level, "a whole number from 0 to 4")
    return level


def _count(argument: str, text: str) -> int:
    """A whole number from 1 to 1000."""
    number = whole_number(argument, text)
    if not 1 <= number <= 1000:
        raise UsageError.of(argument, number, "a whole number from 1 to 1000")
    return number


def _seconds(text: str | None) -> float | None:
    """A time budget."""
    if text is None:
        return None
    try:
        value = float(text)
    except ValueError:
        raise UsageError.of("--budget", text, "a number of seconds above 0") from None
    if not 0 < value < float("inf"):
        raise UsageError.of("--budget", text, "a number of seconds above 0")
    return value


def _show(compiled: CompiledCircuit) -> None:
    from ..compile.untouched_check import strict_layers

    values = list(compiled.fidelities.values())
    print(f"{compiled.num_clones} clones on {compiled.graph.name}, {compiled.method} decryption of {compiled.clone}")
    print(
        f"  {compiled.metrics.two_qubit_layers} two-qubit layers, {compiled.metrics.two_qubit_gates} two-qubit gates, "
        f"{compiled.device_qubits} qubits; reference pair and decryption included"
    )
    print(f"  predicted entanglement fidelity of {compiled.clone}: {compiled.fidelities[compiled.clone]:.4f}")
    print(f"  over all clones: mean {sum(values) / len(values):.4f}, worst {min(values):.4f}, best {max(values):.4f}")
    print(f"  reference on {compiled.encoder.reference}, key on {', '.join(map(str, compiled.encoder.key))}")
    print("  clones on " + ", ".join(f"{name}={qubit}" for name, qubit in compiled.clones.items()))
    if compiled.key_untouched:
        print(
            "  the key is finished first and never meets the data; with a barrier behind it the encoder has "
            f"{strict_layers(compiled.encoder)} layers instead of {compiled.encoder.two_qubit_layers}"
        )
    print(
        "  verified: couplers only; each clone with the key recovers, the key alone and each clone alone show nothing"
    )
