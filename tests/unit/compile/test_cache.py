"""The cache: what was kept comes back, and nothing damaged gets through."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from qloak.compile.cache import PlacementCache, encoder_from_json, encoder_to_json, placement_id
from qloak.compile.effort import Effort, UntouchedSettings
from qloak.compile.graph_sources import grid, load_graph
from qloak.compile.objective import Objective
from qloak.compile.place import place
from qloak.errors import IntegrityError, UsageError

GRAPH = grid(3, 4)
EFFORT = Effort(starts=20, moves=50, exact_moves=2)
ID = "0" * 64


@pytest.fixture(scope="module")
def encoder():
    return place(GRAPH, 3, effort=EFFORT).encoder


@pytest.fixture
def cache(tmp_path):
    return PlacementCache(tmp_path / "deep" / "folder")


def parts(encoder):
    return encoder.reference, encoder.source, encoder.gates, encoder.clones, encoder.key


def never():
    raise AssertionError("the cache has it")


def test_json_round_trip(encoder):
    assert parts(encoder_from_json(json.loads(json.dumps(encoder_to_json(encoder))))) == parts(encoder)


def test_kept_encoders_come_back(cache, encoder):
    assert cache.load(ID, GRAPH) is None
    warnings = []
    cache.get(ID, GRAPH, find=lambda: encoder, warn=warnings.append)
    assert parts(cache.get(ID, GRAPH, find=never, warn=warnings.append)) == parts(encoder)
    assert warnings == []
    assert [path.name for path in cache.folder.iterdir()] == [f"{ID}.json"]


def without_a_gate(document):
    document["encoder"]["gates"].pop()
    return json.dumps(document)


def on_a_stranger(document):
    document["encoder"]["gates"][-1][0] = 999
    return json.dumps(document)


def of_another_id(document):
    return json.dumps(document | {"id": "1" * 64})


def of_another_schema(document):
    return json.dumps(document | {"schema": "qloak.placement/0"})


def with_a_float(document):
    document["encoder"]["reference"] = 1.5
    return json.dumps(document)


DAMAGES = [
    without_a_gate,
    on_a_stranger,
    of_another_id,
    of_another_schema,
    with_a_float,
    lambda document: json.dumps(document)[:-20],
    lambda _: "",
    lambda _: "[]",
    lambda _: "[" * 100_000,
    lambda _: "\x00\xff",
    lambda _: " " * 5_000_001,
]


@pytest.mark.parametrize("damage", DAMAGES)
def test_damaged_files_are_reported_and_found_anew(cache, encoder, damage):
    cache.store(ID, encoder)
    path = cache.path(ID)
    path.write_text(damage(json.loads(path.read_text())))
    with pytest.raises(IntegrityError):
        cache.load(ID, GRAPH)
    warnings = []
    assert cache.get(ID, GRAPH, find=lambda: encoder, warn=warnings.append) is encoder
    assert len(warnings) == 1
    # The new file has taken the damaged one's place.
    assert parts(cache.load(ID, GRAPH)) == parts(encoder)


def test_an_encoder_off_the_couplers_is_not_accepted(cache, encoder):
    cache.store(ID, encoder)
    a, b = encoder.gates[0].qubits
    kept = [edge for edge in GRAPH.couplers.tolist() if set(edge) != {a, b}]
    smaller = replace(GRAPH, couplers=GRAPH.couplers[[edge in kept for edge in GRAPH.couplers.tolist()]])
    with pytest.raises(IntegrityError, match="not coupled"):
        cache.load(ID, smaller)


def test_a_folder_that_cannot_be_written_is_only_a_warning(tmp_path, encoder):
    (tmp_path / "file").write_text("in the way")
    cache = PlacementCache(tmp_path / "file")
    with pytest.raises(UsageError, match="--no-cache"):
        cache.store(ID, encoder)
    warnings = []
    assert cache.get(ID, GRAPH, find=lambda: encoder, warn=warnings.append) is encoder
    assert warnings


def test_ids_change_with_all_that_decides():
    base = {"graph": GRAPH, "num_clones": 3, "objective": Objective(), "effort": EFFORT, "seed": 0}
    changes = [
        {},
        {"graph": grid(4, 3)},
        {"graph": load_graph("kingston")},
        {"graph": load_graph("kingston").reliable()},
        {"num_clones": 2},
        {"objective": Objective("depth")},
        {"objective": Objective(over="worst")},
        {"effort": replace(EFFORT, moves=51)},
        {"effort": replace(EFFORT, seconds=1.0)},
        {"effort": UntouchedSettings(draws=20, moves=50)},
        {"effort": UntouchedSettings(draws=20, moves=50, over="worst")},
        {"seed": 1},
    ]
    ids = [placement_id(*list((base | change).values())[:4], seed=(base | change)["seed"]) for change in changes]
    assert len(set(ids)) == len(ids)
    assert all(len(each) == 64 for each in ids)


def test_default_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert PlacementCache.default().folder == tmp_path / "qloak" / "placements"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert PlacementCache.default().folder == tmp_path / "home" / ".cache" / "qloak" / "placements"
