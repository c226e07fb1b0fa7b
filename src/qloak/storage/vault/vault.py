"""The vault: the owner's side, which puts, redeems, refreshes and removes objects."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from ...errors import (
    ConflictError,
    QloakError,
    UnavailableError,
)
from ..ids import new_id
from ..ledger import Change, Event, NewObject, ObjectRecord, ObjectState, Repeated, SqlLedger
from ..provider import Fleet
from ..world.protocol import World
from .begin import answer_again, check_clone, check_stored, choose_providers, new_object
from .put import run_put
from .redeem import run_redeem
from .requests import PutRequest, RedeemRequest, StepRequest
from .setup import VaultOptions, found_vault, open_parts
from .shop import Job, Shop
from .steps import free_parcels, run_refresh, run_remove

__all__ = ["Vault"]

_BATCH: Final = 500
_FLOWS: Final = {"redeem": run_redeem, "refresh": run_refresh, "rm": run_remove}


def _nothing(_: str) -> None:
    """The checkpoint of everyday life."""


class Vault:
    """A vault over a world, providers and a ledger. Safe to share between threads.

    Open one with `Vault.open`, or make one with `Vault.init`.

    Attributes:
        ledger: what it remembers.
        world: nature.
        fleet: its providers.
    """

    def __init__(
        self, ledger: SqlLedger, world: World, fleet: Fleet, *, checkpoint: Callable[[str], None] = _nothing
    ) -> None:
        self.ledger = ledger
        self.world = world
        self.fleet = fleet
        self._shop = Shop(world, fleet, ledger, ledger.vault_id, ledger.epoch, checkpoint)

    @classmethod
    def init(cls, path: str | Path, options: VaultOptions | None = None) -> Self:
        """Make a vault in a new folder, with embedded providers and an embedded world, and open it.

        Raises:
            ConflictError: if there is a vault already.
        """
        found_vault(Path(path), options or VaultOptions())
        return cls.open(path)

    @classmethod
    def open(cls, path: str | Path, *, checkpoint: Callable[[str], None] = _nothing) -> Self:
        """Open a vault, and finish what an earlier process left unfinished.

        Raises:
            VaultMissingError: if there is none.
            LockedError: if another process has it open.
            IntegrityError: if a file of it is damaged; nothing is changed then.
        """
        ledger, world, fleet = open_parts(Path(path))
        vault = cls(ledger, world, fleet, checkpoint=checkpoint)
        vault.replay()
        return vault

    def close(self) -> None:
        """Let others in; again is harmless."""
        self.fleet.close()
        self.ledger.close()
        close = getattr(self.world, "close", None)
        if close is not None:
            close()

    def __enter__(self) -> Self:
        """The vault itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    @property
    def holder(self) -> str:
        """Its name in the world, which is its id."""
        return self._shop.holder

    # --- objects ---------------------------------------------------------------------------------------------

    def put(self, request: PutRequest) -> ObjectRecord:
        """Store one register.

        Raises:
            UnavailableError: if too few providers took a clone; the register is in the workbench then.
            CapacityError, UnknownNameError, UsageError, LimitError, ConflictError, IdempotencyError: before
                anything was done.
        """
        return _single(self.put_many([request]))

    def put_many(self, requests: Sequence[PutRequest]) -> list[ObjectRecord | QloakError]:
        """Store many registers, each for itself: an error in the place of what is not stored."""
        outcomes: list[ObjectRecord | QloakError] = []
        for start in range(0, len(requests), _BATCH):
            outcomes += self._put(requests[start : start + _BATCH])
        return outcomes

    def redeem(self, request: RedeemRequest) -> ObjectRecord:
        """Recover an object, which spends its key; the record names the register's handle.

        Raises:
            KeyConsumedError: if it has been redeemed before.
            RedeemInProgressError: if somebody else is at it.
            VerificationError: if its clones contradict each other; nothing is spent.
            LostError: if no clone is left.
            UnavailableError: if no provider that has one answers; nothing is spent.
        """
        return _single(self.redeem_many([request]))

    def redeem_many(self, requests: Sequence[RedeemRequest]) -> list[ObjectRecord | QloakError]:
        """Recover many objects, each for itself."""

        def intent(request: RedeemRequest) -> dict[str, object]:
            return {
                "do": "redeem",
                "handle": new_id("r"),
                "verify": request.verify,
                "clone": request.clone,
                "method": request.method,
                "actor": request.actor,
            }

        outcomes: list[ObjectRecord | QloakError] = []
        for start in range(0, len(requests), _BATCH):
            part = requests[start : start + _BATCH]
            outcomes += self._begin_and_run(part, ObjectState.REDEEMING, intent)
        return outcomes

    def refresh(self, request: StepRequest) -> ObjectRecord:
        """Recover and encrypt anew in one operation of nature, onto the providers that are up.

        Raises:
            As `redeem`.
        """

        def intent(request: StepRequest) -> dict[str, object]:
            record = _single(self.ledger.get(request.tenant, [request.object_id]))
            names = choose_providers(self.fleet, (), record.num_clones, also_down=True)
            return {"do": "refresh", "stage": "fetch", "fresh": new_id(), "verify": 1, "providers": list(names)}

        return _single(self._begin_and_run([request], ObjectState.REFRESHING, intent))

    def remove(self, request: StepRequest) -> ObjectRecord:
        """Delete an object for ever.

        Raises:
            UnavailableError: if under `pairs` no provider has acknowledged yet; it goes on by itself.
        """
        return _single(self._begin_and_run([request], ObjectState.DELETING, lambda _: {"do": "rm"}))

    # --- what happens by itself ------------------------------------------------------------------------------

    def replay(self) -> int:
        """Finish what is unfinished: intents of processes that are gone. How many there were."""
        count = 0
        while records := self.ledger.unfinished(_BATCH):
            count += len(records)
            progressed = self._resume([Job.of(record) for record in records])
            if not progressed:
                break
        return count

    def free_junk(self, limit: int = 1000) -> int:
        """Have providers discard what is superfluous: clones of objects that are over. How many objects."""
        jobs = [Job.of(record) for record in self.ledger.to_free(limit)]
        before = [list(job.placements) for job in jobs]
        free_parcels(self._shop, jobs)
        changed = [job for job, old in zip(jobs, before, strict=True) if job.placements != old]
        self._shop.write(self._shop.change(job) for job in changed)
        return len(changed)

    # --- inside ----------------------------------------------------------------------------------------------

    def _put(self, requests: Sequence[PutRequest]) -> list[ObjectRecord | QloakError]:
        outcomes: list[ObjectRecord | QloakError | None] = [None] * len(requests)
        begun: list[tuple[int, NewObject, bytes | None]] = []
        for i, request in enumerate(requests):
            try:
                begun.append((i, *new_object(self.ledger, self.fleet, request)))
            except QloakError as error:
                outcomes[i] = error
        created = self.ledger.create([new for _, new, _ in begun]) if begun else []
        self._shop.checkpoint("begun")
        jobs: dict[int, Job] = {}
        states: dict[str, bytes] = {}
        for (i, _, state), outcome in zip(begun, created, strict=True):
            if isinstance(outcome, QloakError):
                outcomes[i] = outcome
            elif isinstance(outcome, Repeated):
                outcomes[i] = answer_again(outcome.record)
            else:
                jobs[i] = Job.of(outcome)
                if state is not None:
                    states[outcome.object_id] = state
        self._guarded(list(jobs.values()), lambda todo: run_put(self._shop, todo, states))
        for i, job in jobs.items():
            outcomes[i] = job.error or job.record
        return [outcome if outcome is not None else UnavailableError("put: interrupted.") for outcome in outcomes]

    def _begin_and_run(
        self,
        requests: Sequence[RedeemRequest | StepRequest],
        state: ObjectState,
        intent: Callable[..., dict[str, object]],
    ) -> list[ObjectRecord | QloakError]:
        """Move stored objects to a working state with their intents, and run the flow."""
        found: dict[tuple[str, str], ObjectRecord | QloakError] = {}
        for tenant in {request.tenant for request in requests}:
            ids = [request.object_id for request in requests if request.tenant == tenant]
            found |= {(tenant, name): each for name, each in zip(ids, self.ledger.get(tenant, ids), strict=True)}
        seen = [found[request.tenant, request.object_id] for request in requests]
        outcomes: list[ObjectRecord | QloakError] = list(seen)
        changes: dict[int, Change] = {}
        for i, (request, record) in enumerate(zip(requests, seen, strict=True)):
            if not isinstance(record, QloakError):
                change = self._change(request, record, state, intent)
                if isinstance(change, Change):
                    changes[i] = change
                else:
                    outcomes[i] = change
        written = self.ledger.change(list(changes.values())) if changes else []
        jobs: dict[int, Job] = {}
        for (i, change), outcome in zip(changes.items(), written, strict=True):
            if isinstance(outcome, ObjectRecord):
                jobs[i] = Job.of(outcome)
            elif isinstance(outcome, Repeated):
                outcomes[i] = answer_again(outcome.record)
            else:
                outcomes[i] = self._rival(change.seen, outcome) if isinstance(outcome, ConflictError) else outcome
        self._shop.checkpoint("begun")
        if jobs:
            flow = _FLOWS[str(next(iter(jobs.values())).intent["do"])]
            self._guarded(list(jobs.values()), partial(flow, self._shop))
        for i, job in jobs.items():
            outcomes[i] = job.error or job.record
        return outcomes

    def _change(
        self,
        request: RedeemRequest | StepRequest,
        record: ObjectRecord,
        state: ObjectState,
        intent: Callable[..., dict[str, object]],
    ) -> Change | ObjectRecord | QloakError:
        """How a flow begins on an object, or the answer if it has been through it, or cannot begin."""
        try:
            again = self.ledger.repeated(request.tenant, request.idempotency) if request.idempotency else None
            if again is not None:
                return answer_again(again.record)
            check_stored(record)
            check_clone(request, record)
            event = Event(request.actor, str(state), record.object_id)
            changed = replace(record, state=state, intent=intent(request))
        except QloakError as error:
            return error
        return Change(record, changed, idempotency=request.idempotency, event=event)

    def _rival(self, seen: ObjectRecord, conflict: QloakError) -> QloakError:
        """Somebody was quicker: say what the object is now."""
        now = self.ledger.get(seen.tenant, [seen.object_id])[0]
        if isinstance(now, QloakError):
            return now
        try:
            check_stored(now)
        except QloakError as error:
            return error
        return conflict

    def _guarded(self, jobs: list[Job], flow: Callable[[list[Job]], None]) -> None:
        """Run a flow. If a part fails as a whole, the intents stay and are taken up later, by anybody."""
        try:
            flow([job for job in jobs if job.active])
        except QloakError as error:
            open_jobs = [job for job in jobs if job.active and job.record.intent is not None]
            with contextlib.suppress(QloakError):
                self.ledger.let_go([job.record.object_id for job in open_jobs])
            for job in open_jobs:
                job.error = error

    def _resume(self, jobs: list[Job]) -> bool:
        """Run every flow on its unfinished jobs; whether any of them is finished now."""
        self._guarded([job for job in jobs if job.intent["do"] == "put"], self._resume_put)
        for name, flow in _FLOWS.items():
            mine = [job for job in jobs if job.intent["do"] == name]
            self._guarded(mine, partial(flow, self._shop))
        return any(job.record.intent is None for job in jobs)

    def _resume_put(self, jobs: list[Job]) -> None:
        run_put(self._shop, jobs, {})


def _single(outcomes: Sequence[ObjectRecord | QloakError]) -> ObjectRecord:
    (outcome,) = outcomes
    if isinstance(outcome, QloakError):
        raise outcome
    return outcome
