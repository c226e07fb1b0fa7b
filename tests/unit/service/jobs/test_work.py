"""What the child does, here in this process."""

from __future__ import annotations

import time

import pytest

from qloak.experiments.catalogue import CATALOGUE
from qloak.service.jobs.folder import JobFolder
from qloak.service.jobs.record import Job, JobState, Progress
from qloak.service.jobs.request import JobRequest
from qloak.service.jobs.work import main


@pytest.fixture(autouse=True)
def cache_of_its_own(tmp_path_factory, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))


def job(path, *arguments, **more):
    folder = JobFolder(path / "job")
    folder.save(Job("job", "local", JobRequest(*arguments, **more), JobState.RUNNING, time.time()))
    return folder


def test_sweeps_come_in_parts_and_go_on_behind_the_last_one(tmp_path):
    folder = job(tmp_path, "channel", {"clones": "2-20", "memory_depolarizing": 0.99})
    assert main(str(folder.path)) == 0
    assert folder.progress == Progress(3, 3)
    rows = folder.rows()
    assert [row["clones"] for row in rows] == list(range(2, 21))
    for row in rows:
        n = row["clones"]
        expected = (1 + 0.99 ** (n if n % 2 else n + 1) + 2 * 0.99 ** (n + 1)) / 4
        assert row["entanglement_fidelity"] == pytest.approx(expected)
    # A part that is missing is done again, and only that one.
    lines = (folder.path / "rows.jsonl").read_text().splitlines(keepends=True)
    (folder.path / "rows.jsonl").write_text("".join(lines[:1] + lines[2:]))
    outcomes = (folder.results / "outcomes.jsonl").read_bytes()
    assert main(str(folder.path)) == 0
    assert folder.rows() == rows
    assert (folder.results / "outcomes.jsonl").read_bytes() == outcomes


def test_an_experiment_of_the_catalogue_has_figures(tmp_path):
    pytest.importorskip("matplotlib")
    folder = job(tmp_path, "published")
    assert main(str(folder.path)) == 0
    assert len(folder.rows()) > 5
    assert folder.captions()
    assert b"<svg" in folder.figure(1)


def test_sampled_sweeps_do_not_depend_on_how_they_are_cut(tmp_path):
    request = ("channel", {"clones": [2, 3, 4], "two_qubit_error": 0.01})
    whole = job(tmp_path / "a", *request, engine="stim", shots=200, seed=5)
    assert main(str(whole.path)) == 0
    single = [
        job(tmp_path / str(n), "channel", {"clones": n, "two_qubit_error": 0.01}, engine="stim", shots=200, seed=5)
        for n in (2, 3, 4)
    ]
    rows = []
    for folder in single:
        main(str(folder.path))
        rows += folder.rows()
    assert whole.rows() == rows


@pytest.mark.slow
def test_experiments_with_further_settings_name_them_in_each_row(tmp_path):
    folder = job(tmp_path, "cloning-machine", {"clones": 2, "noise_scale": 2}, transpiler_seeds=1)
    assert CATALOGUE["cloning-machine"].by == "clones"
    assert main(str(folder.path)) == 0
    assert [(row["noise_scale"], row["clones"]) for row in folder.rows()] == [(2.0, 2)]
    assert folder.captions() == []


def test_too_little_memory_is_an_error_with_a_name(tmp_path, monkeypatch):
    def full(*_):
        raise MemoryError

    monkeypatch.setattr("qloak.experiments.runner.Runner.run", full)
    folder = job(tmp_path, "channel", {"clones": 2})
    assert main(str(folder.path)) == 1
    assert folder.failure[0] == "over-limit"


def test_errors_are_kept_with_their_codes(tmp_path):
    folder = job(tmp_path, "channel", {"clones": 2, "custody": "nowhere"})
    assert main(str(folder.path)) == 2
    code, message = folder.failure
    assert code in ("bad-argument", "unknown-name")
    assert "custody" in message
