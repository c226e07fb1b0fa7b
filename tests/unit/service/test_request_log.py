"""A line for each request, without anything secret."""

from __future__ import annotations

import pytest
from fastapi.testclient import TestClient

from qloak.service.auth import TokenTable, hash_token, new_token
from qloak.service.provider_app import VAULT, create_provider_app
from qloak.service.request_log import RequestLog
from qloak.storage.provider import open_embedded
from tests.contract.provider_suite import config
from tests.storage_worlds import Play


class Lines:
    def __init__(self):
        self.lines = []

    def info(self, event, **fields):
        self.lines.append({"event": event, "level": "info", **fields})

    def warning(self, event, **fields):
        self.lines.append({"event": event, "level": "warning", **fields})


@pytest.fixture
def play(tmp_path):
    played = Play(tmp_path, providers=0)
    yield played
    played.world.close()


def test_requests_are_logged_without_bodies_queries_and_tokens(play, tmp_path):
    [site] = open_embedded(tmp_path / "provider.db", play.world, [config()])
    token, log = new_token(), Lines()
    app = create_provider_app(site, TokenTable({hash_token(token): VAULT}))
    client = TestClient(RequestLog(app, log))
    headers = {"Authorization": f"Bearer {token}"}
    client.get("/healthz")
    client.get("/v1/info?secret=1", headers=headers)
    client.post("/v1/deposits/states", headers=headers, json={"deposits": ["private"]})
    client.get("/v1/" + "x" * 1000)
    client.close()
    site.close()
    assert [(line["method"], line["status"], line["level"]) for line in log.lines] == [
        ("GET", 200, "info"),
        ("POST", 200, "info"),
        ("GET", 404, "info"),
    ]
    assert [set(line) for line in log.lines] == [{"event", "level", "method", "path", "status", "milliseconds"}] * 3
    text = str(log.lines)
    assert not any(word in text for word in (token, "secret", "private"))
    assert len(text) < 1000


def test_a_fault_of_the_server_is_a_warning():
    log = Lines()

    async def broken(scope, receive, send):
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        TestClient(RequestLog(broken, log)).get("/x")
    assert [(line["level"], line["status"]) for line in log.lines] == [("warning", 0)]
