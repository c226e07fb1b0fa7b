"""Lists with the newest first, what is left of each object, and what is foretold of one."""

from __future__ import annotations

import pytest

from tests.gateways import BLOCH


@pytest.fixture(scope="module")
def drive(gateway):
    """Somebody with five objects."""
    gateway.vault.ledger.tenants.add("carol")
    carol = gateway.caller("carol")
    ids = [carol.put(BLOCH, name=name, clones=4)["id"] for name in ("one", "two", "One more", "", "four")]
    carol.done("POST", f"/v1/objects/{ids[0]}/redeem")
    return carol, ids


def listed(document):
    return [each["id"] for each in document["objects"]]


def test_pages_with_the_newest_first(drive):
    carol, ids = drive
    first = carol.done("GET", "/v1/objects?before=&limit=3")
    assert (listed(first), first["next"]) == (ids[:1:-1], ids[2])
    second = carol.done("GET", f"/v1/objects?before={first['next']}&limit=3")
    assert (listed(second), second["next"]) == (ids[1::-1], None)
    assert "health" not in first["objects"][0]


def test_by_name_and_state(drive):
    carol, ids = drive
    assert listed(carol.done("GET", "/v1/objects?before=&name=oNe")) == [ids[2], ids[0]]
    assert listed(carol.done("GET", "/v1/objects?before=&name=one&state=stored")) == [ids[2]]
    assert listed(carol.done("GET", "/v1/objects?before=&state=redeemed")) == [ids[0]]


def test_what_is_left_of_each(drive, operator):
    carol, ids = drive
    place = carol.done("GET", f"/v1/objects/{ids[4]}")["placements"][0]["provider"]
    operator.done("POST", f"/v1/providers/{place}/rehearse", {"fault": "offline", "strength": 1})
    objects = {each["id"]: each for each in carol.done("GET", "/v1/objects?before=&look=true")["objects"]}
    assert "health" not in objects[ids[0]]
    whole = carol.done("GET", f"/v1/objects/{ids[4]}")["health"]
    brief = objects[ids[4]]["health"]
    assert brief == {key: whole[key] for key in brief}
    assert (brief["surviving_clones"], brief["unreachable_clones"], len(brief["clones"])) == (3, 1, 4)
    operator.done("POST", f"/v1/providers/{place}/recover")


@pytest.mark.parametrize("query", ["name=one", "before=&after=x", "before=&state=odd", "before=&limit=0"])
def test_what_does_not_go_together(drive, query):
    assert drive[0]("GET", f"/v1/objects?{query}").code in ("bad-argument", "bad-request")


def test_forecast(drive):
    carol, ids = drive
    document = carol.done("GET", f"/v1/objects/{ids[1]}/forecast?hours=2&points=3")
    perfect = {"entanglement_fidelity": 1.0, "average_fidelity": 1.0}
    assert document["points"] == [{"seconds": s, **perfect} for s in (0.0, 3600.0, 7200.0)]
    assert [each["entanglement_fidelity"] for each in document["clones"]] == [[1.0, 1.0, 1.0]] * 4
    assert document["best_without_quantum_memory"] == 0.5
    assert document["emulated"]
    over = carol.done("GET", f"/v1/objects/{ids[0]}/forecast")
    assert over["points"] == over["clones"] == []
    for query in ("hours=0", "hours=nan", "points=1", "points=501"):
        assert carol("GET", f"/v1/objects/{ids[1]}/forecast?{query}").status == 422


def test_audit_of_one_object(drive):
    carol, ids = drive
    entries = carol.done("GET", f"/v1/audit?subject={ids[0]}")["entries"]
    assert [entry["action"] for entry in entries] == ["put", "redeeming", "redeemed"]
    assert {entry["subject"] for entry in entries} == {ids[0]}
