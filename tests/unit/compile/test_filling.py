"""Filling: 77 clones on a processor of 156 qubits, tilings where growing fails, plain searches elsewhere."""

from __future__ import annotations

import sys

import pytest

from qloak.compile import filling
from qloak.compile.effort import Effort
from qloak.compile.embedding import Embeddings
from qloak.compile.filling import Filler
from qloak.compile.graph_sources import grid, load_graph
from qloak.compile.objective import Objective
from qloak.compile.place import place
from qloak.compile.search import TreeSearch
from qloak.compile.unit import SHAPES, load_units
from qloak.compile.verify import verify_encoder
from qloak.errors import MissingExtraError, UsageError

LITTLE = Effort(starts=1, moves=1, exact_moves=1)


def corner(num_qubits):
    graph = load_graph("boston")
    return graph.keeping((graph.couplers < num_qubits).all(axis=1))


def search_on(graph, num_clones, *, max_layers=12):
    embeddings = Embeddings(graph, load_units(*SHAPES))
    return embeddings, TreeSearch(embeddings, num_clones, Objective(), max_layers=max_layers, seed=0)


@pytest.mark.parametrize("name", ["boston", "pittsburgh"])
def test_77_clones_on_one_processor(name):
    graph = load_graph(name)
    placement = place(graph, 77, effort=LITTLE)
    verify_encoder(placement.encoder, graph)
    fidelities = list(placement.fidelities.values())
    assert len(placement.used_clones) == len(fidelities) == 77
    assert placement.layers <= 12
    assert min(fidelities) > 0.5
    assert sum(fidelities) / 77 >= 0.84


def test_a_roomy_graph_is_searched_as_ever():
    embeddings, search = search_on(grid(4, 5), 5)
    _, alone = search_on(grid(4, 5), 5)
    effort = Effort(starts=10, moves=20, exact_moves=1)
    filler = Filler(embeddings, 2, seed=0)
    values = [each.value for each in filler.run(search, effort, progress=lambda _: None)]
    assert values == [each.value for each in alone.run(effort)]
    assert not filler.is_full
    assert not filler.has_decided


@pytest.fixture
def without_growing(monkeypatch):
    monkeypatch.setattr(TreeSearch, "_grown", lambda *_: [])


def test_where_nothing_grows_a_tiling_is_the_start(without_growing, monkeypatch):
    pytest.importorskip("ortools")
    monkeypatch.setattr(filling, "_WINDOWS", 2)
    graph, told = corner(30), []
    embeddings, search = search_on(graph, 15)
    filler = Filler(embeddings, 7, seed=0)
    found = filler.run(search, LITTLE, progress=told.append)
    verify_encoder(found[0].tree.to_encoder(), graph)
    assert filler.has_decided
    assert told == sorted(told)


def test_few_layers_are_not_filled(without_growing):
    embeddings, search = search_on(corner(35), 17, max_layers=7)
    filler = Filler(embeddings, 8, seed=0)
    assert filler.run(search, LITTLE, progress=lambda _: None) == []
    assert not filler.has_decided


def test_too_little_time_is_no_error_of_its_own(without_growing):
    pytest.importorskip("ortools")
    with pytest.raises(UsageError, match="a number of clones that fits"):
        place(corner(35), 17, effort=Effort(1, 1, 1, seconds=1e-3))


def test_or_tools_missing(without_growing, monkeypatch):
    monkeypatch.setitem(sys.modules, "ortools.sat.python", None)
    with pytest.raises(MissingExtraError, match=r"qloak\[tiling\]"):
        place(corner(35), 17, effort=LITTLE)
