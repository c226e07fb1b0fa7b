"""The servers' descriptions: committed, complete, and true."""

from __future__ import annotations

import json

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.python import asgi
from schemathesis.specs.openapi.checks import status_code_conformance

from qloak.service.openapi import describe, write_descriptions
from tests.contract.checkout import ROOT
from tests.gateways import ROUTES, Gateway

SERVERS = ("gateway", "provider", "world")
COMMITTED = ROOT / "docs" / "openapi"
EXAMPLES = 6
UNSAFE = {"/v1/providers/{name}/destroy", "/v1/tokens/{token_id}", "/v1/events", "/v1/lab/compile"}
"""After these nothing else would be answered any more, or not soon."""


@pytest.mark.parametrize("server", SERVERS)
def test_committed_description_is_the_present_one(server):
    committed = (COMMITTED / f"{server}.json").read_text(encoding="utf-8")
    assert committed == describe(server), "the API has changed; if it is meant: python -m qloak.service.openapi"


def test_all_servers_are_written(tmp_path):
    assert sorted(path.stem for path in write_descriptions(tmp_path)) == sorted(SERVERS)
    assert sorted(path.stem for path in COMMITTED.iterdir()) == sorted(SERVERS)


@pytest.mark.parametrize("server", SERVERS)
def test_every_operation_says_what_it_does_and_what_can_go_wrong(server):
    for path, item in json.loads(describe(server))["paths"].items():
        for method, operation in item.items():
            assert operation["description"], (method, path)
            if path.startswith("/v1"):
                assert {"401", "403", "404", "422", "503"} <= set(operation["responses"]), (method, path)


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    with Gateway(tmp_path_factory.mktemp("schema") / "vault") as gateway:
        schema = schemathesis.openapi.from_dict(gateway.app.openapi())
        schema.app = gateway.app
        with asgi.get_client(gateway.app) as session:
            session.headers["Authorization"] = f"Bearer {gateway.caller().secret}"
            yield schema, session


@pytest.mark.parametrize("name", [n for n in ROUTES if n[1] not in UNSAFE], ids=" ".join)
def test_generated_requests_are_answered_as_described(running, name):
    method, path = name
    schema, session = running

    @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=schema[path][method].as_strategy())
    def check(case):
        case.call_and_validate(session=session, checks=[not_a_server_error, status_code_conformance])

    check()
