"""The child that searches for a placement: python -m qloak.service.jobs.place CHOICE, the document on stdout."""

from __future__ import annotations

import json
import sys

from ...errors import QloakError
from .child import enter_child
from .placing import SEARCH_SECONDS

__all__ = ["main"]


def main(choice: str) -> None:
    """Search, and print the document or the error.

    Args:
        choice: `PlacementChoice` as JSON.
    """
    from ...compile.cache import PlacementCache
    from ...lab.placement import PlacementChoice, compile_report

    try:
        wanted = PlacementChoice(**json.loads(choice))
        document = compile_report(wanted, seconds=SEARCH_SECONDS, cache=PlacementCache.default())
    except QloakError as error:
        document = error.to_json()
    sys.stdout.write(json.dumps(document))


if __name__ == "__main__":
    enter_child()
    main(sys.argv[1])
