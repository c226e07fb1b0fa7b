"""Generated requests to the servers of provider and world: each is answered as the description says."""

from __future__ import annotations

import json
from dataclasses import dataclass

import pytest
import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.python import asgi
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from qloak.service.auth import TokenTable, hash_token, new_token
from qloak.service.openapi import describe
from qloak.service.provider_app import OPERATOR, create_provider_app
from qloak.service.world_app import ADMIN, EMULATOR, create_world_app
from qloak.storage.provider import open_embedded
from tests.contract.provider_suite import config
from tests.storage_worlds import Play

EXAMPLES = 12
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
TOKENS = {who: new_token() for who in (OPERATOR, ADMIN, EMULATOR)}
SKIPPED = {"/v1/rehearse", "/v1/destroy"}
"""Afterwards a provider answers nothing else, or slowly."""


def routes(server: str) -> list[tuple[str, str, str]]:
    paths = json.loads(describe(server))["paths"]
    return [(server, method, path) for path, item in paths.items() for method in item if path not in SKIPPED]


@dataclass
class Servers:
    apps: dict[str, FastAPI]


@pytest.fixture(scope="module")
def servers(tmp_path_factory):
    folder = tmp_path_factory.mktemp("servers")
    play = Play(folder)
    [site] = open_embedded(folder / "provider.db", play.world, [config()])
    table = TokenTable({hash_token(token): who for who, token in TOKENS.items()})
    yield Servers({"provider": create_provider_app(site, table), "world": create_world_app(play.world, table)})
    site.close()
    play.world.close()


@pytest.mark.parametrize(("server", "method", "path"), routes("provider") + routes("world"))
def test_generated_requests_are_answered_as_described(servers, server, method, path):
    app = servers.apps[server]
    schema = schemathesis.openapi.from_dict(app.openapi())
    schema.app = app
    who = OPERATOR if server == "provider" else EMULATOR if path in ("/v1/peek", "/v1/history") else ADMIN

    with asgi.get_client(app) as session:
        session.headers["Authorization"] = f"Bearer {TOKENS[who]}"

        @settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck), database=None)
        @given(case=schema[path][method].as_strategy())
        def check(case):
            case.call_and_validate(session=session, checks=CHECKS)

        check()
