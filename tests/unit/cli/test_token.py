"""Tokens, tenants and the audit log."""

from __future__ import annotations

import pytest

from tests.unit.cli.commands import qloak, refused
from tests.unit.cli.vaults import folder, template, vault

__all__ = ["folder", "template", "vault"]


def test_a_token_is_shown_once(vault):
    ran = qloak("token", "create", "--name", "laptop", "--expires", "30d")
    secret = ran.out.strip()
    assert secret.startswith("qlk_")
    assert "not shown again" in ran.err
    listed = qloak("token", "list")
    assert "laptop" in listed.out
    assert "read,write" in listed.out
    (token,) = qloak("token", "list", "--json").json()["tokens"]
    assert token["expires"] - token["created"] == pytest.approx(30 * 86400)
    assert secret not in listed.out + qloak("audit", "--json").out
    assert f"{token['id']}: revoked 2" in qloak("token", "revoke", token["id"]).out
    assert qloak("token", "revoke", token["id"], "--json").json()["revoked"] is not None


def test_a_token_for_another_tenant(vault):
    assert "ada: made 2" in qloak("tenant", "add", "ada").out
    document = qloak("token", "create", "--tenant", "ada", "--scopes", "read", "--json").json()
    assert (document["tenant"], document["scopes"]) == ("ada", ["read"])
    assert [line.split()[0] for line in qloak("tenant", "ls").out.splitlines()] == ["name", "ada"]
    assert [each["name"] for each in qloak("tenant", "ls", "--json").json()["tenants"]] == ["ada"]


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["token", "create", "--scopes", "fly"], 1),
        (["token", "create", "--expires", "5"], 2),
        (["token", "create", "--tenant", "A B"], 2),
        (["token", "revoke", "nothing"], 2),
        (["tenant", "add", "A B"], 2),
        (["audit", "--after", "x"], 2),
    ],
)
def test_bad_input(vault, words, code):
    refused(qloak(*words), code=code)


def test_audit(vault):
    document = qloak("put", "--random", "--json").json()
    (line,) = qloak("audit").out.splitlines()[1:]
    assert line.split()[3:5] == ["local", "put"]
    assert document["id"] in line
    (entry,) = qloak("audit", "--json").json()["entries"]
    assert entry["seal"]
    assert qloak("audit", "--after", entry["number"], "--json").json()["entries"] == []
