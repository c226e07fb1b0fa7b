"""Placements that somebody waits for: one child process at a time, and answers that are kept."""

from __future__ import annotations

import json
import tempfile
import threading
from collections import OrderedDict
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from ...errors import RateLimitError, UnavailableError
from ...lab.placement import PlacementChoice
from ...storage.http import error_of
from .child import Child

__all__ = ["SEARCH_SECONDS", "Placer"]

SEARCH_SECONDS: Final = 5.0
"""Of the search; synthesis, verification and the start of the process come on top."""

_MOST_SECONDS: Final = 20.0
_KEPT: Final = 100
_MODULE: Final = "qloak.service.jobs.place"


class Placer:
    """Answers placements.

    Args:
        module: what the child runs.
        most_seconds: after which a child is killed.
    """

    def __init__(self, module: str = _MODULE, most_seconds: float = _MOST_SECONDS) -> None:
        self._module = module
        self._most_seconds = most_seconds
        self._known: OrderedDict[str, dict[str, Any]] = OrderedDict()
        self._slot = threading.Lock()

    def place(self, choice: PlacementChoice) -> dict[str, Any]:
        """The document of a placement, see `lab.placement.compile_report`.

        Raises:
            RateLimitError: while another one is searched for.
            UnavailableError: if it takes too long.
            QloakError: what the compiler refuses.
        """
        key = choice.id
        if key in self._known:
            return self._known[key]
        if not self._slot.acquire(blocking=False):
            raise RateLimitError("Another placement is being searched for at present. Wait a little.")
        try:
            document = self._found(choice)
        finally:
            self._slot.release()
        self._known[key] = document
        while len(self._known) > _KEPT:
            self._known.popitem(last=False)
        return document

    def _found(self, choice: PlacementChoice) -> dict[str, Any]:
        with tempfile.TemporaryDirectory(prefix="qloak-") as folder:
            output = Path(folder) / "placement.json"
            child = Child(self._module, json.dumps(asdict(choice)), output=output)
            if not child.wait(self._most_seconds):
                child.kill()
                hint = "Ask for fewer clones, or use the command line: qloak compile."
                raise UnavailableError(f"The search took more than {self._most_seconds:g} s. {hint}")
            try:
                document: dict[str, Any] = json.loads(output.read_bytes())
            except ValueError:
                raise UnavailableError("The search ended without an answer. Try it again.") from None
        if "code" in document:
            raise error_of(document["code"], document["message"])
        return document
