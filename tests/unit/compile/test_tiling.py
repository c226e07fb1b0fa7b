"""Tilings: one tree in time, found where there is one, improved without end."""

from __future__ import annotations

import sys

import pytest

from qloak.compile.embedding import Embeddings
from qloak.compile.graph_sources import all_to_all, graph_from_edges, grid, line, load_graph
from qloak.compile.tiling import Tiler
from qloak.compile.unit import load_units
from qloak.compile.verify import verify_encoder
from qloak.errors import MissingExtraError

pytest.importorskip("ortools")


def ring(size, *more):
    return graph_from_edges([*((q, (q + 1) % size) for q in range(size)), *more])


def corner(num_qubits):
    """The first qubits of a processor: rings of twelve with tails."""
    graph = load_graph("boston")
    return graph.keeping((graph.couplers < num_qubits).all(axis=1))


def tiler(graph, num_units, *, max_layers=12):
    return Tiler(Embeddings(graph, load_units()), load_units(), num_units, max_layers=max_layers)


def lost(tiling, graph):
    """Sum of the clones' infidelities to first order, waiting left out."""
    embeddings = Embeddings(graph, load_units())
    clones = tiling.to_tree(embeddings).open
    return sum(clones.values()) + 1.5 * sum(embeddings.readout[q] for q in clones)


@pytest.mark.parametrize(
    ("graph", "num_units"),
    [(line(14), 3), (ring(14), 3), (ring(12, (0, 12), (6, 13)), 3), (grid(2, 5), 2), (corner(30), 7)],
    ids=["line", "ring", "ring with tails", "lattice", "processor"],
)
def test_what_fills_a_graph_is_a_correct_tree(graph, num_units):
    tiling = tiler(graph, num_units).find()
    tree = tiling.to_tree(Embeddings(graph, load_units()))
    verify_encoder(tree.to_encoder(), graph)
    assert len(tree.units) == num_units
    assert tree.used.bit_count() == 4 * num_units + 2


def test_no_chain_bites_its_own_tail():
    # Three paths of five, each beginning where the one before ends, close the ring of twelve, and a fourth tile with
    # the pair would cover the tail: sixteen new qubits and two, as for a tree.
    graph = ring(12, *((q, q + 1) for q in range(11, 17)))
    tiling = tiler(graph, 4).find()
    ends = {tiling.source}
    for tile in tiling.tiles:
        assert tile.input in ends
        ends |= set(tile.new)
    assert len(tiling.tiles) == 4


@pytest.mark.parametrize(
    ("graph", "num_units"),
    [
        (graph_from_edges([(0, q) for q in range(1, 8)]), 1),
        # One of the four leaves on qubit 9 may be the reference and two may be on a star, but none is left out.
        (graph_from_edges([*((q, q + 1) for q in range(9)), *((9, q) for q in (10, 11, 12, 13))]), 3),
        (line(6), 2),
        (all_to_all(6), 1),
    ],
    ids=["star", "brush", "too small", "not planar"],
)
def test_nothing_is_found_where_there_is_nothing(graph, num_units):
    assert tiler(graph, num_units).find() is None


def test_the_same_brush_with_a_leaf_less_is_filled():
    graph = graph_from_edges([*((q, q + 1) for q in range(10)), *((10, q) for q in (11, 12, 13))])
    assert len(tiler(graph, 3).find().tiles) == 3


def test_what_is_late_is_mended():
    graph = corner(30)
    work, embeddings = tiler(graph, 7, max_layers=9), Embeddings(graph, load_units())
    tree = work.improve(work.find(), 4).to_tree(embeddings)
    assert tree.layers(tree.open) <= 9


def test_a_tree_is_a_tiling_again():
    work, embeddings = tiler(line(14), 3), Embeddings(line(14), load_units())
    tree = work.find().to_tree(embeddings)
    assert work.tiling_of(tree).to_tree(embeddings).open.keys() == tree.open.keys()


def test_improving_never_loses():
    graph = corner(30)
    work = tiler(graph, 7, max_layers=30)
    first = work.find()
    told = []
    better = work.improve(first, 3, progress=told.append)
    assert lost(better, graph) < lost(first, graph)
    assert told[-1] == 1
    verify_encoder(better.to_tree(Embeddings(graph, load_units())).to_encoder(), graph)
    again = tiler(graph, 7, max_layers=30)
    assert lost(again.improve(again.find(), 3), graph) == lost(better, graph)


def test_a_time_budget_is_kept_to():
    work = tiler(corner(30), 7)
    assert work.find(seconds=1e-6) is None
    first = work.find()
    assert work.improve(first, 10**6, seconds=1e-6) is first


def test_or_tools_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "ortools.sat.python", None)
    with pytest.raises(MissingExtraError, match=r"ortools is not installed.*qloak\[tiling\]"):
        tiler(line(6), 1).find()
