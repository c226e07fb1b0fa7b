"""The engine without sampling."""

from __future__ import annotations

from dataclasses import replace

import pytest

from qloak.errors import ProgramError, UsageError
from qloak.experiments.engines.exact import run
from tests.unit.experiments.samples import exact


def test_channel_of_a_depolarized_pair():
    outcome = run(exact(0.3))
    assert outcome.values == pytest.approx({"I": 0.7, "X": 0.1, "Y": 0.1, "Z": 0.1}, abs=1e-12)
    assert outcome.counts == {}
    assert outcome.task == exact(0.3).id


def test_fidelity_of_a_depolarized_pair():
    # (1 + 3 (1 - 4p/3))/4 = 1 - p: all three correlators shrink alike.
    assert run(replace(exact(0.3), quantity="fidelity")).values == pytest.approx({"fidelity": 0.7}, abs=1e-12)


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"circuit": "FLY 0"}, ProgramError, "no circuit of stim"),
        ({"circuit": "I[R_X(theta=0.1*pi)] 0"}, ProgramError, "rotation by an angle"),
        ({"quantity": "counts"}, UsageError, "channel or fidelity"),
        ({"circuit": "M 0"}, UsageError, "observables"),
    ],
)
def test_what_it_cannot_do_is_refused(change, error, words):
    with pytest.raises(error, match=words):
        run(replace(exact(0.1), **change))
