"""The check finds nothing where nothing is wrong, and each wrong where it is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from qloak.errors import UnavailableError
from qloak.storage.database import write
from qloak.storage.ids import new_id
from qloak.storage.ledger import ObjectState, Presence
from qloak.storage.ledger.checks import Finding, Severity, check
from qloak.storage.ledger.expected import home_qubits
from qloak.storage.world.operations import Discard, Ruin
from tests.ledgers import new_object, step


def look(vault):
    return check(vault.ledger, vault.world, vault.sites)


def codes(findings):
    return sorted((finding.severity.value, finding.code) for finding in findings)


def edit(ledger, statement):
    with write(ledger.engine) as connection:
        assert connection.exec_driver_sql(statement).rowcount


def test_nothing_is_found_where_nothing_is_wrong(vault):
    vault.put()
    spent = vault.redeem_all(vault.put())
    vault.ledger.audit.seal()
    assert look(vault) == [
        Finding(
            "to-free",
            Severity.NOTE,
            spent.object_id,
            f"zurich: deposit {spent.placements[1].deposit} is accepted, and nobody needs it",
        )
    ]
    site = vault.sites["zurich"]
    site.discard([spent.placements[1].deposit])
    freed = tuple(replace(placement, presence=Presence.FREED) for placement in spent.placements)
    vault.ledger.change([step(spent, ObjectState.REDEEMED, placements=freed)])
    assert look(vault) == []
    assert check(vault.ledger) == []


def test_what_is_under_way_is_a_note(vault):
    vault.ledger.create([vault.begin()])
    assert codes(look(vault)) == [("note", "unfinished")]


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("UPDATE objects SET state = 'redeeming'", "intent-missing"),
        ("UPDATE objects SET state = 'redeemed'", "handle-missing"),
        ("UPDATE objects SET handle = 'none'", "handle-missing"),
        ("UPDATE objects SET stored = 'one'", "two-copies"),
        (
            """UPDATE objects SET stored = 'x', placements = '[[1,"a","x.1","l"],[1,2,"b","x.2","l"]]'""",
            "placements",
        ),
        ("""UPDATE objects SET stored = 'x', placements = '[[13,"a","x.1","l"]]'""", "placements"),
        ("DELETE FROM audit WHERE entry_id = 1", "audit-chain"),
        ("DELETE FROM audit WHERE entry_id = 1", "seal-missing"),
        ("INSERT INTO intents VALUES ('gone', '', '{}')", "orphan-intent"),
        ("UPDATE idempotency SET object_id = 'gone'", "orphan-key"),
    ],
)
def test_a_ledger_against_itself(file_ledger, statement, code):
    ledger = file_ledger
    begun = ledger.create([new_object(key="k"), new_object()])
    ledger.change([step(record, ObjectState.STORED) for record in begun])
    ledger.audit.seal()
    edit(ledger, statement)
    assert ("error", code) in codes(check(ledger))


def test_both_databases_are_asked_the_same(ledger):
    begun = ledger.create([new_object(key="k"), new_object()])
    ledger.change([step(record, ObjectState.STORED) for record in begun])
    ledger.audit.seal()
    assert check(ledger) == []
    edit(ledger, "UPDATE objects SET stored = 'one', handle = 'none'")
    edit(ledger, "DELETE FROM audit WHERE entry_id = 1")
    edit(ledger, "UPDATE idempotency SET object_id = 'gone'")
    expected = {"two-copies", "handle-missing", "audit-chain", "seal-missing", "orphan-key"}
    assert {finding.code for finding in check(ledger)} == expected


def test_a_register_given_back_twice_is_two_copies(vault):
    first, second = (vault.redeem_all(vault.put()) for _ in range(2))
    edit(vault.ledger, f"UPDATE objects SET handle = '{first.handle}' WHERE object_id = '{second.object_id}'")
    assert ("error", "two-copies") in codes(check(vault.ledger))


def test_a_spent_object_whose_whole_key_is_there_is_two_copies(vault):
    record = vault.put()
    edit(vault.ledger, f"UPDATE objects SET state = 'redeemed' WHERE object_id = '{record.object_id}'")
    assert ("error", "two-copies") in codes(look(vault))


def test_a_key_that_is_damaged_is_a_warning_and_one_that_is_gone_an_error(vault):
    # One of two clones and its key qubit determine the state together with the other clone.
    record = vault.put()
    vault.act(Discard, stored=record.stored, qubits=(3,))
    assert codes(look(vault)) == [("warning", "key-damaged")]
    vault.act(Discard, stored=record.stored, qubits=(4,))
    assert codes(look(vault)) == [("error", "unrecoverable")]


def test_a_clone_that_is_gone_is_a_warning_and_all_of_them_an_error(vault):
    record = vault.put()
    vault.sites["athens"].discard([record.placements[0].deposit])
    assert codes(look(vault)) == [("warning", "deposit-gone")]
    (changed,) = vault.ledger.change(
        [
            step(
                record,
                ObjectState.STORED,
                placements=tuple(replace(p, presence=Presence.LOST) for p in record.placements),
            )
        ]
    )
    assert ("error", "unrecoverable") in codes(look(vault))
    # The other one is lost for the ledger, and its provider still keeps it.
    assert ("warning", "orphan-deposit") in codes(look(vault))
    assert changed.placements[1].presence is Presence.LOST


def test_a_clone_that_burned_with_its_site_is_a_warning(vault):
    vault.put()
    holder = vault.sites["zurich"].info().holder
    vault.do(Ruin(op_id=new_id(), holder=holder))
    assert codes(look(vault)) == [("warning", "qubits-gone")]


def test_a_clone_that_should_be_at_home_is_missed(vault):
    record = vault.put()
    home = replace(record.placements[0], presence=Presence.HOME)
    vault.ledger.change([step(record, ObjectState.STORED, placements=(home, record.placements[1]))])
    assert codes(look(vault)) == [("warning", "clone-gone"), ("warning", "orphan-deposit")]


def test_whoever_does_not_answer_is_named_once(vault):
    class Silent:
        def __getattr__(self, name):
            raise UnavailableError("nobody there")

    for _ in range(3):
        vault.put()
    found = check(vault.ledger, Silent(), {"athens": Silent()})
    assert codes(found) == [
        ("warning", "provider-unknown"),
        ("warning", "provider-unreachable"),
        ("warning", "world-unreachable"),
    ]


@pytest.mark.parametrize(
    ("custody", "expected"),
    [
        ("clones", {4, 5, 6}),
        ("clones+source", {0, 4, 5, 6}),
        ("clones,source-deposited", {4, 5, 6}),
        ("pairs", {0}),
    ],
)
def test_what_is_at_home_is_what_custody_says(custody, expected):
    from qloak.core import OWNER, Custody, CustodyPolicy, EncryptedCloning

    policy = CustodyPolicy(custody)
    assert home_qubits(3, policy) == expected
    for num_clones in (2, 4):
        arranged = Custody.arrange(EncryptedCloning(num_clones), policy)
        assert home_qubits(num_clones, policy) == set(arranged.held_by([OWNER]).tolist())
