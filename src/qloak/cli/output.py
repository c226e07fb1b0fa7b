"""What commands print: data on stdout, everything else on stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from typing import NoReturn

__all__ = ["fail", "print_json"]


def print_json(document: Mapping[str, object]) -> None:
    """Print one JSON document on stdout, in ASCII, whatever the terminal's encoding or the names of files."""
    sys.stdout.write(json.dumps(document, allow_nan=False) + "\n")


def fail(error: Mapping[str, object], *, as_json: bool) -> NoReturn:
    """Report an error and exit with its code: one line on stderr, and JSON on stdout where asked for."""
    if as_json:
        print_json(error)
    print(f"qloak: {' '.join(str(error['message']).split())}", file=sys.stderr)
    raise SystemExit(error["exit_code"])
