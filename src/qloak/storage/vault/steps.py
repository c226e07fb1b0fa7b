"""Refreshing and removing: the other two things that can happen to a stored object."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from ...core import CustodyPolicy
from ...errors import QloakError
from ..ledger import Change, ObjectState, Presence
from ..world.operations import Discard, Refresh, Refused
from .deposit import cancel_room, discard_unsent, new_placements, scatter
from .redeem import bring_home, interrupted, put_back
from .shop import Job, Shop, refusal

__all__ = ["free_parcels", "run_refresh", "run_remove"]


def run_refresh(shop: Shop, jobs: Sequence[Job]) -> None:
    """Finish objects in state refreshing: fetch, recover and encrypt anew in one operation, hand out.

    At no time is there a readable copy, and never are there two that could be opened.
    """
    fetching = [job for job in jobs if job.intent["stage"] == "fetch"]
    todo = interrupted(shop, fetching, "fresh")
    outlook = bring_home(shop, todo)

    def operation(job: Job) -> Refresh:
        best = outlook.best(job.seen, job.places(Presence.HOME)) if outlook else None
        return Refresh(
            op_id=job.op_id("fresh"),
            holder=shop.holder,
            stored=job.record.stored,
            qubits=best[1] if best else (),
            fresh=str(job.intent["fresh"]),
            num_clones=job.record.num_clones,
            keep_source=job.record.custody is not CustodyPolicy.CLONES,
        )

    shop.news.step([job for job in todo if job.active], "encrypting")
    for job, result in shop.act(todo, operation):
        if isinstance(result, Refused):
            job.error = refusal(result)
    shop.checkpoint("refreshed")
    put_back(shop, [job for job in todo if job.error is not None])
    _turn(shop, [job for job in fetching if job.active])
    shop.checkpoint("turned")
    scatter(shop, jobs)
    ready = [job for job in jobs if job.active]
    # With no parcel anywhere all stay at home: better there than nowhere.
    discard_unsent(shop, [job for job in ready if job.places(Presence.AWAY)])
    cancel_room(shop, [(job, i) for job in ready for i in job.places(Presence.HOME)])
    shop.write([shop.change(job, state=ObjectState.STORED, intent=None) for job in ready if job.active])


def _turn(shop: Shop, jobs: Sequence[Job]) -> None:
    """Write down that the object is the new register from now on."""
    # What is left at home of the old one is worth nothing.
    shop.act(jobs, lambda job: Discard(op_id=job.op_id("rest"), holder=shop.holder, stored=job.record.stored))
    changes: list[tuple[Job, Change]] = []
    for job in jobs:
        fresh, names = str(job.intent["fresh"]), job.intent["providers"]
        # Parcels of the old life come first: they are junk, to be discarded later.
        job.release_home()
        old = [place for place in job.placements if place.presence is Presence.AWAY]
        job.placements = [*old, *new_placements(job.record, names, fresh, str(job.intent["op"]))]
        job.intent = {**job.intent, "stage": "accept", "min": 1}
        changes.append(shop.change(job, stored=fresh, intent=job.intent))
    shop.write(changes)


def run_remove(shop: Shop, jobs: Sequence[Job]) -> None:
    """Finish objects in state deleting: reset all that is at home, then tell the providers.

    Without the key the clones are noise. Where pairs are stored, all providers together could still read, so
    the object stays in this state until one of them has reset its pair.
    """

    def operation(job: Job) -> Discard:
        return Discard(op_id=job.op_id("rm"), holder=shop.holder, stored=job.record.stored)

    for job, result in shop.act(jobs, operation):
        if isinstance(result, Refused):
            job.error = refusal(result)
    shop.checkpoint("reset")
    shop.news.step([job for job in jobs if job.active], "reset")
    free_parcels(shop, jobs)
    shop.checkpoint("discarded")
    changes: list[tuple[Job, Change]] = []
    for job in jobs:
        if job.active:
            # A pair that was at home has been reset with the rest.
            gone = any(job.places(Presence(where)) for where in ("home", "freed", "lost", "owed"))
            job.release_home()
            over = job.record.custody is not CustodyPolicy.PAIRS or gone
            state, intent = (ObjectState.DELETED, None) if over else (ObjectState.DELETING, job.intent)
            changes.append(shop.change(job, state=state, intent=intent))
    shop.write(changes)


def free_parcels(shop: Shop, jobs: Sequence[Job]) -> None:
    """Tell providers to discard what is superfluous, and mark what they have acknowledged."""
    asked: dict[str, list[tuple[Job, int]]] = defaultdict(list)
    for job in jobs:
        if job.active:
            deleting = job.record.state is ObjectState.DELETING
            junk = {place.deposit for place in (job.placements if deleting else job.record.superfluous)}
            for number, parcel in enumerate(job.placements):
                if parcel.presence in (Presence.AWAY, Presence.OWED) and parcel.deposit in junk:
                    asked[parcel.provider].append((job, number))
    names = {name: [job.placements[i].deposit for job, i in parcels] for name, parcels in asked.items()}
    # What is freed of objects that are over is nobody's news.
    deleted = [job for job in jobs if job.intent.get("do") == "rm"]
    heard = shop.news.hearing(deleted, asked, steps=("", "discarded"), counted=Presence.FREED)
    answers = shop.fleet.discard(names, heard=heard)
    for name, parcels in asked.items():
        answer = answers[name]
        for position, (job, number) in enumerate(parcels):
            outcome = answer if isinstance(answer, QloakError) else answer[position]
            if outcome is None:
                was_there = job.placements[number].presence is Presence.AWAY
                job.mark(number, Presence.FREED if was_there else Presence.LOST)
