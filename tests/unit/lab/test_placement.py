"""Placements as documents."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from qloak.errors import LimitError, UnknownNameError, UsageError
from qloak.lab.placement import PlacementChoice, compile_report

LINE = PlacementChoice(2, "line-12")


def test_report_is_a_verified_placement_with_its_drawing():
    found = json.loads(json.dumps(compile_report(LINE, seconds=5)))
    assert (found["schema"], found["clones"], found["device"]) == ("qloak.compile/1", 2, "line-12")
    assert found["flows_verified"] is True
    assert found["id"] == LINE.id
    assert found["layout_svg"].startswith("<svg")
    assert set(found["layout"]["clones"]) == {"S1", "S2"}


def test_ids_tell_choices_apart():
    others = [
        replace(LINE, clones=3),
        replace(LINE, device="line-13"),
        replace(LINE, objective="depth"),
        replace(LINE, method="unitary"),
        replace(LINE, key_untouched=True),
    ]
    assert len({LINE.id, *(each.id for each in others)}) == 6
    assert PlacementChoice(2, "line-12").id == LINE.id


@pytest.mark.parametrize(
    ("make", "error"),
    [
        (lambda: PlacementChoice(1), UsageError),
        (lambda: PlacementChoice(41), LimitError),
        (lambda: PlacementChoice(2, "nowhere"), UnknownNameError),
        (lambda: PlacementChoice(2, "grid-100x100"), LimitError),
        (lambda: PlacementChoice(2, objective="speed"), UsageError),
        (lambda: PlacementChoice(2, method="magic"), UsageError),
        (lambda: compile_report(LINE, seconds=11), UsageError),
        (lambda: compile_report(LINE, seconds=0), UsageError),
        (lambda: compile_report(PlacementChoice(4, "line-5"), seconds=1), UsageError),
    ],
)
def test_what_cannot_be_placed_is_refused(make, error):
    with pytest.raises(error):
        make()
