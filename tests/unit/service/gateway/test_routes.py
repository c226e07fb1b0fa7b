"""What every route answers."""

from __future__ import annotations

import re
from itertools import chain

import pytest
import stim

from tests.gateways import BLOCH, ROUTES

LIVE = {"storing", "stored", "redeeming", "refreshing", "deleting"}
PROGRAM = 'OPENQASM 3.0; include "stdgates.inc"; qubit[1] q; h q[0];'


def test_table_of_routes_is_complete(gateway):
    described = {
        (method.upper(), path) for path, item in gateway.app.openapi()["paths"].items() for method in item if method
    }
    assert described == set(ROUTES)


def test_every_route_succeeds_once(gateway):
    """One story through all routes; then nothing may be left that it did not call."""
    you = gateway.caller()
    done = you.done
    done("GET", "/healthz")
    done("GET", "/readyz")
    done("POST", "/v1/plan", {"clones": 4})
    stored = you.put(name="story", custody="clones+source")["id"]
    done("GET", "/v1/objects")
    done("GET", f"/v1/objects/{stored}")
    done("GET", f"/v1/objects/{stored}/export?form=qasm3")
    done("GET", f"/v1/objects/{stored}/forecast")
    done("POST", f"/v1/objects/{stored}/refresh")
    handle = done("POST", f"/v1/objects/{stored}/redeem")["handle"]
    done("GET", f"/v1/registers/{handle}")
    done("POST", f"/v1/registers/{handle}/peek")
    done("POST", f"/v1/registers/{handle}/apply", {"program": PROGRAM})
    done("POST", f"/v1/registers/{handle}/measure", {"letters": {"0": "X"}})
    done("DELETE", f"/v1/registers/{handle}")
    pair = done("POST", "/v1/registers", {"source": {"ghz": 2}})["handle"]
    given, _ = done("POST", f"/v1/registers/{pair}/split", {"positions": [1]})["registers"]
    done("POST", f"/v1/registers/{given['handle']}/give", {"tenant": "bob"})
    done("GET", "/v1/registers")
    done("DELETE", f"/v1/objects/{you.put()['id']}")
    done("POST", "/v1/providers", {"name": "extra"})
    for verb, body in (("rehearse", {"fault": "slow", "strength": 0}), ("recover", None), ("destroy", None)):
        done("POST", f"/v1/providers/extra/{verb}", body)
    done("GET", "/v1/providers")
    token = done("POST", "/v1/tokens", {"scopes": ["read"]})
    done("GET", "/v1/tokens")
    done("DELETE", f"/v1/tokens/{token['id']}")
    done("POST", "/v1/tenants", {"name": "story"})
    done("PUT", "/v1/tenants/story/quota", {"max_objects": 5})
    for path in ("/v1/session", "/v1/tenants", "/v1/audit", "/metrics", "/v1/lab/devices"):
        done("GET", path)
    for (method, path), route in ROUTES.items():
        if route.query:
            done(method, path + route.query)
    done("POST", "/v1/check")
    _run_an_experiment(gateway, you)

    def pattern(path: str) -> str:
        return re.sub(r"\{\w+\}", "[^/]+", path)

    asked = {(method, path.partition("?")[0]) for method, path, _ in you.asked}
    missed = {
        (method, path)
        for method, path in ROUTES
        if not any(method == m and re.fullmatch(pattern(path), p) for m, p in asked)
    }
    assert not missed


def _run_an_experiment(gateway, you):
    """Through all of its routes."""
    job = you.done("POST", "/v1/experiments", {"experiment": "channel", "grid": {"clones": "2-3"}})["id"]
    assert job in [each["id"] for each in you.done("GET", "/v1/experiments")["jobs"]]
    gateway.app.state.jobs.files("local", job).save_figures([("one", b"<svg/>")])
    assert you.done("GET", f"/v1/experiments/{job}/figures/1.svg") == "<svg/>"
    assert you.done("GET", f"/v1/experiments/{job}")["figures"] == ["one"]
    you.done("GET", f"/v1/experiments/{job}/rows?after=0")
    you.done("POST", f"/v1/experiments/{job}/cancel")
    you.done("DELETE", f"/v1/experiments/{job}")
    you.done("GET", "/v1/experiments/published")


def test_object_says_where_it_is_and_who_can_read_it(alice):
    stored = alice.put(name="shown")
    shown = alice.done("GET", "/v1/objects/shown")
    assert stored == {key: value for key, value in shown.items() if key != "health"}
    assert (shown["schema"], shown["state"], shown["emulated"]) == ("qloak.object/1", "stored", True)
    assert [place["clone"] for place in shown["placements"]] == [f"S{i}" for i in range(1, 7)]
    health = shown["health"]
    assert (health["surviving_clones"], health["needed_clones"], health["recoverable"]) == (6, 1, True)
    assert health["predicted"]["now"] == {"entanglement_fidelity": 1.0, "average_fidelity": 1.0}
    # Even n: neither the owner's site nor all providers together learn anything.
    classes = {tuple(reader["parties"]): reader["class"] for reader in health["who_can_read"]}
    assert classes["owner",] == "uninformative"
    assert all((kind == "authorized") == ("owner" in who and len(who) > 1) for who, kind in classes.items())


def test_redeemed_register_is_what_was_stored(alice):
    alice.put(name="once")
    receipt = alice.done("POST", "/v1/objects/once/redeem", {"verify": 2})
    assert (receipt["schema"], receipt["verified"], len(receipt["clones_used"])) == ("qloak.redeem/1", "clean", 2)
    peeked = alice.done("POST", f"/v1/registers/{receipt['handle']}/peek", {"expected": BLOCH})
    assert peeked["fidelity"] == pytest.approx(1, abs=1e-12)
    assert alice.done("GET", "/v1/objects/once")["handle"] == receipt["handle"]
    again = alice("POST", "/v1/objects/once/redeem")
    assert (again.status, again.code, again.document["exit_code"]) == (409, "key-consumed", 12)


def test_a_repeated_key_makes_no_second_token(alice):
    body = {"scopes": ["read"], "name": "once"}
    made = alice.done("POST", "/v1/tokens", body, key="token-1")
    again = alice("POST", "/v1/tokens", body, key="token-1")
    assert (again.status, again.code) == (409, "conflict")
    assert made["token"] not in str(again.document)
    other = alice("POST", "/v1/tokens", body | {"name": "other"}, key="token-1")
    assert (other.status, other.code) == (409, "idempotency-key-reused")
    assert [t["id"] for t in alice.done("GET", "/v1/tokens")["tokens"] if t["name"] in ("once", "other")] == [
        made["id"]
    ]
    # What was refused has made nothing, and its key is free again.
    assert alice("POST", "/v1/tokens", body | {"name": "a\nb"}, key="token-2").status == 422
    assert alice.done("POST", "/v1/tokens", body | {"name": "ab"}, key="token-2")["name"] == "ab"


def test_repeated_idempotency_keys_get_the_first_answer(alice):
    body = {"source": BLOCH, "name": "repeated"}
    first = alice.done("POST", "/v1/objects", body, key="put-1")
    assert alice.done("POST", "/v1/objects", body, key="put-1") == first
    receipt = alice.done("POST", f"/v1/objects/{first['id']}/redeem", {}, key="redeem-1")
    assert alice.done("POST", f"/v1/objects/{first['id']}/redeem", {}, key="redeem-1") == receipt
    handle = receipt["handle"]
    # A measurement that would be random if it were done twice.
    outcomes = [
        alice.done("POST", f"/v1/registers/{handle}/measure", {"letters": {"0": letter}}, key=f"m-{letter}-{i}")
        for i in range(8)
        for letter in "XZ"
        for _ in range(2)
    ]
    assert outcomes[::2] == outcomes[1::2]


@pytest.mark.parametrize(
    ("path", "body"),
    [("/v1/objects", {"source": BLOCH, "name": "other"}), ("/v1/objects/taken/redeem", {"verify": 1})],
)
def test_idempotency_key_of_another_request_is_refused(alice, path, body):
    answer = alice("POST", "/v1/objects", {"source": BLOCH, "name": "taken"}, key="taken")
    assert answer.status == 201
    refused = alice("POST", path, body, key="taken")
    assert (refused.status, refused.code) == (409, "idempotency-key-reused")


def test_idempotency_keys_of_tenants_are_their_own(alice, bob):
    body = {"source": BLOCH}
    assert (
        alice.done("POST", "/v1/objects", body, key="k")["id"] != bob.done("POST", "/v1/objects", body, key="k")["id"]
    )


def test_pages_hold_every_object_once(gateway):
    gateway.vault.ledger.tenants.add("pager")
    pager = gateway.caller("pager")
    stored = [pager.put()["id"] for _ in range(7)]
    pager.done("POST", f"/v1/objects/{stored[2]}/redeem")

    def pages(query: str) -> list[list[str]]:
        found, after = [], ""
        while after is not None:
            page = pager.done("GET", f"/v1/objects?limit=3&after={after}{query}")
            found.append([item["id"] for item in page["objects"]])
            after = page["next"]
        return found

    assert [len(page) for page in pages("")] == [3, 3, 1]
    assert list(chain(*pages(""))) == sorted(stored)
    assert list(chain(*pages("&state=redeemed"))) == [stored[2]]
    assert len(list(chain(*pages("&state=redeemed&state=stored")))) == 7


def test_kept_half_stays_entangled_with_the_stored_one(alice):
    handles = {item["handle"] for item in alice.done("GET", "/v1/registers")["registers"]}
    stored = alice.put({"bell": True})
    assert stored["num_qubits"] == 1
    back = alice.done("POST", f"/v1/objects/{stored['id']}/redeem")["handle"]
    new = [item for item in alice.done("GET", "/v1/registers")["registers"] if item["handle"] not in handles]
    (kept,) = [item["handle"] for item in new if item["handle"] != back]
    assert alice("POST", f"/v1/registers/{back}/peek").code == "conflict"
    outcomes = [
        alice.done("POST", f"/v1/registers/{handle}/measure", {"letters": {"0": "Z"}})["outcome"]
        for handle in (back, kept)
    ]
    assert outcomes[0] == outcomes[1]


def test_export_is_a_circuit(alice):
    alice.put(name="life")
    life = alice.done("GET", "/v1/objects/life/export?form=stim")
    assert stim.Circuit(life["text"]).num_qubits >= 13
    assert alice.done("GET", "/v1/objects/life/export?form=qasm3")["text"].startswith("OPENQASM 3")


def test_description_needs_a_token_and_names_it(gateway, alice):
    assert gateway.stranger()("GET", "/v1/openapi.json").status == 401
    assert gateway.stranger()("GET", "/openapi.json").status == 404
    described = alice.done("GET", "/v1/openapi.json")
    assert described["components"]["securitySchemes"]
    for (method, path), route in ROUTES.items():
        operation = described["paths"][path][method.lower()]
        assert ("security" in operation) == (route.scope is not None), path


def test_metrics_count_requests_by_route_not_by_name(gateway, operator):
    operator.put(name="secret-name")
    operator("GET", "/v1/objects/secret-name")
    operator("GET", "/v1/nowhere/secret-name")
    gateway.client.request("SECRETVERB", "/v1/objects", headers={"Authorization": f"Bearer {operator.secret}"})
    text = operator.done("GET", "/metrics")
    assert 'qloak_http_requests_total{method="GET",route="/v1/objects/{ref}",status="200"}' in text
    assert 'qloak_objects{state="stored"}' in text
    assert 'qloak_provider_up{provider="aurora"} 1.0' in text
    assert "secret" not in text.lower()
