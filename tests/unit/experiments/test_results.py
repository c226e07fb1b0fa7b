"""Files of outcomes: read back as written, repaired where torn, refused where wrong, never overwritten."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from qloak.errors import IntegrityError, LockedError, UsageError
from qloak.experiments import task as task_module
from qloak.experiments.evaluate import timed
from qloak.experiments.results import CIRCUITS, OUTCOMES, TIMINGS, ResultFolder
from tests.unit.experiments.samples import several


def written(path: Path, count: int = 4) -> list[bytes]:
    """A folder with some outcomes; the lines of its file."""
    with ResultFolder.opened(path) as folder:
        for task in several(count):
            folder.append(task, timed(task))
    return (path / OUTCOMES).read_bytes().splitlines(keepends=True)


def load(path: Path):
    with ResultFolder.opened(path) as folder:
        return folder.load()


def test_outcomes_come_back(tmp_path):
    written(tmp_path / "new" / "folder")
    expected = {task.id: timed(task).outcome for task in several(4)}
    assert load(tmp_path / "new" / "folder") == expected


def test_lines_hold_what_depends_on_the_tasks_alone(tmp_path):
    assert written(tmp_path / "a") == written(tmp_path / "b")
    line = json.loads(written(tmp_path / "a")[0])
    assert line["description"] == several()[0].description()


def test_dates_durations_and_hosts_are_beside_them(tmp_path):
    written(tmp_path)
    timings = [json.loads(line) for line in (tmp_path / TIMINGS).read_text().splitlines()]
    assert [timing["task"] for timing in timings] == [task.id for task in several(4)]
    assert all(set(timing) == {"task", "seconds", "finished", "host"} for timing in timings)


def test_circuits_are_kept_by_their_digest(tmp_path):
    written(tmp_path)
    kept = {path.name: path.read_bytes() for path in (tmp_path / CIRCUITS).iterdir()}
    expected = {task.description()["circuit_sha256"] + ".stim": task.circuit.encode() for task in several(4)}
    assert kept == expected


def test_an_empty_folder_has_no_outcomes(tmp_path):
    assert load(tmp_path) == {}
    (tmp_path / OUTCOMES).touch()
    assert load(tmp_path) == {}


def test_a_torn_last_line_is_cut_off_wherever_it_was_torn(tmp_path):
    lines = written(tmp_path)
    path, whole = tmp_path / OUTCOMES, b"".join(lines[:-1])
    for size in {*range(1, 40), *range(40, len(lines[-1]), 13), len(lines[-1]) - 1}:
        path.write_bytes(whole + lines[-1][:size])
        assert list(load(tmp_path)) == [task.id for task in several(4)[:-1]]
        assert path.read_bytes() == whole


def test_a_torn_timing_does_not_spoil_the_next(tmp_path):
    written(tmp_path, 2)
    path = tmp_path / TIMINGS
    path.write_bytes(path.read_bytes()[:-10])
    written(tmp_path, 2)
    assert len(path.read_bytes().splitlines()) == 4


def test_any_changed_byte_is_noticed_and_nothing_is_changed(tmp_path, rng):
    data = b"".join(written(tmp_path, 2))
    path = tmp_path / OUTCOMES
    for place in rng.choice(len(data) - 1, size=60, replace=False):
        damaged = bytearray(data)
        damaged[place] ^= 1 << int(rng.integers(7))
        path.write_bytes(damaged)
        with pytest.raises((IntegrityError, UsageError), match="results"):
            load(tmp_path)
        assert path.read_bytes() == damaged


@pytest.mark.parametrize(
    "data",
    [
        b"hello\n",
        b"hello",
        b"\n",
        b"{}\n",
        b"[]\n",
        b"null\n",
        b"[" * 100_000 + b"\n",
        b"\xff\xfe\n",
        b"\0\0",
        b'{"a":1}',
    ],
    ids=lambda data: repr(data[:8]),
)
def test_what_is_no_file_of_results_is_refused_and_left_alone(tmp_path, data):
    (tmp_path / OUTCOMES).write_bytes(data)
    with pytest.raises(IntegrityError, match="is damaged") as caught:
        load(tmp_path)
    assert caught.value.exit_code == 14
    assert (tmp_path / OUTCOMES).read_bytes() == data


def test_lines_that_contradict_each_other_are_refused(tmp_path, monkeypatch):
    first, second = several(4)[1], several(4)[3]
    with ResultFolder.opened(tmp_path) as folder:
        folder.append(first, timed(first))
        folder.append(first, timed(first))
        assert len(folder.load()) == 1  # the same twice is no contradiction
        finished = timed(second)
        outcome = type(finished.outcome)(first.id, finished.outcome.counts, {})
        folder.append(first, type(finished)(outcome, 0.0, "here"))
        with pytest.raises(IntegrityError, match="contradicts"):
            folder.load()


def test_counts_that_are_not_as_many_as_the_shots_are_refused(tmp_path):
    task = several()[1]
    finished = timed(task)
    fewer = type(finished.outcome)(task.id, {"00": 1}, {})
    with ResultFolder.opened(tmp_path) as folder:
        folder.append(task, type(finished)(fewer, 0.0, "here"))
        with pytest.raises(IntegrityError, match="as many as its shots"):
            folder.load()


def test_results_of_other_software_are_refused_and_left_alone(tmp_path, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(task_module, "__version__", "9.9.9")
        data = b"".join(written(tmp_path))
    with pytest.raises(UsageError, match=r"got results of qloak 9\.9\.9, .* Take another folder") as caught:
        load(tmp_path)
    assert caught.value.exit_code == 2
    assert (tmp_path / OUTCOMES).read_bytes() == data


def test_one_process_at_a_time(tmp_path):
    with (
        ResultFolder.opened(tmp_path),
        pytest.raises(LockedError, match="another process"),
        ResultFolder.opened(tmp_path),
    ):
        pass
    assert load(tmp_path) == {}


def test_a_folder_that_cannot_be_made_is_refused(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(UsageError, match="a folder that can be written"):
        load(tmp_path / "file")
    with pytest.raises(UsageError, match="a folder that can be written"):
        load(tmp_path / "file" / "below")


def test_results_that_are_no_regular_file_are_refused(tmp_path):
    (tmp_path / OUTCOMES).mkdir()
    with pytest.raises(UsageError, match="a regular file"):
        load(tmp_path)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no device that is always full")
def test_a_full_disk_is_told(tmp_path):
    (tmp_path / OUTCOMES).symlink_to("/dev/full")
    task = several()[0]
    with ResultFolder.opened(tmp_path) as folder, pytest.raises(UsageError, match=os.strerror(28)):
        folder.append(task, timed(task))
