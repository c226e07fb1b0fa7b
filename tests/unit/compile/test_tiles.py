"""Tiles: the places of units, with times that hold."""

from __future__ import annotations

import pytest

from qloak.compile.embedding import Embeddings
from qloak.compile.encoder import PauliGate, layers_of
from qloak.compile.graph_sources import grid, line
from qloak.compile.tiles import tiles_on
from qloak.compile.unit import TREES, load_units


def keys(shape, position):
    return {unit.key for unit in load_units(shape) if unit.input == position}


def test_places_on_a_line_are_those_of_the_path():
    # Five qubits in a row carry the path in one way, seen from either end.
    places = {(tile.input, frozenset(tile.key)) for tile in tiles_on(line(5), load_units())}
    assert places == {(position, frozenset(key)) for position in range(5) for key in keys("P5", position)}


def test_more_room_more_places():
    count = len(tiles_on(line(5), load_units()))
    assert len(tiles_on(line(9), load_units())) == 5 * count


def test_parts_of_a_tile():
    for tile in tiles_on(line(6), load_units()):
        assert sorted((tile.input, *tile.new)) == sorted(tile.qubits)
        assert set(tile.key) < set(tile.qubits)
        assert tuple(sorted(tile.key)) in set(tile.edges)
        assert len(set(tile.edges)) == 4
        assert all(b - a == 1 for a, b in tile.edges)


@pytest.mark.parametrize("shape", TREES)
@pytest.mark.parametrize("ready", [1, 4, 9])
def test_every_unit_of_a_tile_keeps_to_its_times(shape, ready):
    for tile in tiles_on(grid(2, 4), load_units(shape)):
        limits = [max(early, ready + delay) for early, delay in zip(tile.early, tile.delays, strict=True)]
        for unit in tile.units:
            gates = [PauliGate(*gate) for gate in unit.gates]
            busy = [ready if position == unit.input else 0 for position in range(5)]
            for gate, layer in zip(gates, layers_of(gates, busy_until=busy), strict=True):
                busy[gate.a] = busy[gate.b] = layer
            assert all(layer <= limit for layer, limit in zip(busy, limits, strict=True))
            if unit is tile.units[0]:
                assert busy == limits


def test_no_tile_is_as_slow_as_another_of_its_place():
    times = {}
    for tile in tiles_on(line(5), load_units()):
        order = sorted(range(5), key=lambda position: tile.qubits[position])
        own = tuple((tile.early[position], tile.delays[position]) for position in order)
        times.setdefault((tile.input, frozenset(tile.key)), []).append(own)
    for alike in times.values():
        for one in alike:
            for other in alike:
                pairs = zip(sum(one, ()), sum(other, ()), strict=True)
                assert one is other or not all(mine >= theirs for mine, theirs in pairs)


def test_cheapest_unit_of_a_tile():
    graph = line(5)
    embeddings = Embeddings(graph, load_units())
    for tile in tiles_on(graph, load_units()):
        chosen = tile.cheapest(embeddings)
        assert chosen.unit in tile.units
        assert chosen.input == tile.input
        assert set(chosen.key) == set(tile.key)
        assert all(sum(chosen.costs) <= sum(embeddings.embed(unit, tile.qubits).costs) for unit in tile.units)
