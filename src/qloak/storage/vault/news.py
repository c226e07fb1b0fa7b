"""What flows tell while they are at work, to whoever listens: steps and counts, nothing secret and no physics."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final, Protocol

from ...errors import QloakError
from ..ledger import ObjectState, Presence
from .requests import PutRequest, RedeemRequest, StepRequest

if TYPE_CHECKING:
    from .shop import Job

__all__ = ["EVERYBODY", "Heard", "Listener", "News"]

EVERYBODY: Final = ""
"""In the place of a tenant: what concerns the whole vault."""

Heard = Callable[[str, Any], None]
"""Called with a provider's name and its answer, as soon as that has come."""

_MOST_FOLLOWED: Final = 64
"""In a bulk call for more objects nobody could follow the steps: only beginning and end are told then."""


class Listener(Protocol):
    """Who is told. Called from any thread, between two steps: it must answer at once."""

    def hears(self, tenant: str) -> bool:
        """Whether anybody of a tenant follows the single steps."""
        ...

    def publish(self, tenant: str, kind: str, data: dict[str, Any]) -> None:
        """Something has happened to a tenant's object, or, with `EVERYBODY`, to the vault."""
        ...


class News:
    """Tells one listener, if there is one, how flows go and what becomes of providers.

    What is told of an object has its id as "object", its "name", a "step", and how many of "total" clones are
    "done"; what concerns one of its clones also has "clone" and "provider".
    """

    def __init__(self) -> None:
        self._listener: Listener | None = None

    def listen(self, listener: Listener | None) -> None:
        """Tell this listener from now on, or nobody."""
        self._listener = listener

    # --- objects ---------------------------------------------------------------------------------------------

    def begun(self, jobs: Sequence[Job]) -> None:
        """Flows have begun, and the ledger knows; of those that are taken up again it was told before."""
        if self._listener is not None:
            for job in jobs:
                if not job.resumed:
                    self._tell(job, "begun", _counts(job))

    def ended(self, jobs: Sequence[Job]) -> None:
        """Flows are over, or go on later."""
        if self._listener is None:
            return
        for job in jobs:
            if job.resumed and job.record.intent is not None:
                # As before: it is tried again and again.
                continue
            record, (done, total) = job.record, _counts(job)
            more: dict[str, Any] = {"state": record.state.value, "revision": record.revision}
            step = record.state.value
            if job.error is not None:
                more["code"] = job.error.code
                if record.state not in (ObjectState.ABORTED, ObjectState.LOST):
                    step = "refused" if record.intent is None else "interrupted"
            elif record.state is ObjectState.REDEEMED:
                # What was fetched has been used up.
                done = total
            self._tell(job, step, (done, total), **more)

    def refused(self, request: PutRequest | RedeemRequest | StepRequest, error: QloakError) -> None:
        """A request came to nothing before anything was done."""
        if self._listener is not None:
            named = ("", request.name) if isinstance(request, PutRequest) else (request.object_id, "")
            data = {"object": named[0], "name": named[1], "step": "refused", "done": 0, "total": 0, "code": error.code}
            self._listener.publish(request.tenant, _kind(request), data)

    def followed(self, jobs: Sequence[Job]) -> list[Job]:
        """Those of some jobs whose single steps somebody follows."""
        listener = self._listener
        if listener is None or len(jobs) > _MOST_FOLLOWED:
            return []
        return [job for job in jobs if listener.hears(job.record.tenant)]

    def step(self, jobs: Sequence[Job], step: str) -> None:
        """Flows have come to a step."""
        for job in self.followed(jobs):
            self._tell(job, step, _counts(job))

    def sent(self, job: Job, numbers: Sequence[int], *, before: int) -> None:
        """Parcels have left: they are deposited, but for those that were lost on their way.

        Args:
            job: of an object that is followed.
            numbers: of the parcels.
            before: how many others have arrived already.
        """
        for number in numbers:
            if job.placements[number].presence is Presence.LOST:
                self._parcel(job, number, "failed", (before, job.record.num_clones), code="lost")
            else:
                before += 1
                self._parcel(job, number, "deposited", (before, job.record.num_clones))

    def hearing(
        self,
        jobs: Sequence[Job],
        asked: Mapping[str, Sequence[tuple[Job, int]]],
        *,
        steps: tuple[str, str],
        counted: Presence,
        total: Callable[[Job], int] | None = None,
    ) -> Heard | None:
        """What tells of providers' answers as they come; None if nobody follows.

        Args:
            jobs: that providers are asked about.
            asked: provider -> parcels.
            steps: of each parcel before it is asked for, "" for none, and when it is done; else it "failed".
            counted: parcels of this presence are done already.
            total: how many are wanted of an object; default all its clones.
        """
        followed = {id(job): job for job in self.followed(jobs)}
        if not followed:
            return None
        done = {key: len(job.places(counted)) for key, job in followed.items()}
        wanted = {key: job.record.num_clones if total is None else total(job) for key, job in followed.items()}
        asking, step = steps
        if asking:
            for job, number in (parcel for parcels in asked.values() for parcel in parcels):
                if id(job) in followed:
                    self._parcel(job, number, asking, (done[id(job)], wanted[id(job)]))

        def heard(name: str, answer: list[QloakError | None] | QloakError) -> None:
            for position, (job, number) in enumerate(asked[name]):
                if id(job) in followed:
                    outcome = answer if isinstance(answer, QloakError) else answer[position]
                    done[id(job)] += outcome is None
                    more = {} if outcome is None else {"code": outcome.code}
                    count = done[id(job)], wanted[id(job)]
                    self._parcel(job, number, "failed" if more else step, count, **more)

        return heard

    # --- providers -------------------------------------------------------------------------------------------

    def provider(self, name: str, step: str, **more: object) -> None:
        """Something has happened to a provider: everybody of the vault is told."""
        if self._listener is not None:
            self._listener.publish(EVERYBODY, "provider", {"provider": name, "step": step, **more})

    # --- inside ----------------------------------------------------------------------------------------------

    def _parcel(self, job: Job, number: int, step: str, count: tuple[int, int], **more: object) -> None:
        place = job.placements[number]
        self._tell(job, step, count, clone=f"S{place.qubits[0]}", provider=place.provider, **more)

    def _tell(self, job: Job, step: str, count: tuple[int, int], **more: object) -> None:
        record, listener = job.record, self._listener
        if listener is not None:
            named = {"object": record.object_id, "name": record.name}
            data = {**named, "step": step, "done": count[0], "total": count[1]}
            listener.publish(record.tenant, str(job.intent["do"]), data | more)


def _counts(job: Job) -> tuple[int, int]:
    """How many clones are where this flow wants them, and of how many."""
    flow = job.intent["do"]
    if flow == "redeem" or job.intent.get("stage") == "fetch":
        return len(job.places(Presence.HOME)), int(job.intent["verify"])
    return len(job.places(Presence.FREED if flow == "rm" else Presence.AWAY)), job.record.num_clones


def _kind(request: PutRequest | RedeemRequest | StepRequest) -> str:
    """The flow that a request asks for."""
    if isinstance(request, StepRequest):
        return request.action
    return "put" if isinstance(request, PutRequest) else "redeem"
