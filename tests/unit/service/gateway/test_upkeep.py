"""What a gateway does by itself."""

from __future__ import annotations

import contextlib
import time
from dataclasses import replace

import pytest

from qloak.errors import UnavailableError
from qloak.service.gateway import GatewayOptions
from qloak.service.gateway.events import EventLog
from qloak.service.gateway.upkeep import Upkeep
from qloak.simulators import Register
from qloak.storage.database import write
from qloak.storage.ledger import Change, Event, ObjectState, ProviderRecord, SqlLedger, schema
from qloak.storage.provider import Fleet
from qloak.storage.vault import PutRequest, RedeemRequest, Vault
from tests.gateways import Gateway
from tests.postgres import fresh_database, postgres_server
from tests.vaults import Bomb, Crash, Play

__all__ = ["postgres_server"]


@pytest.fixture
def gateway(tmp_path):
    with Gateway(tmp_path / "vault") as running:
        yield running


def test_a_round_cleans_up_and_seals(gateway):
    you = gateway.caller()
    stored = you.put()["id"]
    you.done("POST", f"/v1/objects/{stored}/redeem")
    assert sum(info.used for info in gateway.vault.fleet.health(fresh=True).values()) >= 5
    Upkeep(gateway.vault).round()
    assert sum(info.used for info in gateway.vault.fleet.health(fresh=True).values()) == 0
    assert all(entry["seal"] for entry in you.done("GET", "/v1/audit")["entries"])


def test_a_round_cleans_up_more_than_is_looked_up_at_once(gateway, monkeypatch):
    monkeypatch.setattr("qloak.service.gateway.upkeep._MANY", 2)
    for _ in range(5):
        stored = gateway.vault.put(PutRequest(register=Register.bloch(1.0, 0.5)))
        gateway.vault.redeem(RedeemRequest(object_id=stored.object_id))
    Upkeep(gateway.vault).round()
    assert gateway.vault.ledger.to_free() == []


def test_long_work_is_done_in_pieces(gateway, monkeypatch):
    monkeypatch.setattr("qloak.service.gateway.upkeep._FEW", 2)
    you, taken = gateway.caller(), []

    @contextlib.contextmanager
    def turn():
        taken.append(sum(not entry["seal"] for entry in you.done("GET", "/v1/audit")["entries"]))
        yield

    for _ in range(5):
        gateway.vault.put(PutRequest(register=Register.bloch(1.0, 0.5)))
    upkeep = Upkeep(gateway.vault, turn=turn)
    upkeep.round()
    # Two lines for each object or one, and one of the token: a piece of two lines at a time, until none are left.
    lines = taken[0]
    assert lines >= 5
    assert taken == list(range(lines, -1 if lines % 2 == 0 else 0, -2))
    assert all(entry["seal"] for entry in you.done("GET", "/v1/audit")["entries"])


def test_a_round_finishes_what_was_left(gateway):
    you = gateway.caller()
    stored = you.put()["id"]
    # Its process was killed between two steps; the ledger is another life's then.
    shop = gateway.vault._shop
    object.__setattr__(shop, "checkpoint", Bomb(1))
    with pytest.raises(Crash):
        gateway.vault.redeem(RedeemRequest(object_id=stored))
    object.__setattr__(shop, "checkpoint", lambda _: None)
    assert you.done("GET", f"/v1/objects/{stored}")["state"] == "redeeming"
    gateway.vault.ledger.let_go([stored])
    Upkeep(gateway.vault).round()
    assert you.done("GET", f"/v1/objects/{stored}")["state"] in ("stored", "redeemed")
    assert gateway.vault.ledger.count().get(ObjectState.REDEEMING, 0) == 0


def test_providers_that_another_gateway_added_join(gateway):
    """It wrote them into the ledger; this one's fleet does not know them yet."""
    assert gateway.vault.meet_providers() == 0
    gateway.vault.ledger.providers.add(ProviderRecord("nimbus", options={"capacity": 7}))
    gateway.vault.ledger.providers.add(ProviderRecord("far", "http", "http://127.0.0.1:9", "t" * 20))
    assert "nimbus" not in gateway.vault.fleet.names
    log = gateway.app.state.events
    Upkeep(gateway.vault, log).round()
    assert gateway.vault.fleet.names[-2:] == ("nimbus", "far")
    assert gateway.vault.fleet.health()["nimbus"].capacity == 7
    told = [event.data for event in log.since("anybody", 0)]
    assert told == [{"provider": name, "step": "added"} for name in ("nimbus", "far")]


class TestOtherGateways:
    """What they do is in the ledger, and no flow of this gateway tells of it."""

    @pytest.fixture
    def elsewhere(self, gateway):
        """As if the vault were another gateway's while it acts."""
        log = gateway.app.state.events

        def act(action):
            gateway.vault.listen(None)
            outcome = action()
            gateway.vault.listen(log)
            return outcome

        return act

    def test_listeners_hear_of_their_objects(self, gateway, elsewhere):
        log, upkeep, you = gateway.app.state.events, Upkeep(gateway.vault, gateway.app.state.events), gateway.caller()
        gateway.vault.ledger.tenants.add("alice")
        alice = gateway.caller("alice")
        with log.listening("local"):
            upkeep.round()
            stored = elsewhere(lambda: you.put(name="mine")["id"])
            elsewhere(lambda: alice.put(name="hers"))
            upkeep.round()
            elsewhere(lambda: you.done("POST", f"/v1/objects/{stored}/redeem"))
            upkeep.round()
            upkeep.round()
        told = [(event.kind, event.data) for event in log.since("local", 0)]
        assert [(kind, data["object"], data["name"], data["step"]) for kind, data in told] == [
            ("object", stored, "mine", "stored"),
            ("object", stored, "mine", "redeemed"),
        ]
        assert told[0][1]["done"] == told[0][1]["total"] == 6
        assert log.since("alice", 0) == []

    def test_what_is_under_way_elsewhere_is_looked_at_until_its_end(self, gateway, elsewhere):
        log, upkeep, you = gateway.app.state.events, Upkeep(gateway.vault, gateway.app.state.events), gateway.caller()
        stored = elsewhere(lambda: you.put()["id"])
        (record,) = gateway.vault.ledger.get("local", [stored])
        ledger = gateway.vault.ledger
        with log.listening("local"):
            upkeep.round()
            begun = replace(record, state=ObjectState.DELETING, intent={"do": "rm", "op": "x"})
            (begun,) = ledger.change([Change(record, begun, event=Event("local", "deleting", stored))])
            _work_as(gateway, "another", stored)
            upkeep.round()
            (begun,) = ledger.get("local", [stored])
            ledger.change([Change(begun, replace(begun, state=ObjectState.DELETED, intent=None))])
            upkeep.round()
        assert [event.data["step"] for event in log.since("local", 0)] == ["deleting", "deleted"]

    def test_own_changes_are_told_once(self, gateway):
        log, upkeep, you = gateway.app.state.events, Upkeep(gateway.vault, gateway.app.state.events), gateway.caller()
        with log.listening("local"):
            upkeep.round()
            stored = you.put()["id"]
            upkeep.round()
            you.done("POST", f"/v1/objects/{stored}/redeem")
            upkeep.round()
            upkeep.round()
        assert "object" not in {event.kind for event in log.since("local", 0)}


def _work_as(gateway, worker: str, object_id: str) -> None:
    """Let a worker who is alive have an object's intent."""
    table = schema.intents
    with write(gateway.vault.ledger.engine) as connection:
        connection.execute(table.update().where(table.c.object_id == object_id).values(worker=worker))
    gateway.vault.replay = lambda: 0


@pytest.fixture
def neighbour(postgres_server, tmp_path):
    """Two gateways' vaults over one ledger; the second knows no providers yet."""
    url = fresh_database(postgres_server, "neighbour")
    play = Play(tmp_path / "vault", ledger=url)
    second = Vault(SqlLedger.open(url), play.vault.world, Fleet({}), folder=play.folder)
    yield play, second
    second.fleet.close()
    second.ledger.close()
    play.vault.close()


def test_two_gateways_learn_of_each_other_without_a_restart(neighbour):
    play, second = neighbour
    log = EventLog()
    upkeep = Upkeep(second, log)
    second.listen(log)
    with log.listening("local"):
        upkeep.round()
        assert second.fleet.names == play.vault.fleet.names
        register = play.state()
        record = play.put(register, name="mine")
        upkeep.round()
        # What one has stored the other redeems, from the providers that it has met.
        redeemed = second.redeem(RedeemRequest(object_id=record.object_id))
        upkeep.round()
    assert play.fidelity(redeemed, register) > 1 - 1e-9
    told = [(event.kind, event.data["step"]) for event in log.since("local", 0) if event.kind != "provider"]
    assert [step for kind, step in told if kind == "object"] == ["stored"]
    assert told[-1] == ("redeem", "redeemed")


def test_one_failure_does_not_keep_from_the_rest(gateway, monkeypatch, capsys):
    def fails():
        raise UnavailableError("not now")

    you = gateway.caller()
    you.put()
    monkeypatch.setattr(gateway.vault, "replay", fails)
    Upkeep(gateway.vault).round()
    assert all(entry["seal"] for entry in you.done("GET", "/v1/audit")["entries"])
    said = capsys.readouterr()
    assert "unavailable" in said.out + said.err


def test_it_runs_beside_requests_and_ends_with_the_application(tmp_path, monkeypatch):
    monkeypatch.setattr("qloak.service.gateway.upkeep._EVERY_SECONDS", 0.01)
    with Gateway(tmp_path / "vault", GatewayOptions()) as gateway:
        you = gateway.caller()
        upkeep = Upkeep(gateway.vault, every_seconds=0.01)
        upkeep.start()
        stored = [you.put()["id"] for _ in range(10)]
        for name in stored:
            you.done("POST", f"/v1/objects/{name}/redeem")
        deadline = time.monotonic() + 20
        while gateway.vault.ledger.to_free() and time.monotonic() < deadline:
            time.sleep(0.01)
        upkeep.stop()
        assert not gateway.vault.ledger.to_free()
        assert {item["state"] for item in you.done("GET", "/v1/objects")["objects"]} == {"redeemed"}
