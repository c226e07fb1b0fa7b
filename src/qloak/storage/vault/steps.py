"""Refreshing and removing: the other two things that can happen to a stored object."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import partial

from ...core import CustodyPolicy
from ...errors import QloakError, UnavailableError
from ..ledger import ObjectState, Presence
from ..provider import Provider
from ..world.operations import Discard, Refresh, Refused
from .choose import best_set
from .deposit import discard_unsent, new_placements, scatter
from .redeem import bring_home, put_back
from .shop import Job, Shop, refusal

__all__ = ["free_parcels", "run_refresh", "run_remove"]


def run_refresh(shop: Shop, jobs: Sequence[Job]) -> None:
    """Finish objects in state refreshing: fetch, recover and encrypt anew in one operation, hand out.

    At no time is there a readable copy, and never are there two that could be opened.
    """
    fetching = [job for job in jobs if job.intent["stage"] == "fetch"]
    done = shop.world.results([f"{job.intent['fresh']}:fresh" for job in fetching])
    todo = [job for job in fetching if f"{job.intent['fresh']}:fresh" not in done]
    bring_home(shop, todo)

    def operation(job: Job) -> Refresh:
        fresh = str(job.intent["fresh"])
        return Refresh(
            op_id=f"{fresh}:fresh",
            holder=shop.holder,
            stored=job.record.stored,
            qubits=best_set(shop, job),
            fresh=fresh,
            num_clones=job.record.num_clones,
            keep_source=job.record.custody is not CustodyPolicy.CLONES,
        )

    for job, result in shop.act(todo, operation):
        if isinstance(result, Refused):
            job.error = refusal(result)
    shop.checkpoint("refreshed")
    put_back(shop, [job for job in todo if job.error is not None])
    turned = [job for job in fetching if job.active]
    for job in turned:
        old = [p for p in job.placements if p.presence is Presence.AWAY]
        fresh = str(job.intent["fresh"])
        # Parcels of the old life first: they are junk, to be discarded later.
        job.placements = [*old, *new_placements(job.record, job.intent["providers"], fresh)]
        job.intent = {**job.intent, "stage": "accept", "min": 1}
    shop.write(shop.change(job, stored=job.intent["fresh"], intent=job.intent) for job in turned)
    shop.checkpoint("turned")
    scatter(shop, jobs)
    ready = [job for job in jobs if job.active]
    # With no parcel anywhere all stay at home: better there than nowhere.
    discard_unsent(shop, [job for job in ready if job.places(Presence.AWAY)])
    shop.write(shop.change(job, state=ObjectState.STORED, intent=None) for job in ready if job.active)


def run_remove(shop: Shop, jobs: Sequence[Job]) -> None:
    """Finish objects in state deleting: reset all that is at home, then tell the providers.

    Without the key the clones are noise. Where pairs are stored, all providers together could still read, so
    the object stays in this state until one of them has reset its pair.
    """

    def operation(job: Job) -> Discard:
        name = job.record.stored
        return Discard(op_id=f"{name}:rm", holder=shop.holder, stored=name)

    for job, result in shop.act(jobs, operation):
        if isinstance(result, Refused):
            job.error = refusal(result)
        else:
            for number in job.places(Presence.HOME):
                job.mark(number, Presence.FREED)
    shop.checkpoint("reset")
    free_parcels(shop, jobs)
    shop.checkpoint("discarded")
    for job in jobs:
        if not job.active:
            continue
        pairs = job.record.custody is CustodyPolicy.PAIRS
        if pairs and job.places(Presence.AWAY) and not (job.places(Presence.FREED) or job.places(Presence.LOST)):
            shop.write([shop.change(job, intent=job.intent)])
            job.error = UnavailableError(
                f"object {job.record.object_id}: the key is destroyed, but no provider has acknowledged that its "
                "pair is; until one has, all providers together could read. It is tried again by itself."
            )
        else:
            shop.write([shop.change(job, state=ObjectState.DELETED, intent=None)])


def free_parcels(shop: Shop, jobs: Sequence[Job]) -> None:
    """Tell providers to discard what is superfluous, and mark what they have acknowledged."""
    asked: dict[str, list[tuple[Job, int]]] = defaultdict(list)
    for job in jobs:
        if job.active:
            deleting = job.record.state is ObjectState.DELETING
            junk = {p.deposit for p in (job.placements if deleting else job.record.superfluous)}
            for number, parcel in enumerate(job.placements):
                if parcel.presence is Presence.AWAY and parcel.deposit in junk:
                    asked[parcel.provider].append((job, number))
    names = {name: [job.placements[i].deposit for job, i in parcels] for name, parcels in asked.items()}
    answers = shop.fleet.ask({name: partial(_discard, deposits) for name, deposits in names.items()})
    for name, parcels in asked.items():
        answer = answers[name]
        for position, (job, number) in enumerate(parcels):
            outcome = answer if isinstance(answer, QloakError) else answer[position]
            if outcome is None:
                job.mark(number, Presence.FREED)


def _discard(deposits: list[str], provider: Provider) -> list[QloakError | None]:
    return provider.discard(deposits)
