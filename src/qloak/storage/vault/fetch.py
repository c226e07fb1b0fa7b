"""Fetching parcels back from providers, the best first, until enough are at home."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence

from ...errors import ConflictError, LostError, QloakError, UnavailableError, UnknownNameError
from ..ledger import Presence
from ..ledger.expected import home_qubits
from .choose import needed_clones
from .shop import Job, Shop

__all__ = ["fetch", "home_set", "look", "missing"]


def fetch(shop: Shop, jobs: Sequence[Job], wanted: Callable[[Job], int], order: Callable[[Job], list[int]]) -> None:
    """Bring parcels home, in as many rounds as it takes.

    Args:
        shop: world, providers, ledger.
        jobs: those that are active take part.
        wanted: how many parcels a job wants at home.
        order: parcels of a job, those to be tried first in front.
    """
    while True:
        asked: dict[str, list[tuple[Job, int]]] = defaultdict(list)
        for job in jobs:
            if not job.active:
                continue
            listed, home = order(job), set(job.places(Presence.HOME))
            short = wanted(job) - len(home & set(listed))
            if short > 0:
                away = set(job.places(Presence.AWAY)) - job.tried
                for number in [i for i in listed if i in away][:short]:
                    asked[job.placements[number].provider].append((job, number))
        if not asked:
            return
        calls = {name: [job.placements[number].deposit for job, number in parcels] for name, parcels in asked.items()}
        heard = shop.news.hearing(jobs, asked, steps=("fetching", "fetched"), counted=Presence.HOME, total=wanted)
        answers = shop.fleet.release(calls, to=shop.holder, heard=heard)
        shop.checkpoint("fetched")
        for name, parcels in asked.items():
            answer = answers[name]
            each = [answer] * len(parcels) if isinstance(answer, QloakError) else answer
            for (job, number), outcome in zip(parcels, each, strict=True):
                _note(job, number, outcome)


def _note(job: Job, number: int, outcome: QloakError | None) -> None:
    """What a provider's answer says about one parcel."""
    if outcome is None:
        job.mark(number, Presence.HOME)
    elif isinstance(outcome, LostError):
        # It says itself that it has it no more, and still keeps the room.
        job.mark(number, Presence.OWED)
    elif isinstance(outcome, UnknownNameError):
        # A wiped disk does not come back.
        job.mark(number, Presence.LOST)
    else:
        job.tried.add(number)


def look(shop: Shop, jobs: Sequence[Job]) -> None:
    """See which parcels are at home: a provider's answer may not have been heard."""
    found = shop.world.custody([job.record.stored for job in jobs], holder=shop.holder) if jobs else {}
    for job in jobs:
        held = set(found.get(job.record.stored, {}))
        for number in [*job.places(Presence.AWAY), *job.places(Presence.HOME)]:
            here = held.issuperset(job.placements[number].qubits)
            if here or job.placements[number].presence is Presence.HOME:
                job.mark(number, Presence.HOME if here else Presence.LOST)


def home_set(job: Job) -> tuple[int, ...]:
    """Qubits of each block that the vault holds: what never left, and what is home."""
    record = job.record
    parcels = [q for i in job.places(Presence.HOME) for q in job.placements[i].qubits]
    return tuple(sorted({*home_qubits(record.num_clones, record.custody), *parcels}))


def missing(job: Job, wanted: int = 1) -> QloakError | None:
    """Why what is at home does not do, or None if it does.

    Args:
        job: after its parcels were fetched.
        wanted: parcels at home; with 1 none will do where what is at home recovers by itself.
    """
    home, away = job.places(Presence.HOME), job.places(Presence.AWAY)
    least = needed_clones(job.record.num_clones, job.record.custody) if wanted == 1 else wanted
    if len(home) >= least:
        return None
    name = job.record.object_id
    if not home and not away:
        return LostError(f"object {name}: all its clones are lost. No state can be recovered from the key alone.")
    if wanted > 1 and len(home) + len(away) < wanted:
        # Waiting will not bring them back.
        return ConflictError(
            f"object {name}: {len(home) + len(away)} of its clones are left, fewer than --verify {wanted}; nothing "
            f"has been spent. Ask for at most --verify {len(home) + len(away)}."
        )
    if wanted > 1 and home:
        return UnavailableError(
            f"object {name}: {len(home)} of {wanted} clones could be fetched; nothing has been spent. "
            f"Ask for at most --verify {len(home)}, or try again when more providers answer."
        )
    down = ", ".join(sorted({job.placements[i].provider for i in away}))
    return UnavailableError(
        f"object {name}: none of the providers that have a clone answers ({down}); nothing has been spent. "
        "Try again later."
    )
