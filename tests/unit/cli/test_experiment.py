"""`qloak experiment`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pytest

from qloak.cli.experiment_device import placed_on
from qloak.cli.experiment_view import document_lines
from qloak.errors import UnknownNameError, UsageError
from qloak.experiments.catalogue import CATALOGUE
from tests.unit.cli.commands import qloak, refused, refused_in_json

pytest.importorskip("qiskit")


@pytest.fixture(scope="module")
def cache(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(autouse=True)
def _kept(cache: Path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(cache))


def test_list_names_all():
    ran = qloak("experiment", "list")
    assert (ran.code, ran.err) == (0, "")
    assert [line.split()[0] for line in ran.out.splitlines()] == list(CATALOGUE)
    found = qloak("experiment", "list", "--json").json()
    assert [each["name"] for each in found["experiments"]] == list(CATALOGUE)


def test_fidelity_answers_in_the_agreed_form_and_is_kept(tmp_path: Path):
    words = ["experiment", "fidelity", "--clones", "2", "--seeds", "1", "--json", "--out", tmp_path / "results"]
    ran = qloak(*words)
    assert ran.code == 0, ran.err
    document = ran.json()
    assert (document["schema"], document["experiment"], document["device"]) == (
        "qloak.experiment/1",
        "fidelity",
        "kingston",
    )
    (row,) = document["rows"]
    assert row["clones"] == 2
    assert row["our_circuit"]["fidelity"] > row["paper_circuit"]["fidelity"]
    assert {each["series"] for each in document["deviations"]} == {"table", "parity"}
    assert json.loads((tmp_path / "results" / "fidelity.json").read_text()) == document
    before = (tmp_path / "results" / "outcomes.jsonl").read_bytes()
    assert qloak(*words).json() == document
    assert (tmp_path / "results" / "outcomes.jsonl").read_bytes() == before


def test_a_table_for_people():
    ran = qloak("experiment", "fidelity", "--clones", "2", "--seeds", "1", "--engine", "stim", "--shots", "100")
    assert ran.code == 0, ran.err
    lines = ran.out.splitlines()
    assert lines[0] == "fidelity on kingston, engine stim"
    assert lines[3].startswith("n = 2 ")
    assert "0.823 ± 0.004" in lines[3]
    assert "parity" in lines[4]
    assert "rms" in lines[-1]
    assert "depth law" in lines[-1]


def test_what_is_limited_says_why():
    document = {
        "experiment": "iterated",
        "device": "d",
        "engine": "exact",
        "rows": [
            {"kind": "tree", "label": "2*", "clones": 49, "our_circuit": {"limited_by": "no room"}},
            {"kind": "chain", "n": 4, "levels": 1, "paper_measured": 0.45, "paper_circuit": {"fidelity": 0.5}},
            {"size": 3, "paper_measured": None, "our_circuit": {"fidelity": 0.5}},
        ],
        "deviations": [],
    }
    lines = list(document_lines(document))
    assert lines[3].startswith("tree 2*, 49 clones")
    assert lines[4] == "    our circuit: no room"
    assert lines[5].startswith("chain n = 4, level 1")
    assert lines[6].startswith("r = 3")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["nope"], ["experiment", "nope", "ghz"]),
        (["fidelity", "--size", "3"], ["size", "clones"]),
        (["fidelity", "--clones", "3", "--size", "3"], ["--clones", "one kind"]),
        (["fidelity", "--clones", "x"], ["--clones"]),
        (["fidelity", "--clones", "41"], ["clones", "40"]),
        (["fidelity", "--device", "nope"], ["nope"]),
        (["fidelity", "--engine", "nope"], ["--engine"]),
        (["fidelity", "--engine", "stim", "--shots", "0"], ["--shots"]),
        (["fidelity", "--engine", "stim", "--robustness"], ["--robustness", "exact"]),
        (["fidelity", "--seeds", "0"], ["seeds"]),
        (["correlators", "--engine", "stim"], ["exact"]),
        (["fidelity", "--device", "fake:kingston"], ["--device", "qiskit"]),
        (["fidelity", "--engine", "qiskit"], ["--device", "ibm:NAME"]),
        (["fidelity", "--calibration", "kingston"], ["--calibration"]),
    ],
)
def test_bad_input_is_refused(words: list[str], said: list[str]):
    refused(qloak("experiment", *words), *said)
    refused_in_json(qloak("experiment", *words, "--json"), *said)


def test_all_takes_the_rows_that_each_experiment_has(monkeypatch):
    from qloak.experiments import catalogue

    entries = {name: CATALOGUE[name] for name in ("fidelity", "ghz", "correlators")}
    monkeypatch.setattr(catalogue, "CATALOGUE", entries)
    words = ["all", "--clones", "2", "--size", "1", "--seeds", "1", "--json"]
    document = qloak("experiment", *words).json()
    assert document["schema"] == "qloak.experiments/1"
    found = {each["experiment"]: len(each["rows"]) for each in document["experiments"]}
    assert found == {"fidelity": 1, "ghz": 1, "correlators": 1}
    sampled = qloak("experiment", *words, "--engine", "stim", "--shots", "50").json()
    assert [each["experiment"] for each in sampled["experiments"]] == ["fidelity", "ghz"]


@pytest.fixture
def _few(monkeypatch):
    """A catalogue of what is quick."""
    from qloak.experiments import catalogue

    entries = {name: CATALOGUE[name] for name in ("ghz", "published")}
    monkeypatch.setattr(catalogue, "CATALOGUE", entries)


@pytest.mark.usefixtures("_few")
def test_all_leaves_tables_figures_and_a_report(tmp_path: Path):
    pytest.importorskip("matplotlib")
    out = tmp_path / "a b"
    ran = qloak("experiment", "all", "--size", "1", "--seeds", "1", "--seed", "5", "--out", out)
    assert ran.code == 0, ran.err
    assert "report.html" in ran.err
    assert "recovered" in ran.out
    figures = {path.name for path in (out / "figures").iterdir()}
    assert figures == {f"{name}.{kind}" for name in ("ghz", "ghz-costs", "published") for kind in ("svg", "png")}
    report = (out / "report.html").read_text()
    assert "qloak experiment all --size 1 --device kingston --engine exact --shots 10000 --seed 5 --seeds 1" in report
    assert (out / "ghz.csv").read_text().startswith("size,paper_measured,")
    assert (out / "published.csv").read_text().count("\n") == 13
    assert json.loads((out / "ghz.json").read_text())["schema"] == "qloak.experiment/1"


@pytest.mark.usefixtures("_few")
def test_without_matplotlib_all_says_so_before_it_starts(tmp_path: Path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    refused(qloak("experiment", "all", "--out", tmp_path / "out"), "matplotlib", "plot", code=1)
    assert not (tmp_path / "out").exists()


def test_what_is_in_the_way_of_the_files_is_named(tmp_path: Path):
    (tmp_path / "published.csv").mkdir()
    refused(qloak("experiment", "published", "--out", tmp_path), "--out", "published.csv")
    (tmp_path / "file").touch()
    refused(qloak("experiment", "published", "--out", tmp_path / "file"), "file", "folder")


def test_physical_noise_stands_under_its_row():
    arm = {"two_qubit_layers": 4, "two_qubit_gates": 8, "fidelity": 0.95, "untwirled": {"value": 0.948, "error": 0.002}}
    document = {"experiment": "kraus", "device": "d", "engine": "exact", "deviations": []}
    lines = list(document_lines(document | {"rows": [{"clones": 2, "our_circuit": arm}]}))
    assert lines[-1] == "    our circuit, physical noise: 0.9480 ± 0.0020"


def test_processors_are_placed_by_a_calibration():
    assert placed_on("kingston", None, "exact")[1] == ""
    device, where = placed_on("fake:kingston", None, "qiskit")
    assert (device.name, where) == ("kingston", "fake:kingston")
    device, where = placed_on("ibm:ibm_fez", None, "qiskit")
    assert (device.name, where) == ("fez", "ibm:ibm_fez")
    assert placed_on("ibm:ibm_new", "aachen", "qiskit")[0].name == "aachen"
    with pytest.raises(UnknownNameError):
        placed_on("ibm:ibm_new", None, "qiskit")
    with pytest.raises(UsageError, match="--calibration"):
        placed_on("kingston", "fez", "exact")
