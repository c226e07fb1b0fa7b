"""The workbench of all flows: world, providers and ledger, and jobs that go through them stage by stage.

A stage is one bulk call for all jobs. A job that fails carries its error and is left out of later stages.
Everything that a stage decides is either written down before the next one, or follows from answers that the
world and the providers give again whenever they are asked: so that going on after a crash is the same code.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from ...core import CustodyPolicy
from ...errors import QloakError
from ..http import error_of
from ..ledger import Change, Event, Idempotency, Ledger, ObjectRecord, Placement, Presence, RegisterRecord, Repeated
from ..provider import Fleet
from ..world.operations import Applied, Operation, Refused
from ..world.protocol import World
from .news import News

__all__ = ["Job", "Shop", "parcel_qubits", "refusal"]


@dataclass(slots=True, eq=False)
class Job:
    """One object on its way through a flow.

    Attributes:
        record: as it was last written to the ledger.
        placements: as they are by now.
        intent: what is under way, as it is by now.
        error: why it stopped, None if it has not.
        repeated: whether an earlier request under the same idempotency key has done it.
        tried: parcels that could not be fetched in this attempt.
        resumed: whether somebody else, or an earlier life of this process, may have done some of it.
    """

    record: ObjectRecord
    placements: list[Placement]
    intent: dict[str, Any]
    error: QloakError | None = None
    repeated: bool = False
    tried: set[int] = field(default_factory=set)
    resumed: bool = False

    @classmethod
    def of(cls, record: ObjectRecord, *, resumed: bool = False) -> Job:
        """A job that goes on from a record."""
        return cls(record, list(record.placements), dict(record.intent or {}), resumed=resumed)

    def op_id(self, step: str) -> str:
        """The name of one operation of this flow.

        It cannot be guessed from what providers know: whoever used it first would keep it from happening.
        """
        return f"{self.intent['op']}:{step}"

    @property
    def seen(self) -> ObjectRecord:
        """The record with placements as they are by now."""
        return replace(self.record, placements=tuple(self.placements))

    @property
    def active(self) -> bool:
        """Whether later stages concern it."""
        return self.error is None and not self.repeated

    def places(self, presence: Presence) -> list[int]:
        """Numbers of the present life's parcels with this presence."""
        # As in `ObjectRecord.present`: those of an earlier life come first.
        current = {place.qubits: number for number, place in enumerate(self.placements)}
        return [number for number in current.values() if self.placements[number].presence is presence]

    def release_home(self) -> None:
        """Leave what was fetched, or never sent, to `free_parcels`: its provider still has room for it."""
        for number in self.places(Presence.HOME):
            self.mark(number, Presence.AWAY)

    def mark(self, number: int, presence: Presence) -> None:
        """Note where a parcel is now."""
        place = self.placements[number]
        self.placements[number] = Placement(place.qubits, place.provider, place.deposit, presence)


@dataclass(frozen=True, slots=True)
class Shop:
    """What flows work with.

    Attributes:
        world: nature.
        fleet: the providers.
        ledger: what the vault remembers.
        holder: the vault's name in the world.
        epoch: of the vault.
        checkpoint: called with a name between stages; crash tests stop there.
        news: is told of every step.
    """

    world: World
    fleet: Fleet
    ledger: Ledger
    holder: str
    epoch: int
    checkpoint: Callable[[str], None]
    news: News = field(default_factory=News)

    def act(self, jobs: Sequence[Job], operation: Callable[[Job], Operation]) -> list[tuple[Job, Applied | Refused]]:
        """One operation of the world for each active job."""
        active = [job for job in jobs if job.active]
        if not active:
            return []
        results = self.world.apply([operation(job) for job in active], epoch=self.epoch)
        return list(zip(active, results, strict=True))

    def act_all(self, operations: Sequence[Operation]) -> list[Applied | Refused]:
        """Several operations of the world, in order."""
        return list(self.world.apply(operations, epoch=self.epoch)) if operations else []

    def write(self, changes: Iterable[tuple[Job, Change]]) -> None:
        """Write one change for each of some jobs; what the ledger refuses becomes the job's error."""
        wanted = list(changes)
        if not wanted:
            return
        outcomes = self.ledger.change([change for _, change in wanted])
        for (job, _), outcome in zip(wanted, outcomes, strict=True):
            if isinstance(outcome, QloakError):
                job.error = outcome
            elif isinstance(outcome, Repeated):
                job.record, job.repeated = outcome.record, True
            else:
                job.record = outcome

    def change(self, job: Job, /, *, event: Event | None = None, **fields: Any) -> tuple[Job, Change]:  # noqa: ANN401
        """A change of a job's record: its placements as they are by now, and some fields."""
        registers: tuple[RegisterRecord, ...] = fields.pop("registers", ())
        idempotency: Idempotency | None = fields.pop("idempotency", None)
        record = replace(job.record, placements=tuple(job.placements), **fields)
        return job, Change(job.record, record, registers=registers, idempotency=idempotency, event=event)


def parcel_qubits(custody: CustodyPolicy, num_clones: int, number: int) -> tuple[int, ...]:
    """The qubits of each block in parcel 1 … n."""
    return (number, num_clones + number) if custody is CustodyPolicy.PAIRS else (number,)


def refusal(result: Refused) -> QloakError:
    """The error that the world named."""
    return error_of(result.code, result.message)
