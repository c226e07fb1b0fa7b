"""Embeddings: every shape with all of its couplers, and one unit as among all."""

from __future__ import annotations

import pytest

from qloak.compile.embedding import Embeddings, placements
from qloak.compile.graph_sources import grid, line, load_graph
from qloak.compile.unit import SHAPES, load_units


@pytest.mark.parametrize(
    ("shape", "graph", "count"),
    [
        # On three by three qubits: four squares, each seen in two directions from each of four corners, with a tail
        # on that corner: two couplers lead away from the centre, one from the middle of a side.
        ("Q5", grid(3, 3), 4 * 2 * (2 + 1 + 1)),
        ("Q5", grid(2, 2), 0),
        ("Q5", line(9), 0),
        ("P5", line(5), 2),
        ("T5", line(9), 0),
    ],
)
def test_numbers_of_placements(shape, graph, count):
    edges = SHAPES[shape]
    found = [tuple(row) for q in range(graph.num_qubits) for row in placements(graph.neighbors, edges, {0: q})]
    assert len(found) == len(set(found)) == count
    for row in found:
        assert all(graph.couples(row[a], row[b]) for a, b in edges)


def test_a_heavy_hex_processor_has_no_squares():
    graph = load_graph("kingston")
    assert not any(list(placements(graph.neighbors, SHAPES["Q5"], {0: q})) for q in range(graph.num_qubits))


def test_squares_are_among_the_embeddings_of_a_lattice():
    around = Embeddings(grid(3, 3), load_units(*SHAPES)).around(4)
    assert {unit.unit.shape for spot in around for unit in spot} == set(SHAPES)


def test_one_unit_alone_costs_what_it_costs_among_all():
    embeddings = Embeddings(load_graph("boston"), load_units())
    for units in embeddings.around(30):
        for unit in units:
            alone = embeddings.embed(unit.unit, unit.qubits)
            assert alone.costs == pytest.approx(unit.costs)
            for name in ("unit", "qubits", "new", "input", "key", "clones", "kinds", "busy", "needed"):
                assert getattr(alone, name) == getattr(unit, name)
