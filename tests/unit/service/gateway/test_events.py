"""Server-sent events."""

from __future__ import annotations

import json

import pytest

from qloak.service.gateway.events import EventLog


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


def test_nothing_happens_where_nothing_is_done(alice):
    assert read_events(alice) == []


def test_reconnecting_with_the_last_id_misses_nothing(alice):
    stored = alice.put(name="watched")
    everything = read_events(alice, after="0")
    begun = next(i for i, (_, _, data) in enumerate(everything) if data["name"] == "watched")
    (first, kind, data), (second, _, done) = everything[begun : begun + 2]
    assert (kind, data["step"]) == ("put", "begun")
    assert (done["step"], done["object"], done["state"]) == ("done", stored["id"], "stored")
    assert second > first
    assert read_events(alice, after=str(first)) == everything[begun + 1 :]
    assert read_events(alice, after=str(everything[-1][0])) == []


def test_refusals_are_told(alice):
    stored = alice.put()["id"]
    alice.done("POST", f"/v1/objects/{stored}/redeem")
    alice("POST", f"/v1/objects/{stored}/redeem")
    _, kind, data = read_events(alice, after="0")[-1]
    assert (kind, data["step"], data["code"]) == ("redeem", "refused", "key-consumed")


def test_others_hear_nothing(alice, bob):
    alice.put(name="private")
    assert "private" not in str(read_events(bob, after="0"))


@pytest.mark.parametrize("after", ["-1", "x", "1e3", "9" * 32])
def test_strange_last_ids_are_taken_for_none(alice, after):
    alice.put()
    assert read_events(alice, after=after) == []


def test_log_forgets_the_oldest_and_keeps_tenants_apart():
    log = EventLog()
    start = log.last
    for number in range(12_000):
        log.publish("a" if number % 2 else "b", "put", {"n": number})
    kept = log.since("a", start)
    assert [event.data["n"] for event in kept] == list(range(7001, 12_000, 2))
    assert log.since("a", kept[-2].number) == kept[-1:]
    assert log.since("c", 0) == []
