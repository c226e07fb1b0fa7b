"""What other gateways of a vault do to the objects of those who listen here.

Every change of an object leaves a line in the audit log, which all gateways share. Lines that are sealed are in
their final order and none is still to come between them, so that a look at the new ones misses nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ...storage.ids import is_id
from ...storage.ledger import ObjectRecord, ObjectState, Presence

if TYPE_CHECKING:
    from ...storage.vault import Vault
    from .events import EventLog

__all__ = ["Changes"]

_MOST: Final = 1000


class Changes:
    """Tells listeners of changes that no flow of this gateway has told of.

    Args:
        vault: whose ledger is shared.
        log: that is told.
    """

    def __init__(self, vault: Vault, log: EventLog) -> None:
        self._vault = vault
        self._log = log
        self._seen: dict[str, int] = {}
        self._moving: dict[str, set[str]] = {}

    def tell(self) -> int:
        """Look once, for all who listen now. How many changes there were."""
        tenants = self._log.tenants()
        if tenants:
            # Whoever listens wants to hear of providers that go and come, and nobody else may be asking.
            self._vault.fleet.health()
        self._seen = {tenant: last for tenant, last in self._seen.items() if tenant in tenants}
        return sum(self._tell(tenant) for tenant in tenants)

    def _tell(self, tenant: str) -> int:
        ledger = self._vault.ledger
        if tenant not in self._seen:
            head = ledger.audit.head(tenant)
            self._seen[tenant] = 0 if head is None else head.entry_id
            self._moving[tenant] = set()
        lines = [line for line in ledger.audit.page(tenant, after=self._seen[tenant], limit=_MOST) if line.seal]
        subjects = {line.subject for line in lines if is_id(line.subject)} | self._moving[tenant]
        records = [record for record in ledger.get(tenant, sorted(subjects)) if isinstance(record, ObjectRecord)]
        # A step towards its end leaves no line: until then it is looked at again.
        self._moving[tenant] = {record.object_id for record in records if record.intent is not None}
        if lines:
            self._seen[tenant] = lines[-1].entry_id
        news = [record for record in records if self._is_news(record)]
        for record in news:
            self._log.publish(tenant, "object", _data(record))
        return len(news)

    def _is_news(self, record: ObjectRecord) -> bool:
        """Whether it was changed by somebody else: this gateway's own flows tell of themselves."""
        mine = record.worker == self._vault.ledger.worker
        return not mine and record.revision > self._log.told(record.object_id)


def _data(record: ObjectRecord) -> dict[str, object]:
    left = [place for place in record.present if place.presence in (Presence.AWAY, Presence.HOME)]
    return {
        "object": record.object_id,
        "name": record.name,
        "step": record.state.value,
        "done": len(left) if record.state is ObjectState.STORED else 0,
        "total": record.num_clones,
        "state": record.state.value,
        "revision": record.revision,
    }
