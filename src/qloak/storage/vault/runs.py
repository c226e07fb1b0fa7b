"""Running flows over many objects: begin them in the ledger, run them in batches, take up what was left."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import partial
from typing import Final, TypeVar

from ...errors import ConflictError, QloakError, RedeemInProgressError, UnavailableError
from ..ledger import Change, Event, NewObject, ObjectRecord, ObjectState, Repeated, SqlLedger
from .begin import check_clone, check_stored, new_object, put_again, step_again
from .put import run_put
from .redeem import run_redeem
from .requests import PutRequest, RedeemRequest, StepRequest
from .shop import Job, Shop
from .steps import free_parcels, run_refresh, run_remove

__all__ = ["Outcomes", "Runs", "Turn"]

Outcomes = list[ObjectRecord | QloakError]
"""In the place of each request the object, or why not."""

Turn = Callable[[], AbstractContextManager[None]]
"""Makes what is entered to work and left again, so that others can."""

_Request = TypeVar("_Request", RedeemRequest, StepRequest)
_Intent = Callable[[_Request, ObjectRecord], dict[str, object]]

_BATCH: Final = 500
_FEW: Final = 25
_MOST_STUCK: Final = 100_000
_FLOWS: Final = {"redeem": run_redeem, "refresh": run_refresh, "rm": run_remove}


class Runs:
    """The flows of one vault. Safe to share between threads: the ledger lets only one begin on an object.

    Args:
        shop: world, providers, ledger as the flows see them.
        ledger: what the vault remembers.
    """

    def __init__(self, shop: Shop, ledger: SqlLedger) -> None:
        self._shop = shop
        self.ledger = ledger
        self._stuck = 0

    def put(self, requests: Sequence[PutRequest]) -> Outcomes:
        """Store registers, each for itself."""
        outcomes: Outcomes = []
        for start in range(0, len(requests), _BATCH):
            outcomes += self._put(requests[start : start + _BATCH])
        return outcomes

    def step(self, requests: Sequence[_Request], state: ObjectState, intent: _Intent[_Request]) -> Outcomes:
        """Move stored objects to a working state with their intents, and run the flow.

        Args:
            requests: each for itself.
            state: the working state.
            intent: what a request on an object begins: `do` names the flow, `op` its operations.
        """
        outcomes: Outcomes = []
        for start in range(0, len(requests), _BATCH):
            outcomes += self._run_batch(requests[start : start + _BATCH], state, intent)
        return outcomes

    def replay(self) -> int:
        """Finish intents of processes that are gone. How many there were."""
        count = 0
        while records := self.ledger.unfinished(_BATCH):
            count += len(records)
            if not self._resume([Job.of(record, resumed=True) for record in records]):
                break
        return count

    def free_junk(self, limit: int = 1000, *, turn: Turn | None = None) -> int:
        """Have providers discard what is superfluous: clones of objects that are over. How many objects.

        Args:
            limit: how many at most.
            turn: a few at a time, each time within such a turn, so that others who are at work wait for little.
        """
        # Objects whose providers do not answer must not stand in the way of the others.
        jobs = [Job.of(record) for record in self.ledger.to_free(limit + self._stuck)]
        if turn is None:
            count = self._free(jobs)
        else:
            count = 0
            for start in range(0, len(jobs), _FEW):
                with turn():
                    count += self._free(jobs[start : start + _FEW])
        self._stuck = min(sum(bool(job.seen.superfluous) for job in jobs), _MOST_STUCK)
        return count

    # --- inside ----------------------------------------------------------------------------------------------

    def _free(self, jobs: Sequence[Job]) -> int:
        before = [list(job.placements) for job in jobs]
        free_parcels(self._shop, jobs)
        changed = [job for job, old in zip(jobs, before, strict=True) if job.placements != old]
        self._shop.write([self._shop.change(job) for job in changed])
        return len(changed)

    def _put(self, requests: Sequence[PutRequest]) -> Outcomes:
        outcomes: list[ObjectRecord | QloakError | None] = [None] * len(requests)
        begun: list[tuple[int, NewObject, bytes | None]] = []
        for i, request in enumerate(requests):
            try:
                begun.append((i, *new_object(self.ledger, self._shop.fleet, request)))
            except QloakError as error:
                # What cannot be begun now may have been done before.
                outcomes[i] = self._answered(request) or error
        created = self.ledger.create([new for _, new, _ in begun]) if begun else []
        self._shop.checkpoint("begun")
        jobs: dict[int, Job] = {}
        states: dict[str, bytes] = {}
        for (i, _, state), outcome in zip(begun, created, strict=True):
            if isinstance(outcome, QloakError):
                outcomes[i] = outcome
            elif isinstance(outcome, Repeated):
                outcomes[i] = put_again(outcome.record)
            else:
                jobs[i] = Job.of(outcome)
                if state is not None:
                    states[outcome.object_id] = state
        self._refused(requests, outcomes)
        self._guarded(list(jobs.values()), lambda todo: run_put(self._shop, todo, states))
        for i, job in jobs.items():
            outcomes[i] = job.error or job.record
        return [outcome if outcome is not None else UnavailableError("put: interrupted.") for outcome in outcomes]

    def _answered(self, request: PutRequest) -> ObjectRecord | QloakError | None:
        """What a put was answered that has been asked for under the same key; None if it has not."""
        key = request.idempotency
        try:
            again = None if key is None else self.ledger.repeated(request.tenant, key)
        except QloakError as error:
            return error
        return None if again is None else put_again(again.record)

    def _run_batch(self, requests: Sequence[_Request], state: ObjectState, intent: _Intent[_Request]) -> Outcomes:
        outcomes, used = self._seen(requests), self._used(requests)
        changes: dict[int, Change] = {}
        for i, (request, record) in enumerate(zip(requests, outcomes, strict=True)):
            if isinstance(record, ObjectRecord):
                try:
                    begun = self._change(request, (record, used[i]), state, intent)
                except QloakError as error:
                    outcomes[i] = error
                    continue
                if isinstance(begun, Change):
                    changes[i] = begun
                else:
                    outcomes[i] = begun
        written = self.ledger.change(list(changes.values())) if changes else []
        jobs: dict[int, Job] = {}
        for (i, change), outcome in zip(changes.items(), written, strict=True):
            if isinstance(outcome, ObjectRecord):
                jobs[i] = Job.of(outcome)
            else:
                outcomes[i] = self._too_late(requests[i], change.seen, outcome)
        self._shop.checkpoint("begun")
        self._refused(requests, outcomes)
        if jobs:
            flow = _FLOWS[str(next(iter(jobs.values())).intent["do"])]
            self._guarded(list(jobs.values()), partial(flow, self._shop))
        for i, job in jobs.items():
            outcomes[i] = job.error or job.record
        return outcomes

    def _seen(self, requests: Sequence[_Request]) -> Outcomes:
        """The objects of some requests, as far as they are their tenants'."""
        found: dict[tuple[str, str], ObjectRecord | QloakError] = {}
        for tenant in {request.tenant for request in requests}:
            ids = [request.object_id for request in requests if request.tenant == tenant]
            found |= {(tenant, name): each for name, each in zip(ids, self.ledger.get(tenant, ids), strict=True)}
        return [found[request.tenant, request.object_id] for request in requests]

    def _used(self, requests: Sequence[_Request]) -> list[Repeated | QloakError | None]:
        """What the keys of some requests have been used for, None for those that are new or that have none."""
        keys = [request.idempotency for request in requests]
        wanted = [(request.tenant, key) for request, key in zip(requests, keys, strict=True) if key is not None]
        found = iter(self.ledger.repeats(wanted) if wanted else [])
        return [None if key is None else next(found) for key in keys]

    def _change(
        self,
        request: _Request,
        seen: tuple[ObjectRecord, Repeated | QloakError | None],
        state: ObjectState,
        intent: _Intent[_Request],
    ) -> Change | ObjectRecord:
        """How a flow begins on an object, or the answer if this request has been through it before.

        Raises:
            QloakError: if it cannot begin.
        """
        key, (record, again) = request.idempotency, seen
        if isinstance(again, QloakError):
            raise again
        if again is not None:
            answer = step_again(request, again.record)
            if answer is None and again.record.intent is None and self._was_refreshed(request):
                # Others have gone on with it since.
                return again.record
            if answer is not None:
                return answer
            # The first attempt has failed, or is still under way, and the key is taken by it.
            key, record = None, again.record
        check_stored(record)
        check_clone(request, record)
        event = Event(request.actor, str(state), record.object_id)
        return Change(
            record, replace(record, state=state, intent=intent(request, record)), idempotency=key, event=event
        )

    def _was_refreshed(self, request: RedeemRequest | StepRequest) -> bool:
        """Whether the register that this refresh makes has been there, whatever has become of it."""
        name = request.fresh_name if isinstance(request, StepRequest) and request.action == "refresh" else None
        if name is None:
            return False
        return name in self._shop.world.custody([name], holder=self._shop.holder)

    def _too_late(
        self, request: RedeemRequest | StepRequest, seen: ObjectRecord, outcome: Repeated | QloakError
    ) -> ObjectRecord | QloakError:
        """Somebody was quicker: perhaps the same request, sent twice."""
        if isinstance(outcome, Repeated):
            return step_again(request, outcome.record) or RedeemInProgressError(
                f"object {seen.object_id}: the first request is still under way. Ask again."
            )
        if not isinstance(outcome, ConflictError):
            return outcome
        key = request.idempotency
        again = None if key is None else self.ledger.repeated(request.tenant, key)
        return (step_again(request, again.record) if again is not None else None) or self._rival(seen, outcome)

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
        """Run a flow. What it leaves unfinished, for whatever reason, is taken up later, by anybody."""
        self._shop.news.begun(jobs)
        try:
            flow([job for job in jobs if job.active])
        except QloakError as error:
            for job in jobs:
                if job.active and job.record.intent is not None:
                    job.error = error
        left = [job.record.object_id for job in jobs if job.record.intent is not None]
        if left:
            with contextlib.suppress(QloakError):
                self.ledger.let_go(left)
        self._shop.news.ended(jobs)

    def _refused(
        self,
        requests: Sequence[PutRequest | RedeemRequest | StepRequest],
        outcomes: Sequence[ObjectRecord | QloakError | None],
    ) -> None:
        """Tell of requests that have come to nothing already."""
        for request, outcome in zip(requests, outcomes, strict=True):
            if isinstance(outcome, QloakError):
                self._shop.news.refused(request, outcome)

    def _resume(self, jobs: list[Job]) -> bool:
        """Run every flow on its unfinished jobs; whether any of them is finished now."""
        self._guarded([job for job in jobs if job.intent["do"] == "put"], self._resume_put)
        for name, flow in _FLOWS.items():
            mine = [job for job in jobs if job.intent["do"] == name]
            self._guarded(mine, partial(flow, self._shop))
        return any(job.record.intent is None for job in jobs)

    def _resume_put(self, jobs: list[Job]) -> None:
        run_put(self._shop, jobs, {})
