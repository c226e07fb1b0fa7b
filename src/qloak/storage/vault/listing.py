"""Pages of objects as documents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...errors import UsageError
from ..ledger import Newest, ObjectRecord, ObjectState
from .choose import needed_clones
from .client import Document, ListOptions
from .documents import clones_document, object_document

if TYPE_CHECKING:
    from .vault import Vault

__all__ = ["Listing"]


@dataclass(frozen=True, slots=True)
class Listing:
    """Which objects are listed, and how; as `client.VaultClient.objects` has it."""

    after: str
    limit: int
    states: Sequence[str]
    options: ListOptions

    def document(self, vault: Vault, tenant: str) -> Document:
        """This page of a tenant's objects.

        Raises:
            UsageError: for arguments that do not go together, or a state that there is not.
        """
        records = self._records(vault, tenant)
        listed = _looked(vault, records) if self.options.look else [object_document(record) for record in records]
        more = records[-1].object_id if len(records) == self.limit else None
        return {"schema": "qloak.objects/1", "objects": listed, "next": more}

    def _records(self, vault: Vault, tenant: str) -> list[ObjectRecord]:
        states, before, name = [_state(state) for state in self.states], self.options.before, self.options.name
        if before is None:
            if name:
                raise UsageError.of("name", name, "nothing, or a list with the newest first", "Give before.")
            return vault.ledger.page(tenant, after=self.after, limit=self.limit, states=states)
        if self.after:
            raise UsageError.of("after", self.after, "nothing where before is given")
        return vault.ledger.newest(tenant, Newest(before, self.limit, states, name))


def _looked(vault: Vault, records: Sequence[ObjectRecord]) -> list[Document]:
    """Objects, those that are live with what is left of them."""
    live = [record for record in records if record.state.is_live]
    found = {
        record.object_id: clones_document(parcels, needed_clones(record.num_clones, record.custody))
        for record, parcels in zip(live, vault.parcels(live), strict=True)
    }
    return [object_document(record, health=found.get(record.object_id)) for record in records]


def _state(name: str) -> ObjectState:
    if name not in tuple(ObjectState):
        raise UsageError.of("state", name, f"one of {', '.join(ObjectState)}")
    return ObjectState(name)
