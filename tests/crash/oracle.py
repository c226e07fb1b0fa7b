"""The audit: what customers remember, what the ledger says, and what is there in nature have to fit together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import sqlalchemy as sa

from qloak.core import EncryptedCloning, classify
from qloak.core.access import AccessClass
from qloak.errors import KeyConsumedError, QloakError
from qloak.simulators import Register
from qloak.storage.database import open_database, read
from qloak.storage.ledger import ObjectRecord, ObjectState
from qloak.storage.vault import Vault
from qloak.storage.vault.client import VaultClient
from qloak.storage.vault.sources import read_source
from qloak.storage.world.places import NOWHERE
from qloak.storage.world.rows import EncryptedRow
from qloak.storage.world.schema import encrypted, handles

from .journal import Item, Journal

EXACT = 1 - 1e-9
_OVER = (ObjectState.REDEEMED, ObjectState.ABORTED, ObjectState.DELETED)
_ALLOWED = {
    "stored": {"stored"},
    "redeemed": {"redeemed"},
    "aborted": {"aborted"},
    "removed": {"deleted", "deleting"},
    "prepared": set(),
}


class Audit:
    """Looks at a vault at a moment when nothing is under way.

    Args:
        vault: an open one.
        world: file of its world.
        journals: of all its customers, who know no open request.
        silent: codes of findings of `check` that are no violation here.
    """

    def __init__(self, vault: Vault, world: Path, journals: Sequence[Journal], *, silent: Sequence[str] = ()) -> None:
        self._vault = vault
        self._engine = open_database(world, create=False)
        self._items = [item for journal in journals for item in journal.items.values()]
        self._silent = {"provider-unreachable", *silent}
        self._records = [record for piece in vault.ledger.iter_objects() for record in piece]
        tenants = {"local", *(tenant.name for tenant in vault.ledger.tenants.list())}
        self._live = {register.handle: register for tenant in tenants for register in vault.ledger.registers(tenant)}

    def violations(self) -> Iterator[str]:
        """Every promise that is broken, as a sentence."""
        yield from self._of_states()
        yield from self._of_nature()
        yield from self._of_journals()
        for finding in self._vault.check():
            if finding.severity != "note" and finding.code not in self._silent:
                yield f"check: {finding.code} {finding.subject}: {finding.message}"

    def close(self) -> None:
        """Close what it opened."""
        self._engine.dispose()

    def _of_states(self) -> Iterator[str]:
        """Nothing is half done, and nothing was lost, for nothing was destroyed."""
        for record in self._records:
            if record.state is ObjectState.LOST:
                yield f"{record.object_id} is lost: {record.reason}"
            elif record.state not in (*_OVER, ObjectState.STORED, ObjectState.DELETING):
                yield f"{record.object_id} is still {record.state}: {record.intent}"

    def _of_nature(self) -> Iterator[str]:
        """Never two readable copies, and none that nobody knows of."""
        with read(self._engine) as connection:
            plain = set(connection.execute(sa.select(handles.c.name)).scalars())
            rows = [EncryptedRow.from_row(row) for row in connection.execute(sa.select(encrypted))]
        for name in plain ^ set(self._live):
            yield f"register {name} is {'in the world alone' if name in plain else 'in the ledger alone'}"
        openable = {row.name for row in rows if _can_be_opened(row)}
        known = {record.stored: record for record in self._records if record.state not in _OVER}
        for name in openable - set(known):
            yield f"encrypted register {name} could be opened, and no live object is it"
        for name, record in known.items():
            if record.state is ObjectState.STORED and name not in openable:
                yield f"{record.object_id} is stored and cannot be opened"
        yield from self._count_copies(plain, openable)

    def _count_copies(self, plain: set[str], openable: set[str]) -> Iterator[str]:
        """Each state, compared with every plain register that there is."""
        there = {name: self._vault.workbench.peek(self._live[name].tenant, name) for name in plain & set(self._live)}
        by_name = {record.name: record for record in self._records}
        for item in self._items:
            state = _state_of(item)
            copies = [name for name, found in there.items() if _fidelity(found, state) > EXACT]
            record = by_name.get(item.name)
            hidden = record is not None and record.stored in openable
            if len(copies) + hidden > 1:
                yield f"{item.name} can be read {len(copies) + hidden} times: {copies}, hidden: {hidden}"
            alive = item.state in ("stored", "prepared") or (item.state in ("redeemed", "aborted") and item.handle)
            if alive and not item.ended and len(copies) + hidden == 0:
                yield f"{item.name}, {item.state}, is nowhere with fidelity 1"

    def _of_journals(self) -> Iterator[str]:
        """What customers were answered is so."""
        by_name: dict[str, list[ObjectRecord]] = {}
        for record in self._records:
            by_name.setdefault(record.name, []).append(record)
        for item in self._items:
            records = by_name.get(item.name, [])
            if len(records) > 1:
                yield f"{item.name} was stored {len(records)} times"
            state = str(records[0].state) if records else "nowhere"
            if item.state in _ALLOWED and _ALLOWED[item.state] and state not in _ALLOWED[item.state]:
                yield f"{item.name} was {item.state} to its customer, and is {state}"
            if item.state == "redeemed" and records and records[0].handle != item.handle:
                yield f"{item.name} was given back as {item.handle}, and the ledger says {records[0].handle}"


def repeat(client: VaultClient, items: Sequence[Item]) -> Iterator[str]:
    """Spent keys are refused, and the idempotency key that spent one gets its answer again."""
    for item in items:
        if item.state != "redeemed":
            continue
        try:
            client.redeem(item.object_id)
            yield f"{item.name} was redeemed twice"
        except KeyConsumedError:
            pass
        except QloakError as error:
            yield f"{item.name}, spent, was refused with {error.code}"
        if not item.ended:
            fidelity = client.peek(item.handle, expected=item.source)["fidelity"]
            if fidelity < EXACT:
                yield f"{item.name} came back with fidelity {fidelity}"


def _can_be_opened(row: EncryptedRow) -> bool:
    """Whether all qubits that still exist, wherever they are, determine the state."""
    if row.wires is None:
        return False
    left = [qubit for qubit, place in enumerate(row.custody.places) if place != NOWHERE]
    scheme = EncryptedCloning(row.blocks.num_clones)
    return classify(scheme, np.array(left, dtype=np.int64)).access_class is AccessClass.AUTHORIZED


def _state_of(item: Item) -> Register:
    register = read_source(item.source).register
    assert register is not None
    return register


def _fidelity(found: Register, state: Register) -> float:
    return state.state_fidelity(found) if found.num_qubits == state.num_qubits else 0.0
