"""Grids and the files that ask for them."""

from __future__ import annotations

import pytest

from qloak.errors import LimitError, ProgramError, UnknownNameError, UsageError
from qloak.experiments.grid import MAX_POINTS, Grid, Request, parse_values

AXES = {"clones": "whole", "error": "number", "custody": "name"}


@pytest.mark.parametrize(
    ("raw", "kind", "values"),
    [
        ("2-5", "whole", (2, 3, 4, 5)),
        ("2,4-5 , 9", "whole", (2, 4, 5, 9)),
        (7, "whole", (7,)),
        ([2, "4-5"], "whole", (2, 4, 5)),
        ("-3", "whole", (-3,)),
        ("0.1,1e-3", "number", (0.1, 0.001)),
        ([0, 0.5], "number", (0.0, 0.5)),
        ("kingston,fez", "name", ("kingston", "fez")),
        ("clones;clones,source-deposited", "name", ("clones", "clones,source-deposited")),
        ("clones,source-deposited;", "name", ("clones,source-deposited",)),
        (["a,b"], "name", ("a,b",)),
    ],
    ids=str,
)
def test_values_of_a_setting(raw, kind, values):
    found = parse_values("x", raw, kind)
    assert found == values
    assert [type(value) for value in found] == [type(value) for value in values]


@pytest.mark.parametrize(
    ("raw", "kind"),
    [
        ("", "whole"),
        (",", "name"),
        ([], "number"),
        ("5-2", "whole"),
        ("0-999999999", "whole"),
        ("2,2", "whole"),
        ("2-4,3", "whole"),
        ("two", "whole"),
        (2.0, "whole"),
        (True, "whole"),
        ("1.5", "whole"),
        ("nan", "number"),
        ("inf", "number"),
        (float("nan"), "number"),
        (True, "number"),
        ("x", "number"),
        (3, "name"),
        ({}, "name"),
        ([[2]], "whole"),
        ("9" * 5000, "whole"),
        (None, "name"),
    ],
    ids=lambda value: repr(value)[:20],
)
def test_what_are_no_values_is_refused(raw, kind):
    with pytest.raises(UsageError, match="x: got"):
        parse_values("x", raw, kind)


def test_grid_is_all_combinations_the_last_fastest():
    grid = Grid.of({"clones": "2-3", "error": [0.1, 0.2]}, AXES)
    assert len(grid) == 4
    assert list(grid) == [
        {"clones": 2, "error": 0.1},
        {"clones": 2, "error": 0.2},
        {"clones": 3, "error": 0.1},
        {"clones": 3, "error": 0.2},
    ]


def test_grids_that_cannot_be_are_refused():
    with pytest.raises(UnknownNameError, match="'clone', expected one of clones, error, custody"):
        Grid.of({"clone": 2}, AXES)
    size = int(MAX_POINTS**0.5) + 1
    with pytest.raises(LimitError, match=f"{size**2} points"):
        Grid.of({"clones": f"1-{size}", "error": list(range(size))}, AXES)


def test_a_file_is_a_request():
    text = b"""
        experiment = "channel"
        engine = "stim"
        shots = 100
        seed = 7
        [settings]
        custody = "pairs"
        [grid]
        clones = "2-4"
        error = [0.1, 0.2]
    """
    grid = {"custody": "pairs", "clones": "2-4", "error": [0.1, 0.2]}
    assert Request.from_toml(text) == Request(grid, "channel", "stim", 100, 7)
    assert Request.from_toml(b"") == Request({})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"grid = [", "no TOML"),
        (b"\xff", "no TOML"),
        (b"sizes = 1", "'sizes'"),
        (b"grid = 3", "no tables"),
        (b"settings = []", "no tables"),
        (b"shots = '100'", "shots"),
        (b"shots = true", "shots"),
        (b"engine = 1", "engine"),
        (b"[settings]\na = 1\n[grid]\na = 2", "each setting in"),
        (b"x = " + b"[" * 5000, "no TOML"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_is_no_request_is_refused(text, words):
    with pytest.raises(ProgramError, match=words):
        Request.from_toml(text)
