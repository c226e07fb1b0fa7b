"""`qloak compile --table`: its figures are those of the circuits, in text, JSON and CSV."""

import csv
import io

import pytest

from qloak.cli import compile_figures
from tests.unit.cli.commands import qloak, refused, refused_in_json


@pytest.fixture(autouse=True)
def _own_cache(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))


@pytest.fixture
def one_other(monkeypatch):
    monkeypatch.setattr(compile_figures, "ELSEWHERE", ("line-6", "grid-3x3"))
    monkeypatch.setattr(compile_figures, "REGISTERS", (1, 2))


def number(text):
    return float(text) if text else None


def flat(value, before=""):
    if isinstance(value, dict):
        return {k: v for name, each in value.items() for k, v in flat(each, f"{before}{name}.").items()}
    if isinstance(value, list):
        return {k: v for place, each in enumerate(value) for k, v in flat(each, f"{before}{place}.").items()}
    return {} if value is None else {before[:-1]: value}


@pytest.mark.usefixtures("one_other")
def test_every_mode_in_one_table(tmp_path):
    out = tmp_path / "table.csv"
    document = qloak("compile", "--table", "2-3", "--device", "line-6", "--full", "--csv", out, "--json").json()
    assert document["schema"] == "qloak.compile-table/1"
    assert document["csv"] == str(out)
    two, three = document["rows"]
    assert (two["clones"], three["clones"]) == (2, 3)
    # A path of six qubits has no room for the key beside the path of two clones.
    assert two["key_untouched"] is None
    assert three["key_untouched"]["two_qubit_layers_strict"] >= three["key_untouched"]["two_qubit_layers"]["max"]
    for row in (two, three):
        assert set(row["devices"]) == {"grid-3x3"}
        assert "scored_on" not in row
        assert row["depth"]["two_qubit_layers"]["max"] <= 5
        # What a clone needs by gates includes at least one gate for each of its key qubits.
        assert row["unitary"]["two_qubit_gates"]["min"] >= row["two_qubit_gates"]["min"] + 2
        means = [row["fidelity"]["mean"], *(row["noise"][scale]["mean"] for scale in ("1.25", "1.5"))]
        assert means == sorted(means, reverse=True)
    # Six qubits are enough for three clones and for one group of five.
    assert [("fidelity" in row, row["clones"]) for row in document["iterated"]] == [(True, 3), (False, 9), (False, 27)]
    assert document["iterated"][0]["fidelity"] == three["fidelity"]
    assert [("ghz_fidelity" in row, row["size"]) for row in document["parallel"]] == [(True, 1), (False, 2)]
    table = list(csv.DictReader(io.StringIO(out.read_text())))
    for row, line in zip((two, three, *document["iterated"], *document["parallel"]), table, strict=True):
        assert {name: number(text) for name, text in line.items() if text} == flat(row)


@pytest.mark.usefixtures("one_other")
def test_the_text_has_the_figures_of_the_document_and_says_what_is_left_out():
    command = ("compile", "--table", "2", "--device", "line-6", "--full")
    [row] = qloak(*command, "--json").json()["rows"]
    ran = qloak(*command)
    assert "2 clones left out" in ran.err
    titles = ("objective fidelity", "--objective depth", "--key-untouched", "--method unitary", "grid-3x3", "scaled up")
    for title in (*titles, "--iterated", "--parallel"):
        assert title in ran.out
    lines = [line.split() for line in ran.out.splitlines() if line.startswith("  2")]
    assert len(lines) == len(titles) + 2
    assert lines[-1][1:] == ["-", "-", "-", "20", "41", "0.7860"]
    assert lines[0][3:5] == [f"{row['fidelity'][name]:.4f}" for name in ("mean", "min")]
    assert lines[0][-2:] == ["21/18", "0.823/0.875"]
    assert set(lines[2][1:]) == {"-"}
    assert lines[5][1] == "{mean:.4f}/{min:.4f}".format(**row["noise"]["1.25"])


def test_circuits_are_scored_on_other_calibrations_of_as_many_qubits(monkeypatch):
    monkeypatch.setattr(compile_figures, "ELSEWHERE", ())
    monkeypatch.setattr(compile_figures, "REGISTERS", ())
    monkeypatch.setattr(compile_figures, "LEVELS", (0,))
    [row] = qloak("compile", "--table", "2", "--device", "kingston", "--full", "--json").json()["rows"]
    assert set(row["scored_on"]) == {"aachen", "boston", "fez", "marrakesh", "pittsburgh"}
    for score in row["scored_on"].values():
        assert score is None or score["min"] <= score["mean"] <= score["max"] < 1


def test_the_second_time_nothing_is_searched(monkeypatch):
    command = ("compile", "--table", "3", "--device", "line-6", "--key-untouched", "--json")
    first = qloak(*command).json()
    monkeypatch.setattr("qloak.compile.untouched.compile_untouched", None)
    assert qloak(*command).json() == first


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--clones", 3, "--full"), ("--clones", "--full")),
        (("--clones", 3, "--csv", "x.csv"), ("--clones", "--csv")),
        (("--table", "2", "-o", "x.stim"), ("--table", "--output")),
        (("--table", "2", "--layout", "x.svg"), ("--table", "--layout")),
        (("--table", "2", "--full", "--key-untouched"), ("--full", "--key-untouched")),
        (("--table", "2", "--full", "--objective", "depth"), ("--full", "--objective")),
        (("--table", "2", "--full", "--method", "mixed"), ("--full", "--method")),
        (("--table", "2-99"), ("--table", "2-99", "40")),
        (("--table", "few"), ("--table", "few")),
        (("--table", "4", "--device", "line-6"), ("4",)),
    ],
)
def test_bad_input(options, words):
    refused_in_json(qloak("compile", *options, "--json"), *words)


def test_a_table_that_cannot_be_written(tmp_path):
    ran = qloak("compile", "--table", "2", "--device", "line-6", "--csv", tmp_path / "no" / "t.csv", "--json")
    assert ran.code == 2
    assert "--csv" in ran.err
    refused(qloak("compile", "--table", "1"), "--table")
