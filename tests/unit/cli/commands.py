"""Running the command line inside the test's own process."""

from __future__ import annotations

import io
import json
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from typing import Any

from qloak.cli import main


@dataclass(frozen=True, slots=True)
class Ran:
    """Exit code, and what was written where."""

    code: int
    out: str
    err: str

    def json(self) -> dict[str, Any]:
        """The one JSON document on stdout."""
        document: dict[str, Any] = json.loads(self.out, parse_constant=_refuse)
        return document


def qloak(*arguments: object) -> Ran:
    """`qloak ARGUMENTS`, stdout and stderr apart, no terminal."""
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True) for _ in range(2))
    hook = sys.excepthook
    try:
        with redirect_stdout(out), redirect_stderr(err):
            main([str(argument) for argument in arguments])
    except SystemExit as leaving:
        code = leaving.code if isinstance(leaving.code, int) else int(leaving.code is not None)
    else:
        raise AssertionError("main returned, expected it to exit")
    finally:
        sys.excepthook = hook
    return Ran(code, *(stream.buffer.getvalue().decode() for stream in (out, err)))


def refused(ran: Ran, *words: str, code: int = 2) -> None:
    """Assert an error in one line on stderr, nothing on stdout, that says all of `words`."""
    assert ran.code == code, ran
    assert ran.out == ""
    assert ran.err.startswith("qloak: ")
    assert ran.err.count("\n") == 1
    assert ran.err.endswith("\n")
    for word in words:
        assert word in ran.err
    assert "Traceback" not in ran.err


def refused_in_json(ran: Ran, *words: str, code: int = 2) -> None:
    """Assert the same under --json: the line on stderr, and the error's document on stdout."""
    document = ran.json()
    assert set(document) == {"schema", "code", "message", "exit_code"}
    assert (document["schema"], document["exit_code"]) == ("qloak.error/1", code)
    assert ran.err == f"qloak: {' '.join(document['message'].split())}\n"
    refused(Ran(ran.code, "", ran.err), *words, code=code)


def _refuse(constant: str) -> float:
    raise ValueError(f"{constant} is no JSON")
