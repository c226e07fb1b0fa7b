"""Tasks and outcomes: what decides an id, and what is refused."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from importlib import metadata

import pytest

from qloak import __version__
from qloak.errors import IntegrityError, UnknownNameError
from qloak.experiments import Outcome, Task, task
from qloak.noise import load_device

TASK = Task("fidelity", {"clones": 2, "arm": "ours"}, "stim", "M 0", "counts", "kingston", shots=10)


def test_id_is_the_digest_of_the_canonical_description():
    described = {
        "experiment": "fidelity",
        "point": {"clones": 2, "arm": "ours"},
        "engine": "stim",
        "circuit_sha256": hashlib.sha256(b"M 0").hexdigest(),
        "quantity": "counts",
        "device": "kingston",
        "device_sha256": hashlib.sha256(load_device("kingston").to_json().encode()).hexdigest(),
        "noise": "",
        "decoder": "",
        "record_bits": [],
        "shots": 10,
        "seed": 0,
        "shard": 0,
        "versions": {"qloak": __version__, "stim": metadata.version("stim")},
    }
    text = json.dumps(described, sort_keys=True, separators=(",", ":"))
    assert TASK.id == hashlib.sha256(text.encode()).hexdigest()


@pytest.mark.parametrize(
    "change",
    [
        {"experiment": "chsh"},
        {"point": {"clones": 3, "arm": "ours"}},
        {"engine": "exact"},
        {"circuit": "M 1"},
        {"quantity": "observables"},
        {"device": "fez"},
        {"noise": "x2"},
        {"decoder": "unitary"},
        {"record_bits": (0,)},
        {"shots": 11},
        {"seed": 1},
        {"shard": 1},
    ],
    ids=str,
)
def test_everything_that_decides_the_result_decides_the_id(change):
    assert replace(TASK, **change).id != TASK.id


def test_order_of_a_point_decides_nothing():
    assert replace(TASK, point={"arm": "ours", "clones": 2}).id == TASK.id


def test_other_software_makes_other_ids(monkeypatch):
    before = TASK.id
    monkeypatch.setattr(task, "__version__", "9.9")
    assert TASK.id != before


def test_engines_that_carry_their_noise_take_any_name_for_a_device():
    assert replace(TASK, device="kingston x1.25").description()["device_sha256"] == ""
    with pytest.raises(UnknownNameError, match=r"kingston x1\.25"):
        _ = replace(TASK, engine="aer", device="kingston x1.25").id


def test_processors_have_no_calibration_yet():
    assert replace(TASK, engine="qiskit", device="ibm:boston").description()["device_sha256"] == ""


def test_random_numbers_belong_to_the_task():
    assert TASK.rng().integers(2**62) == TASK.rng().integers(2**62)
    others = {int(each.rng().integers(2**62)) for each in (TASK, replace(TASK, seed=1), replace(TASK, shard=1))}
    assert len(others) == 3


@pytest.mark.parametrize(("shots", "parts"), [(10, [10]), (1000, [400, 400, 200]), (800, [400, 400]), (0, [0])])
def test_shards_are_independent_and_add_up(shots, parts):
    shards = replace(TASK, shots=shots).sharded(400)
    assert [shard.shots for shard in shards] == parts
    assert [shard.shard for shard in shards] == list(range(len(parts)))
    assert len({shard.id for shard in shards}) == len(parts)


def test_outcome_comes_back_from_json():
    outcome = Outcome("ab", {"11": 2, "00": 5}, {"I": 1.0})
    document = json.loads(json.dumps(outcome.to_json()))
    assert Outcome.from_json(document) == outcome
    assert list(document["counts"]) == ["00", "11"]


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"task": "ab", "counts": {}},
        {"task": 1, "counts": {}, "values": {}},
        {"task": "ab", "counts": {"0": -1}, "values": {}},
        {"task": "ab", "counts": {"0": True}, "values": {}},
        {"task": "ab", "counts": {"0": 1.5}, "values": {}},
        {"task": "ab", "counts": 3, "values": {}},
        {"task": "ab", "counts": {}, "values": {"I": float("nan")}},
        {"task": "ab", "counts": {}, "values": {"I": "1"}},
    ],
    ids=str,
)
def test_what_is_no_outcome_is_refused(document):
    with pytest.raises(IntegrityError, match="outcome"):
        Outcome.from_json(document)
