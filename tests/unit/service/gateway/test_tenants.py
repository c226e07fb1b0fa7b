"""Who may do what: tokens, scopes, and tenants that see nothing of each other."""

from __future__ import annotations

import pytest

from tests.gateways import ALL_SCOPES, OPEN_PATHS, ROUTES

GUARDED = {name: route for name, route in ROUTES.items() if name[1] not in OPEN_PATHS}
NOBODYS = "0" * 26
SECRETS = (None, "", "qlk_", "qlk_" + "A" * 43, "x" * 10_000)


def fill(path: str, **names: str) -> str:
    """A path with names in its places; others get one that is nobody's."""
    nobody = dict.fromkeys(("ref", "handle", "token_id", "job_id"), NOBODYS) | {"name": "aurora", "number": "1"}
    return path.format(**(nobody | names))


@pytest.fixture(scope="module")
def belongings(alice):
    """Things of alice."""
    stored = alice.put(name="treasure")
    register = alice.done("POST", "/v1/registers", {"source": {"ghz": 2}})
    token = alice.done("POST", "/v1/tokens", {"scopes": ["read"], "name": "mine"})
    job = alice.done("POST", "/v1/experiments", {"experiment": "channel", "grid": {"clones": 2}})
    return {"ref": stored["id"], "handle": register["handle"], "token_id": token["id"], "job_id": job["id"]}


@pytest.mark.parametrize("secret", SECRETS)
def test_nobody_without_a_token_gets_further_than_health(gateway, secret):
    stranger = gateway.stranger(secret)
    for method, path in ROUTES:
        answer = stranger(method, fill(path), ROUTES[method, path].body)
        if path in OPEN_PATHS:
            assert answer.status == 200
        else:
            assert (answer.status, answer.code) == (401, "unauthenticated"), path
            assert answer.headers["www-authenticate"] == "Bearer"


@pytest.mark.parametrize("header", [b"Bearer", b"Bearer ", b"Basic cWxrOng=", b"Bearer \xe9\xff", b"Bearer a b c"])
def test_other_authorization_headers_are_refused(gateway, header):
    response = gateway.client.get("/v1/objects", headers={b"Authorization": header})
    assert response.status_code == 401


def test_token_is_looked_at_before_the_body(gateway):
    answer = gateway.stranger()("POST", "/v1/objects", content=b"{" * 1000)
    assert answer.status == 401


@pytest.mark.parametrize("name", GUARDED, ids=" ".join)
def test_every_route_needs_its_scope(gateway, name):
    (method, path), route = name, GUARDED[name]
    others = [scope for scope in ALL_SCOPES if scope != route.scope]
    answer = gateway.caller(scopes=others)(method, fill(path), route.body)
    assert (answer.status, answer.code) == (403, "forbidden")
    assert repr(route.scope) in answer.document["detail"]


def test_ended_tokens_are_refused_at_once(gateway, operator):
    token = operator.done("POST", "/v1/tokens", {"scopes": ["read"], "tenant": "alice"})
    reader = gateway.stranger(token["token"])
    assert reader("GET", "/v1/objects").status == 200
    gateway.vault.ledger.tokens.revoke(token["id"])
    assert reader("GET", "/v1/objects").status == 401
    short = operator.done("POST", "/v1/tokens", {"scopes": ["read"], "expires_seconds": 1e-6})
    assert gateway.stranger(short["token"])("GET", "/v1/objects").status == 401


def test_tokens_give_no_more_than_their_makers_have(gateway):
    admin = gateway.caller("alice", ["admin", "read"])
    assert admin("POST", "/v1/tokens", {"scopes": ["read", "write"]}).code == "forbidden"
    assert admin("POST", "/v1/tokens", {"scopes": ["read"], "tenant": "bob"}).code == "forbidden"
    made = admin.done("POST", "/v1/tokens", {"scopes": ["read"]})
    assert (made["tenant"], made["scopes"]) == ("alice", ["read"])
    listed = admin.done("GET", "/v1/tokens")["tokens"]
    assert all("token" not in item for item in listed)


def test_emulators_secrets_need_the_emulators_scope(gateway, belongings):
    alice = gateway.caller("alice", ["read", "write"])
    assert alice("GET", f"/v1/objects/{belongings['ref']}/export?with_input=true").code == "forbidden"
    assert alice("POST", f"/v1/registers/{belongings['handle']}/peek").code == "forbidden"


# --- two tenants -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [n for n, r in GUARDED.items() if r.owner == "tenant"], ids=" ".join)
def test_what_belongs_to_somebody_else_does_not_exist(bob, belongings, name):
    method, path = name
    theirs = bob(method, fill(path, **belongings), GUARDED[name].body)
    nobodys = bob(method, fill(path), GUARDED[name].body)
    assert (theirs.status, theirs.code) == (404, "unknown-name")
    # Not even the wording tells them apart.
    words = {theirs.document["detail"].replace(own, NOBODYS) for own in belongings.values()}
    assert nobodys.document["detail"] in words


@pytest.mark.parametrize("name", [n for n, r in GUARDED.items() if r.owner == "operator"], ids=" ".join)
def test_what_concerns_everybody_is_the_operators(bob, name):
    answer = bob(*_call(name))
    assert (answer.status, answer.code) == (403, "forbidden")


def _call(name):
    method, path = name
    return method, fill(path), GUARDED[name].body


@pytest.mark.parametrize("name", [n for n, r in GUARDED.items() if r.owner == "anybody"], ids=" ".join)
def test_lists_show_ones_own_only(bob, belongings, name):
    method, path = name
    answer = bob(method, path + GUARDED[name].query, GUARDED[name].body)
    assert answer.status in (200, 201, 202), answer
    text = str(answer.document)
    assert "treasure" not in text
    assert not [own for own in belongings.values() if own in text]


def test_names_of_others_are_not_in_the_way(alice, bob, belongings):
    assert bob("GET", "/v1/objects/treasure").code == "unknown-name"
    mine = bob.put(name="treasure")
    assert bob.done("GET", "/v1/objects/treasure")["id"] == mine["id"]
    assert alice.done("GET", "/v1/objects/treasure")["id"] == belongings["ref"]


def test_registers_of_others_cannot_be_stored(bob, belongings):
    for source in ({"handle": belongings["handle"]}, {"handle": belongings["handle"], "positions": [0]}):
        assert bob("POST", "/v1/objects", {"source": source}).code == "unknown-name"


def test_given_register_changes_hands(alice, bob):
    handle = alice.done("POST", "/v1/registers", {"source": {"bloch": [0.0, 0.0]}})["handle"]
    given = alice.done("POST", f"/v1/registers/{handle}/give", {"tenant": "bob"})["handle"]
    assert alice("GET", f"/v1/registers/{given}").code == "unknown-name"
    assert alice("POST", f"/v1/registers/{handle}/measure", {"letters": {"0": "Z"}}).code == "conflict"
    assert bob.done("POST", f"/v1/registers/{given}/measure", {"letters": {"0": "Z"}})["outcome"] == 0
    assert alice("POST", f"/v1/registers/{handle}/give", {"tenant": "nobody"}).code == "unknown-name"


def test_a_tenant_stores_as_much_as_it_may(gateway, operator):
    quota = {"max_objects": 2, "max_qubits": 4}
    made = operator.done("POST", "/v1/tenants", {"name": "frugal", **quota})
    assert {key: made[key] for key in (*quota, "objects", "qubits")} == {**quota, "objects": 0, "qubits": 0}
    frugal = gateway.caller("frugal")
    first = frugal.put({"ghz": 3})
    for body in ({"source": {"ghz": 2}}, {"source": {"ghz": 2}}):
        answer = frugal("POST", "/v1/objects", body, key="k")
        assert (answer.status, answer.code) == (507, "no-capacity")
        assert "quota of frugal: 2 more qubits asked for, 3 of 4 are stored" in answer.document["detail"]
    frugal.put({"bloch": [1, 2]})
    assert frugal("POST", "/v1/objects", {"source": {"bloch": [1, 2]}}).code == "no-capacity"
    (listed,) = [each for each in operator.done("GET", "/v1/tenants")["tenants"] if each["name"] == "frugal"]
    assert (listed["objects"], listed["qubits"]) == (2, 4)
    frugal.done("DELETE", f"/v1/objects/{first['id']}")
    assert frugal.put({"ghz": 2})["num_qubits"] == 2
    wider = operator.done("PUT", "/v1/tenants/frugal/quota", {"max_objects": 3})
    assert (wider["max_objects"], wider["max_qubits"], wider["objects"]) == (3, None, 2)
    frugal.put({"ghz": 20})
    assert operator("PUT", "/v1/tenants/nobody/quota", {}).code == "unknown-name"
    assert frugal("PUT", "/v1/tenants/frugal/quota", {}).code == "forbidden"
