"""Tenants, tokens and providers."""

from __future__ import annotations

import re
import time

import pytest

from qloak.errors import ConflictError, UnauthenticatedError, UnknownNameError, UsageError
from qloak.storage.database import read
from qloak.storage.ledger import Principal, ProviderRecord, Scope

# --- tenants ---------------------------------------------------------------------------------------------------


def test_tenants_are_added_once_and_listed(ledger):
    bob = ledger.tenants.add("bob")
    alice = ledger.tenants.add("alice.smith-1", actor="token")
    assert ledger.tenants.list() == [alice, bob]
    assert ledger.tenants.get("bob") == bob
    with pytest.raises(ConflictError, match="a tenant bob already"):
        ledger.tenants.add("bob")
    with pytest.raises(UnknownNameError):
        ledger.tenants.get("carol")
    (line,) = ledger.audit.page("alice.smith-1")
    assert (line.actor, line.action) == ("token", "tenant.add")


@pytest.mark.parametrize("name", ["", "Alice", "a" * 65, "-a", "a b", "a/b", "ü", "a\n"])
def test_names_of_tenants_are_plain(file_ledger, name):
    with pytest.raises(UsageError, match="tenant"):
        file_ledger.tenants.add(name)


# --- tokens ----------------------------------------------------------------------------------------------------


def test_a_token_says_who_is_asking(ledger):
    secret, token = ledger.tokens.create("alice", ["read", Scope.WRITE], label="laptop")
    # 43 characters of base 64 carry 258 bits.
    assert re.fullmatch(r"qlk_[\w-]{43}", secret)
    assert ledger.tokens.authenticate(secret) == Principal("alice", token.token_id, frozenset({"read", "write"}))
    assert (token.label, token.expires, token.revoked, token.last_used) == ("laptop", None, None, None)
    (line,) = ledger.audit.page("alice")
    assert (line.action, line.subject) == ("token.create", token.token_id)


def test_a_secret_that_somebody_chose(ledger):
    secret = "0123456789abcdef" * 4
    token = ledger.tokens.adopt(secret, "alice", ["read"], label="chosen")
    assert ledger.tokens.list() == [token]
    assert ledger.tokens.authenticate(secret) == Principal("alice", token.token_id, frozenset({"read"}))
    assert not token.has_ended
    with pytest.raises(ConflictError, match="already"):
        ledger.tokens.adopt(secret, "bob", ["read"])
    assert ledger.tokens.revoke(token.token_id).has_ended
    with pytest.raises(ConflictError, match="already"):
        ledger.tokens.adopt(secret, "alice", ["read"])


@pytest.mark.parametrize("secret", ["", "x" * 19, "x" * 129, "x" * 30 + " ", "ü" * 30, "x" * 30 + "\n"])
def test_what_can_be_no_secret_is_not_repeated(file_ledger, secret):
    with pytest.raises(UsageError, match="token: got") as caught:
        file_ledger.tokens.adopt(secret, "alice", ["read"])
    assert not secret or secret not in str(caught.value)
    assert file_ledger.tokens.list() == []


def test_a_secret_is_nowhere_in_the_database(ledger):
    secret, _ = ledger.tokens.create("alice", ["read"])
    with read(ledger.engine) as connection:
        rows = [connection.exec_driver_sql(f"SELECT * FROM {table}").all() for table in ("tokens", "audit", "meta")]
    assert secret not in repr(rows)
    assert secret.removeprefix("qlk_") not in repr(rows)
    assert secret != ledger.tokens.create("alice", ["read"])[0]


@pytest.mark.parametrize("secret", ["", "qlk_", "qlk_" + "A" * 43, "x" * 10_000, "ü", "' OR 1=1 --", "qlk_\0"])
def test_what_is_no_token_is_refused(file_ledger, secret):
    file_ledger.tokens.create("alice", ["read"])
    with pytest.raises(UnauthenticatedError, match="not valid, or has ended"):
        file_ledger.tokens.authenticate(secret)


def test_part_of_a_token_is_none(file_ledger):
    secret, _ = file_ledger.tokens.create("alice", ["read"])
    for wrong in (secret[:-1], secret + "A", secret.swapcase(), secret.removeprefix("qlk_"), f" {secret}"):
        with pytest.raises(UnauthenticatedError):
            file_ledger.tokens.authenticate(wrong)


def test_a_token_ends_when_it_expires(file_ledger, monkeypatch):
    now = time.time()
    secret, token = file_ledger.tokens.create("alice", ["read"], lifetime_seconds=60)
    assert now + 59 < token.expires < now + 90
    file_ledger.tokens.authenticate(secret)
    monkeypatch.setattr(time, "time", lambda: token.expires)
    with pytest.raises(UnauthenticatedError):
        file_ledger.tokens.authenticate(secret)


def test_a_token_ends_when_it_is_revoked(ledger):
    secret, token = ledger.tokens.create("alice", ["read"])
    other, _ = ledger.tokens.create("alice", ["read"])
    revoked = ledger.tokens.revoke(token.token_id)
    assert revoked.revoked is not None
    assert ledger.tokens.revoke(token.token_id, tenant="alice") == revoked
    with pytest.raises(UnauthenticatedError):
        ledger.tokens.authenticate(secret)
    ledger.tokens.authenticate(other)
    assert [line.action for line in ledger.audit.page("alice")] == ["token.create", "token.create", "token.revoke"]


def test_tokens_of_others_cannot_be_listed_or_revoked(ledger):
    _, alices = ledger.tokens.create("alice", ["admin"])
    _, bobs = ledger.tokens.create("bob", ["read", "metrics"])
    assert ledger.tokens.list("alice") == [alices]
    assert ledger.tokens.list() == [alices, bobs]
    for token_id in (bobs.token_id, "none"):
        with pytest.raises(UnknownNameError):
            ledger.tokens.revoke(token_id, tenant="alice")
    assert ledger.tokens.list("bob") == [bobs]


def test_last_use_is_known_to_an_hour_and_costs_one_write(file_ledger, monkeypatch):
    secret, _ = file_ledger.tokens.create("alice", ["read"])
    start, running = time.time(), time.monotonic()
    for seconds, expected in ((0, 0), (3500, 0), (3700, 3700), (3800, 3700)):
        monkeypatch.setattr(time, "time", lambda seconds=seconds: start + seconds)
        monkeypatch.setattr(time, "monotonic", lambda seconds=seconds: running + seconds)
        file_ledger.tokens.authenticate(secret)
        (token,) = file_ledger.tokens.list()
        assert token.last_used == start + expected


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"scopes": []}, "scopes"),
        ({"scopes": ["read", "root"]}, "scopes"),
        ({"tenant": "A B"}, "tenant"),
        ({"label": "x" * 201}, "label"),
        ({"label": "a\nb"}, "label"),
        ({"lifetime_seconds": 0.0}, "lifetime"),
        ({"lifetime_seconds": float("nan")}, "lifetime"),
        ({"lifetime_seconds": float("inf")}, "lifetime"),
    ],
)
def test_tokens_that_make_no_sense_are_refused(file_ledger, change, message):
    wanted = {"tenant": "alice", "scopes": ["read"]} | change
    with pytest.raises(UsageError, match=message):
        file_ledger.tokens.create(wanted.pop("tenant"), wanted.pop("scopes"), **wanted)


# --- providers -------------------------------------------------------------------------------------------------


def test_providers_are_kept_in_the_order_in_which_they_came(ledger):
    far = ledger.providers.add(ProviderRecord("zurich", "http", "https://zurich.example", "s3cret", created=1.0))
    near = ledger.providers.add(ProviderRecord("athens", options={"capacity": 5, "t1_seconds": 0.5}))
    assert ledger.providers.list() == [far, near]
    assert ledger.providers.get("zurich").token == "s3cret"
    assert "s3cret" not in repr(far)
    with pytest.raises(ConflictError):
        ledger.providers.add(ProviderRecord("athens"))
    ledger.providers.remove("zurich")
    assert ledger.providers.list() == [near]
    for ask in (ledger.providers.get, ledger.providers.remove):
        with pytest.raises(UnknownNameError):
            ask("zurich")


@pytest.mark.parametrize(
    "record",
    [
        ProviderRecord("a b"),
        ProviderRecord("a", "http", "ftp://x"),
        ProviderRecord("a", "http"),
        ProviderRecord("a", "embedded", "http://x"),
    ],
)
def test_providers_that_make_no_sense_are_refused(file_ledger, record):
    with pytest.raises(UsageError):
        file_ledger.providers.add(record)
