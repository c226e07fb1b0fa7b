"""`qloak recover`: from which surviving qubits the state comes back, and by which circuit."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import LimitError, NotAuthorizedSetError, UsageError
from .circuit import FORMATS, FormatOption, OutputOption, emit
from .noise_options import (
    DeviceOption,
    MemoryOption,
    OneQubitOption,
    ReadoutOption,
    TwoQubitOption,
    memory_factor,
    noise_model,
)
from .options import ClonesOption, JsonOption, LevelsOption, MethodOption, build_scheme, whole_number
from .output import print_json

if TYPE_CHECKING:
    from ..analysis.best_recovery import RecoveryOption
    from ..core import EncryptedCloning, IteratedCloning
    from ..core.recovery import RecoverySets
    from ..core.types import IntArray

__all__ = ["recover"]

_MAX_NAMES_LISTED = 1000
_MAX_NAMES_SHOWN = 12
_MAX_OPTIONS_SHOWN = 10
_MAX_BARS = 20


def recover(
    clones: ClonesOption,
    available: Annotated[
        str | None,
        typer.Option("--available", metavar="QUBITS", help="What survives, such as S1,N*; default: everything."),
    ] = None,
    lost: Annotated[
        str | None, typer.Option("--lost", metavar="QUBITS", help="What is lost instead, such as A,S2,N3.")
    ] = None,
    *,
    method: MethodOption = "unitary",
    frame: Annotated[
        str,
        typer.Option("--frame", metavar="MODE", help="Corrections of a measured recovery: feedforward or recorded."),
    ] = "feedforward",
    limit: Annotated[str, typer.Option("--limit", metavar="K", help="Most minimal sets to list.")] = "10",
    levels: LevelsOption = "0",
    memory: MemoryOption = "1",
    two_qubit: TwoQubitOption = "0",
    one_qubit: OneQubitOption = "0",
    readout: ReadoutOption = "0",
    device: DeviceOption = None,
    plot: Annotated[
        Path | None,
        typer.Option("--plot", metavar="FILE", help="With noise: draw the comparison, as SVG, PDF or PNG."),
    ] = None,
    form: FormatOption = "stim",
    output: OutputOption = None,
    json: JsonOption = False,
) -> None:
    """List the minimal sets of surviving qubits that recover the state, and write the circuit of the best.

    Without noise options the best is the smallest set, recovered by --method. With them, the listed sets and
    both methods are compared by their exact entanglement fidelity, encryption and storage included.

    Exits with 13 where what survives does not recover the state, and says what it shows.
    """
    from ..circuits import circuit_metrics
    from ..circuits.recover import recovery_circuit

    if form not in FORMATS:
        raise UsageError.of("--format", form, f"one of {', '.join(FORMATS)}")
    scheme = build_scheme(clones, levels)
    members = _survivors(scheme, available, lost)
    sets = _listed(scheme, members, whole_number("--limit", limit))
    noise, factor = noise_model(two_qubit, one_qubit, readout, device), memory_factor(memory)
    options: tuple[RecoveryOption, ...] = ()
    chosen = sets.sets[0]
    if noise is not None or factor != 1:
        from ..analysis.best_recovery import compare_recoveries

        options = compare_recoveries(scheme, sets, noise, memory_depolarizing=factor)
        chosen, method = options[0].holding, options[0].method
    if plot is not None:
        _draw(scheme, options, plot)
    recovery = recovery_circuit(scheme, chosen, method=method, frame=frame)
    if output is not None:
        labels = tuple(scheme.qubits.name(q) for q in range(len(scheme.qubits))) if form == "svg" else ()
        emit(recovery.circuit, form, output, labels=labels, title=f"{scheme.name}: recovery")
    metrics = circuit_metrics(recovery.circuit)
    output_name = scheme.qubits.name(recovery.output)
    if json:
        print_json(
            {
                "schema": "qloak.recover/1",
                "clones": scheme.num_clones,
                "available": _names(scheme, members),
                "available_size": len(members),
                "sets": [_names(scheme, found) for found in sets],
                "sets_sizes": [len(found) for found in sets],
                "more": sets.more,
                "chosen": _names(scheme, chosen),
                "chosen_size": len(chosen),
                "method": method,
                "frame": frame,
                "output_qubit": recovery.output,
                "output_name": output_name,
                "x_records": recovery.frame.x_records.tolist(),
                "z_records": recovery.frame.z_records.tolist(),
                "options": [_option(scheme, option) for option in options],
                **asdict(metrics),
                "output": None if output is None else str(output),
            }
        )
        return
    _show_sets(scheme, members, sets)
    for option in options[:_MAX_OPTIONS_SHOWN]:
        fidelity = option.channel.entanglement_fidelity
        print(f"    entanglement fidelity {fidelity:.6f}  {option.method:<8}  {_line(scheme, option.holding)}")
    print(
        f"  {method} recovery from {_line(scheme, chosen)}: {metrics.two_qubit_gates} two-qubit gates in "
        f"{metrics.two_qubit_layers} layers, {metrics.measurements} measurements; the state comes out on {output_name}"
    )
    if output is None:
        print("  -o FILE writes the circuit")


def _option(scheme: EncryptedCloning | IteratedCloning, option: RecoveryOption) -> dict[str, object]:
    """One compared recovery in JSON."""
    return {
        "holding": _names(scheme, option.holding),
        "method": option.method,
        "output_name": scheme.qubits.name(option.output),
        "entanglement_fidelity": option.channel.entanglement_fidelity,
        "average_fidelity": option.channel.average_fidelity,
    }


def _draw(scheme: EncryptedCloning | IteratedCloning, options: tuple[RecoveryOption, ...], path: Path) -> None:
    """The compared recoveries as bars."""
    from .figures import draw_bars

    if not options:
        hint = "Add --device or an error rate."
        raise UsageError.of("--plot", str(path), "noise to compare recoveries under", hint)
    values = {
        f"{_line(scheme, option.holding)}, {option.method}": 1 - option.channel.entanglement_fidelity
        for option in options[:_MAX_BARS]
    }
    draw_bars(values, path, xlabel="entanglement infidelity (dimensionless)", title=f"Recoveries, {scheme.name}")


def _survivors(scheme: EncryptedCloning | IteratedCloning, available: str | None, lost: str | None) -> IntArray:
    """The qubits at hand, refused where they do not recover the state."""
    import numpy as np

    from ..core import classify, parse_holding
    from ..core.recovery import describe_holding

    if available is not None and lost is not None:
        raise UsageError("--lost: got it together with --available, expected one of them.")
    everything = np.arange(len(scheme.qubits))
    if lost is not None:
        members = np.setdiff1d(everything, parse_holding(scheme.qubits, lost))
    else:
        members = everything if available is None else parse_holding(scheme.qubits, available)
    access = classify(scheme, members)
    if not access.authorized:
        raise NotAuthorizedSetError(
            f"{'--available' if lost is None else '--lost'}: left are {describe_holding(scheme, members, access)}; "
            "expected a set that recovers the state, such as one clone with the whole key."
        )
    return members


def _listed(scheme: EncryptedCloning | IteratedCloning, members: IntArray, limit: int) -> RecoverySets:
    """Minimal sets; only one where there are too many qubits to look at every subset."""
    from ..core.recovery import RecoverySets, minimal_set, recovery_sets

    if limit < 1:
        raise UsageError.of("--limit", limit, "a whole number of at least 1")
    try:
        return recovery_sets(scheme, members, limit=limit)
    except LimitError:
        return RecoverySets((minimal_set(scheme, members),), more=True)


def _names(scheme: EncryptedCloning | IteratedCloning, members: IntArray) -> list[str]:
    """Names of the first qubits of a set; its size is printed beside it."""
    return [scheme.qubits.name(int(q)) for q in members[:_MAX_NAMES_LISTED]]


def _show_sets(scheme: EncryptedCloning | IteratedCloning, members: IntArray, sets: RecoverySets) -> None:
    """What is available and the minimal sets in it, for people."""
    print(f"{scheme.name}; available: {_line(scheme, members)}")
    print("  minimal sets that recover the state, smallest first:")
    for found in sets:
        print(f"    {_line(scheme, found)}")
    if sets.more:
        print("    … and more")


def _line(scheme: EncryptedCloning | IteratedCloning, members: IntArray) -> str:
    """A set on one line."""
    shown = ", ".join(scheme.qubits.name(int(q)) for q in members[:_MAX_NAMES_SHOWN])
    return f"{shown}, … ({len(members)} qubits)" if len(members) > _MAX_NAMES_SHOWN else shown
