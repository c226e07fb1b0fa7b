"""From blocks that are encrypted at home to parcels at providers: the second half of put and of refresh."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import cast

from ...errors import QloakError
from ..ledger import ObjectRecord, Placement, Presence
from ..ledger.deposits import deposit_name
from ..provider import Deposit, ProviderInfo
from ..world.operations import Discard, Refused, Ship
from .shop import Job, Shop, parcel_qubits, refusal

__all__ = ["cancel_room", "discard_unsent", "new_placements", "scatter"]


def new_placements(record: ObjectRecord, providers: Sequence[str], stored: str, op: str) -> tuple[Placement, ...]:
    """Parcels that are to be sent, all at home still.

    Args:
        record: the object.
        providers: one name for each parcel.
        stored: the register that they are of.
        op: the secret of the flow.
    """
    return tuple(
        Placement(parcel_qubits(record.custody, record.num_clones, i), name, deposit_name(op, stored, i), Presence.HOME)
        for i, name in enumerate(providers, start=1)
    )


def scatter(shop: Shop, jobs: Sequence[Job]) -> None:
    """Accept and ship; the intent's stage says where a job was left.

    Afterwards each active job has at least intent["min"] parcels at providers, or its intent is in stage "abort".
    """
    accept(shop, [job for job in jobs if job.active and job.intent.get("stage") == "accept"])
    ship(shop, [job for job in jobs if job.active and job.intent.get("stage") == "ship"])


def accept(shop: Shop, jobs: Sequence[Job]) -> None:
    """Ask every provider for room, and write down who has promised it: only to those anything is sent."""
    asked: dict[str, list[tuple[Job, int]]] = defaultdict(list)
    for job in jobs:
        for number in job.places(Presence.HOME):
            asked[job.placements[number].provider].append((job, number))
    deposits = {
        name: [
            Deposit(p.deposit, job.record.stored, p.qubits, job.record.num_qubits)
            for job, p in ((job, job.placements[number]) for job, number in parcels)
        ]
        for name, parcels in asked.items()
    }
    health = shop.fleet.health()
    heard = shop.news.hearing(jobs, asked, steps=("", "promised"), counted=Presence.AWAY)
    answers = shop.fleet.accept(deposits, heard=heard)
    shop.checkpoint("accepted")
    for name, parcels in asked.items():
        answer, info = answers[name], health.get(name)
        for position, (job, number) in enumerate(parcels):
            outcome = answer if isinstance(answer, QloakError) else answer[position]
            if outcome is None and isinstance(info, ProviderInfo):
                job.mark(number, Presence.AWAY)
                # Its name in the world, as long as its disk lives.
                job.intent.setdefault("to", {})[name] = info.holder
            else:
                job.intent.setdefault("why", str(outcome or info)[:200])
    for job in jobs:
        enough = len(job.places(Presence.AWAY)) >= job.intent["min"]
        job.intent["stage"] = "ship" if enough else "abort"
    shop.write(shop.change(job, intent=job.intent) for job in jobs)
    shop.checkpoint("planned")


def ship(shop: Shop, jobs: Sequence[Job]) -> None:
    """Send the parcels; the last one leaves when it is known how many of the others have arrived."""
    first = {id(job): job.places(Presence.AWAY)[:-1] for job in jobs}
    last = {id(job): job.places(Presence.AWAY)[-1:] for job in jobs}
    _send(shop, jobs, first, "ship")
    shop.checkpoint("shipped")
    for job in jobs:
        arrived = len(job.places(Presence.AWAY)) - len(last[id(job)])
        # The last one is not risked where it would be the only one left.
        alone = arrived == 0 and not job.places(Presence.HOME)
        if job.active and (alone or arrived + 1 < job.intent["min"]):
            _give_up(job, last[id(job)], "Too many parcels were lost on the way.")
    _send(shop, [job for job in jobs if job.active and job.intent["stage"] == "ship"], last, "last")
    shop.checkpoint("sent")
    for job in jobs:
        if job.active and job.intent["stage"] == "ship" and len(job.places(Presence.AWAY)) < job.intent["min"]:
            _give_up(job, [], "Too many parcels were lost on the way.")


def _give_up(job: Job, unsent: Sequence[int], why: str) -> None:
    job.intent["stage"] = "abort"
    job.intent.setdefault("why", why)
    for number in unsent:
        job.mark(number, Presence.HOME)


def _send(shop: Shop, jobs: Sequence[Job], numbers: dict[int, list[int]], step: str) -> None:
    """One operation of the world for each job: some of its parcels leave."""

    def operation(job: Job) -> Ship:
        parcels = tuple(
            (p.qubits, str(job.intent["to"][p.provider])) for p in (job.placements[i] for i in numbers[id(job)])
        )
        return Ship(op_id=job.op_id(step), holder=shop.holder, stored=job.record.stored, parcels=parcels)

    sending = [job for job in jobs if job.active and numbers[id(job)]]
    for job, result in shop.act(sending, operation):
        if isinstance(result, Refused):
            job.error = refusal(result)
            continue
        lost = set(cast("list[int]", result.value["lost"]))
        for number in numbers[id(job)]:
            if lost & set(job.placements[number].qubits):
                job.mark(number, Presence.LOST)
    for job in shop.news.followed(sending):
        mine = numbers[id(job)]
        others = set(job.places(Presence.AWAY)).difference(mine) if step == "last" else ()
        shop.news.sent(job, mine if job.active else (), before=len(others))


def discard_unsent(shop: Shop, jobs: Sequence[Job]) -> None:
    """Reset parcels that nobody took, so that custody is what was promised, and give back room promised for them."""
    wanted = [job for job in jobs if job.active and job.places(Presence.HOME)]

    def operation(job: Job) -> Discard:
        qubits = tuple(q for i in job.places(Presence.HOME) for q in job.placements[i].qubits)
        return Discard(op_id=job.op_id("unsent"), holder=shop.holder, stored=job.record.stored, qubits=qubits)

    for job, result in shop.act(wanted, operation):
        if isinstance(result, Refused):
            job.error = refusal(result)
            continue
        for number in job.places(Presence.HOME):
            job.mark(number, Presence.LOST)
    cancel_room(shop, [(job, i) for job in jobs if job.active for i in job.places(Presence.LOST)])


def cancel_room(shop: Shop, parcels: Sequence[tuple[Job, int]]) -> None:
    """Tell providers that parcels will not come: some may have promised room without our hearing of it.

    Those that do not answer are told later, by `free_parcels`.
    """
    asked: dict[str, list[tuple[Job, int]]] = defaultdict(list)
    for job, number in parcels:
        asked[job.placements[number].provider].append((job, number))
    named = {name: [job.placements[i].deposit for job, i in those] for name, those in asked.items()}
    answers = shop.fleet.discard(named)
    for name, those in asked.items():
        answer = answers[name]
        for position, (job, number) in enumerate(those):
            outcome = answer if isinstance(answer, QloakError) else answer[position]
            # One that is still at home is told of when it leaves for good.
            if outcome is not None and job.placements[number].presence is Presence.LOST:
                job.mark(number, Presence.OWED)
