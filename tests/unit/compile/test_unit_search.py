from __future__ import annotations

import json
from importlib import resources

import pytest

from qloak.compile.unit import SHAPES, load_units
from qloak.compile.unit_search import COMMAND, LIMITS, find_bounds, library_json, search_units

FILE = (resources.files("qloak.compile") / "data" / "units.json").read_text()


@pytest.mark.slow
def test_the_library_is_what_the_search_finds():
    lines: list[str] = []
    units = search_units(lines.append)
    assert units == load_units(*SHAPES)
    assert len(lines) == 15
    assert library_json(units) == FILE


def test_bounds():
    """Nothing in three layers on a path or a star, four on the path are enough; fewest gates likewise."""
    bounds = find_bounds()
    adjacent = {(each.shape, each.input): (each.layers, each.gates) for each in bounds if each.adjacent_key}
    path = [adjacent["P5", source] for source in range(5)]
    assert path == [(4, 7), (4, 6), (4, 6), (4, 6), (4, 7)]
    assert [adjacent["T5", source] for source in range(5)] == [(5, 6)] * 5
    assert adjacent["K5", 0] == (3, 5)
    trees = [each for each in bounds if each.shape in ("P5", "T5")]
    assert min(each.layers for each in trees) == 4
    assert min(each.gates for each in trees) == 5
    assert str(bounds[0]) == "P5, input 0, adjacent key: at least 4 layers, at least 7 gates"


def test_more_couplers_or_more_keys_never_need_more():
    least = {(each.shape, each.input, each.adjacent_key): (each.layers, each.gates) for each in find_bounds()}
    for (shape, source, _), (layers, gates) in least.items():
        if shape != "K5":
            assert least["K5", 0, True][0] <= least[shape, source, False][0] <= least[shape, source, True][0]
            assert least["K5", 0, True][1] <= least[shape, source, False][1] <= least[shape, source, True][1]
            assert min(layers, gates) >= 3


def test_bounds_of_trees_are_sharp():
    """Where the library has units of a shape and input, the best of them meet the bounds."""
    for bound in find_bounds():
        units = [each for each in load_units() if (each.shape, each.input) == (bound.shape, bound.input)]
        if units and bound.adjacent_key:
            assert min(unit.depth for unit in units) == bound.layers
            assert min(len(unit.gates) for unit in units) == bound.gates


def test_file_says_what_made_it():
    document = json.loads(FILE)
    assert document["command"] == COMMAND
    assert document["limits"]["P5"] == {"layers": 5, "gates": 8, "fewest_gates": 6, "layers_of_input": 4}
    assert set(document["limits"]) == set(LIMITS) == set(SHAPES)
    assert [(each["shape"], each["layers"], each["gates"]) for each in document["bounds"]] == [
        (each.shape, each.layers, each.gates) for each in find_bounds()
    ]
