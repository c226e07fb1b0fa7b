"""What a gateway does before it listens."""

from __future__ import annotations

import pytest

from qloak.errors import UnauthenticatedError
from qloak.storage.ledger import Scope
from qloak.storage.vault import Vault
from tests.unit.cli.commands import qloak, refused
from tests.unit.cli.vaults import folder, template, vault

__all__ = ["folder", "template", "vault"]


@pytest.fixture
def served(monkeypatch):
    """Vault folders that were served, with whether somebody could come in."""
    seen = []

    def run(app, address, *, announce, quiet):
        tokens = app.state.vault.ledger.tokens.list("local")
        seen.append((address.port, quiet, [token.scopes == frozenset(Scope) for token in tokens]))
        announce("http://127.0.0.1:1")

    monkeypatch.setattr("qloak.service.run.run", run)
    return seen


def test_the_first_start_makes_the_operators_token(folder, served):
    ran = qloak("serve", "--port", "0", "--quiet", "--json")
    assert ran.code == 0
    document = ran.json()
    assert (document["schema"], document["server"], document["url"]) == (
        "qloak.server/1",
        "gateway",
        "http://127.0.0.1:1",
    )
    made, shown = ran.err.splitlines()
    assert "made a vault" in made
    assert served == [(0, True, [True])]
    with Vault.open(folder) as vault:
        principal = vault.ledger.tokens.authenticate(shown.split()[-1])
    assert (principal.tenant, principal.scopes) == ("local", frozenset(Scope))
    assert qloak("serve").err == ""
    assert served[1] == (8400, False, [True])


def test_a_token_of_the_environment_must_be_valid(vault, served, monkeypatch):
    token = qloak("token", "create", "--scopes", "read").out.strip()
    monkeypatch.setenv("QLOAK_TOKEN", token)
    assert qloak("serve").err == ""
    monkeypatch.setenv("QLOAK_TOKEN", "qlk_wrong")
    refused(qloak("serve"), "QLOAK_TOKEN", code=UnauthenticatedError.exit_code)
    assert len(served) == 1


def test_an_ended_token_is_no_token(vault, served):
    qloak("serve")
    (token,) = qloak("token", "list", "--json").json()["tokens"]
    qloak("token", "revoke", token["id"])
    qloak("token", "create", "--scopes", "read")
    assert "shown only now" in qloak("serve").err


@pytest.mark.parametrize("words", [["--port", "x"], ["--port", "70000"], ["--tls-cert", "/nowhere"]])
def test_bad_input(vault, served, words):
    refused(qloak("serve", *words))
    assert served == []
