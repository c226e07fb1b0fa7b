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
        tokens = [token for token in app.state.vault.ledger.tokens.list("local") if token.label != "sign-in link"]
        seen.append((address.port, quiet, [token.scopes == frozenset(Scope) for token in tokens]))
        announce("http://127.0.0.1:1")

    monkeypatch.setattr("qloak.service.run.run", run)
    return seen


def said(ran) -> list[str]:
    """Lines on stderr, but for the link for browsers."""
    return [line for line in ran.err.splitlines() if "open in a browser" not in line]


def test_the_first_start_makes_the_operators_token(folder, served):
    ran = qloak("serve", "--port", "0", "--quiet", "--json")
    assert ran.code == 0
    document = ran.json()
    assert (document["schema"], document["server"], document["url"]) == (
        "qloak.server/1",
        "gateway",
        "http://127.0.0.1:1",
    )
    made, shown = said(ran)
    assert "made a vault" in made
    assert served == [(0, True, [True])]
    with Vault.open(folder) as vault:
        principal = vault.ledger.tokens.authenticate(shown.split()[-1])
    assert (principal.tenant, principal.scopes) == ("local", frozenset(Scope))
    assert said(qloak("serve")) == []
    assert served[1] == (8400, False, [True])


def test_a_token_of_the_environment_must_be_valid(vault, served, monkeypatch):
    token = qloak("token", "create", "--scopes", "read").out.strip()
    monkeypatch.setenv("QLOAK_TOKEN", token)
    assert said(qloak("serve")) == []
    monkeypatch.setenv("QLOAK_TOKEN", "qlk_wrong")
    refused(qloak("serve"), "QLOAK_TOKEN", code=UnauthenticatedError.exit_code)
    assert len(served) == 1


class TestTokenOfTheEnvironment:
    """In a vault without an operator's token it becomes that."""

    SECRET = "0123456789abcdef0123"

    def test_a_fresh_vault_takes_it(self, folder, served, monkeypatch):
        monkeypatch.setenv("QLOAK_TOKEN", self.SECRET)
        ran = qloak("serve")
        assert "the token in QLOAK_TOKEN is the operator's" in ran.err
        assert self.SECRET not in ran.err
        assert served[-1][2] == [True]
        # It is known from then on.
        assert "QLOAK_TOKEN" not in qloak("serve").err
        with Vault.open(folder) as vault:
            principal = vault.ledger.tokens.authenticate(self.SECRET)
        assert (principal.tenant, principal.scopes) == ("local", frozenset(Scope))
        monkeypatch.setenv("QLOAK_TOKEN", self.SECRET + "4")
        refused(qloak("serve"), "qloak token create", code=UnauthenticatedError.exit_code)

    @pytest.mark.usefixtures("vault")
    @pytest.mark.parametrize("secret", ["short", "x" * 19, "x" * 129, "x" * 20 + " y"])
    def test_what_could_be_none_is_refused_with_what_to_do(self, served, monkeypatch, secret):
        monkeypatch.setenv("QLOAK_TOKEN", secret)
        ran = qloak("serve")
        refused(ran, "QLOAK_TOKEN", "20 to 128", "Unset it")
        assert secret not in ran.err
        assert served == []

    def test_one_that_has_ended_does_not_come_back(self, vault, served, monkeypatch):
        monkeypatch.setenv("QLOAK_TOKEN", self.SECRET)
        qloak("serve")
        with Vault.open(vault) as opened:
            for token in opened.ledger.tokens.list():
                opened.ledger.tokens.revoke(token.token_id)
        refused(qloak("serve"), "Choose another", code=1)
        assert len(served) == 1


def test_an_ended_token_is_no_token(vault, served):
    qloak("serve")
    for token in qloak("token", "list", "--json").json()["tokens"]:
        qloak("token", "revoke", token["id"])
    qloak("token", "create", "--scopes", "read")
    assert "shown only now" in qloak("serve").err


@pytest.mark.parametrize("words", [["--port", "x"], ["--port", "70000"], ["--tls-cert", "/nowhere"]])
def test_bad_input(vault, served, words):
    refused(qloak("serve", *words))
    assert served == []
