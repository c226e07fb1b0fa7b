"""Objects for tests of the ledger."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.engine import Connection

from qloak.core import CustodyPolicy
from qloak.storage.ids import new_id
from qloak.storage.ledger import (
    Change,
    Event,
    Idempotency,
    NewObject,
    ObjectRecord,
    ObjectState,
    Placement,
    RegisterRecord,
    SqlLedger,
)

RELEASED = ["0001", "0002"]
"""Every revision that a released version has written."""


def new_object(
    tenant: str = "alice",
    *,
    name: str = "",
    key: str | None = None,
    digest: str = "put",
    voids: str | None = None,
    num_clones: int = 6,
    object_id: str = "",
) -> NewObject:
    """An object about to be stored, in every respect as a vault would write it."""
    object_id = object_id or new_id()
    stored = new_id()
    record = ObjectRecord(
        object_id=object_id,
        tenant=tenant,
        name=name,
        state=ObjectState.STORING,
        num_qubits=1,
        num_clones=num_clones,
        custody=CustodyPolicy.CLONES,
        stored=stored,
        placements=tuple(Placement((i,), f"cloud-{i}", f"{stored}.{i}") for i in range(1, num_clones + 1)),
        intent={"kind": "put", "encrypt": new_id()},
    )
    return NewObject(
        record=record,
        event=Event("local", "put", object_id),
        idempotency=None if key is None else Idempotency(key, digest),
        voids=voids,
    )


def prepared(ledger: SqlLedger, tenant: str = "alice", count: int = 1) -> list[str]:
    """Handles of new plain registers."""
    added = [RegisterRecord(new_id(), tenant, 1, "prepared") for _ in range(count)]
    ledger.move_registers(add=added, void=[])
    return [register.handle for register in added]


def stored(ledger: SqlLedger, tenant: str = "alice", *, count: int = 1, name: str = "") -> list[ObjectRecord]:
    """Objects that are stored."""
    begun = ledger.create([new_object(tenant, name=name) for _ in range(count)])
    done = ledger.change([step(record, ObjectState.STORED) for record in begun])
    assert all(isinstance(record, ObjectRecord) for record in done), done
    return done


def step(
    seen: ObjectRecord, state: ObjectState, *, intent: dict[str, object] | None = None, key: str | None = None, **more
) -> Change:
    """The step from what was seen to another state; `more` are other fields of the record."""
    return Change(
        seen=seen,
        record=replace(seen, state=state, intent=intent, **more),
        idempotency=None if key is None else Idempotency(key, "redeem"),
        event=Event("local", state.value, seen.object_id),
    )


def redeemed(ledger: SqlLedger, record: ObjectRecord, *, key: str | None = None) -> ObjectRecord:
    """Redeem a stored object."""
    (begun,) = ledger.change([step(record, ObjectState.REDEEMING, intent={"recover": new_id()}, key=key)])
    register = RegisterRecord(new_id(), record.tenant, record.num_qubits, "redeemed", source=record.object_id)
    done = step(begun, ObjectState.REDEEMED, handle=register.handle)
    (record,) = ledger.change([replace(done, registers=(register,))])
    assert isinstance(record, ObjectRecord), record
    return record


def fill_old(connection: Connection) -> None:
    """Rows as revision 0001 wrote them, in plain SQL, so that they stay as they were."""
    false, blob = ("0", "x''") if connection.dialect.name == "sqlite" else ("false", "''::bytea")
    connection.exec_driver_sql("INSERT INTO meta VALUES ('vault_id', 'vault-old'), ('epoch', '4'), ('sealed_to', '0')")
    connection.exec_driver_sql("INSERT INTO tenants (tenant, created) VALUES ('alice', 1.0)")
    connection.exec_driver_sql(
        "INSERT INTO objects VALUES ('OLD', 'alice', 'mine', 'storing', 1, 2, 'clones', 'enc',"
        f""" '[[1,"p","d1","a"],[2,"q","d2","h"]]', NULL, '', 5.0, 6.0, 3, {false})"""
    )
    connection.exec_driver_sql("""INSERT INTO intents VALUES ('OLD', 'gone', '{"kind":"put"}')""")
    connection.exec_driver_sql(f"INSERT INTO idempotency VALUES ('alice', 'k', {blob}, 'OLD')")
