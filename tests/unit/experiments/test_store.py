"""Placed circuits kept between runs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from qloak.experiments.store import CircuitStore, Placed, Try
from tests.unit.experiments.test_physical import bell_pair

KEY = {"kind": "test", "seeds": 3}
PLACED = Placed(bell_pair(), (Try(0, 1, 1, 0.5), Try(1, 2, 3, 0.25)))


def never() -> Placed:
    raise AssertionError("it is kept")


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def store(tmp_path: Path, said: list[str]) -> CircuitStore:
    return CircuitStore(tmp_path / "circuits", said.append)


def test_what_is_kept_is_not_made_again(store: CircuitStore):
    assert store.get(KEY, lambda: PLACED) is PLACED
    again = store.get(KEY, never)
    assert again.tries == PLACED.tries
    assert again.physical.to_json() == PLACED.physical.to_json()
    other = Placed(bell_pair(), ())
    assert store.get({**KEY, "seeds": 4}, lambda: other) is other


def test_without_a_folder_nothing_is_kept():
    store = CircuitStore(None)
    made = [Placed(bell_pair(), ()), Placed(bell_pair(), ())]
    assert [store.get(KEY, iter([each]).__next__) for each in made] == made


@pytest.mark.parametrize(
    "damage",
    [
        lambda _: b"{",
        lambda _: b"[]",
        lambda _: b"{}",
        lambda document: json.dumps(document | {"id": "0" * 64}).encode(),
        lambda document: json.dumps(document | {"tries": [[1]]}).encode(),
        lambda document: json.dumps(document | {"circuit": document["circuit"] | {"checks": ["Z_"]}}).encode(),
        lambda document: json.dumps(document | {"circuit": document["circuit"] | {"flips": "XI"}}).encode(),
        lambda document: json.dumps(document | {"circuit": document["circuit"] | {"ends": [0]}}).encode(),
        lambda _: b" " * 20_000_001,
    ],
)
def test_damaged_files_are_told_of_and_made_anew(store: CircuitStore, said: list[str], damage):
    store.get(KEY, lambda: PLACED)
    (path,) = store.folder.iterdir()
    path.write_bytes(damage(json.loads(path.read_bytes())))
    assert store.get(KEY, lambda: PLACED) is PLACED
    assert len(said) == 1
    assert store.get(KEY, never).tries == PLACED.tries


def test_a_folder_that_cannot_be_written_does_not_stop_the_work(tmp_path: Path, said: list[str]):
    (tmp_path / "file").write_text("")
    store = CircuitStore(tmp_path / "file" / "circuits", said.append)
    assert store.get(KEY, lambda: PLACED) is PLACED
    assert "XDG_CACHE_HOME" in said[-1]


def test_the_default_folder_is_the_users(monkeypatch, tmp_path: Path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert CircuitStore.default(print).folder == tmp_path / "qloak" / "circuits"
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert CircuitStore.default(print).folder == tmp_path / ".cache" / "qloak" / "circuits"
