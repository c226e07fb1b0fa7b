"""Known trees: they fill their processors, are correct, and damage is noticed."""

from __future__ import annotations

import json
from importlib import resources

import pytest

from qloak.compile.embedding import Embeddings
from qloak.compile.graph_sources import line, load_graph
from qloak.compile.known_trees import known_trees, tree_from_json, tree_to_json, trees_from_json
from qloak.compile.unit import SHAPES, load_units
from qloak.compile.verify import verify_encoder
from qloak.errors import IntegrityError

FILE = (resources.files("qloak.compile") / "data" / "trees.json").read_bytes()


@pytest.fixture(scope="module", params=["boston", "pittsburgh"])
def embeddings(request):
    return Embeddings(load_graph(request.param), load_units(*SHAPES))


def test_a_tree_of_38_units_fills_the_processor(embeddings):
    trees = list(known_trees(embeddings, 38))
    assert trees
    for tree in trees:
        encoder = tree.to_encoder()
        verify_encoder(encoder, embeddings.graph)
        assert len(encoder.clones) == 77
        assert len(encoder.key) == 76
        assert tree.layers(tree.open) <= 12


@pytest.mark.parametrize("num_units", [1, 17, 36])
def test_cut_down_it_is_a_tree_still(embeddings, num_units):
    for tree in known_trees(embeddings, num_units):
        verify_encoder(tree.to_encoder(), embeddings.graph)
        assert len(tree.open) == 2 * num_units + 1


def test_more_units_are_not_known(embeddings):
    assert not list(known_trees(embeddings, 39))


def test_no_tree_where_couplers_are_missing():
    assert not list(known_trees(Embeddings(line(200), load_units()), 38))


def test_text_and_back(embeddings):
    tree = next(known_trees(embeddings, 5))
    again = tree_from_json(json.loads(json.dumps(tree_to_json(tree))), embeddings)
    assert again.to_encoder().gates == tree.to_encoder().gates
    assert again.open == tree.open


def damaged(edit):
    document = json.loads(FILE)
    edit(document["trees"][0])
    return json.dumps(document).encode()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"\xff",
        b'{"schema": "qloak.trees/2", "trees": []}',
        b'{"schema": "qloak.trees/1", "trees": [1]}',
        damaged(lambda tree: tree.pop("source")),
        damaged(lambda tree: tree["units"].pop(0)),
        damaged(lambda tree: tree["units"].append(tree["units"][0])),
        damaged(lambda tree: tree["units"][0].update(qubits=[1, 2])),
        damaged(lambda tree: tree["units"][0].update(qubits=["a", "b", "c", "d", "e"])),
        damaged(lambda tree: tree["units"][0].update(shape="P6")),
        damaged(lambda tree: tree["units"][0].update(gates="0X-1X@2")),
        damaged(lambda tree: tree.update(source=[])),
    ],
)
def test_damaged_files_are_refused(data):
    with pytest.raises(IntegrityError, match="known trees: "):
        trees_from_json(data)


def test_the_file_is_read():
    assert len(trees_from_json(FILE)) >= 2
