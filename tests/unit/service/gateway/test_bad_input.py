"""Whatever a client sends, the answer is a problem that says what is wrong, and nothing breaks."""

from __future__ import annotations

import json
import re

import pytest

from qloak.service.gateway import GatewayOptions, app
from tests.gateways import BLOCH, ROUTES, Gateway

DEEP = "[" * 100_000
HUGE = int("9" * 400)

BODIES = [
    b"",
    b"{",
    b"null",
    b"[]",
    b"\xff\xfe\x00",
    b'"\\ud800"',
    DEEP.encode(),
    b'{"source": ' + b'{"bloch": ' * 2000,
    b'{"source": {"bloch": [1, 2]}} trailing',
    b'{"source": {"bloch": [1, ' + b"9" * 5000 + b"]}}",
]

SOURCES = [
    {},
    {"bloch": [1.0]},
    {"bloch": [HUGE, 0]},
    {"bloch": ["1", 0]},
    {"bloch": [True, 0]},
    {"bloch": [float("nan"), 0]},
    {"bloch": [float("inf"), 0]},
    {"bloch": [1, 2], "ghz": 3},
    {"bloch": [1, 2], "colour": "red"},
    {"statevector": []},
    {"statevector": [[1, 0]]},
    {"statevector": [[1, 0], [1, 0]]},
    {"statevector": [[HUGE, 0], [0, 0]]},
    {"statevector": [[float("nan"), 0], [0, 0]]},
    {"statevector": [[1, 0], [0, 0], [0, 0]]},
    {"statevector": "10"},
    {"qasm": ""},
    {"qasm": "OPENQASM 3.0; qubit[1000000] q;"},
    {"qasm": "OPENQASM 3.0; qubit[2] q; bit b; b = measure q[0];"},
    {"qasm": 'OPENQASM 3.0; include "/etc/passwd"; qubit q;'},
    {"qasm": 7},
    {"qasm": "\ud800"},
    {"random": 0},
    {"random": 60},
    {"random": HUGE},
    {"random": 1, "seed": -1},
    {"random": 1, "seed": 1.5},
    {"ghz": 1001},
    {"ghz": HUGE},
    {"bell": 1},
    {"ghz": 2, "keep": 2},
    {"handle": "nothing"},
    {"handle": "\ud800"},
    {"handle": "\x00"},
    {"handle": ["r"]},
    {"handle": "r", "positions": [0, 0]},
    {"handle": "r", "positions": "0"},
    {"handle": "r", "keep": 1},
    {"\ud800": 1},
]

OPTIONS = [
    {"clones": 1},
    {"clones": 7},
    {"clones": 1001},
    {"clones": "six"},
    {"providers": ["aurora"]},
    {"providers": ["aurora", "aurora"]},
    {"providers": ["aurora", "nowhere"]},
    {"providers": ["aurora", "borealis"], "clones": 3},
    {"custody": "nobody"},
    {"custody": "clones+source deposited"},
    {"min_clones": 0},
    {"min_clones": 7},
    {"name": "x" * 201},
    {"name": "line\nbreak"},
    {"name": "0" * 26},
    {"name": "a/b"},
    {"name": ".."},
    {"name": "\x00"},
    {"name": "\ud800"},
    {"colour": "red"},
]

NAMES = ["%00", "%ff", "%F0%9F%98%80", "..%2f..%2fetc", "a" * 200, "'; DROP TABLE objects; --", "{}", "%0d%0aX-Evil: 1"]


def refused(answer, *, statuses=(400, 404, 405, 409, 413, 422)):
    """Check the one shape of a problem."""
    assert answer.status in statuses, answer
    assert set(answer.document) == {"type", "title", "status", "detail", "code", "exit_code"}
    assert answer.code
    assert len(answer.document["detail"]) < 1000


def fill(path: str, name: str) -> str:
    """A path with one name in all of its places."""
    return re.sub(r"\{\w+\}", name.replace("\\", r"\\"), path)


def text_of(value) -> bytes:
    return json.dumps(value).encode()


@pytest.mark.parametrize("body", BODIES, ids=range(len(BODIES)))
@pytest.mark.parametrize("name", [n for n, r in ROUTES.items() if r.body], ids=" ".join)
def test_bodies_that_are_no_documents(operator, name, body):
    method, path = name
    refused(operator(method, fill(path, "x"), content=body))


@pytest.mark.parametrize("source", SOURCES, ids=range(len(SOURCES)))
def test_sources_that_are_no_states(alice, source):
    refused(alice("POST", "/v1/objects", content=text_of({"source": source})))
    refused(alice("POST", "/v1/registers", content=text_of({"source": source})))


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_options_that_cannot_be(alice, options):
    answer = alice("POST", "/v1/objects", content=text_of({"source": BLOCH} | options))
    refused(answer, statuses=(404, 413, 422, 503))


@pytest.mark.parametrize("name", NAMES)
def test_hostile_names(operator, name):
    for method, path in ROUTES:
        if "{" in path and not path.startswith("/v1/providers"):
            refused(operator(method, fill(path, name), ROUTES[method, path].body))
    for verb in ("recover", "destroy"):
        refused(operator("POST", f"/v1/providers/{name}/{verb}"))


@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "limit=x", "state=odd", f"after={'x' * 65}", "state=%00"])
def test_pages_that_cannot_be(alice, query):
    refused(alice("GET", f"/v1/objects?{query}"))


@pytest.mark.parametrize("key", ["", " ", "x" * 129, "two words"])
def test_idempotency_keys_that_cannot_be(alice, key):
    refused(alice("POST", "/v1/objects", {"source": BLOCH}, key=key))


@pytest.mark.parametrize(
    ("verb", "body"),
    [
        ("measure", {"letters": {}}),
        ("measure", {"letters": {"5": "X"}}),
        ("measure", {"letters": {"-1": "X"}}),
        ("measure", {"letters": {"0": "Y "}}),
        ("split", {"positions": []}),
        ("split", {"positions": [0, 0]}),
        ("split", {"positions": [0, 1]}),
        ("split", {"positions": [2]}),
        ("apply", {"program": "nonsense"}),
        ("apply", {"program": "OPENQASM 3.0; qubit[3] q; U(1, 2, 3) q[0];"}),
        ("give", {"tenant": "\x00"}),
        ("peek", {"expected": {"ghz": 3}}),
        ("peek", {"expected": {"handle": "x"}}),
    ],
)
def test_workbench_refuses_and_leaves_the_register_alone(alice, verb, body):
    handle = alice.done("POST", "/v1/registers", {"source": {"ghz": 2}})["handle"]
    refused(alice("POST", f"/v1/registers/{handle}/{verb}", body))
    assert alice.done("POST", f"/v1/registers/{handle}/peek", {"expected": {"ghz": 2}})["fidelity"] == 1


@pytest.mark.parametrize(
    "body",
    [
        {"name": ""},
        {"name": "with#mark"},
        {"name": "\x00"},
        {"name": "far", "url": "file:///etc/passwd"},
        {"name": "far", "url": "nonsense"},
        {"name": "aurora"},
        {"name": "warm", "t1_seconds": -1},
        {"name": "warm", "t1_seconds": 1, "t2_seconds": 3},
        {"name": "warm", "link_loss": 2},
    ],
)
def test_providers_that_cannot_be(operator, body):
    before = operator.done("GET", "/v1/providers")
    refused(operator("POST", "/v1/providers", body))
    assert operator.done("GET", "/v1/providers") == before


def test_infinite_numbers_are_refused(operator):
    for text in ('{"name": "warm", "t1_seconds": Infinity}', '{"name": "warm", "t1_seconds": NaN}'):
        refused(operator("POST", "/v1/providers", content=text.encode()))


def test_detail_never_repeats_what_was_sent(alice):
    sent = {"source": BLOCH, "name": ["my secret state"], "colour": "my secret colour"}
    assert "secret" not in alice("POST", "/v1/objects", sent).document["detail"]


# --- sizes and rates -------------------------------------------------------------------------------------------------


def test_bodies_that_are_too_long(tmp_path, monkeypatch):
    monkeypatch.setattr(app, "_MAX_BODY_BYTES", 1000)
    with Gateway(tmp_path / "vault") as gateway:
        you = gateway.caller()
        for content in (b" " * 1001, (b" " * 300 for _ in range(5))):
            answer = you("POST", "/v1/objects", content=content)
            assert (answer.status, answer.code) == (413, "over-limit")
        assert you.put()["state"] == "stored"


def test_too_many_requests(tmp_path):
    with Gateway(tmp_path / "vault", GatewayOptions(requests_per_second=0.001, burst=3, upkeep=False)) as gateway:
        hasty, patient = gateway.caller(), gateway.caller()
        assert [hasty("GET", "/v1/objects").status for _ in range(4)] == [200, 200, 200, 429]
        answer = hasty("GET", "/v1/objects")
        assert answer.code == "rate-limited"
        assert int(answer.headers["retry-after"]) >= 1
        assert patient("GET", "/v1/objects").status == 200
        assert gateway.stranger()("GET", "/healthz").status == 200


def test_answers_carry_security_headers(gateway, alice):
    for answer in (
        gateway.stranger()("GET", "/healthz"),
        gateway.stranger()("GET", "/v1/objects"),
        gateway.stranger()("GET", "/nowhere"),
        alice("GET", "/v1/objects"),
        alice("POST", "/v1/objects", content=b"{"),
    ):
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["content-security-policy"].startswith("default-src 'none'")
        assert answer.headers["cache-control"] == "no-store"
        assert "server" not in answer.headers


def test_bug_is_a_problem_too_and_others_go_on(tmp_path, monkeypatch):
    with Gateway(tmp_path / "vault") as gateway:
        you = gateway.caller()
        gateway.client._transport.raise_server_exceptions = False
        with monkeypatch.context() as patch:
            patch.setattr(gateway.vault._runs, "put", lambda _: 1 / 0)
            answer = you("POST", "/v1/objects", {"source": BLOCH})
        assert (answer.status, answer.code) == (500, "failed")
        assert "ZeroDivision" not in str(answer.document)
        assert you.put()["state"] == "stored"
