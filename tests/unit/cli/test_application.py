"""The entry point: help, unknown words, interrupts, faults of Qloak's own, terminals without Unicode."""

from __future__ import annotations

import io
import subprocess
import sys

import pytest

from qloak._version import __version__
from qloak.cli import main
from qloak.cli.output import fail, print_json
from qloak.errors import IntegrityError, KeyConsumedError, NotAuthorizedSetError, QloakError, UsageError
from tests.unit.cli.commands import qloak, refused, refused_in_json

COMMANDS = ("demo", "access", "circuit", "convert", "version")


class TestHelp:
    def test_of_everything(self):
        ran = qloak("--help")
        assert (ran.code, ran.err) == (0, "")
        for word in (*COMMANDS, "Exit codes: 0 ok", "12 key already consumed", "--install-completion"):
            assert word in " ".join(ran.out.split())

    @pytest.mark.parametrize("command", COMMANDS)
    def test_of_a_command(self, command):
        ran = qloak(command, "--help")
        assert (ran.code, ran.err) == (0, "")
        assert f"Usage: qloak {command}" in ran.out

    def test_instead_of_nothing(self):
        ran = qloak()
        assert (ran.code, ran.err) == (2, "")
        assert "Usage: qloak" in ran.out


def test_a_command_loads_no_other():
    program = (
        "import sys\nfrom qloak.cli import main\ntry:\n    main(['version'])\nexcept SystemExit:\n    pass\n"
        "print([name for name in ('demo', 'compile', 'put', 'vault') if f'qloak.cli.{name}' in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines()[-1] == "[]"


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["nonsense"], ["No such command 'nonsense'", "qloak --help"]),
        (["--nonsense"], ["--nonsense", "qloak --help"]),
        (["access"], ["--clones", "qloak --help"]),
        (["demo", "--clones"], ["--clones", "requires an argument"]),
        (["version", "extra"], ["extra"]),
        (["evil\nname"], ["No such command"]),
    ],
)
def test_words_that_mean_nothing(arguments, words):
    refused(qloak(*arguments), *words)
    if arguments[-1] != "--clones":
        refused_in_json(qloak(*arguments, "--json"), *words)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (QloakError("m"), 1),
        (UsageError("m"), 2),
        (KeyConsumedError("m"), 12),
        (NotAuthorizedSetError("m"), 13),
        (IntegrityError("m"), 14),
        (KeyboardInterrupt(), 130),
    ],
)
def test_exit_codes(monkeypatch, error, code):
    def raising(*args, **kwargs):
        raise error

    monkeypatch.setattr("qloak.cli.application.build_app", raising)
    refused(qloak("demo"), code=code)
    document = qloak("demo", "--json").json()
    assert (document["schema"], document["exit_code"]) == ("qloak.error/1", code)


@pytest.mark.parametrize("stop", [KeyboardInterrupt, EOFError])
def test_an_interrupted_command_says_so(monkeypatch, stop):
    """Typer turns an interrupt inside a command into a silent exit code."""

    def interrupted(*args):
        raise stop

    monkeypatch.setattr("qloak.cli.access.build_scheme", interrupted)
    ran = qloak("access", "--clones", 3, "--all")
    assert (ran.code, ran.err.split()[-1]) == (130, "Interrupted.")
    assert qloak("access", "--clones", 3, "--all", "--json").json()["exit_code"] == 130


class TestFaults:
    """An exception nobody foresaw: one line and no traceback, unless asked for."""

    @pytest.fixture
    def hook(self, monkeypatch):
        monkeypatch.setattr(sys, "excepthook", sys.excepthook)  # put back afterwards
        with pytest.raises(SystemExit):
            main(["version"])
        return sys.excepthook

    def test_in_one_line(self, hook, monkeypatch, capsys):
        monkeypatch.delenv("QLOAK_TRACEBACK", raising=False)
        capsys.readouterr()
        hook(ZeroDivisionError, ZeroDivisionError("by zero"), None)
        out, err = capsys.readouterr()
        assert out == ""
        assert err.count("\n") == 1
        assert "internal error (ZeroDivisionError: by zero)" in err
        assert "QLOAK_TRACEBACK=1" in err

    def test_with_the_details(self, hook, monkeypatch, capsys):
        monkeypatch.setenv("QLOAK_TRACEBACK", "1")
        capsys.readouterr()
        hook(ZeroDivisionError, ZeroDivisionError("by zero"), None)
        assert "ZeroDivisionError: by zero" in capsys.readouterr().err


class TestOutput:
    def test_json_is_ascii_and_has_no_nan(self, capsys):
        print_json({"name": "Zürich …", "lost": "\udcff"})
        out = capsys.readouterr().out
        assert out.isascii()
        assert "Z\\u00fcrich" in out
        with pytest.raises(ValueError, match="JSON compliant"):
            print_json({"value": float("nan")})

    def test_an_error_is_one_line_whatever_it_says(self, capsys):
        with pytest.raises(SystemExit) as leaving:
            fail({"message": "one\ntwo\r\nthree\u2028four", "exit_code": 7}, as_json=False)
        assert leaving.value.code == 7
        assert capsys.readouterr().err == "qloak: one two three four\n"

    def test_a_terminal_without_unicode(self, monkeypatch):
        """Characters that it lacks are written as escapes."""
        raw = io.BytesIO()
        monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii", write_through=True))
        monkeypatch.setattr(sys, "excepthook", sys.excepthook)
        with pytest.raises(SystemExit) as leaving:
            main(["demo", "--clones", "20", "--providers", ",".join(f"Zürich{i}" for i in range(20)), "--seed", "1"])
        assert leaving.value.code == 0
        assert b"Z\\xfcrich0" in raw.getvalue()


def test_version_option_and_module():
    assert qloak("--version").out == f"qloak {__version__}\n"
    ran = subprocess.run([sys.executable, "-m", "qloak", "--version"], capture_output=True, text=True, check=True)
    assert ran.stdout == f"qloak {__version__}\n"


def test_a_number_with_too_many_digits_says_so():
    refused(qloak("access", "--clones", "1" * 30, "--all"), "--clones", "at most 18 digits")
