"""The same circuits by independent engines: exact channels, stim, Aer, and Qiskit's sampler.

Exact, stim and Aer have the same Pauli noise of the calibration, readout included; behind each sampled figure stands
how many of its standard errors it is from the exact one. With --physical, Aer and the path of real processors, on a
model of one, have noise that is not twirled: those differ from the exact figure by what twirling neglects, too.

    python3 x.py bench experiments [--clones 2,3] [--levels 0] [--size 1,2,3] [--shots 10000] [--physical]
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qloak.experiments.bench import Bench
    from qloak.experiments.case import Case, Value
    from qloak.experiments.experiment import RowPlan

SEEDS = 3
NAMES = {"fidelity": "clones", "chsh": "clones", "control": "clones", "iterated": "levels", "ghz": "size"}
"""Experiment -> what its rows are by; the others have the same circuits."""


@dataclass(frozen=True, slots=True)
class Column:
    """One way to a figure.

    Attributes:
        title: of the column.
        engine: which one plans the tasks.
        taken_by: the engine that evaluates them; default the same.
        processor: where it runs.
    """

    title: str
    engine: str
    taken_by: str = ""
    processor: str = ""


PAULI = (Column("stim", "stim"), Column("aer", "stim", "aer"))
PHYSICAL = (Column("aer, physical", "aer"), Column("qiskit, physical", "qiskit", processor="fake:kingston"))


def cases(plan: RowPlan) -> Iterator[Case]:
    """All circuits of a row."""
    for arm in plan.arms.values():
        yield from arm.cases
    for part in plan.parts.values():
        yield from cases(part)


def score(case: Case, bench: Bench, column: Column) -> Value:
    """A circuit's figure of merit."""
    from qloak.experiments.evaluate import evaluate

    bench = replace(bench, engine=column.engine, processor=column.processor)
    fresh = replace(case, _known={})
    outcomes = {}
    for task in fresh.tasks(bench):
        found = evaluate(replace(task, engine=column.taken_by or task.engine))
        outcomes[task.id] = replace(found, task=task.id)
    return fresh.value(bench, outcomes)


def line(case: Case, bench: Bench, columns: tuple[Column, ...]) -> tuple[str, list[float]]:
    """One line of the table, and the deviations in it in standard errors."""
    # Without the key no correlator is left under any Pauli noise.
    exact = score(case, bench, Column("exact", "exact")).value if case.physical.checks else 0.0
    point = " ".join(str(value) for value in case.point.values())
    text, deviations = f"{case.experiment:<9} {point:<27} {case.physical.num_qubits:>6} {exact:>9.5f}", []
    for column in columns:
        start = time.perf_counter()
        found = score(case, bench, column)
        deviations.append((found.value - exact) / found.error)
        text += (
            f" | {found.value:>8.4f} ± {found.error:.4f} {deviations[-1]:>+6.2f} {time.perf_counter() - start:>6.1f} s"
        )
    return text, deviations


def main() -> int:
    parser = argparse.ArgumentParser(prog="x.py bench experiments", description="The same circuits by all engines.")
    for name, default in {"clones": "2,3", "levels": "0", "size": "1,2,3"}.items():
        parser.add_argument(f"--{name}", default=default, help=f"rows by {name}, default {default}")
    parser.add_argument("--shots", type=int, default=10_000, help="for each measurement setting")
    parser.add_argument("--physical", action="store_true", help="with noise that is not twirled too; takes longer")
    options = parser.parse_args()
    from qloak.experiments.bench import Bench
    from qloak.experiments.catalogue import build
    from qloak.experiments.experiment import TableExperiment
    from qloak.noise import load_device

    columns = PAULI + (PHYSICAL if options.physical else ())
    bench = Bench(load_device("kingston"), "stim", options.shots, transpiler_seeds=SEEDS)
    print(f"{bench.device.name}, {bench.device.snapshot}, {bench.shots} shots for each setting")
    heads = "".join(f" | {column.title:<17} {'sigma':>6} {'time':>8}" for column in columns)
    print(f"{'experiment':<37} {'qubits':>6} {'exact':>9}{heads}")
    found: list[list[float]] = []
    for name, by in NAMES.items():
        sizes = [int(each) for each in getattr(options, by).split(",")]
        experiment = build(name, bench, by=by, values=sizes)
        assert isinstance(experiment, TableExperiment)
        for plan in experiment.plans:
            for case in cases(plan):
                text, deviations = line(case, bench, columns)
                found.append(deviations)
                print(text, flush=True)
    for column, values in zip(columns, zip(*found, strict=True), strict=True):
        rms = (sum(value**2 for value in values) / len(values)) ** 0.5
        largest = max(map(abs, values))
        print(f"{column.title}: {len(values)} figures, deviations rms {rms:.2f}, largest {largest:.2f} sigma")
    return 0


if __name__ == "__main__":
    # Simulators and linear algebra with one thread each: times that can be compared.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    sys.exit(main())
