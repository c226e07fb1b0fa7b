"""API tokens: random, kept as a hash, with scopes, an end, and a way to end them sooner."""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
import time
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Engine, Row

from ...errors import ConflictError, UnauthenticatedError, UnknownNameError, UsageError
from ..database import read, write
from ..ids import new_id
from . import schema
from .audit import event_row
from .records import Event
from .seen_tokens import SeenTokens
from .tenants import check_tenant

__all__ = ["Principal", "Scope", "Token", "TokenStore"]

_PREFIX: Final = "qlk_"
# Written once: every request of a gateway asks it.
_BY_DIGEST: Final = sa.select(schema.tokens).where(schema.tokens.c.digest == sa.bindparam("sought"))
_SHORTEST: Final = 20
_LONGEST: Final = 128
_LONGEST_LABEL: Final = 200
_COARSE_SECONDS: Final = 3600.0
"""`last_used` is written once an hour: a request is not made a writing transaction by its token."""


class Scope(StrEnum):
    """What a token allows."""

    READ = "read"
    WRITE = "write"
    ADMIN = "admin"
    EMULATOR = "emulator"
    METRICS = "metrics"
    REHEARSE = "rehearse"


@dataclass(frozen=True, slots=True)
class Principal:
    """Who is asking.

    Attributes:
        tenant: whose objects they see.
        token_id: names the token in the audit log.
        scopes: what they may do.
    """

    tenant: str
    token_id: str
    scopes: frozenset[Scope]


@dataclass(frozen=True, slots=True)
class Token:
    """A token as it is listed: without its secret, which is shown once and not kept.

    Attributes:
        token_id: its name.
        tenant: whose it is.
        label: free text of the owner.
        scopes: what it allows.
        created, expires, revoked, last_used: wall clock, seconds since 1970; None for never. The last is exact to
            an hour.
    """

    token_id: str
    tenant: str
    label: str
    scopes: frozenset[Scope]
    created: float
    expires: float | None
    revoked: float | None
    last_used: float | None

    @property
    def has_ended(self) -> bool:
        """Whether it is revoked or has expired by now."""
        return self.revoked is not None or (self.expires is not None and self.expires <= time.time())


class TokenStore:
    """The tokens of a ledger."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._seen = SeenTokens()

    def create(
        self,
        tenant: str,
        scopes: Collection[Scope | str],
        *,
        label: str = "",
        lifetime_seconds: float | None = None,
        actor: str = "local",
    ) -> tuple[str, Token]:
        """Make a token.

        Args:
            tenant: whose it is.
            scopes: at least one.
            label: free text, at most 200 characters.
            lifetime_seconds: after which it ends; None for never.
            actor: for the audit log.

        Returns:
            The secret, `qlk_` and 43 characters that carry 256 random bits, and the token without it.
        """
        secret = _PREFIX + secrets.token_urlsafe(32)
        if lifetime_seconds is not None and not 0 < lifetime_seconds < float("inf"):
            raise UsageError.of("lifetime_seconds", lifetime_seconds, "a positive number, or None for no end")
        return secret, self._add(secret, tenant, scopes, label=label, lifetime_seconds=lifetime_seconds, actor=actor)

    def adopt(
        self, secret: str, tenant: str, scopes: Collection[Scope | str], *, label: str = "", actor: str = "local"
    ) -> Token:
        """Make a token of a secret that somebody has chosen; it does not end by itself.

        Args:
            secret: 20 to 128 visible ASCII characters. Nothing slows guesses down but their number, so it must be
                random: hexadecimal digits carry 4 bits each.
            tenant: whose it is.
            scopes: at least one.
            label: free text, at most 200 characters.
            actor: for the audit log.

        Raises:
            UsageError: for a secret that is none; it is not repeated in the message.
            ConflictError: if there is or was a token of this secret.
        """
        if not _SHORTEST <= len(secret) <= _LONGEST or not re.fullmatch(r"[!-~]+", secret):
            said = f"{len(secret)} characters, expected {_SHORTEST} to {_LONGEST} visible ones of ASCII"
            raise UsageError(f"token: got {said}.")
        return self._add(secret, tenant, scopes, label=label, lifetime_seconds=None, actor=actor)

    def _add(  # noqa: PLR0913 - what a token is
        self,
        secret: str,
        tenant: str,
        scopes: Collection[Scope | str],
        *,
        label: str,
        lifetime_seconds: float | None,
        actor: str,
    ) -> Token:
        if len(label) > _LONGEST_LABEL or not label.isprintable():
            raise UsageError.of("label", label, f"at most {_LONGEST_LABEL} printable characters")
        now = time.time()
        expires = None if lifetime_seconds is None else now + lifetime_seconds
        token = Token(new_id(), check_tenant(tenant), label, _scopes(scopes), now, expires, None, None)
        row = {
            "token_id": token.token_id,
            "tenant": tenant,
            "label": label,
            "digest": _digest(secret),
            "scopes": ",".join(sorted(token.scopes)),
            "created": now,
            "expires": expires,
        }
        event = Event(actor, "token.create", token.token_id, {"scopes": sorted(token.scopes)})
        with write(self._engine) as connection:
            if connection.execute(_BY_DIGEST, {"sought": row["digest"]}).first() is not None:
                raise ConflictError("There is or was a token with this secret already. Choose another.")
            connection.execute(schema.tokens.insert().values(row))
            connection.execute(schema.audit.insert(), [event_row(tenant, event, now)])
        return token

    def list(self, tenant: str | None = None) -> list[Token]:
        """Tokens of a tenant, or of all, oldest first; ended ones too."""
        query = sa.select(schema.tokens).order_by(schema.tokens.c.token_id)
        if tenant is not None:
            query = query.where(schema.tokens.c.tenant == tenant)
        with read(self._engine) as connection:
            return [_token(row) for row in connection.execute(query)]

    def revoke(self, token_id: str, *, tenant: str | None = None, actor: str = "local") -> Token:
        """End a token now; again is harmless.

        Args:
            token_id: its name, not its secret.
            tenant: whose it must be; None for anybody's.
            actor: for the audit log.

        Raises:
            UnknownNameError: if there is no such token.
        """
        table, now = schema.tokens, time.time()
        with write(self._engine) as connection:
            row = connection.execute(sa.select(table).where(table.c.token_id == token_id).with_for_update()).first()
            if row is None or tenant not in (None, row.tenant):
                raise UnknownNameError.of("token", token_id, "a token's id", "`qloak token list` lists them.")
            if row.revoked is None:
                connection.execute(table.update().where(table.c.token_id == token_id).values(revoked=now))
                event = Event(actor, "token.revoke", token_id)
                connection.execute(schema.audit.insert(), [event_row(row.tenant, event, now)])
            revoked = _token(connection.execute(sa.select(table).where(table.c.token_id == token_id)).one())
        self._seen.forget(token_id)
        return revoked

    def authenticate(self, secret: str) -> Principal:
        """Who this secret belongs to.

        The search is by the hash, of which nobody can choose parts, and the comparison takes the same time
        wherever it fails; all refusals read alike. A token that was found valid is not looked up again for
        `seen_tokens.SEEN_SECONDS`: one revoked by another process may go on for so long, one revoked here ends at once.

        Raises:
            UnauthenticatedError: if it is no token, or one that has ended.
        """
        refused = UnauthenticatedError("The token is not valid, or has ended. Ask the vault's owner for a new one.")
        if len(secret) > _LONGEST or not secret.isascii():
            raise refused
        digest, now = _digest(secret), time.time()
        known = self._seen.find(digest)
        if known is not None:
            return known
        asked = self._seen.ask()
        with read(self._engine) as connection:
            row = connection.execute(_BY_DIGEST, {"sought": digest}).first()
        if row is None or not hmac.compare_digest(row.digest, digest):
            raise refused
        if row.revoked is not None or (row.expires is not None and row.expires <= now):
            raise refused
        if row.last_used is None or row.last_used < now - _COARSE_SECONDS:
            with write(self._engine) as connection:
                table = schema.tokens
                connection.execute(table.update().where(table.c.token_id == row.token_id).values(last_used=now))
        principal = Principal(row.tenant, row.token_id, _scopes(row.scopes.split(",")))
        self._seen.note(digest, principal, expires=row.expires, asked=asked)
        return principal

    def seen(self, secret: str) -> Principal | None:
        """Who this secret belongs to if that was asked a moment ago; None if `authenticate` has to ask the ledger."""
        return self._seen.find(_digest(secret)) if len(secret) <= _LONGEST and secret.isascii() else None

    def is_valid(self, token_id: str) -> bool:
        """Whether there is a token of this name that has not ended."""
        table = schema.tokens
        query = sa.select(table.c.revoked, table.c.expires).where(table.c.token_id == token_id)
        with read(self._engine) as connection:
            row = connection.execute(query).first()
        return row is not None and row.revoked is None and (row.expires is None or row.expires > time.time())


def _digest(secret: str) -> bytes:
    # 256 random bits cannot be guessed, so one round without salt is enough.
    return hashlib.sha256(secret.encode()).digest()


def _scopes(scopes: Collection[Scope | str]) -> frozenset[Scope]:
    try:
        chosen = frozenset(Scope(scope) for scope in scopes)
    except ValueError:
        chosen = frozenset()
    if not chosen:
        raise UsageError.of("scopes", sorted(scopes), f"some of {', '.join(Scope)}")
    return chosen


def _token(row: Row[Any]) -> Token:
    return Token(
        token_id=row.token_id,
        tenant=row.tenant,
        label=row.label,
        scopes=_scopes(row.scopes.split(",")),
        created=row.created,
        expires=row.expires,
        revoked=row.revoked,
        last_used=row.last_used,
    )
