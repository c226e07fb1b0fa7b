"""Rows as text."""

from __future__ import annotations

import csv
import io

import pytest

from qloak.experiments.row_text import csv_of, flat, row_name
from tests.unit.experiments.documents import documents


@pytest.mark.parametrize(
    ("row", "name"),
    [
        ({"clones": 3}, "n = 3"),
        ({"size": 3}, "r = 3"),
        ({"kind": "tree", "label": "2*", "clones": 49}, "tree 2*, 49 clones"),
        ({"kind": "chain", "n": 4, "levels": 1}, "chain n = 4, level 1"),
        ({"run": "core", "label": "Bell measurement"}, "core: Bell measurement"),
    ],
)
def test_names(row: dict[str, object], name: str):
    assert row_name(row) == name


def test_rows_inside_rows_become_columns():
    assert flat({"a": {"b": 1, "c": [{"d": 2}, 3]}, "e": None}) == {"a.b": 1, "a.c.0.d": 2, "a.c.1": 3, "e": None}


def test_a_spreadsheet_has_every_value():
    (rows,) = [each["rows"] for each in documents() if each["experiment"] == "iterated"]
    tree, chain = csv.DictReader(io.StringIO(csv_of(rows)))
    assert tree["our_circuit.limited_by"] == "no room for <77>"
    assert (tree["n"], chain["n"]) == ("", "4")
    assert float(chain["paper_circuit.fidelity"]) == 0.8
    assert csv_of([]) == "\n"
