"""Tokens that were found valid a moment ago: how long that counts, and what ends it."""

from __future__ import annotations

import time

import pytest

from qloak.errors import UnauthenticatedError
from qloak.storage.ledger import Principal, Scope
from qloak.storage.ledger.seen_tokens import SEEN_SECONDS, SeenTokens
from qloak.storage.ledger.tokens import TokenStore

ALICE = Principal("alice", "t1", frozenset({Scope.READ}))


@pytest.fixture
def clock(monkeypatch):
    """Moves both clocks by seconds."""
    start, running = time.time(), time.monotonic()

    def later(seconds: float) -> None:
        monkeypatch.setattr(time, "time", lambda: start + seconds)
        monkeypatch.setattr(time, "monotonic", lambda: running + seconds)

    later(0.0)
    return later


def note(seen: SeenTokens, digest: bytes = b"d", *, expires: float | None = None) -> None:
    seen.note(digest, ALICE, expires=expires, asked=seen.ask())


def test_a_token_is_known_for_a_moment(clock):
    seen = SeenTokens()
    assert seen.find(b"d") is None
    note(seen)
    clock(SEEN_SECONDS - 0.01)
    assert seen.find(b"d") == ALICE
    clock(SEEN_SECONDS)
    assert seen.find(b"d") is None


def test_a_token_that_expires_meanwhile_is_not_known(clock):
    seen = SeenTokens()
    note(seen, expires=time.time() + 1.0)
    assert seen.find(b"d") == ALICE
    clock(1.0)
    assert seen.find(b"d") is None


def test_a_revoked_token_is_forgotten_and_not_noted_by_who_asked_before():
    seen = SeenTokens()
    asked = seen.ask()
    note(seen)
    seen.forget("t1")
    assert seen.find(b"d") is None
    seen.note(b"d", ALICE, expires=None, asked=asked)
    assert seen.find(b"d") is None


def test_the_oldest_are_forgotten_first(monkeypatch):
    monkeypatch.setattr("qloak.storage.ledger.seen_tokens._MOST", 2)
    seen = SeenTokens()
    for digest in (b"a", b"b", b"a", b"c"):
        note(seen, digest)
    assert [seen.find(digest) for digest in (b"a", b"b", b"c")] == [ALICE, None, ALICE]


def test_a_store_knows_whom_it_has_just_let_in(ledger):
    secret, token = ledger.tokens.create("alice", ["read"])
    assert ledger.tokens.seen(secret) is None
    principal = ledger.tokens.authenticate(secret)
    assert ledger.tokens.seen(secret) == principal
    ledger.tokens.revoke(token.token_id)
    assert ledger.tokens.seen(secret) is None
    with pytest.raises(UnauthenticatedError):
        ledger.tokens.authenticate(secret)


@pytest.mark.parametrize("secret", ["", "é", "x" * 200], ids=["empty", "not ascii", "too long"])
def test_no_token_is_seen(ledger, secret):
    assert ledger.tokens.seen(secret) is None


def test_another_process_notices_a_revocation_in_a_moment(ledger, clock):
    secret, token = ledger.tokens.create("alice", ["read"])
    other = TokenStore(ledger.engine)
    other.authenticate(secret)
    ledger.tokens.revoke(token.token_id)
    assert other.authenticate(secret).token_id == token.token_id
    clock(SEEN_SECONDS)
    with pytest.raises(UnauthenticatedError):
        other.authenticate(secret)
