"""The client of a gateway says over HTTP what it was asked: method, path, body, idempotency key."""

from __future__ import annotations

import json

import httpx2
import pytest

from qloak.errors import KeyConsumedError, UnavailableError, UsageError
from qloak.service.client import RemoteClient
from qloak.storage.http import HttpCaller
from qloak.storage.vault.client import AuditOptions, ListOptions, PutOptions

SOURCE = {"bloch": [1.0, 2.0]}


class Server:
    """Notes what is asked, and answers the same to everything."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, object]] = []
        self.keys: list[str | None] = []
        self.answer: httpx2.Response | None = None
        self.silent = False

    def __call__(self, request: httpx2.Request) -> httpx2.Response:
        content = request.read()
        target = request.url.raw_path.decode()
        self.asked.append((request.method, target, json.loads(content) if content else None))
        self.keys.append(request.headers.get("Idempotency-Key"))
        if self.silent:
            raise httpx2.ConnectError("nobody there")
        return self.answer or httpx2.Response(200, json={"schema": "qloak.object/1"})


@pytest.fixture
def server():
    return Server()


@pytest.fixture
def client(server):
    transport = httpx2.Client(transport=httpx2.MockTransport(server))
    caller = HttpCaller("http://gateway.example", "qlk_0123456789", client=transport, attempts=2)
    client = RemoteClient(caller)
    yield client
    client.close()


READING = [
    (lambda c: c.objects(), ("GET", "/v1/objects?limit=100", None)),
    (
        lambda c: c.objects(after="a", limit=5, states=["stored"]),
        ("GET", "/v1/objects?after=a&limit=5&state=stored", None),
    ),
    (
        lambda c: c.objects(limit=7, options=ListOptions("", "my", look=True)),
        ("GET", "/v1/objects?limit=7&before=&name=my&look=true", None),
    ),
    (lambda c: c.forecast("a", hours=2, points=3), ("GET", "/v1/objects/a/forecast?hours=2&points=3", None)),
    (lambda c: c.object("a b/c"), ("GET", "/v1/objects/a%20b%2Fc", None)),
    (lambda c: c.export("a", form="qpy"), ("GET", "/v1/objects/a/export?form=qpy&with_input=false", None)),
    (lambda c: c.plan(), ("POST", "/v1/plan", {"num_qubits": 1, "clones": None, "custody": "clones", "providers": []})),
    (lambda c: c.registers(), ("GET", "/v1/registers", None)),
    (lambda c: c.register("r1"), ("GET", "/v1/registers/r1", None)),
    (lambda c: c.peek("r1", expected=SOURCE), ("POST", "/v1/registers/r1/peek", {"expected": SOURCE})),
    (lambda c: c.peek("r1"), ("POST", "/v1/registers/r1/peek", {"expected": None})),
    (lambda c: c.providers(), ("GET", "/v1/providers", None)),
    (lambda c: c.audit(after=3), ("GET", "/v1/audit?after=3&limit=100", None)),
    (
        lambda c: c.audit(subject="x", options=AuditOptions(0, ("put", "redeemed"))),
        ("GET", "/v1/audit?before=0&limit=100&subject=x&action=put&action=redeemed", None),
    ),
    (lambda c: c.tokens(), ("GET", "/v1/tokens", None)),
    (lambda c: c.tenants(), ("GET", "/v1/tenants", None)),
    (lambda c: c.check(), ("POST", "/v1/check", None)),
]

DOING = [
    (lambda c, **k: c.put(SOURCE, **k), ("POST", "/v1/objects", {"source": SOURCE, "custody": "clones"})),
    (
        lambda c, **k: c.put(SOURCE, PutOptions("x", 2, ("a", "b"), "pairs", 1), **k),
        (
            "POST",
            "/v1/objects",
            {"source": SOURCE, "name": "x", "clones": 2, "providers": ["a", "b"], "custody": "pairs", "min_clones": 1},
        ),
    ),
    (
        lambda c, **k: c.redeem("a", verify=2, **k),
        ("POST", "/v1/objects/a/redeem", {"verify": 2, "clone": None, "method": "measured"}),
    ),
    (lambda c, **k: c.refresh("a", **k), ("POST", "/v1/objects/a/refresh", None)),
    (lambda c, **k: c.remove("a", **k), ("DELETE", "/v1/objects/a", None)),
    (lambda c, **k: c.prepare(SOURCE, **k), ("POST", "/v1/registers", {"source": SOURCE})),
    (lambda c, **k: c.apply("r", "x", **k), ("POST", "/v1/registers/r/apply", {"program": "x"})),
    (lambda c, **k: c.measure("r", {0: "X"}, **k), ("POST", "/v1/registers/r/measure", {"letters": {"0": "X"}})),
    (lambda c, **k: c.split("r", (0, 2), **k), ("POST", "/v1/registers/r/split", {"positions": [0, 2]})),
    (lambda c, **k: c.give("r", "ada", **k), ("POST", "/v1/registers/r/give", {"tenant": "ada"})),
    (lambda c, **k: c.discard("r", **k), ("DELETE", "/v1/registers/r", None)),
]

LOOKING_AFTER = [
    (
        lambda c: c.add_provider("p", url="http://p", token="t", options={"capacity": 5}),
        ("POST", "/v1/providers", {"name": "p", "url": "http://p", "token": "t", "capacity": 5}),
    ),
    (
        lambda c: c.rehearse("p", "slow", 2.0),
        ("POST", "/v1/providers/p/rehearse", {"fault": "slow", "strength": 2.0}),
    ),
    (lambda c: c.recover_provider("p"), ("POST", "/v1/providers/p/recover", None)),
    (lambda c: c.destroy_provider("p"), ("POST", "/v1/providers/p/destroy", None)),
    (
        lambda c: c.create_token(["read"], name="n"),
        ("POST", "/v1/tokens", {"scopes": ["read"], "name": "n", "expires_seconds": None, "tenant": None}),
    ),
    (lambda c: c.revoke_token("t"), ("DELETE", "/v1/tokens/t", None)),
    (lambda c: c.create_tenant("ada"), ("POST", "/v1/tenants", {"name": "ada"})),
    (
        lambda c: c.create_tenant("ada", max_objects=0, max_qubits=5),
        ("POST", "/v1/tenants", {"name": "ada", "max_objects": 0, "max_qubits": 5}),
    ),
    (
        lambda c: c.limit_tenant("a b", max_qubits=5),
        ("PUT", "/v1/tenants/a%20b/quota", {"max_objects": None, "max_qubits": 5}),
    ),
]


@pytest.mark.parametrize(("call", "asked"), [*READING, *LOOKING_AFTER])
def test_what_takes_no_key(client, server, call, asked):
    assert call(client) == {"schema": "qloak.object/1"}
    assert server.asked == [asked]
    assert server.keys == [None]


@pytest.mark.parametrize(("call", "asked"), DOING)
def test_what_takes_a_key_always_has_one(client, server, call, asked):
    call(client)
    call(client, idempotency_key="mine")
    call(client)
    assert server.asked == [asked] * 3
    assert server.keys[1] == "mine"
    assert len({*server.keys}) == 3


def test_the_same_key_when_an_answer_was_lost(client, server):
    server.silent = True
    with pytest.raises(UnavailableError, match="no answer"):
        client.redeem("a")
    assert len(server.keys) == 2
    assert len({*server.keys}) == 1


@pytest.mark.parametrize(
    "call", [lambda c: c.create_token(["read"]), lambda c: c.add_provider("p"), lambda c: c.create_tenant("ada")]
)
def test_what_must_not_be_repeated_is_not(client, server, call):
    server.silent = True
    with pytest.raises(UnavailableError):
        call(client)
    assert len(server.asked) == 1


def test_problems_are_our_errors(client, server):
    server.answer = httpx2.Response(409, json={"code": "key-consumed", "detail": "It has been redeemed."})
    with pytest.raises(KeyConsumedError, match="It has been redeemed"):
        client.redeem("a")


@pytest.mark.parametrize("ref", ["", ".", ".."])
def test_names_that_would_be_another_path(client, server, ref):
    with pytest.raises(UsageError, match="name"):
        client.object(ref)
    assert server.asked == []
