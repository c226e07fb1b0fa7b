"""The workbench: plain registers of tenants, before they are stored and after they came back.

All of them are in the vault's hands; the ledger says whose each one is. What a request with an idempotency key
does is named by the key and the request together, so that repeating it gives the first answer; another request
under the same key is refused.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Final, cast

from ...errors import ConflictError, ForbiddenError, UnknownNameError, UsageError
from ...simulators import Register
from ..ids import new_id
from ..ledger import Event, Idempotency, RegisterRecord, SqlLedger
from ..world.codec import decode_register, encode_register
from ..world.operations import Applied, Apply, Give, Measure, Operation, Prepare, Refused, Void
from .shop import Shop, refusal

__all__ = ["OPERATOR", "Workbench"]

OPERATOR: Final = "local"
"""The tenant who looks after the vault: what others may do concerns themselves alone."""

_ORIGINS: Final = ("given", "kept")
_SOURCE: Final = re.compile(r"(?P<handle>[^\[]+?)(?P<rest>-?)\[(?P<positions>[\d,]*)\]")


class Workbench:
    """What a tenant can do with plain registers.

    Args:
        shop: the world and who acts in it.
        ledger: whose registers there are.
    """

    def __init__(self, shop: Shop, ledger: SqlLedger) -> None:
        self._shop = shop
        self._ledger = ledger

    def registers(self, tenant: str) -> list[RegisterRecord]:
        """Live registers, newest first."""
        return self._ledger.registers(tenant)

    def register(self, tenant: str, handle: str) -> RegisterRecord:
        """One register, live or not.

        Raises:
            UnknownNameError: if the tenant has none of this name.
        """
        return self._ledger.register(tenant, handle)

    def prepare(
        self, tenant: str, register: Register, *, actor: str = "local", key: str | None = None
    ) -> RegisterRecord:
        """Make a register in a state."""
        state = encode_register(register)
        with self._once(tenant, key, "prepare", hashlib.sha256(state).hexdigest()) as name:
            record = RegisterRecord(f"{name}r", tenant, register.num_qubits, "prepared")
            if (known := self._known(tenant, record.handle)) is not None:
                return known
            self._act(Prepare(op_id=f"{name}:new", holder=self._shop.holder, handle=record.handle, state=state))
            self._shop.checkpoint("prepared")
            self._move([record], [], Event(actor, "prepare", record.handle, {"qubits": record.num_qubits}))
        return self._ledger.register(tenant, record.handle)

    def apply(
        self, tenant: str, handle: str, program: str, *, actor: str = "local", key: str | None = None
    ) -> RegisterRecord:
        """Run gates, an OpenQASM 2 or 3 program, on a register.

        Raises:
            ProgramError, LimitError: for a program that the world cannot run; nothing has happened then.
        """
        with self._once(tenant, key, "apply", handle, program) as name:
            op_id = f"{name}:run"
            if not self._happened(op_id, key):
                self._live(tenant, handle)
                self._act(Apply(op_id=op_id, holder=self._shop.holder, handle=handle, program=program))
                self._ledger.note(tenant, Event(actor, "apply", handle))
        return self._ledger.register(tenant, handle)

    def measure(
        self, tenant: str, handle: str, letters: Mapping[int, str], *, actor: str = "local", key: str | None = None
    ) -> int:
        """Measure a Pauli observable such as {0: "X", 2: "Z"}; 0 for +1 and 1 for -1."""
        with self._once(tenant, key, "measure", handle, sorted(letters.items())) as name:
            op_id = f"{name}:out"
            known = self._happened(op_id, key)
            if not known:
                record = self._live(tenant, handle)
                _check_positions(list(letters), record.num_qubits)
                holder = self._shop.holder
                known = self._act(Measure(op_id=op_id, holder=holder, target=handle, letters=dict(letters)))
                self._ledger.note(tenant, Event(actor, "measure", handle))
        return cast("list[int]", known.value["outcomes"])[0]

    def split(
        self, tenant: str, handle: str, positions: Sequence[int], *, actor: str = "local", key: str | None = None
    ) -> tuple[RegisterRecord, RegisterRecord]:
        """Two registers from one: some of its qubits, in this order, and the rest. Entanglement stays."""
        with self._once(tenant, key, "split", handle, list(positions)) as name:
            done = self._known(tenant, f"{name}g"), self._known(tenant, f"{name}k")
            if done[0] is not None and done[1] is not None:
                return done[0], done[1]
            record = self._live(tenant, handle)
            _check_positions(positions, record.num_qubits)
            if len(positions) == record.num_qubits:
                raise UsageError.of("positions", list(positions), "fewer than all qubits, so that some are left")
            listed, left = f"[{','.join(map(str, positions))}]", record.num_qubits - len(positions)
            given = RegisterRecord(f"{name}g", tenant, len(positions), "given", f"{handle}{listed}")
            kept = RegisterRecord(f"{name}k", tenant, left, "kept", f"{handle}-{listed}")
            parts = {"given": given.handle, "kept": kept.handle}
            self._part([given, kept], record, Event(actor, "split", handle, parts))
        return self._ledger.register(tenant, given.handle), self._ledger.register(tenant, kept.handle)

    def give(
        self, tenant: str, handle: str, to: str, *, actor: str = "local", key: str | None = None
    ) -> RegisterRecord:
        """Hand a register to another tenant, under a new name.

        Raises:
            UnknownNameError: if there is no such tenant.
        """
        if to != OPERATOR:  # who is always there, and in no list
            self._ledger.tenants.get(to)
        with self._once(tenant, key, "give", handle, to) as name:
            if (known := self._known(to, f"{name}g")) is not None:
                return known
            record = self._live(tenant, handle)
            given = RegisterRecord(f"{name}g", to, record.num_qubits, "given", f"{handle}[]")
            self._part([given], record, Event(actor, "give", handle, {"to": to}))
        return self._ledger.register(to, given.handle)

    def discard(self, tenant: str, handle: str, *, actor: str = "local", key: str | None = None) -> RegisterRecord:
        """Reset a register for ever."""
        with self._once(tenant, key, "discard", handle) as name:
            op_id = f"{name}:void"
            record = self._ledger.register(tenant, handle)
            if not record.live and self._happened(op_id, key):
                return record
            self._live(tenant, handle)
            # It may have been reset before, by a process that did not live to write it down.
            with contextlib.suppress(UnknownNameError):
                self._act(Void(op_id=op_id, holder=self._shop.holder, handle=handle))
            self._shop.checkpoint("voided")
            self._move([], [(tenant, handle)], Event(actor, "discard", handle))
        return self._ledger.register(tenant, handle)

    def peek(self, tenant: str, handle: str) -> Register:
        """The emulated state, as no device could show it.

        Raises:
            ConflictError: if it is entangled with other registers and has no state of its own.
        """
        self._live(tenant, handle)
        return decode_register(self._shop.world.peek(handle))

    def fidelity(self, tenant: str, handle: str, expected: Register) -> float:
        """|<expected|register>|^2 of the emulated state; emulator only, as `peek`."""
        return self.peek(tenant, handle).state_fidelity(expected)

    # --- inside ----------------------------------------------------------------------------------------------

    @contextlib.contextmanager
    def _once(self, tenant: str, key: str | None, *request: object) -> Iterator[str]:
        """The name of what a request does; its key, if it has one, is taken by it from now on.

        Raises:
            IdempotencyError: if the key was used for another request.
        """
        name = _name(tenant, key, *request)
        if key is None:
            yield name
            return
        idempotency = Idempotency(key, name)
        fresh = self._ledger.claim(tenant, idempotency)
        try:
            yield name
        except (UsageError, ConflictError, ForbiddenError):
            # Nothing was done. Of other errors this is not known, and the key stays with the request.
            if fresh:
                self._ledger.give_back(tenant, idempotency)
            raise

    def realise(self, record: RegisterRecord) -> None:
        """See to it that the world knows a register that was split off or given away.

        The ledger is told first, and its line says what the world has to do: whoever crashes in between leaves
        enough behind for the next one.
        """
        birth = self._birth(record)
        if birth is not None:
            self._shop.act_all([birth])

    def _part(self, parts: Sequence[RegisterRecord], old: RegisterRecord, event: Event) -> None:
        self._move(parts, [(old.tenant, old.handle)], event)
        self._shop.checkpoint("parted")
        self.realise(parts[0])

    def _birth(self, record: RegisterRecord) -> Give | None:
        match = _SOURCE.fullmatch(record.source) if record.origin in _ORIGINS else None
        if match is None:
            return None
        name = record.handle[:-1]
        positions = tuple(int(p) for p in match["positions"].split(",") if p)
        return Give(
            op_id=f"{name}:part",
            holder=self._shop.holder,
            handle=match["handle"],
            to=self._shop.holder,
            given=f"{name}g",
            positions=positions,
            kept=f"{name}k" if positions else None,
        )

    def _live(self, tenant: str, handle: str) -> RegisterRecord:
        record = self._ledger.register(tenant, handle)
        if not record.live:
            raise ConflictError(f"The register {handle} is void: it was stored, given away or discarded.")
        self.realise(record)
        return record

    def _known(self, tenant: str, handle: str) -> RegisterRecord | None:
        try:
            return self._ledger.register(tenant, handle)
        except UnknownNameError:
            return None

    def _happened(self, op_id: str, key: str | None) -> Applied | None:
        return self._shop.world.results([op_id]).get(op_id) if key is not None else None

    def _act(self, operation: Operation) -> Applied:
        [result] = self._shop.act_all([operation])
        if isinstance(result, Refused):
            raise refusal(result)
        return result

    def _move(self, add: Sequence[RegisterRecord], void: Sequence[tuple[str, str]], event: Event) -> None:
        self._ledger.move_registers(add=add, void=void, event=event)


def _name(tenant: str, key: str | None, *request: object) -> str:
    """A name for what a request does: new, or that of all requests which are the same under the same key."""
    if key is None:
        return new_id()
    if not 0 < len(key) <= 128:
        raise UsageError.of("idempotency_key", key, "1 to 128 characters")
    text = json.dumps([tenant, key, *request], separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:32]


def _check_positions(positions: Sequence[int], size: int) -> None:
    wrong = [p for p in positions if not 0 <= p < size]
    if not positions or wrong or len(set(positions)) != len(positions):
        raise UsageError.of("positions", list(positions), f"different numbers from 0 to {size - 1}")
