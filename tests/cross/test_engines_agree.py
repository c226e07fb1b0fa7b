"""Exact channels, stim, Aer and the path of real processors on the same circuits of experiments.

A mean of N independent variables in a range R misses by t or more with probability at most 2 exp(-2 N t^2/R^2)
(Hoeffding); sums of such means have ranges that add in squares. Each of fewer than 30 bounds is set for 1e-11.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from math import log, sqrt

import pytest

from qloak.experiments.bench import Bench
from qloak.experiments.case import Case
from qloak.experiments.catalogue import build
from qloak.experiments.evaluate import evaluate
from qloak.experiments.experiment import RowPlan, TableExperiment
from tests.benches import bench

pytest.importorskip("qiskit_aer")

SHOTS = 4000
CHANCE = 1e-11
NAMES = {"fidelity": ("clones", 2), "chsh": ("clones", 2), "ghz": ("size", 2)}


def bound(spans: list[float]) -> float:
    return sqrt(log(2 / CHANCE) * sum(span**2 for span in spans) / (2 * SHOTS))


def spans(case: Case, settings: int) -> list[float]:
    """Range of each setting's share in the figure."""
    if settings == 1:
        return [1.0]
    if case.figure == "chsh":
        return [2 * sqrt(2)] * 2 if settings == 2 else [2.0] * 4
    return [0.5] + [1 / (settings - 1)] * (settings - 1)


def cases(plan: RowPlan) -> Iterator[Case]:
    for arm in plan.arms.values():
        yield from arm.cases
    for part in plan.parts.values():
        yield from cases(part)


def figure(case: Case, setting: Bench, *, taken_by: str = "") -> tuple[float, float]:
    """The figure of merit, and its bound."""
    fresh = replace(case, _known={})
    tasks = fresh.tasks(setting)
    found = {each.id: evaluate(replace(each, engine=taken_by or each.engine)) for each in tasks}
    outcomes = {key: replace(outcome, task=key) for key, outcome in found.items()}
    return fresh.value(setting, outcomes).value, bound(spans(case, len(tasks)))


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    return tmp_path_factory.mktemp("cache")


@pytest.mark.parametrize("name", NAMES)
def test_pauli_noise_by_three_engines(cache, name):
    by, size = NAMES[name]
    sampled = bench("stim", cache=cache, shots=SHOTS, transpiler_seeds=4)
    experiment = build(name, sampled, by=by, values=[size])
    assert isinstance(experiment, TableExperiment)
    compared = [case for plan in experiment.plans for case in cases(plan)]
    assert len(compared) >= 2
    for case in compared:
        exact, _ = figure(case, replace(sampled, engine="exact"))
        for taken_by in ("stim", "aer"):
            value, allowed = figure(case, sampled, taken_by=taken_by)
            assert abs(value - exact) < allowed, (case.point, taken_by)


def test_physical_noise_in_four_settings(cache):
    """Twirling neglects little: on two clones S differs by less than 0.1, by Aer and by Qiskit's sampler."""
    pytest.importorskip("qiskit_ibm_runtime")
    planned = bench("aer", cache=cache, shots=SHOTS, transpiler_seeds=4)
    experiment = build("chsh", planned, by="clones", values=[2])
    assert isinstance(experiment, TableExperiment)
    (plan,) = experiment.plans
    model = replace(planned, engine="qiskit", processor="fake:kingston")
    for case in cases(plan):
        if case.order == "clone-first":
            continue
        exact, _ = figure(case, replace(planned, engine="exact"))
        for setting in (planned, model):
            assert len(replace(case, _known={}).tasks(setting)) == 4
            value, allowed = figure(case, setting)
            assert abs(value - exact) < allowed + 0.1, (case.point, setting.engine)
