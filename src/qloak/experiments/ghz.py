"""Experiment 4: a GHZ state whose qubits are encrypted in parallel, two clones each, and decrypted."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from .arms import paper_arm
from .bench import Bench
from .case import Case
from .experiment import Arm, RowPlan, TableExperiment, build_arm
from .fidelity import paper_values
from .ladders import ghz_register
from .measured import measured_row

__all__ = ["ghz_experiment"]

_NAME = "ghz"


def ghz_experiment(bench: Bench, sizes: Sequence[int]) -> TableExperiment:
    """Rows by `size`, the number of qubits r of the GHZ state; above 1/2 it is genuinely entangled."""
    return TableExperiment(_NAME, bench, lambda bench: (_plan(bench, size) for size in sizes))


def _plan(bench: Bench, size: int) -> RowPlan:
    point = {"size": size}

    def ours() -> Arm:
        placed = bench.register(size)
        return Arm((Case(_NAME, {**point, "arm": "ours"}, placed.physical, "measured"),))

    arms = {
        "paper_circuit": paper_arm(bench, _NAME, point, partial(ghz_register, size)),
        "our_circuit": build_arm(ours),
    }
    values = paper_values(measured_row("ghz", size=size))
    values.pop("depth_law", None)  # a law of pairs
    return RowPlan({"size": size, **values, "floor": 2.0**-size}, arms)
