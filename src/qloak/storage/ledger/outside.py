"""Comparing the ledger with what providers and the world say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from ...errors import ForbiddenError, QloakError, UnauthenticatedError
from ..provider.protocol import DepositState, Provider
from ..world.protocol import Custodian, World
from .expected import home_qubits, is_recoverable
from .findings import Finding, Severity
from .records import ObjectRecord, ObjectState, Placement, Presence

__all__ = ["Outside"]

_Held = Mapping[str, Mapping[int, Custodian]]

_OVER: Final = frozenset({ObjectState.REDEEMED, ObjectState.ABORTED, ObjectState.DELETED})


class Outside:
    """Providers and the world, asked in bulk.

    Args:
        vault_id: the vault's name in the world.
        world: None for one that is left out.
        providers: by name.
    """

    def __init__(self, vault_id: str, world: World | None, providers: Mapping[str, Provider]) -> None:
        self._vault_id = vault_id
        self._world = world
        self._providers = providers
        self._holders: dict[str, str | None] = {}
        self._silent: set[str] = set()

    def compare(self, records: Sequence[ObjectRecord]) -> Iterator[Finding]:
        """What does not fit for some objects."""
        yield from self._ask_world(records)
        for name in sorted({placement.provider for record in records for placement in record.placements}):
            if name not in self._providers and self._providers and name not in self._silent:
                self._silent.add(name)
                yield Finding("provider-unknown", Severity.WARNING, name, "objects have parcels there")
        for name, provider in self._providers.items():
            if name not in self._silent:
                yield from self._ask_provider(name, provider, records)

    # --- the owner's own site --------------------------------------------------------------------------------

    def _ask_world(self, records: Sequence[ObjectRecord]) -> Iterator[Finding]:
        if self._world is None or "world" in self._silent:
            return
        settled = [record for record in records if record.intent is None and record.state is not ObjectState.LOST]
        try:
            held = self._world.custody([record.stored for record in settled], holder=self._vault_id)
        except QloakError as error:
            self._silent.add("world")
            yield Finding("world-unreachable", Severity.WARNING, "world", str(error))
            return
        for record in settled:
            here = frozenset(held.get(record.stored, {}))
            if record.state is ObjectState.STORED:
                yield from _of_stored(record, here)
            elif record.state in _OVER and home_qubits(record.num_clones, record.custody) <= here:
                yield Finding(
                    "two-copies",
                    Severity.ERROR,
                    record.object_id,
                    f"it is {record.state} and its whole key is still there",
                )

    # --- providers -------------------------------------------------------------------------------------------

    def _ask_provider(self, name: str, provider: Provider, records: Sequence[ObjectRecord]) -> Iterator[Finding]:
        mine = [
            (record, p) for record in records if record.intent is None for p in record.placements if p.provider == name
        ]
        if not mine:
            return
        try:
            states = provider.states([placement.deposit for _, placement in mine])
            held = self._held_by(name, provider, [record.stored for record, _ in mine])
        except QloakError as error:
            self._silent.add(name)
            yield Finding("provider-unreachable", Severity.WARNING, name, str(error))
            return
        for (record, placement), state in zip(mine, states, strict=True):
            yield from _of_deposit(record, placement, state)
            there = held is None or set(placement.qubits) <= set(held.get(record.stored, {}))
            needed = record.state is ObjectState.STORED and placement.presence is Presence.AWAY
            if needed and state is DepositState.ACCEPTED and not there and placement not in record.superfluous:
                yield Finding(
                    "qubits-gone", Severity.WARNING, record.object_id, f"{name} promises a parcel that it does not hold"
                )

    def _held_by(self, name: str, provider: Provider, stored: Sequence[str]) -> _Held | None:
        """What a provider has in hand; None where nobody may look, as it is in a real deployment."""
        if self._world is None or "world" in self._silent:
            return None
        if name not in self._holders:
            self._holders[name] = provider.info().holder
        holder = self._holders[name]
        if holder is None:
            return None
        try:
            return self._world.custody(stored, holder=holder)
        except (ForbiddenError, UnauthenticatedError):
            self._holders[name] = None
            return None


def _of_stored(record: ObjectRecord, held: frozenset[int]) -> Iterator[Finding]:
    """A stored object against what the owner's site holds."""
    missing = sorted(home_qubits(record.num_clones, record.custody) - held)
    if not is_recoverable(record, held):
        yield Finding(
            "unrecoverable", Severity.ERROR, record.object_id, "what is left does not determine its state any more"
        )
    elif missing:
        yield Finding("key-damaged", Severity.WARNING, record.object_id, f"qubits {missing} of its key are gone")
    for placement in record.placements:
        if placement.presence is Presence.HOME and not held.issuperset(placement.qubits):
            yield Finding(
                "clone-gone", Severity.WARNING, record.object_id, f"qubits {list(placement.qubits)} are not at home"
            )


def _of_deposit(record: ObjectRecord, placement: Placement, state: DepositState) -> Iterator[Finding]:
    """A parcel against what its provider says."""
    where = f"{placement.provider}: deposit {placement.deposit} is {state}"
    if placement in record.superfluous:
        if state is DepositState.ACCEPTED:
            yield Finding("to-free", Severity.NOTE, record.object_id, f"{where}, and nobody needs it")
    elif placement.presence is Presence.AWAY:
        if state is not DepositState.ACCEPTED and record.state is ObjectState.STORED:
            yield Finding("deposit-gone", Severity.WARNING, record.object_id, where)
    elif state is DepositState.ACCEPTED:
        yield Finding(
            "orphan-deposit", Severity.WARNING, record.object_id, f"{where}, though it is {placement.presence}"
        )
