"""Runs that are killed, as processes: nothing is lost, nothing is done twice, nothing stays behind."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from tests.unit.cli.commands import qloak

# Whoever runs tests in the background may have them inherit a SIGINT that is ignored.
_HEARS = "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); "
QLOAK = [sys.executable, "-c", _HEARS + "from qloak.cli import main; main()"]
NUM_TASKS = 60
SWEEP = ["sweep", "--grid", "clones=2", "--grid", "two_qubit_error=" + ",".join(f"{k / 10_000:g}" for k in range(60))]
SAMPLED = [*SWEEP, "--engine", "stim", "--shots", "200000"]
WAIT_SECONDS = 50


def start(*arguments: str) -> subprocess.Popen[str]:
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    return subprocess.Popen([*QLOAK, *arguments], text=True, start_new_session=True, **pipes)


def until(condition) -> None:
    """Wait for something that happens soon."""
    end = time.monotonic() + WAIT_SECONDS
    while not condition():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.002)


def lines(path: Path) -> list[bytes]:
    return path.read_bytes().splitlines() if path.exists() else []


def test_a_run_killed_at_random_moments_goes_on_without_repeating_work(tmp_path):
    rng = np.random.default_rng(5)
    out, kills = tmp_path / "killed", 0
    outcomes, timings = out / "outcomes.jsonl", out / "timings.jsonl"
    for goal in (1, 20, 40):
        with start(*SAMPLED, "--out", str(out)) as process:
            until(lambda goal=goal: len(lines(outcomes)) >= goal or process.poll() is not None)
            time.sleep(rng.uniform(0, 0.03))
            kills += process.poll() is None
            process.kill()
    assert kills >= 2
    assert len(lines(outcomes)) < NUM_TASKS
    before = lines(outcomes)
    if not outcomes.read_bytes().endswith(b"\n"):
        before.pop()
    whole = tmp_path / "whole"
    for folder in (out, whole):
        assert qloak(*SAMPLED, "--out", folder, "--json").code == 0
    after = lines(outcomes)
    assert after[: len(before)] == before
    assert len(after) == NUM_TASKS
    assert sorted(after) == sorted(lines(whole / "outcomes.jsonl"))
    # A task is timed when its outcome is written; a kill between the two, or in the midst of one, costs one line.
    timed = [json.loads(line)["task"] for line in lines(timings) if line.endswith(b"}")]
    assert NUM_TASKS - kills <= len(set(timed))
    assert len(timed) <= NUM_TASKS


def test_an_interrupted_run_exits_with_130_and_one_line(tmp_path):
    # Long enough not to be over before a busy machine has sent the signal.
    with start(*SWEEP, "--engine", "stim", "--shots", "3000000", "--out", str(tmp_path)) as process:
        until(lambda: len(lines(tmp_path / "outcomes.jsonl")) >= 3)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=WAIT_SECONDS)
    assert (process.returncode, out, err) == (130, "", "qloak: Interrupted.\n")
    assert 3 <= len(lines(tmp_path / "outcomes.jsonl")) < NUM_TASKS


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs /proc to find children")
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGINT], ids=lambda number: number.name)
def test_worker_processes_end_with_their_parent(tmp_path, number):
    with start(*SAMPLED, "--workers", "2", "--out", str(tmp_path)) as process:
        until(lambda: len(lines(tmp_path / "outcomes.jsonl")) >= 1 or process.poll() is not None)
        children = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text().split()
        os.kill(process.pid, number)
        process.communicate(timeout=WAIT_SECONDS)
    assert children
    until(lambda: not any(running(child) for child in children))


def running(pid: str) -> bool:
    """Whether a process is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False
