"""How much a tenant may store."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from qloak.errors import CapacityError, UnknownNameError, UsageError
from qloak.storage.database import read
from qloak.storage.ledger import ObjectRecord, ObjectState, Quota, Repeated, Usage, quotas
from tests.ledgers import new_object, step, stored


def wide(num_qubits: int, tenant: str = "alice", **more):
    """An object of several qubits, about to be stored."""
    new = new_object(tenant, **more)
    return replace(new, record=replace(new.record, num_qubits=num_qubits))


def kinds(outcomes):
    return [type(outcome) for outcome in outcomes]


def test_no_quota_is_no_limit(ledger):
    ledger.tenants.add("alice")
    assert ledger.tenants.get("alice").quota == Quota()
    assert kinds(ledger.create([new_object() for _ in range(50)])) == [ObjectRecord] * 50
    assert ledger.tenants.usage() == {}


def test_a_quota_can_be_changed(ledger):
    ledger.tenants.add("alice", quota=Quota(max_objects=1))
    (record,) = stored(ledger)
    assert ledger.tenants.limit("alice", Quota(max_qubits=0), actor="token").quota == Quota(None, 0)
    # What is there stays.
    assert ledger.get("alice", [record.object_id]) == [record]
    assert kinds(ledger.create([new_object()])) == [CapacityError]
    assert ledger.tenants.limit("alice", Quota()) == ledger.tenants.get("alice")
    assert kinds(ledger.create([new_object()])) == [ObjectRecord]
    with pytest.raises(UnknownNameError, match="bob"):
        ledger.tenants.limit("bob", Quota())
    limits = [line for line in ledger.audit.page("alice") if line.action == "tenant.limit"]
    assert [(line.actor, line.detail) for line in limits] == [
        ("token", '{"max_objects":null,"max_qubits":0}'),
        ("local", '{"max_objects":null,"max_qubits":null}'),
    ]
    assert not ledger.audit.page("bob")


def test_objects_are_counted_within_a_call_and_between_calls(ledger):
    ledger.tenants.add("alice", quota=Quota(max_objects=3))
    ledger.tenants.add("bob", quota=Quota(max_objects=1))
    outcomes = ledger.create([new_object("alice"), new_object("bob"), new_object("alice"), new_object("bob")])
    assert kinds(outcomes) == [ObjectRecord, ObjectRecord, ObjectRecord, CapacityError]
    assert kinds(ledger.create([new_object(), new_object()])) == [ObjectRecord, CapacityError]
    assert ledger.tenants.usage() == {"alice": Usage(3, 3), "bob": Usage(1, 1)}
    assert "quota of bob: 1 of 1 objects are stored. Redeem or remove" in str(outcomes[3])


def test_qubits_are_summed(ledger):
    ledger.tenants.add("alice", quota=Quota(max_qubits=10))
    assert kinds(ledger.create([wide(7), wide(4), wide(3), wide(1)])) == [
        ObjectRecord,
        CapacityError,
        ObjectRecord,
        CapacityError,
    ]
    assert ledger.tenants.usage() == {"alice": Usage(2, 10)}


def test_a_quota_of_nothing(ledger):
    ledger.tenants.add("alice", quota=Quota(max_objects=0))
    assert kinds(ledger.create([new_object()])) == [CapacityError]


@pytest.mark.parametrize("end", [ObjectState.REDEEMED, ObjectState.DELETED, ObjectState.LOST])
def test_what_is_over_counts_no_more(ledger, end):
    ledger.tenants.add("alice", quota=Quota(max_objects=1))
    (record,) = stored(ledger)
    assert kinds(ledger.create([new_object()])) == [CapacityError]
    for state in {"redeemed": [ObjectState.REDEEMING], "deleted": [ObjectState.DELETING]}.get(end.value, []):
        (record,) = ledger.change([step(record, state, intent={"do": "x"})])
    ledger.change([step(record, end)])
    assert kinds(ledger.create([new_object()])) == [ObjectRecord]


def test_a_repeated_request_is_answered_beyond_the_quota(ledger):
    ledger.tenants.add("alice", quota=Quota(max_objects=1))
    new = new_object(key="k")
    assert kinds(ledger.create([new])) == [ObjectRecord]
    assert kinds(ledger.create([new])) == [Repeated]
    # A key of a request that was refused is free again.
    other = new_object(key="l")
    assert kinds(ledger.create([other])) == [CapacityError]
    (record,) = ledger.get("alice", [new.record.object_id])
    ledger.change([step(record, ObjectState.ABORTED)])
    assert kinds(ledger.create([other])) == [ObjectRecord]


def test_many_at_once_never_exceed_it(ledger):
    ledger.tenants.add("alice", quota=Quota(max_objects=20))
    with ThreadPoolExecutor(8) as pool:
        calls = [pool.submit(ledger.create, [new_object() for _ in range(3)]) for _ in range(12)]
        outcomes = [outcome for call in calls for outcome in call.result()]
    assert sum(isinstance(outcome, ObjectRecord) for outcome in outcomes) == 20
    assert ledger.tenants.usage() == {"alice": Usage(20, 20)}


@pytest.mark.parametrize("number", [-1, 2**53 + 1])
@pytest.mark.parametrize("name", ["max_objects", "max_qubits"])
def test_numbers_that_are_no_limit(name, number):
    with pytest.raises(UsageError, match=name):
        Quota(**{name: number})


def test_it_is_counted_in_the_index_alone(file_ledger):
    dialect = file_ledger.engine.dialect
    query = quotas._USED.params(names=["alice", "bob"])
    text = query.compile(dialect=dialect, compile_kwargs={"literal_binds": True})
    with read(file_ledger.engine) as connection:
        plan = " ".join(row[-1] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}"))
    assert "USING COVERING INDEX objects_state" in plan
