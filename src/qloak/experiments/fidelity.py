"""Experiment 1: entanglement fidelity against the number of clones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from .arms import our_arm, paper_arm
from .bench import Bench
from .experiment import RowPlan, TableExperiment
from .ladders import chain
from .measured import depth_law, measured_row

__all__ = ["fidelity_experiment", "paper_values"]

_NAME = "fidelity"


def fidelity_experiment(bench: Bench, sizes: Sequence[int]) -> TableExperiment:
    """Rows by `clones`: the paper's circuit with a Bell-state measurement and, as part `parity`, without it; ours.

    Parity oscillations of a pair are the settings ZZ, YY and XX: reference and clone need not meet again.
    """
    return TableExperiment(_NAME, bench, lambda bench: (_plan(bench, size) for size in sizes))


def _plan(bench: Bench, size: int) -> RowPlan:
    known = measured_row("fidelity", clones=size)
    point = {"clones": size}
    bell = paper_arm(bench, _NAME, {**point, "by": "bell"}, lambda: chain(size).with_bell_measurement())
    parity = paper_arm(bench, _NAME, {**point, "by": "parity"}, partial(chain, size))
    part = RowPlan(paper_values(known and known["parity"]), {"paper_circuit": parity})
    arms = {"paper_circuit": bell, "our_circuit": our_arm(bench, _NAME, point, size)}
    return RowPlan({"clones": size, **paper_values(known and known["bell"])}, arms, {"parity": part})


def paper_values(known: Mapping[str, Any] | None) -> dict[str, object]:
    """What the paper printed in one row of a table of fidelities, and what the depth law says of its layers."""
    if known is None:
        return {"paper_measured": None}
    layers = known["two_qubit_layers"]
    row = {"paper_measured": known["value"], "paper_error": known["error"], "paper_two_qubit_layers": layers}
    if "two_qubit_gates" in known:
        row["paper_two_qubit_gates"] = known["two_qubit_gates"]
    return row | {"depth_law": depth_law(layers)}
