"""Signs of life."""

from __future__ import annotations

import io
import time
from contextlib import redirect_stderr

import pytest

from qloak.cli import progress


class Terminal(io.StringIO):
    """A terminal that keeps what it is told."""

    def isatty(self):
        return True


@pytest.fixture
def terminal(monkeypatch):
    screen = Terminal()
    monkeypatch.setenv("TERM", "xterm")
    return screen


def test_nothing_where_nobody_looks(capsys):
    with progress.counting("work") as tell, progress.reporting("work") as report:
        assert tell is None
        report("one")
    assert capsys.readouterr().err == ""


def test_no_bar_for_quick_work(terminal):
    with redirect_stderr(terminal), progress.counting("work") as tell:
        tell(1, 2)
    assert "work" not in terminal.getvalue()


def test_a_bar_for_long_work(terminal, monkeypatch):
    monkeypatch.setattr(progress, "_PATIENCE_SECONDS", 0.0)
    with redirect_stderr(terminal), progress.counting("work") as tell:
        tell(3, 7)
        end = time.monotonic() + 20
        while "3/7" not in terminal.getvalue() and time.monotonic() < end:
            time.sleep(0.05)
    assert "work" in terminal.getvalue()
    assert "3/7" in terminal.getvalue()


def test_a_line_for_what_cannot_be_counted(terminal):
    with redirect_stderr(terminal), progress.reporting("placing") as report:
        report("our circuit")
        time.sleep(0.3)
    assert "placing" in terminal.getvalue()
