"""Server-sent events."""

from __future__ import annotations

import json
import time

import pytest

from qloak.service.gateway import events
from qloak.service.gateway.events import EventLog
from qloak.simulators import Register
from qloak.storage.vault import PutRequest
from qloak.storage.vault.news import EVERYBODY
from tests.gateways import Gateway

BEGIN = "0"
"""As a Last-Event-ID: everything that is remembered."""


def read_events(caller, *, after: str | None = None, seconds: float = 0.15) -> list[tuple[int, str, dict]]:
    headers = {"Authorization": f"Bearer {caller.secret}"}
    if after is not None:
        headers["Last-Event-ID"] = after
    response = caller.client.get(f"/v1/events?seconds={seconds}", headers=headers)
    assert response.headers["content-type"].startswith("text/event-stream")
    blocks = [
        dict(line.split(": ", 1) for line in block.splitlines()) for block in response.text.split("\n\n") if block
    ]
    return [(int(b["id"]), b["event"], json.loads(b["data"])) for b in blocks if "id" in b]


def steps_of(caller, object_id: str) -> list[tuple]:
    """Everything that was told of an object: kind, step, done, total, clone."""
    told = [(kind, data) for _, kind, data in read_events(caller, after=BEGIN) if data.get("object") == object_id]
    return [(kind, data["step"], data["done"], data["total"], data.get("clone", "")) for kind, data in told]


def follow(caller) -> None:
    """Be somebody who listens, or did a moment ago."""
    read_events(caller, seconds=0)


class TestStreams:
    def test_nothing_happens_where_nothing_is_done(self, alice):
        assert read_events(alice) == []

    def test_reconnecting_with_the_last_id_misses_nothing(self, alice):
        stored = alice.put(name="watched")
        everything = read_events(alice, after=BEGIN)
        mine = [(number, kind, data) for number, kind, data in everything if data["name"] == "watched"]
        (first, kind, begun), (last, _, done) = mine[0], mine[-1]
        assert (kind, begun["step"]) == ("put", "begun")
        assert (done["step"], done["object"], done["state"], done["done"]) == ("stored", stored["id"], "stored", 6)
        assert [number for number, _, _ in everything] == sorted({number for number, _, _ in everything})
        assert read_events(alice, after=str(first)) == [each for each in everything if each[0] > first]
        assert read_events(alice, after=str(last)) == []

    def test_beginning_where_a_session_was_asked(self, alice):
        """What happens between the two is told; Last-Event-ID comes before `since`."""
        since = alice.done("GET", "/v1/session")["last_event"]
        stored = alice.put(name="between")["id"]
        headers = {"Authorization": f"Bearer {alice.secret}"}

        def told(**more):
            return alice.client.get(f"/v1/events?seconds=0.15&since={since}", headers=headers | more).text

        assert stored in told()
        assert stored not in told(**{"Last-Event-ID": str(since + 1_000_000)})
        assert alice("GET", "/v1/events?since=-1").status == 422

    def test_others_hear_nothing(self, alice, bob):
        alice.put(name="private")
        assert "private" not in str(read_events(bob, after=BEGIN))

    @pytest.mark.parametrize("after", ["-1", "x", "1e3", "9" * 32])
    def test_strange_last_ids_are_taken_for_none(self, alice, after):
        alice.put()
        assert read_events(alice, after=after) == []

    def test_a_stream_ends_soon_after_its_token(self, gateway, monkeypatch):
        monkeypatch.setattr(events, "_HEARTBEAT_SECONDS", 0.05)
        leaver = gateway.caller("alice", ["read", "admin"])
        token_id = leaver.done("GET", "/v1/session")["token_id"]
        gateway.vault.ledger.tokens.revoke(token_id)
        # It was let in before: revoked tokens open no stream.
        monkeypatch.setattr(gateway.vault.ledger.tokens, "authenticate", lambda _: _principal(token_id))
        began = time.monotonic()
        assert read_events(leaver, seconds=600) == []
        assert time.monotonic() - began < 300

    def test_tokens_that_are_valid(self, gateway):
        tokens = gateway.vault.ledger.tokens
        _, token = tokens.create("alice", ["read"])
        _, ending = tokens.create("alice", ["read"], lifetime_seconds=1e-6)
        time.sleep(0.001)
        assert tokens.is_valid(token.token_id)
        assert not tokens.is_valid(ending.token_id)
        assert not tokens.is_valid("nobody")
        tokens.revoke(token.token_id)
        assert not tokens.is_valid(token.token_id)


class TestFlows:
    def test_a_put_counts_its_clones(self, alice):
        follow(alice)
        stored = alice.put()["id"]
        told = steps_of(alice, stored)
        clones = [f"S{i}" for i in range(1, 7)]
        assert {kind for kind, *_ in told} == {"put"}
        assert [each[1:4] for each in told[:2]] == [("begun", 0, 6), ("encrypting", 0, 6)]
        for step in ("promised", "deposited"):
            each = [(done, clone) for _, what, done, total, clone in told if what == step and total == 6]
            assert [done for done, _ in each] == [1, 2, 3, 4, 5, 6]
            assert sorted(clone for _, clone in each) == clones
        assert told[-1][1:] == ("stored", 6, 6, "")

    def test_providers_are_named(self, alice):
        follow(alice)
        stored = alice.put()
        told = [data for _, _, data in read_events(alice, after=BEGIN) if data.get("object") == stored["id"]]
        places = {data["clone"]: data["provider"] for data in told if data["step"] == "deposited"}
        assert places == {place["clone"]: place["provider"] for place in stored["placements"]}

    def test_a_redemption_says_when_the_key_is_spent(self, alice):
        follow(alice)
        stored = alice.put()["id"]
        alice.done("POST", f"/v1/objects/{stored}/redeem", {"verify": 2})
        told = [each[1:] for each in steps_of(alice, stored) if each[0] == "redeem"]
        names = [step for step, *_ in told]
        assert names == [
            "begun",
            *["fetching"] * 2,
            *["fetched"] * 2,
            "verifying",
            "decrypting",
            "spent",
            "redeemed",
        ]
        assert [(done, total) for step, done, total, _ in told if step == "fetched"] == [(1, 2), (2, 2)]
        assert told[-1][1:3] == (2, 2)

    def test_refusals_are_told(self, alice):
        stored = alice.put()["id"]
        alice.done("POST", f"/v1/objects/{stored}/redeem")
        alice("POST", f"/v1/objects/{stored}/redeem")
        _, kind, data = read_events(alice, after=BEGIN)[-1]
        assert (kind, data["step"], data["code"]) == ("redeem", "refused", "key-consumed")
        assert data["object"] == stored

    def test_refreshing_and_removing(self, alice):
        follow(alice)
        stored = alice.put()["id"]
        alice.done("POST", f"/v1/objects/{stored}/refresh")
        alice.done("DELETE", f"/v1/objects/{stored}")
        told = steps_of(alice, stored)
        fresh = [step for kind, step, *_ in told if kind == "refresh"]
        assert [step for i, step in enumerate(fresh) if step not in fresh[:i]] == [
            "begun",
            "fetching",
            "fetched",
            "encrypting",
            "promised",
            "deposited",
            "stored",
        ]
        gone = [(step, done, total) for kind, step, done, total, _ in told if kind == "rm"]
        assert gone[:2] == [("begun", 0, 6), ("reset", 0, 6)]
        assert ("discarded", 6, 6) in gone
        assert gone[-1][0] == "deleted"

    def test_nothing_secret_is_told(self, gateway, alice):
        follow(alice)
        stored = alice.put()["id"]
        (record,) = gateway.vault.ledger.get("alice", [stored])
        alice.done("POST", f"/v1/objects/{stored}/redeem")
        said = json.dumps([data for _, _, data in read_events(alice, after=BEGIN)])
        for secret in (record.stored, *(place.deposit for place in record.placements)):
            assert secret not in said

    def test_of_very_many_at_once_beginnings_and_ends_are_told(self, gateway):
        gateway.vault.ledger.tenants.add("crowd")
        requests = [PutRequest(register=Register.bloch(1, 2), tenant="crowd", num_clones=2) for _ in range(65)]
        log = gateway.app.state.events
        with log.listening("crowd"):
            gateway.vault.put_many(requests)
            told = [event.data["step"] for event in log.since("crowd", 0)]
            gateway.vault.put_many(requests[:1])
            more = [event.data["step"] for event in log.since("crowd", 0)]
        assert told == ["begun"] * 65 + ["stored"] * 65
        assert "deposited" in more

    def test_who_does_not_follow_hears_beginning_and_end(self, gateway):
        gateway.vault.ledger.tenants.add("carol")
        carol = gateway.caller("carol")
        stored = carol.put()["id"]
        assert [each[1] for each in steps_of(carol, stored)] == ["begun", "stored"]


class TestProviders:
    @pytest.fixture
    def gateway(self, tmp_path):
        with Gateway(tmp_path / "vault") as running:
            running.vault.ledger.tenants.add("alice")
            yield running

    def test_everybody_hears_of_them(self, gateway):
        operator, alice = gateway.caller(), gateway.caller("alice")
        operator.done("POST", "/v1/providers/dune/rehearse", {"fault": "lossy", "strength": 0.5})
        operator.done("POST", "/v1/providers/dune/recover")
        operator.done("POST", "/v1/providers/dune/destroy")
        operator.done("POST", "/v1/providers/dune/recover")
        operator.done("POST", "/v1/providers", {"name": "nimbus"})
        told = [data for _, kind, data in read_events(alice, after=BEGIN) if kind == "provider"]
        assert told[0] == {"provider": "dune", "step": "rehearsed", "fault": "lossy", "strength": 0.5}
        assert [(data["provider"], data["step"]) for data in told[1:]] == [
            ("dune", "recovered"),
            ("dune", "destroyed"),
            ("dune", "down"),
            ("dune", "recovered"),
            ("dune", "up"),
            ("nimbus", "added"),
        ]

    def test_a_put_that_fails_says_where_and_what_became_of_it(self, gateway):
        alice = gateway.caller("alice")
        follow(alice)
        for name in ("aurora", "borealis"):
            gateway.vault.fleet[name].rehearse("offline", 1.0)
        gateway.vault.fleet.health(fresh=True)
        names = ["aurora", "borealis", "cirrus", "dune"]
        answer = alice("POST", "/v1/objects", {"source": {"bloch": [1.0, 0.5]}, "providers": names})
        assert answer.code == "unavailable"
        told = [data for _, kind, data in read_events(alice, after=BEGIN) if kind == "put"]
        failed = {data["provider"]: data["code"] for data in told if data["step"] == "failed"}
        assert failed == {"aurora": "unavailable", "borealis": "unavailable"}
        assert "aborting" in [data["step"] for data in told]
        assert (told[-1]["step"], told[-1]["state"], told[-1]["code"]) == ("aborted", "aborted", "unavailable")

    def test_an_object_that_is_lost(self, gateway):
        alice = gateway.caller("alice")
        stored = alice.put()["id"]
        for name in gateway.vault.fleet.names:
            gateway.vault.destroy_provider(name)
            gateway.vault.recover_provider(name)
        assert alice("POST", f"/v1/objects/{stored}/redeem").code == "lost"
        _, kind, data = read_events(alice, after=BEGIN)[-1]
        assert (kind, data["object"], data["step"], data["code"]) == ("redeem", stored, "lost", "lost")


class TestLog:
    def test_it_forgets_the_oldest_and_keeps_tenants_apart(self):
        log = EventLog()
        start = log.last
        for number in range(6_000):
            log.publish("a" if number % 2 else "b", "put", {"n": number})
        kept = log.since("a", start)
        assert [event.data["n"] for event in kept] == list(range(2001, 6_000, 2))
        assert log.since("a", kept[-2].number) == kept[-1:]
        assert log.since("c", 0) == []

    def test_what_concerns_everybody_comes_in_its_place(self):
        log = EventLog()
        for tenant in ("a", EVERYBODY, "b", "a"):
            log.publish(tenant, "x", {"of": tenant})
        assert [event.data["of"] for event in log.since("a", 0)] == ["a", EVERYBODY, "a"]
        assert [event.data["of"] for event in log.since("c", 0)] == [EVERYBODY]

    def test_tenants_without_number_take_no_room_for_ever(self):
        log = EventLog()
        for number in range(1000):
            log.publish(f"t{number}", "put", {})
        assert len(log._events) == events._MOST_TENANTS
        assert log.since("t999", 0)

    def test_steps_are_wanted_while_somebody_listens_and_a_little_longer(self, monkeypatch):
        log = EventLog()
        assert not log.hears("a")
        with log.listening("a"), log.listening("a"):
            assert log.hears("a")
            assert log.tenants() == ["a"]
        assert log.hears("a")
        assert log.tenants() == []
        monkeypatch.setattr(events, "_LINGER_SECONDS", 0.0)
        assert not log.hears("a")


def _principal(token_id: str):
    from qloak.storage.ledger import Principal, Scope

    return Principal("alice", token_id, frozenset({Scope.READ}))
