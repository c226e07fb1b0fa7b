"""A vault as one tenant sees it: the same calls in this process and over HTTP, in plain JSON values.

Command line, gateway and web app speak this protocol and nothing else, so that they show the same things.
Documents carry a `schema` such as "qloak.object/1"; the documentation's storage pages list their fields.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

__all__ = ["AuditOptions", "Document", "ListOptions", "PutOptions", "Source", "VaultClient"]

Document = dict[str, Any]
"""A JSON object with a `schema`."""

Source = Mapping[str, Any]
"""Where a state comes from; one of

    {"bloch": [theta, phi]}            a qubit, angles in radians
    {"qasm": text}                     what a unitary OpenQASM 2 or 3 program makes of |0...0>
    {"statevector": [[re, im], ...]}   amplitudes, little-endian
    {"random": k, "seed": s}           a Haar-random state of k qubits
    {"ghz": r}                         (|0...0> + |1...1>)/sqrt 2
    {"bell": true}                     half of a Bell pair; the other half is kept
    {"handle": h, "positions": [...]}  qubits of a register in the workbench (all without positions)

with an optional "keep": k, the number of last qubits that stay in the workbench.
"""


@dataclass(frozen=True, slots=True)
class PutOptions:
    """How a state is stored.

    Attributes:
        name: free text, at most 200 printable characters without "/".
        clones: n; None for as many as there are providers, made even.
        providers: names, one for each clone; empty for those with most room.
        custody: clones, clones+source or pairs.
        min_clones: fewest clones that must arrive; None for all.
    """

    name: str = ""
    clones: int | None = None
    providers: tuple[str, ...] = ()
    custody: str = "clones"
    min_clones: int | None = None


DEFAULT_OPTIONS: Final = PutOptions()


@dataclass(frozen=True, slots=True)
class ListOptions:
    """How objects are listed.

    Attributes:
        before: None for the oldest first; else the newest first, from before this id on, "" for all.
        name: only objects with this in their names, in either case for the letters A to Z; only newest first.
        look: whether providers are asked for the clones of objects that are live, which adds "health" with
            "surviving_clones", "unreachable_clones", "needed_clones", "recoverable" and "clones".
    """

    before: str | None = None
    name: str = ""
    look: bool = False


DEFAULT_LISTING: Final = ListOptions()


@dataclass(frozen=True, slots=True)
class AuditOptions:
    """How the audit log is read.

    Attributes:
        before: None for the oldest first; else the newest first, from before this line on, 0 for all.
        actions: only lines of these, such as "put"; none for all; only newest first.
    """

    before: int | None = None
    actions: tuple[str, ...] = ()


OLDEST_FIRST: Final = AuditOptions()


class VaultClient(Protocol):
    """What a tenant can do. Whoever repeats an idempotency key gets the first answer again.

    Every method may raise any QloakError.
    """

    def put(
        self, source: Source, options: PutOptions = DEFAULT_OPTIONS, *, idempotency_key: str | None = None
    ) -> Document:
        """Store a state; an object document."""
        ...

    def objects(
        self,
        *,
        after: str = "",
        limit: int = 100,
        states: Sequence[str] = (),
        options: ListOptions = DEFAULT_LISTING,
    ) -> Document:
        """A page of objects: {"schema": "qloak.objects/1", "objects": [...], "next": id or None}.

        The next page begins after, or newest first before, the id "next".
        """
        ...

    def object(self, ref: str) -> Document:
        """An object by id or by the name of the only live one, with its health."""
        ...

    def forecast(self, ref: str, *, hours: float = 24.0, points: int = 49) -> Document:
        """How well a stored object would come back in the coming hours: "qloak.forecast/1"."""
        ...

    def redeem(
        self,
        ref: str,
        *,
        verify: int = 1,
        clone: str | None = None,
        method: str = "measured",
        idempotency_key: str | None = None,
    ) -> Document:
        """Recover an object, which spends its key: a receipt "qloak.redeem/1"."""
        ...

    def refresh(self, ref: str, *, idempotency_key: str | None = None) -> Document:
        """Recover and encrypt anew on the providers that are up; an object document."""
        ...

    def remove(self, ref: str, *, idempotency_key: str | None = None) -> Document:
        """Delete an object for ever; an object document."""
        ...

    def export(self, ref: str, *, form: str = "stim", with_input: bool = False) -> Document:
        """The object's life as one circuit: {"form": ..., "text": ...} or {"form": ..., "base64": ...}."""
        ...

    def plan(
        self,
        *,
        num_qubits: int = 1,
        source: Source | None = None,
        clones: int | None = None,
        custody: str = "clones",
        providers: Sequence[str] = (),
    ) -> Document:
        """What a put would take, how well it would come back, and who could read: "qloak.put-plan/1".

        Args:
            num_qubits: of a state that is not named.
            source: what would be stored, in place of `num_qubits`: it is read and checked, but not made.
            clones: as in `PutOptions`, as what follows.
            custody: who keeps what.
            providers: names, one for each clone.
        """
        ...

    def registers(self) -> Document:
        """Registers in the workbench: {"schema": "qloak.registers/1", "registers": [...]}."""
        ...

    def register(self, handle: str) -> Document:
        """One register: "qloak.register/1"."""
        ...

    def prepare(self, source: Source, *, idempotency_key: str | None = None) -> Document:
        """Make a register in the workbench."""
        ...

    def apply(self, handle: str, program: str, *, idempotency_key: str | None = None) -> Document:
        """Run a unitary OpenQASM program on a register."""
        ...

    def measure(self, handle: str, letters: Mapping[int, str], *, idempotency_key: str | None = None) -> Document:
        """Measure a Pauli observable such as {0: "X", 2: "Z"}: {"schema": "qloak.outcome/1", "outcome": 0 or 1}."""
        ...

    def split(self, handle: str, positions: Sequence[int], *, idempotency_key: str | None = None) -> Document:
        """Two registers from one: {"schema": "qloak.registers/1", "registers": [given, kept]}."""
        ...

    def give(self, handle: str, tenant: str, *, idempotency_key: str | None = None) -> Document:
        """Hand a register to another tenant."""
        ...

    def discard(self, handle: str, *, idempotency_key: str | None = None) -> Document:
        """Reset a register for ever."""
        ...

    def peek(self, handle: str, *, expected: Source | None = None) -> Document:
        """Look at the emulated state, as no device can (scope emulator): "qloak.peek/1".

        Args:
            handle: a register.
            expected: a state to compare it with: adds "fidelity", the state fidelity.
        """
        ...

    def providers(self) -> Document:
        """Providers with their health: {"schema": "qloak.providers/1", "providers": [...]}."""
        ...

    def add_provider(self, name: str, *, url: str = "", token: str = "", options: Mapping[str, Any] = {}) -> Document:
        """Add a provider: embedded without a URL."""
        ...

    def rehearse(self, name: str, fault: str, strength: float = 1.0) -> Document:
        """Switch a fault of a provider on, or off with strength 0."""
        ...

    def recover_provider(self, name: str) -> Document:
        """Switch all faults of a provider off."""
        ...

    def destroy_provider(self, name: str) -> Document:
        """Rehearse the loss of a provider's site, for ever."""
        ...

    def audit(
        self, *, after: int = 0, limit: int = 100, subject: str = "", options: AuditOptions = OLDEST_FIRST
    ) -> Document:
        """A page of the audit log, of one subject if it is named.

        {"schema": "qloak.audit/1", "entries": [...], "next": number or None, "chain": ...}: the next page begins
        after, or newest first before, the line "next"; "chain" is {"lines", "last", "seal"}, how many lines are
        sealed, the last of them and its seal, or None before the first.
        """
        ...

    def tokens(self) -> Document:
        """Tokens, without their secrets: {"schema": "qloak.tokens/1", "tokens": [...]}."""
        ...

    def create_token(
        self,
        scopes: Sequence[str],
        *,
        name: str = "",
        expires_seconds: float | None = None,
        tenant: str | None = None,
        idempotency_key: str | None = None,
    ) -> Document:
        """A new token, the only time that its secret is shown: "qloak.token/1"; a repeated key is refused."""
        ...

    def revoke_token(self, token_id: str) -> Document:
        """End a token."""
        ...

    def tenants(self) -> Document:
        """Tenants: {"schema": "qloak.tenants/1", "tenants": [...]}."""
        ...

    def create_tenant(self, name: str, *, max_objects: int | None = None, max_qubits: int | None = None) -> Document:
        """A new tenant, which can have so many objects and logical qubits stored at a time; None for any number."""
        ...

    def limit_tenant(self, name: str, *, max_objects: int | None = None, max_qubits: int | None = None) -> Document:
        """Give a tenant other limits, None for none; what is stored beyond them stays."""
        ...

    def check(self) -> Document:
        """Verify every invariant: {"schema": "qloak.check/1", "findings": [...]}."""
        ...
