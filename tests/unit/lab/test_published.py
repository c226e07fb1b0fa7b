"""Measured values beside predictions that are kept as data."""

from __future__ import annotations

import json
from xml.etree import ElementTree

import pytest

from qloak.errors import IntegrityError
from qloak.experiments.bench import Bench
from qloak.experiments.catalogue import CATALOGUE
from qloak.experiments.measured import measured
from qloak.lab.published import EXPERIMENTS, published_document, write_predictions
from qloak.noise import load_device


@pytest.fixture(scope="module")
def document():
    return json.loads(json.dumps(published_document(), allow_nan=False))


def test_every_table_is_whole(document):
    assert (document["schema"], document["measured_on"]) == ("qloak.published/1", measured()["device"])
    assert [each["experiment"] for each in document["experiments"]] == list(EXPERIMENTS)
    for each in document["experiments"]:
        entry = CATALOGUE[each["experiment"]]
        assert {row[entry.by] for row in each["rows"]} == set(entry.default)
        assert each["engine"] == "exact"
    assert len(document["jobs"]) > 5


def test_measured_values_are_the_papers(document):
    rows = {each["experiment"]: each["rows"] for each in document["experiments"]}
    for row in rows["fidelity"]:
        (known,) = [each for each in measured()["fidelity"] if each["clones"] == row["clones"]]
        assert (row["paper_measured"], row["paper_error"]) == (known["bell"]["value"], known["bell"]["error"])
    for row in rows["ghz"]:
        (known,) = [each for each in measured()["ghz"] if each["size"] == row["size"]]
        assert row["paper_measured"] == known["value"]


def test_predictions_are_of_the_calibration_that_ships(document):
    for each in document["experiments"]:
        assert each["snapshot"] == load_device(each["device"]).snapshot


def test_the_smallest_prediction_comes_out_again(document):
    row = document["experiments"][0]["rows"][0]
    compiled = Bench(load_device("kingston")).ours(2)
    found = sum(compiled.fidelities.values()) / 2
    # Another version of the compiler may only do better.
    assert found >= row["our_circuit"]["fidelity"] - 2e-3


def test_figures_show_every_measured_point(document):
    for each in document["experiments"]:
        root = ElementTree.fromstring(each["figure"]["svg"])
        titles = [element.text for element in root.iter("{http://www.w3.org/2000/svg}title")]
        points = [title for title in titles if title.startswith("measured in the hardware experiment, ")]
        table = [row for row in each["rows"] if row.get("kind") != "chain" and row["paper_measured"] is not None]
        assert len(points) == len(table) > 0


def test_only_whole_sets_of_predictions_are_kept(tmp_path):
    documents = [{"experiment": name, "rows": []} for name in EXPERIMENTS]
    write_predictions(documents, tmp_path / "p.json")
    assert json.loads((tmp_path / "p.json").read_text()) == documents
    for wrong in (documents[1:], [*documents, documents[0]]):
        with pytest.raises(IntegrityError):
            write_predictions(wrong, tmp_path / "p.json")
