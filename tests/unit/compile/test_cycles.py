"""Rings: as many as couplers too many for a tree, the faces of planar graphs."""

from __future__ import annotations

from collections import Counter

import pytest

from qloak.compile.cycles import rings_of
from qloak.compile.graph_sources import all_to_all, graph_from_edges, grid, line, load_graph


def test_a_line_has_none():
    assert rings_of(line(7)) == ()


def test_one_ring_with_a_tail():
    square = [(0, 1), (1, 2), (2, 3), (0, 3)]
    assert rings_of(graph_from_edges([*square, (3, 4)])) == (frozenset(square),)


def test_rings_of_a_square_lattice_are_its_squares():
    rings = rings_of(grid(3, 4))
    assert len(set(rings)) == 6
    assert all(len(ring) == 4 for ring in rings)


def test_rings_of_pieces_are_counted_together():
    pieces = [(0, 1), (1, 2), (0, 2), (10, 11), (11, 12), (12, 13), (10, 13)]
    assert sorted(map(len, rings_of(graph_from_edges(pieces)))) == [3, 4]


@pytest.mark.parametrize("name", ["boston", "pittsburgh", "kingston", "fez"])
def test_rings_of_heavy_hex_processors_bound_faces(name):
    graph = load_graph(name)
    rings = rings_of(graph)
    qubits = sum(map(len, graph.pieces))
    assert len(rings) == len(graph.edges) - qubits + len(graph.pieces)
    # Twelve couplers around a hexagon; two hexagons share two couplers, so where one is dead 20 are left.
    assert {len(ring) for ring in rings} <= {12, 20, 28}
    assert max(Counter(edge for ring in rings for edge in ring).values()) == 2
    for ring in rings:
        assert set(Counter(q for edge in ring for q in edge).values()) == {2}


def test_no_faces_on_graphs_that_do_not_fit_into_the_plane():
    assert rings_of(all_to_all(5)) is None
    assert rings_of(graph_from_edges([(a, b) for a in (0, 1, 2) for b in (3, 4, 5)])) is None
