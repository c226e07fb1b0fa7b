"""The audit log and its chain: whatever is done to a sealed line is seen."""

from __future__ import annotations

import hashlib
import json
import threading

import pytest
import sqlalchemy as sa

from qloak.errors import IntegrityError
from qloak.storage.database import write
from qloak.storage.ledger import Event, SqlLedger
from tests.ledgers import prepared, stored


def write_lines(ledger):
    """Two tenants' lines, in turns."""
    for number in range(6):
        for tenant in ("alice", "bob"):
            ledger.note(tenant, Event("token", "look", f"thing {number}", {"n": number, "ü": [1.5, None]}))
    return ledger


@pytest.fixture
def written(ledger):
    return write_lines(ledger)


def edit(ledger, statement):
    with write(ledger.engine) as connection:
        return connection.exec_driver_sql(statement).rowcount


@pytest.mark.parametrize("method", ["page", "newest"])
def test_lines_about_one_thing_are_found_without_a_look_at_the_others(tmp_path, method):
    """As SQLite says how it does it: it must not go through all lines of a tenant."""
    plans = []

    def explain(connection, _cursor, statement, parameters, _context, _many):
        if "FROM audit" in statement:
            rows = connection.connection.driver_connection.execute(f"EXPLAIN QUERY PLAN {statement}", parameters)
            plans.extend(row[-1] for row in rows)

    with SqlLedger.open(tmp_path / "vault.db") as ledger:
        sa.event.listen(ledger.engine, "before_cursor_execute", explain)
        getattr(ledger.audit, method)("alice", subject="thing 1")
    assert any("audit_subject (subject=? AND tenant=?" in plan for plan in plans)
    assert not any("TEMP B-TREE" in plan for plan in plans)


def test_lines_say_who_did_what(written):
    lines = written.audit.page("alice")
    assert [(line.tenant, line.actor, line.action, line.subject) for line in lines] == [
        ("alice", "token", "look", f"thing {number}") for number in range(6)
    ]
    assert json.loads(lines[2].detail) == {"n": 2, "ü": [1.5, None]}
    assert {line.seal for line in lines} == {""}
    after = written.audit.page("alice", after=lines[1].entry_id, limit=3)
    assert after == lines[2:5]
    assert written.audit.tenants() == ["alice", "bob"]


def test_the_newest_come_first_where_they_are_asked_for(written):
    lines = written.audit.page("alice")[::-1]
    assert written.audit.newest("alice") == lines
    assert written.audit.newest("alice", limit=2) == lines[:2]
    assert written.audit.newest("alice", before=lines[1].entry_id, limit=3) == lines[2:5]
    assert written.audit.newest("alice", subject="thing 2") == [lines[3]]
    assert written.audit.newest("alice", actions=["look", "other"]) == lines
    assert written.audit.newest("alice", actions=["other"]) == []


def test_the_chain_is_sha256_over_the_seal_before_and_the_line(written):
    assert written.audit.head("bob") is None
    assert [written.audit.seal(5), written.audit.seal(5), written.audit.seal(5), written.audit.seal(5)] == [5, 5, 2, 0]
    seal = bytes(32)
    for line in written.audit.page("bob"):
        fields = [line.entry_id, "bob", line.at, line.actor, line.action, line.subject, line.detail]
        text = json.dumps(fields, separators=(",", ":"), ensure_ascii=False)
        seal = hashlib.sha256(seal + text.encode()).digest()
        assert line.seal == seal.hex()
    head = written.audit.head("bob")
    assert (head.entry_id, head.entries, head.seal) == (line.entry_id, 6, seal.hex())
    assert written.audit.verify_chain("bob") == 6


def test_lines_that_are_not_sealed_yet_are_no_fault(written):
    written.audit.seal()
    written.note("alice", Event("token", "look", "later"))
    assert written.audit.verify_chain("alice") == 6
    assert written.audit.verify_chain("nobody") == 0
    written.audit.seal()
    assert written.audit.verify_chain("alice") == 7


@pytest.mark.parametrize(
    ("statement", "found"),
    [
        ("UPDATE audit SET actor = 'other' WHERE entry_id = 3", "line 3 "),
        ("UPDATE audit SET detail = '' WHERE entry_id = 11", "line 11 "),
        ("UPDATE audit SET at = at + 1 WHERE entry_id = 1", "line 1 "),
        ("UPDATE audit SET tenant = 'bob' WHERE entry_id = 3", "line 5 "),
        ("DELETE FROM audit WHERE entry_id = 1", "line 3 "),
        ("DELETE FROM audit WHERE entry_id = 5", "lines between 3 and it"),
        ("DELETE FROM audit WHERE entry_id = 11", "lines after 9 are missing"),
        ("DELETE FROM audit WHERE tenant = 'alice'", "lines after 0 are missing"),
        ("DELETE FROM seals WHERE entry_id = 7", "line 7 "),
        ("DELETE FROM audit_heads WHERE tenant = 'alice'", "lines after 11"),
        (
            "INSERT INTO audit SELECT 2, 'alice', at, actor, action, subject, detail FROM audit WHERE entry_id = 1",
            "line 2 ",
        ),
    ],
)
def test_whatever_is_done_to_a_sealed_line_is_seen(file_ledger, statement, found):
    written = write_lines(file_ledger)
    written.audit.seal()
    # Room for a line put in between.
    if statement.startswith("INSERT"):
        edit(written, "DELETE FROM audit WHERE entry_id = 2")
    assert edit(written, statement)
    with pytest.raises(IntegrityError, match=f"The audit log of alice was changed: .*{found}"):
        written.audit.verify_chain("alice")


def test_one_tenants_chain_does_not_depend_on_anothers(written):
    written.audit.seal()
    edit(written, "DELETE FROM audit WHERE tenant = 'bob'")
    assert written.audit.verify_chain("alice") == 6


def test_sealing_while_others_write_skips_nothing(ledger):
    # Numbers of lines are given before their transactions end: a careless sealer would pass over late ones.
    done = threading.Event()

    def work(tenant):
        for _ in range(8):
            stored(ledger, tenant, count=3)
            prepared(ledger, tenant)

    def seal():
        while not done.is_set():
            ledger.audit.seal(7)

    sealers = [threading.Thread(target=seal) for _ in range(2)]
    workers = [threading.Thread(target=work, args=(tenant,)) for tenant in ("alice", "bob", "alice", "carol")]
    for thread in (*sealers, *workers):
        thread.start()
    for thread in workers:
        thread.join()
    done.set()
    for thread in sealers:
        thread.join()
    while ledger.audit.seal():
        pass
    # Each object has two lines, put and stored.
    assert [ledger.audit.verify_chain(tenant) for tenant in ("alice", "bob", "carol")] == [96, 48, 48]
