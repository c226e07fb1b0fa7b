"""The client of a vault in the same process: checks scopes, speaks documents."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

import numpy as np

from ...circuits import circuit_metrics, encryption_circuit
from ...core import CustodyPolicy, EncryptedCloning
from ...errors import ForbiddenError, LimitError, UsageError
from ..ids import is_id
from ..ledger import ObjectRecord, ObjectState, Principal, ProviderRecord, Scope
from ..provider import Fault
from .begin import choose_providers
from .client import DEFAULT_OPTIONS, Document, PutOptions, Source
from .documents import (
    audit_document,
    finding_document,
    health_document,
    object_document,
    provider_document,
    readers_document,
    receipt_document,
    register_document,
    tenant_document,
    token_document,
)
from .health import planned_readers, warnings_of
from .requests import MAX_STORED_QUBITS, PutRequest, RedeemRequest, StepRequest
from .sources import read_source
from .vault import Vault
from .workbench import OPERATOR

__all__ = ["Doors", "LocalClient"]

_MAX_PEEKED_QUBITS: Final = 10
_ALL_SCOPES: Final = frozenset(Scope)


class Doors(Protocol):
    """Where puts and redemptions go in: the vault itself, or a batcher in front of it."""

    def put(self, request: PutRequest) -> ObjectRecord:
        """Store."""
        ...

    def redeem(self, request: RedeemRequest) -> ObjectRecord:
        """Recover."""
        ...


class LocalClient:
    """A tenant of a vault in this process; implements `client.VaultClient`.

    Args:
        vault: the vault.
        principal: who asks; None for the vault's own user, tenant "local", who may do everything.
        doors: for puts and redemptions; default the vault itself.
    """

    def __init__(self, vault: Vault, principal: Principal | None = None, *, doors: Doors | None = None) -> None:
        self._vault = vault
        self._principal = principal or Principal(OPERATOR, "local", _ALL_SCOPES)
        self._doors: Doors = doors or vault

    # --- objects ---------------------------------------------------------------------------------------------

    def put(
        self, source: Source, options: PutOptions = DEFAULT_OPTIONS, *, idempotency_key: str | None = None
    ) -> Document:
        """Store a state; see `client.VaultClient`."""
        self._need(Scope.WRITE)
        prepared = read_source(_drawn(source, idempotency_key))
        request = PutRequest(
            tenant=self._tenant,
            actor=self._actor,
            idempotency_key=idempotency_key,
            register=prepared.register,
            handle=prepared.handle,
            positions=prepared.stored_positions(),
            name=options.name,
            num_clones=options.clones,
            providers=tuple(options.providers),
            custody=_custody(options.custody),
            min_clones=options.min_clones,
        )
        return object_document(self._doors.put(request))

    def objects(self, *, after: str = "", limit: int = 100, states: Sequence[str] = ()) -> Document:
        """A page of objects."""
        self._need(Scope.READ)
        wanted = [_state(state) for state in states]
        records = self._vault.ledger.page(self._tenant, after=after, limit=limit, states=wanted)
        return {
            "schema": "qloak.objects/1",
            "objects": [object_document(record) for record in records],
            "next": records[-1].object_id if len(records) == limit else None,
        }

    def object(self, ref: str) -> Document:
        """An object with its health."""
        self._need(Scope.READ)
        record = self._find(ref)
        return object_document(record, health=health_document(self._vault.health(record)))

    def redeem(
        self,
        ref: str,
        *,
        verify: int = 1,
        clone: str | None = None,
        method: str = "measured",
        idempotency_key: str | None = None,
    ) -> Document:
        """Recover an object, which spends its key."""
        self._need(Scope.WRITE)
        request = RedeemRequest(
            tenant=self._tenant,
            actor=self._actor,
            idempotency_key=idempotency_key,
            object_id=ref if is_id(ref) else self._find(ref).object_id,
            verify=verify,
            clone=clone,
            method=method,
        )
        return receipt_document(self._vault.receipt(self._doors.redeem(request)))

    def refresh(self, ref: str, *, idempotency_key: str | None = None) -> Document:
        """Recover and encrypt anew."""
        return object_document(self._vault.refresh(self._step(ref, "refresh", idempotency_key)))

    def remove(self, ref: str, *, idempotency_key: str | None = None) -> Document:
        """Delete an object for ever."""
        return object_document(self._vault.remove(self._step(ref, "rm", idempotency_key)))

    def export(self, ref: str, *, form: str = "stim", with_input: bool = False) -> Document:
        """The object's life as one circuit."""
        self._need(Scope.READ)
        if with_input:
            self._need(Scope.EMULATOR)
        if form not in ("stim", "qasm3", "qpy"):
            raise UsageError.of("form", form, "stim, qasm3 or qpy")
        text = self._vault.world.export(self._find(ref).stored, form=form, with_input=with_input)
        body = {"text": text} if isinstance(text, str) else {"base64": base64.b64encode(text).decode()}
        return {"schema": "qloak.export/1", "form": form, "emulated": True} | body

    def plan(
        self, *, num_qubits: int = 1, clones: int | None = None, custody: str = "clones", providers: Sequence[str] = ()
    ) -> Document:
        """What a put would take and who could read."""
        self._need(Scope.READ)
        if not 1 <= num_qubits <= MAX_STORED_QUBITS:
            raise LimitError.of("num_qubits", num_qubits, f"1 to {MAX_STORED_QUBITS}")
        policy = _custody(custody)
        names = choose_providers(self._vault.fleet, tuple(providers), clones)
        scheme = EncryptedCloning(len(names))
        metrics = circuit_metrics(encryption_circuit(scheme))
        return {
            "schema": "qloak.put-plan/1",
            "num_qubits": num_qubits,
            "clones": len(names),
            "providers": list(names),
            "custody": policy.value,
            "qubits": num_qubits * len(scheme.qubits),
            "two_qubit_gates": num_qubits * metrics.two_qubit_gates,
            "who_can_read": readers_document(planned_readers(policy, names)),
            "warnings": list(warnings_of(len(names), policy)),
            "emulated": True,
        }

    # --- the workbench ---------------------------------------------------------------------------------------

    def registers(self) -> Document:
        """Registers in the workbench."""
        self._need(Scope.READ)
        records = self._vault.workbench.registers(self._tenant)
        return {"schema": "qloak.registers/1", "registers": [register_document(record) for record in records]}

    def register(self, handle: str) -> Document:
        """One register."""
        self._need(Scope.READ)
        return register_document(self._vault.workbench.register(self._tenant, handle))

    def prepare(self, source: Source, *, idempotency_key: str | None = None) -> Document:
        """Make a register in the workbench."""
        self._need(Scope.WRITE)
        prepared = read_source(_drawn(source, idempotency_key))
        if prepared.register is None or (prepared.keep and "bell" not in source):
            raise UsageError.of("source", "handle or keep", "a new state, all of it")
        bench = self._vault.workbench
        record = bench.prepare(self._tenant, prepared.register, actor=self._actor, key=idempotency_key)
        return register_document(record)

    def apply(self, handle: str, program: str, *, idempotency_key: str | None = None) -> Document:
        """Run a unitary OpenQASM program on a register."""
        self._need(Scope.WRITE)
        bench = self._vault.workbench
        return register_document(bench.apply(self._tenant, handle, program, actor=self._actor, key=idempotency_key))

    def measure(self, handle: str, letters: Mapping[int, str], *, idempotency_key: str | None = None) -> Document:
        """Measure a Pauli observable of a register."""
        self._need(Scope.WRITE)
        bench = self._vault.workbench
        outcome = bench.measure(self._tenant, handle, letters, actor=self._actor, key=idempotency_key)
        return {"schema": "qloak.outcome/1", "handle": handle, "outcome": outcome, "emulated": True}

    def split(self, handle: str, positions: Sequence[int], *, idempotency_key: str | None = None) -> Document:
        """Two registers from one."""
        self._need(Scope.WRITE)
        bench = self._vault.workbench
        parts = bench.split(self._tenant, handle, positions, actor=self._actor, key=idempotency_key)
        return {"schema": "qloak.registers/1", "registers": [register_document(part) for part in parts]}

    def give(self, handle: str, tenant: str, *, idempotency_key: str | None = None) -> Document:
        """Hand a register to another tenant."""
        self._need(Scope.WRITE)
        bench = self._vault.workbench
        return register_document(bench.give(self._tenant, handle, tenant, actor=self._actor, key=idempotency_key))

    def discard(self, handle: str, *, idempotency_key: str | None = None) -> Document:
        """Reset a register for ever."""
        self._need(Scope.WRITE)
        bench = self._vault.workbench
        return register_document(bench.discard(self._tenant, handle, actor=self._actor, key=idempotency_key))

    def peek(self, handle: str, *, expected: Source | None = None) -> Document:
        """Look at the emulated state, as no device can."""
        self._need(Scope.EMULATOR)
        register = self._vault.workbench.peek(self._tenant, handle)
        count = register.num_qubits
        document: Document = {
            "schema": "qloak.peek/1",
            "handle": handle,
            "num_qubits": count,
            "bloch": [[float(c) for c in register.bloch_vector(q)] for q in range(count)],
            "emulated": True,
            "note": "No device can show this: the state was read from the emulator's memory.",
        }
        if count <= _MAX_PEEKED_QUBITS:
            vector = register.to_statevector()
            document["statevector"] = np.stack([vector.real, vector.imag], axis=-1).tolist()
        if expected is not None:
            wanted = read_source(expected)
            if wanted.register is None:
                raise UsageError.of("expected", "handle", "a state")
            document["fidelity"] = wanted.register.state_fidelity(register)
        return document

    # --- providers -------------------------------------------------------------------------------------------

    def providers(self) -> Document:
        """Providers with their health."""
        self._need(Scope.READ)
        health = self._vault.fleet.health()
        kinds = {record.name: record.kind for record in self._vault.ledger.providers.list()}
        items = [provider_document(name, kinds.get(name, "embedded"), answer) for name, answer in health.items()]
        return {"schema": "qloak.providers/1", "providers": items}

    def add_provider(
        self, name: str, *, url: str = "", token: str = "", options: Mapping[str, Any] | None = None
    ) -> Document:
        """Add a provider; embedded without a URL."""
        self._need_operator()
        record = ProviderRecord(name, "http" if url else "embedded", url, token, dict(options or {}))
        self._vault.add_provider(record)
        return self._provider(name)

    def rehearse(self, name: str, fault: str, strength: float = 1.0) -> Document:
        """Switch a fault of a provider on or off."""
        self._need_operator(Scope.REHEARSE)
        if fault not in tuple(Fault):
            raise UsageError.of("fault", fault, f"one of {', '.join(Fault)}")
        self._vault.fleet.rehearse(name, Fault(fault), strength)
        return self._provider(name)

    def recover_provider(self, name: str) -> Document:
        """Switch all faults of a provider off."""
        self._need_operator(Scope.REHEARSE)
        for fault in Fault:
            self._vault.fleet.rehearse(name, fault, 0.0)
        return self._provider(name)

    def destroy_provider(self, name: str) -> Document:
        """Rehearse the loss of a provider's site, for ever."""
        self._need_operator(Scope.REHEARSE)
        self._vault.fleet.destroy(name)
        return self._provider(name)

    # --- who may do what, and what was done ------------------------------------------------------------------

    def audit(self, *, after: int = 0, limit: int = 100) -> Document:
        """A page of the tenant's audit log."""
        self._need(Scope.READ)
        entries = self._vault.ledger.audit.page(self._tenant, after=after, limit=limit)
        return {"schema": "qloak.audit/1", "entries": [audit_document(entry) for entry in entries]}

    def tokens(self) -> Document:
        """The tenant's tokens, without their secrets."""
        self._need(Scope.ADMIN)
        tokens = self._vault.ledger.tokens.list(self._tenant)
        return {"schema": "qloak.tokens/1", "tokens": [token_document(token) for token in tokens]}

    def create_token(
        self, scopes: Sequence[str], *, name: str = "", expires_seconds: float | None = None, tenant: str | None = None
    ) -> Document:
        """A new token, with no more scopes than the one that asks for it."""
        self._need(Scope.ADMIN)
        owner = self._tenant if tenant is None else tenant
        if owner != self._tenant:
            self._need_operator()
        beyond = sorted(set(scopes) - {scope.value for scope in self._principal.scopes})
        if beyond:
            raise ForbiddenError(f"scopes: {', '.join(beyond)} are not yours to give.")
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
        tenants = self._vault.ledger.tenants.list()
        return {"schema": "qloak.tenants/1", "tenants": [tenant_document(tenant) for tenant in tenants]}

    def create_tenant(self, name: str) -> Document:
        """A new tenant."""
        self._need_operator()
        return tenant_document(self._vault.ledger.tenants.add(name, actor=self._actor))

    def check(self) -> Document:
        """Verify every invariant of the whole vault."""
        self._need_operator()
        return {"schema": "qloak.check/1", "findings": [finding_document(finding) for finding in self._vault.check()]}

    # --- inside ----------------------------------------------------------------------------------------------

    @property
    def _tenant(self) -> str:
        return self._principal.tenant

    @property
    def _actor(self) -> str:
        return self._principal.token_id

    def _find(self, ref: str) -> ObjectRecord:
        return self._vault.ledger.find(self._tenant, ref)

    def _step(self, ref: str, action: str, key: str | None) -> StepRequest:
        self._need(Scope.WRITE)
        record = self._find(ref)
        return StepRequest(
            tenant=self._tenant, actor=self._actor, idempotency_key=key, object_id=record.object_id, action=action
        )

    def _provider(self, name: str) -> Document:
        kinds = {record.name: record.kind for record in self._vault.ledger.providers.list()}
        health = self._vault.fleet.health(fresh=True)
        return provider_document(name, kinds.get(name, "embedded"), health[name])

    def _need(self, scope: Scope) -> None:
        if scope not in self._principal.scopes:
            raise ForbiddenError(f"This token lacks the scope {scope.value!r}.")

    def _need_operator(self, scope: Scope = Scope.ADMIN) -> None:
        self._need(scope)
        if self._tenant != OPERATOR:
            raise ForbiddenError(f"Only the operator of the vault (tenant {OPERATOR!r}) may do this.")


def _drawn(source: Source, key: str | None) -> Source:
    """The source as it was asked for under this key: who repeats it means the same random state."""
    if key is None or "random" not in source or source.get("seed") is not None:
        return source
    return {**source, "seed": int.from_bytes(hashlib.sha256(key.encode("utf-8", "replace")).digest())}


def _custody(name: str) -> CustodyPolicy:
    allowed = [policy for policy in CustodyPolicy if policy is not CustodyPolicy.CLONES_SOURCE_DEPOSITED]
    if name not in allowed:
        raise UsageError.of("custody", name, f"one of {', '.join(allowed)}")
    return CustodyPolicy(name)


def _state(name: str) -> ObjectState:
    if name not in tuple(ObjectState):
        raise UsageError.of("state", name, f"one of {', '.join(ObjectState)}")
    return ObjectState(name)
