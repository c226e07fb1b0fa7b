"""`qloak sweep`."""

from __future__ import annotations

import csv

import pytest

from tests.unit.cli.commands import qloak, refused, refused_in_json

GRID = ("--grid", "clones=2-3", "--grid", "two_qubit_error=0.001,0.01")


@pytest.fixture(autouse=True)
def _own_cache(tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))


def test_rows_agree_with_the_channel_command():
    document = qloak("sweep", *GRID, "--json").json()
    assert {key: document[key] for key in ("schema", "experiment", "engine", "points", "tasks")} == {
        "schema": "qloak.sweep/1",
        "experiment": "channel",
        "engine": "exact",
        "points": 4,
        "tasks": 4,
    }
    for row in document["rows"]:
        alone = qloak(
            "channel", "--clones", row["clones"], "--two-qubit-error", row["two_qubit_error"], "--json"
        ).json()
        assert row["pauli"] == pytest.approx(alone["pauli"], abs=1e-12)


def test_a_file_and_options_that_win(tmp_path):
    file = tmp_path / "sweep.toml"
    file.write_text('engine = "stim"\nshots = 50\n[settings]\nmethod = "measured"\n[grid]\nclones = [2, 4]\n')
    from_file = qloak("sweep", file, "--json").json()
    assert (from_file["engine"], [row["shots"] for row in from_file["rows"]]) == ("stim", [50, 50])
    changed = qloak("sweep", file, "--engine", "exact", "--grid", "clones=3", "--json").json()
    assert [(row["clones"], row["method"]) for row in changed["rows"]] == [(3, "measured")]
    assert changed["engine"] == "exact"


def test_table_and_csv_have_all_rows(tmp_path):
    path = tmp_path / "rows.csv"
    ran = qloak("sweep", *GRID, "--csv", path)
    assert ran.err == ""
    assert len(ran.out.splitlines()) == 5
    with path.open() as file:
        found = list(csv.DictReader(file))
    assert [row["clones"] for row in found] == ["2", "2", "3", "3"]
    assert float(found[0]["pauli.I"]) == qloak("sweep", *GRID, "--json").json()["rows"][0]["pauli"]["I"]


def test_results_are_kept_and_a_seed_repeats(tmp_path):
    arguments = ("sweep", *GRID, "--engine", "stim", "--shots", 100, "--seed", 4, "--json")
    first = qloak(*arguments, "--out", tmp_path / "out")
    kept = (tmp_path / "out" / "outcomes.jsonl").read_bytes()
    assert kept.count(b"\n") == 4
    assert qloak(*arguments, "--out", tmp_path / "out").out == first.out == qloak(*arguments).out
    assert (tmp_path / "out" / "outcomes.jsonl").read_bytes() == kept


def test_a_dry_run_does_nothing(tmp_path):
    ran = qloak("sweep", *GRID, "--dry-run", "--out", tmp_path / "out")
    assert ran.out == "channel: 4 points, 4 tasks, engine exact\n"
    assert qloak("sweep", *GRID, "--dry-run", "--json").json()["rows"] == []
    assert not (tmp_path / "out").exists()


def test_many_rows_are_shown_in_part():
    ran = qloak(
        "sweep", "--grid", "clones=2", "--grid", "memory_depolarizing=" + ",".join(f"0.{k}" for k in range(100, 310))
    )
    assert ran.out.splitlines()[-1] == "… 10 more rows; --csv FILE or --json has them all"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], ["--grid", "expected settings among clones"]),
        (["--grid", "clones"], ["NAME=VALUES"]),
        (["--grid", "=2"], ["NAME=VALUES"]),
        (["--grid", "clones="], ["NAME=VALUES"]),
        (["--grid", "clones=2", "--grid", "clones=3"], ["each setting once"]),
        (["--grid", "cloves=2"], ["'cloves'", "clones"]),
        (["--grid", "clones=two"], ["a whole number"]),
        ([*GRID, "--experiment", "astrology"], ["'astrology'", "channel, fidelity"]),
        ([*GRID, "--engine", "abacus"], ["'abacus'", "exact, stim"]),
        ([*GRID, "--shots", "0"], ["--shots"]),
        ([*GRID, "--seed", "x"], ["--seed"]),
        ([*GRID, "--executor", "cloud"], ["'cloud'", "serial, processes, dask"]),
        ([*GRID, "--executor", "dask"], ["--scheduler ADDRESS"]),
        ([*GRID, "--executor", "serial", "--workers", "2"], ["processes, for --workers is given"]),
        ([*GRID, "--workers", "2", "--scheduler", "tcp://a:1"], ["dask, for --scheduler is given"]),
        ([*GRID, "--workers", "0"], ["workers"]),
        ([*GRID, "--scheduler", "somewhere"], ["scheduler: got 'somewhere'"]),
        ([*GRID, "--csv", "/nowhere/x.csv"], ["--csv"]),
        (["no-such.toml"], ["a file that exists"]),
        (["--grid", "clones=2", "--grid", "device=nowhere"], ["device nowhere"]),
    ],
    ids=str,
)
def test_wrong_use_is_refused_in_one_line(arguments, words):
    refused(qloak("sweep", *arguments), *words)


def test_damaged_results_are_an_integrity_error(tmp_path):
    (tmp_path / "outcomes.jsonl").write_text("hello\n")
    refused_in_json(qloak("sweep", *GRID, "--out", tmp_path, "--json"), "is damaged", "Nothing was changed", code=14)
    assert (tmp_path / "outcomes.jsonl").read_text() == "hello\n"


def test_a_scheduler_that_is_away_fails_with_1(monkeypatch):
    from qloak.experiments import executors

    monkeypatch.setattr(executors.Dask, "__init__", _hasty(executors.Dask.__init__))
    refused(qloak("sweep", *GRID, "--scheduler", "tcp://127.0.0.1:1"), "nothing answers at tcp://127.0.0.1:1", code=1)


def _hasty(begin):
    return lambda self, address: begin(self, address, 0.2)
