"""What can be asked of a vault, as values."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import Final

from ...core import CustodyPolicy
from ...errors import LimitError, UsageError
from ...simulators import Register
from ..ids import is_id
from ..ledger import Idempotency
from ..world.codec import encode_register

__all__ = ["MAX_CLONES", "MAX_NAME", "MAX_STORED_QUBITS", "PutRequest", "RedeemRequest", "StepRequest"]

MAX_STORED_QUBITS: Final = 1000
MAX_CLONES: Final = 1000
MAX_NAME: Final = 200
MAX_VERIFIED: Final = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class _Request:
    """Who asks.

    Attributes:
        tenant: whose object it is.
        actor: who acts, for the audit log: a token's id, or "local".
        idempotency_key: whoever repeats it with the same request gets the same answer; None for none.
    """

    tenant: str = "local"
    actor: str = "local"
    idempotency_key: str | None = None

    @property
    def idempotency(self) -> Idempotency | None:
        """The key with a digest of everything that is asked."""
        raise NotImplementedError

    def _named(self, object_id: str) -> str | None:
        """A name for what this key makes of an object: whether it is there tells whether this key has made it."""
        if self.idempotency_key is None:
            return None
        text = json.dumps([self.tenant, self.idempotency_key, object_id], separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()[:24]

    def _idempotency(self, *parts: object) -> Idempotency | None:
        if self.idempotency_key is None:
            return None
        body = json.dumps([type(self).__name__, *parts], separators=(",", ":"))
        return Idempotency(self.idempotency_key, hashlib.sha256(body.encode()).hexdigest())


@dataclass(frozen=True, slots=True, kw_only=True)
class PutRequest(_Request):
    """Store a register.

    Attributes:
        register: a new state, or None to store one from the workbench.
        handle: the register in the workbench.
        positions: which of its qubits are stored, in this order; empty for all. The rest stays in the workbench.
        name: free text, at most MAX_NAME printable characters without "/".
        num_clones: n; None for as many as there are providers, made even.
        providers: names, one for each clone, each at most once; empty for those with most room.
        custody: who keeps what.
        min_clones: fewest clones that must arrive; None for all.
    """

    register: Register | None = field(default=None, repr=False)
    handle: str | None = None
    positions: tuple[int, ...] = ()
    name: str = ""
    num_clones: int | None = None
    providers: tuple[str, ...] = ()
    custody: CustodyPolicy = CustodyPolicy.CLONES
    min_clones: int | None = None

    def __post_init__(self) -> None:
        """Check what can be checked without the vault."""
        if (self.register is None) == (self.handle is None):
            raise UsageError("put: got both a state and a handle or neither, expected one of them.")
        if len(set(self.positions)) != len(self.positions) or any(p < 0 for p in self.positions):
            raise UsageError.of("positions", self.positions, "different numbers of qubits, from 0")
        if len(self.name) > MAX_NAME or not self.name.isprintable():
            raise UsageError.of("name", self.name, f"at most {MAX_NAME} printable characters")
        if is_id(self.name) or "/" in self.name or self.name in (".", ".."):
            # It is a part of a path over HTTP, and an id comes before a name.
            raise UsageError.of("name", self.name, "a name without '/' that is not '.' or '..' and could be no id")
        n = self.num_clones
        if n is not None and n < 2:
            raise UsageError.of("clones", n, "at least 2", "One clone is not encrypted: it shows Y.")
        if n is not None and n > MAX_CLONES:
            raise LimitError.of("clones", n, f"at most {MAX_CLONES}")
        if len(set(self.providers)) != len(self.providers):
            raise UsageError.of("providers", list(self.providers), "each provider at most once")
        if self.custody is CustodyPolicy.CLONES_SOURCE_DEPOSITED:
            allowed = "clones, clones+source or pairs"
            raise UsageError.of("custody", self.custody.value, allowed, "The vault does not deposit A.")
        if self.min_clones is not None and self.min_clones < 1:
            raise UsageError.of("min_clones", self.min_clones, "at least 1")

    @property
    def idempotency(self) -> Idempotency | None:
        """The key with a digest of everything that is asked, the state included."""
        if self.idempotency_key is None:
            return None
        state = "" if self.register is None else hashlib.sha256(encode_register(self.register)).hexdigest()
        return self._idempotency(
            state,
            self.handle,
            self.positions,
            self.name,
            self.num_clones,
            self.providers,
            self.custody,
            self.min_clones,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class RedeemRequest(_Request):
    """Recover an object, which spends its key.

    Attributes:
        object_id: which.
        verify: K, how many clones are fetched and compared; 1 compares nothing, 2 detects one bad clone, 3 and
            more also correct it.
        clone: name such as "S2" of the clone to use; None for the best.
        method: how the key is used.
    """

    object_id: str
    verify: int = 1
    clone: str | None = None
    method: str = "measured"

    def __post_init__(self) -> None:
        """Check what can be checked without the vault."""
        if not 1 <= self.verify <= MAX_VERIFIED:
            raise UsageError.of("verify", self.verify, f"a number of clones from 1 to {MAX_VERIFIED}")
        if self.method not in ("measured", "unitary"):
            raise UsageError.of("method", self.method, "measured or unitary")

    @property
    def idempotency(self) -> Idempotency | None:
        """The key with a digest of everything that is asked."""
        return self._idempotency(self.object_id, self.verify, self.clone, self.method)

    @property
    def handle_name(self) -> str | None:
        """What the register is called for whoever asks under this key: another key's register is not its answer."""
        name = self._named(self.object_id)
        return None if name is None else f"r{name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class StepRequest(_Request):
    """Refresh or remove an object.

    Attributes:
        object_id: which.
        action: "refresh" or "rm".
    """

    object_id: str
    action: str

    def __post_init__(self) -> None:
        """Check what can be checked without the vault."""
        if self.action not in ("refresh", "rm"):
            raise UsageError.of("action", self.action, "refresh or rm")

    @property
    def idempotency(self) -> Idempotency | None:
        """The key with a digest of everything that is asked."""
        return self._idempotency(self.object_id, self.action)

    @property
    def fresh_name(self) -> str | None:
        """What the refreshed register is called by whoever asks under this key: so it is known whether it was done."""
        return self._named(self.object_id)
