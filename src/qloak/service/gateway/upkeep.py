"""What a gateway does by itself: finish what others left, clean up, seal the audit log, hear of other gateways."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Final

from ...errors import QloakError
from ..run import logger
from .changes import Changes
from .events import EventLog

if TYPE_CHECKING:
    from ...storage.vault import Vault

__all__ = ["Upkeep"]

_EVERY_SECONDS: Final = 2.0


class Upkeep:
    """A thread that looks after a vault while a gateway serves it.

    Args:
        vault: to be looked after.
        log: is told what other gateways do.
        every_seconds: how long it rests between rounds.
    """

    def __init__(self, vault: Vault, log: EventLog | None = None, *, every_seconds: float = _EVERY_SECONDS) -> None:
        self._vault = vault
        self._changes = Changes(vault, log or EventLog())
        self._every = every_seconds
        self._end = threading.Event()
        self._log = logger("upkeep")
        self._thread = threading.Thread(target=self._work, name="upkeep", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def stop(self) -> None:
        """End after the present round."""
        self._end.set()
        self._thread.join()

    def round(self) -> None:
        """Everything once; what fails is tried again the next time."""
        ledger = self._vault.ledger
        for name, task in (
            ("lease", ledger.heartbeat),
            ("providers", self._vault.meet_providers),
            ("replay", self._vault.replay),
            ("seal", ledger.audit.seal),
            # Of what is sealed by now, and before the clean-up touches it again.
            ("changes", self._changes.tell),
            ("clean-up", self._vault.free_junk),
        ):
            try:
                done = task()
            except QloakError as error:
                self._log.warning("upkeep failed", task=name, code=error.code)
            else:
                if done and name == "replay":
                    self._log.info("finished what was unfinished", objects=done)

    def _work(self) -> None:
        while not self._end.wait(self._every):
            self.round()
