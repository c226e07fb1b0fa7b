"""The one function that computes."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest

from qloak.errors import IntegrityError, ProgramError, UnknownNameError
from qloak.experiments import Outcome
from qloak.experiments import evaluate as module
from qloak.experiments.evaluate import ENGINES, evaluate, point_text, timed
from tests.unit.experiments.samples import exact, sampled


def test_engines_agree_with_their_modules():
    assert evaluate(exact(0.3)).values["I"] == pytest.approx(0.7)
    assert sum(evaluate(sampled(0.3)).counts.values()) == 1000


def test_timing_stands_beside_the_outcome():
    finished = timed(exact(0.3))
    assert finished.outcome == evaluate(exact(0.3))
    assert finished.seconds > 0
    assert finished.host


def test_unknown_engine_is_refused():
    with pytest.raises(UnknownNameError, match=r"engine: got 'abacus', expected one of exact, stim"):
        evaluate(replace(exact(0.1), engine="abacus"))


def test_errors_name_the_point():
    with pytest.raises(ProgramError, match=r"sample at p 0.1, number 0: circuit"):
        evaluate(replace(exact(0.1), circuit="FLY 0"))
    assert point_text(replace(exact(0.1), point={})) == replace(exact(0.1), point={}).id[:12]


def test_an_engine_that_answers_for_another_task_is_refused(monkeypatch):
    monkeypatch.setattr(module, "import_module", lambda *_: SimpleNamespace(run=lambda _: Outcome("00", {}, {})))
    with pytest.raises(IntegrityError, match="another task"):
        evaluate(exact(0.1))


@pytest.mark.parametrize("name", ENGINES)
def test_every_engine_has_its_module(name):
    from importlib import import_module

    assert callable(import_module(f"qloak.experiments.engines.{ENGINES[name]}").run)
