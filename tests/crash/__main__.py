"""`python -m tests.crash KIND FOLDER SEED [KEY=NUMBER...]`: one line of JSON for every kill."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from . import deployment, embedded

KINDS = {
    "sweep": embedded.sweep,
    "embedded": embedded.campaign,
    "deployment": deployment.campaign,
    "disk": embedded.full_disk,
}


def main(kind: str, folder: str, seed: str, *options: str) -> None:
    """Run one campaign."""
    numbers = {key: int(value) for key, value in (option.split("=") for option in options)}
    for report in KINDS[kind](Path(folder), int(seed), **numbers):
        print(json.dumps(report), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
