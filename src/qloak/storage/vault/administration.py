"""What a tenant's client does for those who administrate: audit log, tokens, tenants, the check."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from ...errors import ConflictError, ForbiddenError, UsageError
from ..ledger import Idempotency, Principal, Quota, Scope, Usage
from .asking import need
from .client import OLDEST_FIRST, AuditOptions, Document
from .documents import audit_document, chain_document, finding_document, tenant_document, token_document
from .workbench import OPERATOR

if TYPE_CHECKING:
    from .vault import Vault

__all__ = ["Administration"]


class Administration:
    """The part of `LocalClient` that is about who may do what, and what was done.

    Args:
        vault: the vault.
        principal: who asks.
    """

    def __init__(self, vault: Vault, principal: Principal) -> None:
        self._vault = vault
        self._principal = principal

    def audit(
        self, *, after: int = 0, limit: int = 100, subject: str = "", options: AuditOptions = OLDEST_FIRST
    ) -> Document:
        """A page of the tenant's audit log."""
        self._need(Scope.READ)
        log = self._vault.ledger.audit
        if options.before is None:
            entries = log.page(self._tenant, after=after, limit=limit, subject=subject)
        else:
            entries = log.newest(
                self._tenant, before=options.before, limit=limit, subject=subject, actions=options.actions
            )
        return {
            "schema": "qloak.audit/1",
            "entries": [audit_document(entry) for entry in entries],
            "next": entries[-1].entry_id if len(entries) == limit else None,
            "chain": chain_document(log.head(self._tenant)),
        }

    def tokens(self) -> Document:
        """The tenant's tokens, without their secrets."""
        self._need(Scope.ADMIN)
        tokens = self._vault.ledger.tokens.list(self._tenant)
        return {"schema": "qloak.tokens/1", "tokens": [token_document(token) for token in tokens]}

    def create_token(
        self,
        scopes: Sequence[str],
        *,
        name: str = "",
        expires_seconds: float | None = None,
        tenant: str | None = None,
        idempotency_key: str | None = None,
    ) -> Document:
        """A new token, with no more scopes than the one that asks for it.

        Raises:
            ConflictError: if the same request was made under this key before: its secret was shown only then.
        """
        self._need(Scope.ADMIN)
        owner = self._tenant if tenant is None else tenant
        if owner != self._tenant:
            self._need_operator()
        beyond = sorted(set(scopes) - {scope.value for scope in self._principal.scopes})
        if beyond:
            raise ForbiddenError(f"scopes: {', '.join(beyond)} are not yours to give.")
        with self._first_time(idempotency_key, "token", sorted(scopes), name, expires_seconds, owner):
            secret, token = self._vault.ledger.tokens.create(
                owner, list(scopes), label=name, lifetime_seconds=expires_seconds, actor=self._actor
            )
        return token_document(token, secret)

    def revoke_token(self, token_id: str) -> Document:
        """End a token."""
        self._need(Scope.ADMIN)
        token = self._vault.ledger.tokens.revoke(token_id, tenant=self._tenant, actor=self._actor)
        return token_document(token)

    def tenants(self) -> Document:
        """Tenants."""
        self._need_operator()
        used = self._vault.ledger.tenants.usage()
        tenants = [tenant_document(each, used.get(each.name)) for each in self._vault.ledger.tenants.list()]
        return {"schema": "qloak.tenants/1", "tenants": tenants}

    def create_tenant(self, name: str, *, max_objects: int | None = None, max_qubits: int | None = None) -> Document:
        """A new tenant, with or without limits."""
        self._need_operator()
        quota = Quota(max_objects, max_qubits)
        return tenant_document(self._vault.ledger.tenants.add(name, quota=quota, actor=self._actor), Usage())

    def limit_tenant(self, name: str, *, max_objects: int | None = None, max_qubits: int | None = None) -> Document:
        """Give a tenant other limits."""
        self._need_operator()
        store = self._vault.ledger.tenants
        tenant = store.limit(name, Quota(max_objects, max_qubits), actor=self._actor)
        return tenant_document(tenant, store.usage().get(name))

    def check(self) -> Document:
        """Verify every invariant of the whole vault."""
        self._need_operator()
        return {"schema": "qloak.check/1", "findings": [finding_document(finding) for finding in self._vault.check()]}

    # --- inside ----------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def _first_time(self, key: str | None, *request: object) -> Iterator[None]:
        """What can be answered once only: a repeated key is refused, and free again where nothing was done."""
        if key is None:
            yield
            return
        idempotency = Idempotency(key, repr(request))
        if not self._vault.ledger.claim(self._tenant, idempotency):
            raise ConflictError(
                f"The request with the idempotency key {key!r} was made before, and its answer is shown only once. "
                "Look whether a token came of it; revoke one whose secret nobody has, and make another."
            )
        try:
            yield
        except (UsageError, ConflictError, ForbiddenError):
            self._vault.ledger.give_back(self._tenant, idempotency)
            raise

    @property
    def _tenant(self) -> str:
        return self._principal.tenant

    @property
    def _actor(self) -> str:
        return self._principal.token_id

    def _need(self, scope: Scope) -> None:
        need(self._principal, scope)

    def _need_operator(self, scope: Scope = Scope.ADMIN) -> None:
        self._need(scope)
        if self._tenant != OPERATOR:
            raise ForbiddenError(f"Only the operator of the vault (tenant {OPERATOR!r}) may do this.")
