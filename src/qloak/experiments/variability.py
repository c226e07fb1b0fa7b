"""How much the paper's circuits vary: with the transpiler's seed, and with the day on the hardware."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from math import sqrt

from ..errors import UsageError
from .bench import Bench
from .experiment import Row, RowPlan, TableExperiment
from .ladders import chain
from .measured import measured

__all__ = ["mean_and_deviation", "variability_experiment"]


def variability_experiment(bench: Bench, sizes: Sequence[int]) -> TableExperiment:
    """Rows by `clones`: layers, gates and exact fidelity for every transpiler seed, under one calibration.

    With n = 2 stand the fidelities that the paper measured on five days, Table V. Calibrations of other days would
    be needed to predict those.
    """

    def plan(bench: Bench) -> Iterator[RowPlan]:
        for size in sizes:
            yield RowPlan({"clones": size, **_seeds(bench, size), **(_days() if size == 2 else {})})

    return TableExperiment("variability", bench, plan)


def mean_and_deviation(values: Sequence[float]) -> dict[str, float]:
    """Mean and sample standard deviation; the latter 0 for a single value."""
    mean = sum(values) / len(values)
    spread = sqrt(sum((value - mean) ** 2 for value in values) / (len(values) - 1)) if len(values) > 1 else 0.0
    return {"mean": mean, "deviation": spread}


def _seeds(bench: Bench, size: int) -> Row:
    try:
        tries = bench.paper(chain(size), f"clones {size}").tries
    except UsageError as error:
        return {"limited_by": str(error)}
    return {
        "seeds": [asdict(one) for one in tries],
        "fidelity": mean_and_deviation([one.fidelity for one in tries]),
        "two_qubit_layers": mean_and_deviation([one.layers for one in tries]),
    }


def _days() -> Row:
    days = measured()["days"]
    return {"paper_days": list(days), "paper_fidelity": mean_and_deviation([day["value"] for day in days])}
