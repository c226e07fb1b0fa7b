"""What is answered without the framework is answered as the framework answers it."""

from __future__ import annotations

import json
from typing import Any

import pytest

from qloak.service.gateway import prompt_routes
from qloak.storage.ids import is_id
from tests.gateways import BLOCH, Gateway

LONG = {"source": BLOCH, "name": "é" * 200, "providers": ["aurora"] * 300}
SHORT_PUTS = {
    "usual": {"source": BLOCH},
    "named": {"source": {"bell": True}, "name": "né 1", "clones": 4, "custody": "pairs", "min_clones": 3},
    "random": {"source": {"random": 1}},
}
WRONG_PUTS = {
    "no-source": {},
    "two-sources": {"source": {**BLOCH, "bell": "half"}},
    "unknown-field": {"source": BLOCH, "colour": "red"},
    "one-clone": {"source": BLOCH, "clones": 1},
    "many-clones": {"source": BLOCH, "clones": 10**30},
    "custody": {"source": BLOCH, "custody": "all"},
    "unknown-provider": {"source": BLOCH, "providers": ["aurora", "nowhere"]},
    "unknown-handle": {"source": {"handle": "r-none"}},
    "list": [],
    "long": LONG,
}
TEXTS = (b"", b"{", b"null", b'"\\ud800"', b"\xff\xfe", b"[" * 3000, b'{"source": {"bloch": [1e999, 0]}}', b"NaN")
KEYS = (None, "k-1", "k" * 128, "k" * 129, "two words", "")


@pytest.fixture(scope="module")
def gateway(tmp_path_factory):
    with Gateway(tmp_path_factory.mktemp("prompt") / "vault") as running:
        yield running


@pytest.fixture
def read(monkeypatch):
    """Bodies that were read without the framework."""
    found = []
    real = prompt_routes._read

    def noted(*given):
        found.append(real(*given))
        return found[-1]

    monkeypatch.setattr(prompt_routes, "_read", noted)
    return found


def alike(value: Any) -> Any:
    """A document without what differs between any two answers."""
    if isinstance(value, dict):
        return {key: alike(each) for key, each in value.items() if key not in ("time", "created", "updated")}
    if isinstance(value, list):
        return [alike(each) for each in value]
    return "ID" if isinstance(value, str) and (is_id(value) or is_id(value.removeprefix("r"))) else value


def both(gateway: Gateway, path: str, content: bytes, key: str | None = None) -> list[tuple[int, str, Any]]:
    """The answers here and by the framework, which gets whatever has a query."""
    answers = []
    for query in ("", "?by=framework"):
        you = gateway.caller(tenant="local")
        answer = you("POST", path + query, content=content, key=key and f"{key}{len(query)}"[: max(len(key), 3)])
        answers.append((answer.status, answer.headers["content-type"], alike(answer.document)))
    return answers


@pytest.mark.parametrize("name", SHORT_PUTS)
def test_puts(gateway, read, name):
    here, framework = both(gateway, "/v1/objects", json.dumps(SHORT_PUTS[name]).encode())
    assert len(read) == 1
    assert read[0] is not None
    assert here == framework
    assert here[0] == 201


@pytest.mark.parametrize("name", WRONG_PUTS)
def test_wrong_puts(gateway, name):
    here, framework = both(gateway, "/v1/objects", json.dumps(WRONG_PUTS[name]).encode())
    assert here == framework
    assert 400 <= here[0] < 500


@pytest.mark.parametrize("text", TEXTS, ids=range(len(TEXTS)))
@pytest.mark.parametrize("path", ["/v1/objects", "/v1/objects/none/redeem"])
def test_what_is_no_document(gateway, path, text):
    here, framework = both(gateway, path, text)
    assert here == framework
    assert 400 <= here[0] < 500


@pytest.mark.parametrize("key", KEYS, ids=range(len(KEYS)))
def test_keys(gateway, key):
    you = gateway.caller()
    content = json.dumps({"source": BLOCH}).encode()
    first = you("POST", "/v1/objects", content=content, key=key)
    again = you("POST", "/v1/objects?by=framework", content=content, key=key)
    assert first.status == again.status
    assert first.status == (201 if key is None or (0 < len(key) <= 128 and " " not in key) else 422)
    if first.status == 201 and key is not None:
        # The same request by either way is the same request.
        assert first.document["id"] == again.document["id"]
    if first.status == 422:
        assert first.document == again.document


@pytest.mark.parametrize("body", [b"{}", b"", b'{"verify": 2}', b'{"method": "unitary"}'], ids=range(4))
def test_redemptions(gateway, body):
    answers = []
    for query in ("", "?by=framework"):
        you = gateway.caller()
        stored = you.put()["id"]
        answer = you("POST", f"/v1/objects/{stored}/redeem{query}", content=body)
        spent = you("POST", f"/v1/objects/{stored}/redeem{query}", content=body)
        answers.append((answer.status, sorted(answer.document), spent.status, spent.code))
    assert answers[0] == answers[1]
    assert (answers[0][0], *answers[0][2:]) == (200, 409, "key-consumed")


@pytest.mark.parametrize("ref", ["none", "a" * 200, "a" * 201, "%2e%2e", "%00", "%F0%9F%98%80"])
@pytest.mark.parametrize("body", [b"{}", b'{"verify": 99}', b'{"more": 1}'], ids=range(3))
def test_wrong_redemptions(gateway, ref, body):
    here, framework = both(gateway, f"/v1/objects/{ref}/redeem", body)
    assert here == framework
    assert here[0] in (404, 422)


def test_of_a_name_and_of_another_tenant(gateway, read):
    you, other = gateway.caller(), gateway.caller("other")
    stored = you.put(name="by name")["id"]
    assert other("POST", f"/v1/objects/{stored}/redeem", {}).status == 404
    assert you("POST", "/v1/objects/by%20name/redeem", {}).document["object"] == stored
    assert None not in read


def test_scopes_and_tokens_are_asked_for_first(gateway, read):
    assert gateway.stranger()("POST", "/v1/objects", {"source": BLOCH}).status == 401
    assert read == []
    reader = gateway.caller(scopes=["read"])
    assert reader("POST", "/v1/objects", {"source": BLOCH}).code == "forbidden"


def test_meters_count_them_under_their_routes(gateway):
    you = gateway.caller()
    you.done("POST", f"/v1/objects/{you.put()['id']}/redeem", {})
    text = you("GET", "/metrics").document
    assert 'qloak_http_requests_total{method="POST",route="/v1/objects",status="201"}' in text
    assert 'qloak_http_requests_total{method="POST",route="/v1/objects/{ref}/redeem",status="200"}' in text


def test_a_body_in_pieces_and_one_of_another_type_are_left_to_the_framework(gateway, read):
    you = gateway.caller()
    head = {"Authorization": f"Bearer {you.secret}"}
    content = json.dumps({"source": BLOCH}).encode()
    pieces = gateway.client.post(
        "/v1/objects", content=iter([content[:5], content[5:]]), headers={**head, "Content-Type": "application/json"}
    )
    typed = gateway.client.post("/v1/objects", content=content, headers={**head, "Content-Type": "text/plain"})
    also = gateway.client.post(
        "/v1/objects", content=content, headers={**head, "Content-Type": "application/json; charset=utf-8"}
    )
    assert (pieces.status_code, typed.status_code, also.status_code) == (201, 422, 201)
    assert [body for body in read if body is not None] == []
