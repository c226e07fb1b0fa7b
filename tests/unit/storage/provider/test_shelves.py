"""Several sites of one database asked at once: each is answered for itself, by as few transactions as for one."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from qloak.errors import CapacityError, IntegrityError, LostError, QloakError, UnavailableError, UnknownNameError
from qloak.simulators import Register
from qloak.storage.provider import Deposit, DepositState, Fault, Fleet, SiteConfig, open_embedded
from qloak.storage.provider.schema import sites
from qloak.storage.world import operations as ops
from tests.oracles import random_state
from tests.storage_worlds import OWNER, Play

NAMES = ("a", "b", "c")


@pytest.fixture
def play(tmp_path):
    played = Play(tmp_path, providers=0)
    yield played
    played.world.close()


@pytest.fixture
def fleet(play, tmp_path):
    opened = open_embedded(tmp_path / "providers.db", play.world, [SiteConfig(name, capacity=3) for name in NAMES])
    with Fleet({site.name: site for site in opened}) as made:
        yield made


def deposits(number: int = 1) -> dict[str, list[Deposit]]:
    """One deposit for each site, named like it."""
    return {name: [Deposit(f"d{name}", "stored", (i,), number)] for i, name in enumerate(NAMES, start=1)}


def named(*names: str) -> dict[str, list[str]]:
    """The deposits of some sites."""
    return {name: [f"d{name}"] for name in names}


def send(play: Play, fleet: Fleet) -> None:
    """A stored qubit's three clones, one at each site."""
    play.store(Register.dense(random_state(1, 3)), num_clones=3, stored="stored")
    assert fleet.accept(deposits()) == {name: [None] for name in NAMES}
    parcels = tuple(((i,), fleet[name].info().holder) for i, name in enumerate(NAMES, start=1))
    play.do(ops.Ship, stored="stored", parcels=parcels)


def kinds(answers) -> dict[str, object]:
    return {
        name: type(answer) if isinstance(answer, QloakError) else [type(each) if each else None for each in answer]
        for name, answer in answers.items()
    }


def commits(fleet: Fleet) -> list[str]:
    """Fills with a line for each transaction that writes, from now on."""
    engine, seen = fleet["a"].shelf.engine, []

    def note(_connection, _cursor, statement, *_):
        if statement.startswith("BEGIN IMMEDIATE"):
            seen.append(statement)

    sa.event.listen(engine, "before_cursor_execute", note)
    return seen


def test_all_sites_take_one_transaction_each_time(play, fleet):
    seen = commits(fleet)
    send(play, fleet)
    assert len(seen) == 1
    assert fleet.release(named("a", "b"), to=OWNER) == {"a": [None], "b": [None]}
    assert len(seen) == 2
    assert fleet.states({name: [f"d{name}", "x"] for name in NAMES}) == {
        "a": [DepositState.RELEASED, DepositState.UNKNOWN],
        "b": [DepositState.RELEASED, DepositState.UNKNOWN],
        "c": [DepositState.ACCEPTED, DepositState.UNKNOWN],
    }
    assert set(play.world.custody(["stored"], holder=OWNER)["stored"]) & {1, 2, 3} == {1, 2}
    assert fleet.discard(named(*NAMES)) == {name: [None] for name in NAMES}
    assert len(seen) == 3
    assert [fleet[name].info().used for name in NAMES] == [0, 0, 0]


def test_a_name_is_looked_for_at_the_site_that_was_asked(play, fleet):
    send(play, fleet)
    assert kinds(fleet.release({"a": ["db"], "b": ["db"]}, to=OWNER)) == {"a": [UnknownNameError], "b": [None]}
    assert fleet.discard({"a": ["dc"]}) == {"a": [None]}
    assert fleet.states(named("c")) == {"c": [DepositState.ACCEPTED]}


def test_each_site_is_answered_for_itself(play, fleet):
    play.store(Register.dense(random_state(1, 3)), num_clones=3, stored="stored")
    fleet.rehearse("b", Fault.OFFLINE, 1.0)
    assert kinds(
        fleet.accept(deposits(2) | {"c": [Deposit("e", "stored", (3,), 4), Deposit("f", "stored", (3,), 3)]})
    ) == {
        "a": [None],
        "b": UnavailableError,
        "c": [CapacityError, None],
    }
    assert [fleet[name].info().used for name in ("a", "c")] == [2, 3]
    assert kinds(fleet.release({"a": ["da", "x"], "b": ["db"], "c": ["f"]}, to=OWNER)) == {
        # It was promised room and nothing was ever sent.
        "a": [LostError, UnknownNameError],
        "b": UnavailableError,
        "c": [LostError],
    }
    assert kinds(fleet.discard(named(*NAMES))) == {"a": [None], "b": UnavailableError, "c": [None]}
    assert kinds(fleet.states(named(*NAMES)))["b"] is UnavailableError


def test_nobody_answers(fleet):
    for name in NAMES:
        fleet.rehearse(name, Fault.OFFLINE, 1.0)
    for answers in (
        fleet.accept(deposits()),
        fleet.release(named(*NAMES), to=OWNER),
        fleet.discard(named(*NAMES)),
    ):
        assert kinds(answers) == dict.fromkeys(NAMES, UnavailableError)


def test_a_site_whose_row_is_gone_does_not_take_the_others_along(fleet):
    with fleet["a"].shelf.engine.begin() as connection:
        connection.execute(sa.delete(sites).where(sites.c.name == "b"))
    assert kinds(fleet.accept(deposits())) == {"a": [None], "b": IntegrityError, "c": [None]}


def test_an_unknown_provider_and_heard_answers(fleet):
    heard = []
    answers = fleet.accept(deposits() | {"nobody": []}, heard=lambda name, _: heard.append(name))
    assert kinds(answers) == {"a": [None], "b": [None], "c": [None], "nobody": UnknownNameError}
    assert sorted(heard) == ["a", "b", "c", "nobody"]
