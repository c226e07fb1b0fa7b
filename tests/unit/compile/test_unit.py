from __future__ import annotations

import json
from importlib import resources

import pytest

from qloak.compile.unit import SHAPES, TREES, Unit, count_units, load_units, units_from_json
from qloak.errors import IntegrityError, UnknownNameError, UsageError
from tests.ranks import assert_clones, assert_full_weight_pair, generators, supported_on, with_reference

FILE = (resources.files("qloak.compile") / "data" / "units.json").read_bytes()
GATES = "0X-1X@1 2Z-3X@1 1X-2Y@2 3X-4X@2 2Z-3Y@3 1Y-2Y@4"
PLACE = ("P5", 2, (2, 3))
MIRROR = {"P5": (4, 3, 2, 1, 0), "T5": (1, 0, 2, 3, 4), "Q5": (0, 3, 2, 1, 4)}
REFERENCE = 5
UNITS = load_units(*SHAPES)


def state(unit: Unit):
    return generators(with_reference(unit.input, unit.gates, 6), 6)


def arrangement(unit: Unit, image=(0, 1, 2, 3, 4)):
    gates = {(layer, *sorted((image[a], image[b]))) for (a, b, _), layer in zip(unit.gates, unit.layers, strict=True)}
    clones = {(image[position], kind) for position, kind in unit.clones}
    key = frozenset(image[q] for q in unit.key)
    return unit.shape, image[unit.input], key, frozenset(clones), frozenset(gates)


def test_every_unit_is_one():
    """All conditions by ranks of the circuit's own stabilizers; the search uses none of this code."""
    for unit in UNITS:
        table = state(unit)
        clones = [position for position, _ in unit.clones]
        assert_clones(table, reference=REFERENCE, clones=clones, key=unit.key)
        assert_full_weight_pair(table, [*clones, REFERENCE])


def test_every_type_is_right():
    """L: the stabilizers on reference, clone and key show one letter on each key qubit; B: all three."""
    for unit in UNITS:
        table = state(unit)
        for clone, kind in unit.clones:
            support = sorted([clone, *unit.key, REFERENCE])
            first, second = supported_on(table, support)
            for qubit in unit.key:
                at = support.index(qubit)
                conflict = "_" not in (first[at], second[at]) and first[at] != second[at]
                assert conflict == (kind == "B")


def test_one_clone_of_each_unit_is_of_type_b():
    assert {"".join(sorted(kind for _, kind in unit.clones)) for unit in UNITS} == {"BLL"}


def test_couplers_only_and_layers_consistent():
    for unit in UNITS:
        busy = [0] * unit.num_qubits
        for (a, b, letters), layer in zip(unit.gates, unit.layers, strict=True):
            assert (*sorted((a, b)),) in unit.edges
            assert set(letters) <= set("XYZ")
            assert layer == max(busy[a], busy[b]) + 1
            busy[a] = busy[b] = layer
        assert unit.last_layer == tuple(busy)
        assert unit.depth == max(busy)
        first = min(layer for (a, b, _), layer in zip(unit.gates, unit.layers, strict=True) if unit.input in (a, b))
        assert unit.input_layer == first


def test_library_has_every_arrangement_once_and_both_mirror_images():
    units = UNITS
    known = {arrangement(unit) for unit in units}
    assert len(known) == len(units)
    assert known == {arrangement(unit, MIRROR[unit.shape]) for unit in units}


def test_library_order_and_size():
    units = UNITS
    assert [len(unit.gates) for unit in units] == sorted(len(unit.gates) for unit in units)
    assert {unit.shape for unit in units} == set(SHAPES)
    assert sum(count_units(units).values()) == len(units)
    assert load_units(*SHAPES) is units


def test_trees_are_the_default():
    trees = load_units()
    assert {unit.shape for unit in trees} == set(TREES)
    assert trees == tuple(unit for unit in UNITS if unit.shape in TREES)
    assert load_units("T5") == tuple(unit for unit in UNITS if unit.shape == "T5")
    with pytest.raises(UnknownNameError, match="shape: got 'P6', expected one of P5, T5, Q5"):
        load_units("P5", "P6")


@pytest.mark.parametrize(("shape", "gates", "layers"), [("P5", 6, 4), ("T5", 6, 5), ("Q5", 5, 3)])
def test_fewest_gates_and_layers(shape, gates, layers):
    assert min(len(unit.gates) for unit in load_units(shape)) == gates
    assert min(unit.depth for unit in load_units(shape)) == layers


@pytest.mark.parametrize(("shape", "layers", "input_layer"), [("P5", 4, 2), ("T5", 5, 3), ("Q5", 3, 2)])
def test_input_late_is_there(shape, layers, input_layer):
    """For trees without extra depth: layers that pass before the input is needed."""
    assert any((unit.depth, unit.input_layer) == (layers, input_layer) for unit in load_units(shape))


def test_text_and_back():
    unit = Unit.from_text(PLACE, "0B 1L 4L", GATES)
    assert unit.clones == ((0, "B"), (1, "L"), (4, "L"))
    assert unit.gates[1] == (2, 3, "ZX")
    assert unit.layers == (1, 1, 2, 2, 3, 4)
    assert unit.last_layer == (1, 4, 4, 3, 2)
    assert unit.gates_text() == GATES
    assert unit in load_units()


@pytest.mark.parametrize(
    ("place", "clones", "gates", "message"),
    [
        (("P6", 2, (2, 3)), "0B 1L 4L", GATES, "shape: got 'P6'"),
        (("P5", 2, (1, 3)), "0B 2L 4L", GATES, "key: got"),
        (("P5", 2, (3, 2)), "0B 1L 4L", GATES, "key: got"),
        (("P5", 7, (2, 3)), "0B 1L 4L", GATES, "input: got 7"),
        (("P5", 4, (2, 3)), "0B 1L 4L", "0X-1X@1", "input: got 4"),
        (PLACE, "0B 4L 1L", GATES, "clones: got"),
        (PLACE, "0B 1L", GATES, "clones: got"),
        (PLACE, "0B 1L 4M", GATES, "clones: got"),
        (PLACE, "", GATES, "clones: got"),
        (PLACE, "0B 1L 4L", "0X-2X@1", "gates: got"),
        (PLACE, "0B 1L 4L", "0X-1W@1", "gates: got"),
        (PLACE, "0B 1L 4L", "", "gates: got"),
        (PLACE, "0B 1L 4L", GATES.replace("@4", "@5"), "layers as early as possible"),
    ],
)
def test_what_is_no_unit_is_refused(place, clones, gates, message):
    with pytest.raises(UsageError, match=message):
        Unit.from_text(place, clones, gates)


def test_unknown_type_is_refused():
    with pytest.raises(UsageError, match="types L or B"):
        Unit("P5", 0, (2, 3), ((0, 1, "XX"),), ((0, "B"), (1, "L"), (4, "M")))


def damaged(edit) -> bytes:
    document = json.loads(FILE)
    edit(document)
    return json.dumps(document).encode()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"\xff",
        b'{"schema": "qloak.units/1"}',
        damaged(lambda each: each.update(schema="qloak.units/2")),
        damaged(lambda each: each["units"].pop()),
        damaged(lambda each: each["units"][0].update(key=[1])),
        damaged(lambda each: each["units"][0].update(key=5)),
        damaged(lambda each: each["units"][0].update(gates=7)),
        damaged(lambda each: each["units"][0].update(input="2")),
        damaged(lambda each: each["units"][0].update(shape=[])),
        damaged(lambda each: each["units"][0].pop("clones")),
        damaged(lambda each: each.update(units=3)),
        damaged(lambda each: each.update(counts=[])),
    ],
)
def test_damaged_library(data):
    with pytest.raises(IntegrityError, match="unit library: "):
        units_from_json(data)


def test_file_is_the_library():
    assert units_from_json(FILE) == UNITS
