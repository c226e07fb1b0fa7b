"""What a gateway does by itself: finish what others left, clean up, seal the audit log, hear of other gateways."""

from __future__ import annotations

import threading
from contextlib import nullcontext
from typing import TYPE_CHECKING, Final

from ...errors import QloakError
from ..run import logger
from .changes import Changes
from .events import EventLog

if TYPE_CHECKING:
    from ...storage.vault import Vault
    from ...storage.vault.runs import Turn

__all__ = ["Upkeep"]

_EVERY_SECONDS: Final = 2.0
_FEW: Final = 250
"""Lines of the audit log."""

_MANY: Final = 500
"""Objects whose clones are superfluous, looked up at once."""

_TIMES: Final = 4


class Upkeep:
    """A thread that looks after a vault while a gateway serves it.

    Args:
        vault: to be looked after.
        log: is told what other gateways do.
        turn: what takes long is done in pieces, each within such a turn.
        every_seconds: how long it rests between rounds.
    """

    def __init__(
        self,
        vault: Vault,
        log: EventLog | None = None,
        *,
        turn: Turn = nullcontext,
        every_seconds: float = _EVERY_SECONDS,
    ) -> None:
        self._vault = vault
        self._changes = Changes(vault, log or EventLog())
        self._turn = turn
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
            ("seal", self._seal),
            # Of what is sealed by now, and before the clean-up touches it again.
            ("changes", self._changes.tell),
            ("clean-up", self._clean_up),
        ):
            try:
                done = task()
            except QloakError as error:
                self._log.warning("upkeep failed", task=name, code=error.code)
            else:
                if done and name == "replay":
                    self._log.info("finished what was unfinished", objects=done)

    def _seal(self) -> int:
        """Seal what there is of the audit log, a few lines at a time."""
        count, last = 0, _FEW
        while last == _FEW and not self._end.is_set():
            with self._turn():
                last = self._vault.ledger.audit.seal(_FEW)
            count += last
        return count

    def _clean_up(self) -> int:
        """Have superfluous clones discarded; more of them in a round than a gateway redeems meanwhile."""
        count = 0
        for _ in range(_TIMES):
            last = self._vault.free_junk(_MANY, turn=self._turn)
            count += last
            if last < _MANY or self._end.is_set():
                break
        return count

    def _work(self) -> None:
        while not self._end.wait(self._every):
            self.round()
