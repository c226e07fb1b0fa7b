from __future__ import annotations

import json

import pytest

from qloak.cli.units import units as command
from qloak.compile import unit_search
from qloak.compile.unit import SHAPES, load_units
from qloak.errors import UnknownNameError


def run(capsys, *words: str) -> str:
    command(list(words), standalone_mode=False)
    return capsys.readouterr().out


def test_list(capsys):
    lines = run(capsys, "list").splitlines()
    assert lines[0].split() == ["shape", "input", "key", "clones", "gates", "layers"]
    assert f"{len(load_units(*SHAPES))} units" in lines
    assert lines[1].endswith(load_units(*SHAPES)[0].gates_text())


def test_list_one_shape(capsys):
    found = json.loads(run(capsys, "list", "--shape", "T5", "--json"))
    assert found["schema"] == "qloak.units/1"
    assert {each["shape"] for each in found["units"]} == {"T5"}
    assert sum(found["counts"].values()) == len(found["units"])


def test_unknown_shape():
    with pytest.raises(UnknownNameError, match="shape: got 'P6', expected one of P5, T5, Q5"):
        command(["list", "--shape", "P6"], standalone_mode=False)


def test_search(capsys, monkeypatch, tmp_path):
    """The search itself has its own test; here it finds the library at once, and then the trees alone."""
    path = tmp_path / "units.json"
    monkeypatch.setattr(unit_search, "search_units", lambda _: load_units(*SHAPES))
    found = json.loads(run(capsys, "search", "--output", str(path), "--json"))
    assert (found["schema"], found["same"], found["output"]) == ("qloak.unit-search/1", True, str(path))
    assert found["bounds"][0] == {"shape": "P5", "input": 0, "adjacent_key": True, "layers": 4, "gates": 7}
    assert path.read_text().startswith('{\n "schema": "qloak.units/1"')
    monkeypatch.setattr(unit_search, "search_units", lambda _: load_units())
    text = run(capsys, "search")
    assert "K5, input 0, adjacent key: at least 3 layers, at least 5 gates" in text
    assert text.endswith("The library in use is another.\n")
