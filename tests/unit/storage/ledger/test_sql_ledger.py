"""The ledger's transactions, on both databases."""

from __future__ import annotations

import itertools
import threading
from dataclasses import replace

import pytest

from qloak.core import CustodyPolicy
from qloak.errors import (
    ConflictError,
    IdempotencyError,
    IntegrityError,
    LockedError,
    RedeemInProgressError,
    UnknownNameError,
    UsageError,
)
from qloak.storage.database import write
from qloak.storage.ids import new_id
from qloak.storage.ledger import (
    TRANSITIONS,
    Event,
    Idempotency,
    Ledger,
    Newest,
    ObjectRecord,
    ObjectState,
    Placement,
    Presence,
    RegisterRecord,
    Repeated,
    SqlLedger,
)
from tests.ledgers import new_object, prepared, redeemed, step, stored

S = ObjectState


def actions(ledger, tenant="alice"):
    return [(entry.action, entry.subject) for entry in ledger.audit.page(tenant)]


# --- create ----------------------------------------------------------------------------------------------------


def test_what_is_created_is_read_back_whole(ledger):
    new = new_object(name="ψ of mine", num_clones=3)
    (record,) = ledger.create([new])
    expected = replace(new.record, created=record.created, updated=record.created, revision=1, worker=ledger.worker)
    assert record == expected
    assert ledger.get("alice", [record.object_id]) == [expected]
    assert record.created > 1.7e9
    assert actions(ledger) == [("put", record.object_id)]


def test_creating_voids_the_handle_that_goes_in(ledger):
    (handle,) = prepared(ledger)
    (record,) = ledger.create([new_object(voids=handle)])
    assert isinstance(record, ObjectRecord)
    assert not ledger.register("alice", handle).live
    assert ledger.registers("alice") == []
    (again,) = ledger.create([new_object(voids=handle)])
    assert isinstance(again, ConflictError)
    assert "is void" in str(again)


def test_items_of_one_call_fail_alone(ledger):
    foreign, own, twice = prepared(ledger, "bob")[0], *prepared(ledger, count=2)
    offered = [
        new_object(voids=own),
        new_object(voids=foreign),
        new_object(voids="no-such-handle"),
        new_object(voids=twice),
        new_object(voids=twice),
        new_object(name="a" * 201),
        new_object(name="nul\0"),
        new_object(name="\udc80"),
        replace(new_object(), record=replace(new_object().record, intent=None)),
        new_object(name="n" * 200),
    ]
    outcomes = ledger.create(offered)
    kinds = [
        ObjectRecord,
        UnknownNameError,
        UnknownNameError,
        ObjectRecord,
        ConflictError,
        UsageError,
        UsageError,
        UsageError,
        UsageError,
        ObjectRecord,
    ]
    assert [type(outcome) for outcome in outcomes] == kinds
    ids = [new.record.object_id for new, kind in zip(offered, kinds, strict=True) if kind is ObjectRecord]
    assert [record.object_id for record in ledger.page("alice")] == sorted(ids)
    assert actions(ledger) == [("put", object_id) for object_id in ids]
    assert ledger.register("bob", foreign).live


def test_an_object_id_is_used_once(ledger):
    new = new_object()
    first, second = ledger.create([new, new])
    assert isinstance(first, ObjectRecord)
    assert isinstance(second, ConflictError)
    assert isinstance(ledger.create([new])[0], ConflictError)


def test_nothing_to_do_is_fine(ledger):
    assert ledger.create([]) == ledger.change([]) == ledger.get(None, []) == ledger.page("nobody") == []
    ledger.move_registers(add=[], void=[])


# --- idempotency -----------------------------------------------------------------------------------------------


def test_a_repeated_key_gives_the_same_object_and_does_nothing(ledger):
    (handle,) = prepared(ledger)
    (first,) = ledger.create([new_object(key="k", voids=handle)])
    (again,) = ledger.create([new_object(key="k", voids=handle)])
    assert again == Repeated(first)
    assert ledger.repeated("alice", Idempotency("k", "put")) == Repeated(first)
    assert len(ledger.page("alice")) == 1
    assert len(actions(ledger)) == 1


def test_a_key_is_one_tenants_and_one_requests(ledger):
    assert ledger.repeated("alice", Idempotency("k", "put")) is None
    ledger.create([new_object(key="k")])
    (other_body,) = ledger.create([new_object(key="k", digest="other")])
    assert isinstance(other_body, IdempotencyError)
    with pytest.raises(IdempotencyError):
        ledger.repeated("alice", Idempotency("k", "other"))
    (other_tenant,) = ledger.create([new_object("bob", key="k", digest="other")])
    assert isinstance(other_tenant, ObjectRecord)


def test_a_key_twice_in_one_call_counts_once(ledger):
    first, again, other = ledger.create([new_object(key="k"), new_object(key="k"), new_object(key="k", digest="other")])
    assert again == Repeated(first)
    assert isinstance(other, IdempotencyError)


def test_a_refused_request_does_not_use_up_its_key(ledger):
    refused, repeated = ledger.create([new_object(key="k", voids="none"), new_object(key="k", voids="none")])
    assert isinstance(refused, UnknownNameError)
    assert isinstance(repeated, UnknownNameError)
    (done,) = ledger.create([new_object(key="k")])
    assert isinstance(done, ObjectRecord)


@pytest.mark.parametrize("key", ["x" * 129, "a\0", "\ud800"])
def test_a_key_that_cannot_be_kept_is_refused(ledger, key):
    (refused,) = ledger.create([new_object(key=key)])
    assert isinstance(refused, UsageError)
    assert isinstance(ledger.create([new_object(key="x" * 128)])[0], ObjectRecord)


def test_a_redemption_answers_its_key_with_the_register_that_it_gave(ledger):
    (record,) = stored(ledger)
    done = redeemed(ledger, record, key="mine")
    # Whoever repeats it saw the object as it was at that time.
    (again,) = ledger.change([step(record, S.REDEEMING, intent={"recover": "other"}, key="mine")])
    assert again == Repeated(done)
    assert done.handle is not None
    (rival,) = ledger.change([step(record, S.REDEEMING, intent={"recover": "other"}, key="theirs")])
    assert isinstance(rival, ConflictError)
    assert "it is redeemed" in str(rival)


# --- change ----------------------------------------------------------------------------------------------------


def test_a_life_from_put_to_redeemed(ledger):
    (handle,) = prepared(ledger)
    (begun,) = ledger.create([new_object(voids=handle)])
    (kept,) = ledger.change([step(begun, S.STORED)])
    assert (kept.state, kept.intent, kept.worker, kept.revision) == (S.STORED, None, "", 2)
    done = redeemed(ledger, kept)
    assert (done.state, done.revision, done.worker) == (S.REDEEMED, 4, "")
    assert [register.handle for register in ledger.registers("alice")] == [done.handle]
    assert ledger.register("alice", done.handle).source == done.object_id
    assert ledger.get("alice", [done.object_id]) == [done]
    assert [action for action, _ in actions(ledger)] == ["put", "stored", "redeeming", "redeemed"]


def test_the_first_of_two_changes_wins(ledger):
    (record,) = stored(ledger)
    first = step(record, S.REDEEMING, intent={"recover": "a"})
    second = step(record, S.REDEEMING, intent={"recover": "b"})
    won, lost = ledger.change([first, second])
    assert won.intent == {"recover": "a"}
    assert isinstance(lost, RedeemInProgressError)
    assert isinstance(ledger.change([second])[0], RedeemInProgressError)
    (stale,) = ledger.change([step(replace(won, revision=1), S.STORED)])
    assert type(stale) is ConflictError


def test_only_the_drawn_transitions_are_possible(ledger):
    paths = {
        S.STORING: [],
        S.STORED: [S.STORED],
        S.ABORTED: [S.ABORTED],
        S.LOST: [S.LOST],
        S.REDEEMING: [S.STORED, S.REDEEMING],
        S.REDEEMED: [S.STORED, S.REDEEMING, S.REDEEMED],
        S.REFRESHING: [S.STORED, S.REFRESHING],
        S.DELETING: [S.STORED, S.DELETING],
        S.DELETED: [S.STORED, S.DELETING, S.DELETED],
    }
    for before, after in itertools.product(paths, S):
        (record,) = ledger.create([new_object()])
        for state in paths[before]:
            (record,) = ledger.change([step(record, state)])
        (outcome,) = ledger.change([step(record, after)])
        if after in TRANSITIONS[before]:
            assert outcome.state is after
        else:
            assert isinstance(outcome, ConflictError)
            assert ledger.get("alice", [record.object_id]) == [record]


def test_a_change_says_nothing_new_about_what_the_object_is(ledger):
    (record,) = stored(ledger)
    for more in ({"num_qubits": 2}, {"custody": CustodyPolicy.PAIRS}, {"created": 0.0}):
        assert isinstance(ledger.change([step(record, S.STORED, **more)])[0], UsageError)
    (renamed,) = ledger.change([step(record, S.STORED, name="new", num_clones=4, stored="fresh", reason="because")])
    assert (renamed.name, renamed.num_clones, renamed.stored, renamed.reason) == ("new", 4, "fresh", "because")
    assert ledger.get(None, [record.object_id]) == [renamed]


def test_what_is_refused_moves_no_register(ledger):
    (record,) = stored(ledger)
    own, taken = prepared(ledger, count=2)
    fresh = RegisterRecord(new_id(), "alice", 1, "redeemed")
    change = step(record, S.STORED)
    for refused in (
        replace(change, voids=(own, "none")),
        replace(change, voids=(own,), registers=(fresh, replace(fresh, handle=taken))),
        replace(change, seen=replace(record, revision=7), voids=(own,), registers=(fresh,)),
    ):
        (outcome,) = ledger.change([refused])
        assert isinstance(outcome, ConflictError | UnknownNameError)
    assert {register.handle for register in ledger.registers("alice")} == {own, taken}


def test_a_thousand_and_more_at_once(ledger):
    # More than one statement can name: the pieces must fit together.
    handles = prepared(ledger, count=1203)
    begun = ledger.create([new_object(voids=handle, num_clones=2) for handle in handles])
    kept = ledger.change([step(record, S.STORED) for record in begun])
    assert {record.state for record in kept} == {S.STORED}
    assert ledger.get("alice", [record.object_id for record in kept]) == kept
    assert ledger.registers("alice") == []
    assert ledger.count("alice") == {S.STORED: 1203}


def test_tenants_see_nothing_of_each_other(ledger):
    (record,) = stored(ledger, "alice", name="mine")
    (handle,) = prepared(ledger, "alice")
    assert ledger.page("bob") == ledger.registers("bob") == ledger.audit.page("bob") == []
    (unseen,) = ledger.get("bob", [record.object_id])
    assert isinstance(unseen, UnknownNameError)
    for ask in (
        lambda: ledger.find("bob", record.object_id),
        lambda: ledger.find("bob", "mine"),
        lambda: ledger.register("bob", handle),
        lambda: ledger.move_registers(add=[], void=[("bob", handle)]),
    ):
        with pytest.raises(UnknownNameError):
            ask()
    (changed,) = ledger.change([step(replace(record, tenant="bob"), S.DELETING)])
    assert isinstance(changed, UnknownNameError)
    assert ledger.count("bob") == {}


# --- reading ---------------------------------------------------------------------------------------------------


def test_pages_follow_each_other_in_the_order_of_ids(ledger):
    records = stored(ledger, count=25)
    ledger.change([step(record, S.DELETING) for record in records[::3]])
    ids = [record.object_id for record in records]
    seen, after = [], ""
    while page := ledger.page("alice", after=after, limit=7):
        seen += [record.object_id for record in page]
        after = seen[-1]
    assert seen == sorted(ids)
    deleting = ledger.page("alice", states=[S.DELETING])
    assert [record.object_id for record in deleting] == sorted(ids[::3])
    both = ledger.page("alice", after=ids[10], limit=4, states=[S.STORED, S.DELETING, S.STORED])
    assert [record.object_id for record in both] == sorted(ids)[11:15]
    for limit in (0, 1001):
        with pytest.raises(UsageError, match="limit"):
            ledger.page("alice", limit=limit)


def test_newest_first_by_state_and_name(ledger):
    names = ["Ada", "adamant", "50%", "5_0", ""] * 4
    records = [ledger.create([new_object(name=name)])[0] for name in names]
    ids = [record.object_id for record in records][::-1]
    seen, before = [], ""
    while page := ledger.newest("alice", Newest(before, 7)):
        seen += [record.object_id for record in page]
        before = seen[-1]
    assert seen == ids
    named = {record.object_id: record.name for record in records}
    found = {part: ledger.newest("alice", Newest(name=part)) for part in ("ada", "0%", "5_", "nobody")}
    assert {part: {named[each.object_id] for each in page} for part, page in found.items()} == {
        "ada": {"Ada", "adamant"},
        "0%": {"50%"},
        "5_": {"5_0"},
        "nobody": set(),
    }
    # After "" and "5_0" comes the rest, and of a name only what is in the state.
    ledger.change([step(records[2], S.STORED)])
    assert [each.object_id for each in ledger.newest("alice", Newest(states=[S.STORED], name="5"))] == [ids[17]]
    assert [each.object_id for each in ledger.newest("alice", Newest(ids[17], 2, name="a"))] == ids[18:]
    assert ledger.newest("bob", Newest()) == []
    for limit in (0, 1001):
        with pytest.raises(UsageError, match="limit"):
            ledger.newest("alice", Newest(limit=limit))


def test_find_prefers_the_id_then_what_lives_then_what_is_newest(ledger):
    first, second = stored(ledger, name="twin", count=2)
    assert ledger.find("alice", first.object_id) == first
    with pytest.raises(UsageError, match="several objects"):
        ledger.find("alice", "twin")
    spent = redeemed(ledger, first)
    assert ledger.find("alice", "twin") == second
    newer = redeemed(ledger, second)
    assert ledger.find("alice", "twin") == max(spent, newer, key=lambda record: record.object_id)
    for name in ("", "none", "twin\0", "x" * 10_000):
        with pytest.raises(UsageError):
            ledger.find("alice", name)


def test_what_to_free_is_what_is_away_and_needed_no_more(ledger):
    kept, spent = stored(ledger, count=2)
    spent = redeemed(ledger, spent)
    old = kept.placements[0]
    fresh = tuple(replace(placement, deposit=f"fresh.{placement.qubits[0]}") for placement in kept.placements)
    (begun,) = ledger.change(
        [step(kept, S.REFRESHING, intent={"refresh": "x"}, stored="fresh", placements=(old, *fresh))]
    )
    assert begun.superfluous == ()
    (kept,) = ledger.change([step(begun, S.STORED)])
    assert kept.present == fresh
    assert kept.superfluous == (old,)
    assert spent.superfluous == spent.placements
    assert ledger.to_free() == sorted([kept, spent], key=lambda record: record.object_id)
    freed = tuple(replace(placement, presence=Presence.FREED) for placement in spent.placements)
    ledger.change([step(spent, S.REDEEMED, placements=freed), step(kept, S.STORED, placements=fresh)])
    assert ledger.to_free() == []


def test_placements_of_every_shape_are_kept(ledger):
    placements = (
        Placement((), "p", "d0", Presence.LOST),
        Placement((1, 4), "p-2", 'quo"te', Presence.HOME),
        Placement((2,), "ü", "d2", Presence.FREED),
    )
    (record,) = stored(ledger)
    (changed,) = ledger.change([step(record, S.STORED, placements=placements)])
    assert ledger.get(None, [record.object_id])[0].placements == changed.placements == placements


def test_all_objects_come_in_pieces(ledger, monkeypatch):
    from qloak.storage.ledger import queries

    monkeypatch.setattr(queries, "CHUNK", 3)
    records = stored(ledger, "alice", count=4) + stored(ledger, "bob", count=4)
    pieces = list(ledger.iter_objects())
    assert [len(piece) for piece in pieces] == [3, 3, 2]
    assert list(itertools.chain(*pieces)) == sorted(records, key=lambda record: record.object_id)


def test_a_row_that_nobody_wrote_is_named(ledger):
    (record,) = stored(ledger)
    with write(ledger.engine) as connection:
        connection.exec_driver_sql("UPDATE objects SET placements = '[[1,2]'")
    with pytest.raises(IntegrityError, match=record.object_id):
        ledger.find("alice", record.object_id)


# --- registers -------------------------------------------------------------------------------------------------


def test_registers_move_together_or_not_at_all(ledger):
    (old,) = prepared(ledger)
    parts = [RegisterRecord(new_id(), "alice", n, "given", source=old, created=float(n)) for n in (1, 2)]
    event = Event("token", "give", old)
    ledger.move_registers(add=parts, void=[("alice", old)], event=event)
    assert ledger.registers("alice") == parts[::-1]
    assert actions(ledger) == [("give", old)]
    with pytest.raises(ConflictError, match="is void"):
        ledger.move_registers(add=[RegisterRecord(new_id(), "alice", 1, "kept")], void=[("alice", old)], event=event)
    with pytest.raises(ConflictError, match="already"):
        ledger.move_registers(add=parts[:1], void=[("alice", parts[1].handle)])
    assert ledger.registers("alice") == parts[::-1]
    assert len(actions(ledger)) == 1


# --- several at once -------------------------------------------------------------------------------------------


def test_of_many_rivals_one_redeems(ledger):
    # Both orders of a bulk call at once: without sorted locks, a server would report a deadlock.
    records = stored(ledger, count=20)
    outcomes = []

    def rival(number):
        wanted = records if number % 2 else records[::-1]
        changes = [
            step(record, S.REDEEMING, intent={"by": number}, key=f"{number}-{record.object_id}") for record in wanted
        ]
        outcomes.extend(ledger.change(changes))

    threads = [threading.Thread(target=rival, args=(number,)) for number in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    won = [outcome for outcome in outcomes if isinstance(outcome, ObjectRecord)]
    assert sorted(record.object_id for record in won) == [record.object_id for record in records]
    assert len(outcomes) == 240
    assert all(isinstance(outcome, ObjectRecord | RedeemInProgressError) for outcome in outcomes)


def test_of_many_with_the_same_key_one_stores_and_all_get_its_object(ledger):
    outcomes = []

    def put():
        outcomes.extend(ledger.create([new_object(key="a"), new_object(key="b")]))

    threads = [threading.Thread(target=put) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    made = [outcome for outcome in outcomes if isinstance(outcome, ObjectRecord)]
    repeated = [outcome.record for outcome in outcomes if isinstance(outcome, Repeated)]
    assert len(made) == 2
    assert len(repeated) == 22
    assert {record.object_id for record in repeated} == {record.object_id for record in made}


# --- workers ---------------------------------------------------------------------------------------------------


def test_a_restart_takes_up_what_was_left_unfinished(place):
    with SqlLedger.open(place, worker="gateway") as ledger:
        (left,) = ledger.create([new_object()])
        stored(ledger)
        assert ledger.unfinished() == []
        vault_id = ledger.vault_id
        former = ledger.worker
    with SqlLedger.open(place, worker="gateway") as ledger:
        assert ledger.vault_id == vault_id
        (taken,) = ledger.unfinished()
        assert taken == replace(left, revision=left.revision + 1, worker=ledger.worker)
        assert former != ledger.worker
        assert ledger.unfinished() == []
        # The former worker, were it still there, would be too late.
        assert isinstance(ledger.change([step(left, S.STORED)])[0], ConflictError)
        assert ledger.change([step(taken, S.STORED)])[0].state is S.STORED


def test_what_is_let_go_is_given_out_again(ledger):
    first, second = ledger.create([new_object(), new_object()])
    ledger.let_go([first.object_id])
    assert [record.object_id for record in ledger.unfinished()] == [first.object_id]
    assert [record.object_id for record in ledger.unfinished()] == []
    ledger.let_go([first.object_id, second.object_id])
    assert len(ledger.unfinished(limit=1)) == 1
    assert len(ledger.unfinished()) == 1


def test_a_file_is_open_in_one_place_at_a_time(tmp_path):
    path = tmp_path / "vault.db"
    with SqlLedger.open(path), pytest.raises(LockedError, match="another process"):
        SqlLedger.open(path)
    with SqlLedger.open(path) as again:
        again.close()
    SqlLedger.open(f"sqlite:///{path}").close()


def test_the_epoch_is_remembered(place):
    with SqlLedger.open(place) as ledger:
        assert ledger.epoch == 0
        ledger.set_epoch(3)
    with SqlLedger.open(place) as ledger:
        assert ledger.epoch == 3


def test_it_is_a_ledger(ledger):
    def wants(_: Ledger) -> None: ...

    wants(ledger)
    assert all(hasattr(ledger, name) for name in vars(Ledger) if not name.startswith("_"))
