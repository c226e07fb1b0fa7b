"""The client of a vault in the same process: checks scopes, speaks documents."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

from ...circuits import circuit_metrics, encryption_circuit
from ...core import EncryptedCloning
from ...errors import ConflictError, LimitError, UsageError
from ..ids import is_id
from ..ledger import ObjectRecord, Principal, ProviderRecord, Scope
from ..provider import Fault
from .administration import Administration
from .asking import drawn, put_request, read_custody, redeem_request
from .begin import choose_providers
from .client import (
    DEFAULT_LISTING,
    DEFAULT_OPTIONS,
    Document,
    ListOptions,
    PutOptions,
    Source,
)
from .documents import (
    forecast_document,
    health_document,
    object_document,
    peek_document,
    prediction_document,
    provider_document,
    readers_document,
    receipt_document,
    register_document,
)
from .health import planned_readers, warnings_of
from .listing import Listing
from .requests import MAX_STORED_QUBITS, PutRequest, RedeemRequest, StepRequest
from .sources import read_source, stored_qubits
from .vault import Vault
from .workbench import OPERATOR

__all__ = ["Doors", "LocalClient"]

_ALL_SCOPES: Final = frozenset(Scope)


class Doors(Protocol):
    """Where puts and redemptions go in: the vault itself, or a batcher in front of it."""

    def put(self, request: PutRequest) -> ObjectRecord:
        """Store."""
        ...

    def redeem(self, request: RedeemRequest) -> ObjectRecord:
        """Recover."""
        ...


class LocalClient(Administration):
    """A tenant of a vault in this process; implements `client.VaultClient`.

    Args:
        vault: the vault.
        principal: who asks; None for the vault's own user, tenant "local", who may do everything.
        doors: for puts and redemptions; default the vault itself.
    """

    def __init__(self, vault: Vault, principal: Principal | None = None, *, doors: Doors | None = None) -> None:
        super().__init__(vault, principal or Principal(OPERATOR, "local", _ALL_SCOPES))
        self._doors: Doors = doors or vault

    # --- objects ---------------------------------------------------------------------------------------------

    def put(
        self, source: Source, options: PutOptions = DEFAULT_OPTIONS, *, idempotency_key: str | None = None
    ) -> Document:
        """Store a state; see `client.VaultClient`."""
        request = put_request(self._principal, source, options, key=idempotency_key)
        return object_document(self._doors.put(request))

    def objects(
        self,
        *,
        after: str = "",
        limit: int = 100,
        states: Sequence[str] = (),
        options: ListOptions = DEFAULT_LISTING,
    ) -> Document:
        """A page of objects."""
        self._need(Scope.READ)
        return Listing(after, limit, states, options).document(self._vault, self._tenant)

    def forecast(self, ref: str, *, hours: float = 24.0, points: int = 49) -> Document:
        """How well a stored object would come back in the coming hours."""
        self._need(Scope.READ)
        record = self._find(ref)
        return forecast_document(record, self._vault.forecast(record, seconds=hours * 3600, points=points))

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
        object_id = ref if is_id(ref) else self._find(ref).object_id
        how: Document = {"verify": verify, "clone": clone, "method": method}
        request = redeem_request(self._principal, object_id, how, key=idempotency_key)
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
        self,
        *,
        num_qubits: int = 1,
        source: Source | None = None,
        clones: int | None = None,
        custody: str = "clones",
        providers: Sequence[str] = (),
    ) -> Document:
        """What a put would take, how well it would come back, and who could read."""
        self._need(Scope.READ)
        if source is not None:
            num_qubits = stored_qubits(source, self._register_size)
        if not 1 <= num_qubits <= MAX_STORED_QUBITS:
            raise LimitError.of("num_qubits", num_qubits, f"1 to {MAX_STORED_QUBITS}")
        policy = read_custody(custody)
        names = choose_providers(self._vault.fleet, tuple(providers), clones)
        scheme = EncryptedCloning(len(names))
        metrics = circuit_metrics(encryption_circuit(scheme))
        now, later = self._vault.foresee(policy, names, num_qubits=num_qubits)
        return {
            "schema": "qloak.put-plan/1",
            "num_qubits": num_qubits,
            "clones": len(names),
            "providers": list(names),
            "custody": policy.value,
            "qubits": num_qubits * len(scheme.qubits),
            "two_qubit_gates": num_qubits * metrics.two_qubit_gates,
            "predicted": {"now": prediction_document(now), "in_one_hour": prediction_document(later)},
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
        prepared = read_source(drawn(source, idempotency_key))
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
        document = peek_document(handle, register)
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
        self._vault.rehearse(name, Fault(fault), strength)
        return self._provider(name)

    def recover_provider(self, name: str) -> Document:
        """Switch all faults of a provider off."""
        self._need_operator(Scope.REHEARSE)
        self._vault.recover_provider(name)
        return self._provider(name)

    def destroy_provider(self, name: str) -> Document:
        """Rehearse the loss of a provider's site, for ever."""
        self._need_operator(Scope.REHEARSE)
        self._vault.destroy_provider(name)
        return self._provider(name)

    # --- inside ----------------------------------------------------------------------------------------------

    def _register_size(self, handle: str) -> int:
        record = self._vault.workbench.register(self._tenant, handle)
        if not record.live:
            raise ConflictError(f"The register {handle} is void: it was stored, given away or discarded.")
        return record.num_qubits

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
