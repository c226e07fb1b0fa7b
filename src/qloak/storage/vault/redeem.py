"""Redeeming: fetch, check, recover once, write down."""

from __future__ import annotations

from collections.abc import Sequence

from ...core import CustodyPolicy, EncryptedCloning
from ...errors import ForbiddenError, KeyConsumedError, UnavailableError
from ..ledger import Change, Event, ObjectState, Presence, RegisterRecord
from ..world.operations import Applied, Cancel, Discard, Recover, Refused
from .choose import Outlook, asked_for, fetch_order
from .fetch import fetch, look, missing
from .shop import Job, Shop, refusal
from .verify import verdict, verify

__all__ = ["bring_home", "interrupted", "put_back", "run_redeem"]


def run_redeem(shop: Shop, jobs: Sequence[Job]) -> None:
    """Finish objects in state redeeming, wherever they were left.

    What fails before the commit point goes back to stored, with the clones that were fetched at home.
    """
    todo = interrupted(shop, jobs, "open")
    outlook = bring_home(shop, todo)
    verified = [job for job in todo if job.active and job.intent["verify"] > 1]
    shop.news.step(verified, "verifying")
    verify(shop, verified)
    shop.checkpoint("checked")
    chosen = {id(job): _choose(job, outlook) for job in todo if job.active}

    def recovery(job: Job) -> Recover:
        return Recover(
            op_id=job.op_id("open"),
            holder=shop.holder,
            stored=job.record.stored,
            qubits=chosen[id(job)],
            handle=job.intent["handle"],
            method=job.intent["method"],
        )

    shop.news.step([job for job in todo if job.active], "decrypting")
    # The commit point: one operation on the key.
    for job, result in shop.act(todo, recovery):
        if isinstance(result, Refused):
            job.error = refusal(result)
    shop.checkpoint("recovered")
    shop.news.step([job for job in todo if job.active], "spent")
    put_back(shop, [job for job in todo if job.error is not None])
    done = [job for job in jobs if job.active]
    _reset_rest(shop, done)
    shop.write([_redeemed(shop, job) for job in done])


def interrupted(shop: Shop, jobs: Sequence[Job], commit: str) -> list[Job]:
    """Those of some jobs that have not passed their commit point.

    Of those that were taken up after a crash, the ones whose clones are not at home go back to stored, and it is
    made sure that the commit does not happen any more: whoever began may be slow and not dead.
    """
    old = [job for job in jobs if job.resumed]
    done = shop.world.results([job.op_id(commit) for job in old]) if old else {}
    passed = {id(job) for job in old if job.op_id(commit) in done}
    waiting = [job for job in old if id(job) not in passed]
    look(shop, waiting)
    stopped = [job for job in waiting if missing(job, int(job.intent["verify"])) is not None]

    def cancel(job: Job) -> Cancel:
        return Cancel(op_id=job.op_id("cancel"), holder=shop.holder, target=job.op_id(commit))

    for job, result in shop.act(stopped, cancel):
        if isinstance(result, Applied) and result.value["happened"]:
            passed.add(id(job))
        else:
            job.error = UnavailableError(f"object {job.record.object_id}: interrupted before anything was spent.")
    put_back(shop, [job for job in stopped if job.error is not None])
    for job in jobs:
        if id(job) in passed and job.intent.get("verify", 1) > 1:
            job.intent["verified"] = verdict(shop, job)
    return [job for job in jobs if job.active and id(job) not in passed]


def bring_home(shop: Shop, jobs: Sequence[Job]) -> Outlook | None:
    """Fetch as many parcels as each job's intent asks for; a job that cannot have them gets its error."""
    if not jobs:
        return None
    outlook = Outlook.of(shop, [job.record for job in jobs])
    order = {id(job): fetch_order(job, outlook) for job in jobs}
    fetch(shop, jobs, lambda job: int(job.intent["verify"]), lambda job: order[id(job)])
    for job in jobs:
        job.error = job.error or _not_that_one(job) or missing(job, int(job.intent["verify"]))
    return outlook


def put_back(shop: Shop, jobs: Sequence[Job]) -> None:
    """Nothing was spent: the objects are stored again, or lost if nothing of them is left.

    A key that the world knows to be spent was used behind this ledger's back.
    """
    errors = [job.error for job in jobs]
    # The world says that something is not at home which was thought to be.
    look(shop, [job for job in jobs if isinstance(job.error, ForbiddenError)])
    changes: list[tuple[Job, Change]] = []
    for job in jobs:
        gone = isinstance(job.error, KeyConsumedError)
        # Without a clone there may still be A and an even key.
        nothing = not (job.places(Presence.HOME) or job.places(Presence.AWAY)) and missing(job) is not None
        lost = gone or nothing
        state = ObjectState.LOST if lost else ObjectState.STORED
        changes.append(shop.change(job, state=state, intent=None, reason=str(job.error)[:200] if lost else ""))
        job.error = None
    shop.write(changes)
    for job, error in zip(jobs, errors, strict=True):
        job.error = job.error or error


def _not_that_one(job: Job) -> UnavailableError | None:
    """A clone was asked for by name and is not to be had."""
    number = asked_for(job)
    if job.intent.get("clone") is None or (number is not None and number in job.places(Presence.HOME)):
        return None
    if not (job.places(Presence.HOME) or job.places(Presence.AWAY)):
        return None
    return UnavailableError(
        f"object {job.record.object_id}: clone {job.intent['clone']} cannot be fetched; nothing has been spent. "
        "Redeem without naming a clone to use another."
    )


def _choose(job: Job, outlook: Outlook | None) -> tuple[int, ...]:
    """The qubits to recover from."""
    asked = asked_for(job)
    numbers = job.places(Presence.HOME) if asked is None else [asked]
    best = outlook.best(job.seen, numbers) if outlook else None
    if best is None:
        job.error = UnavailableError(f"object {job.record.object_id}: nothing to recover from. Nothing has been spent.")
        return ()
    job.intent["predicted"] = best[0] ** job.record.num_qubits
    return best[1]


def _reset_rest(shop: Shop, jobs: Sequence[Job]) -> None:
    """Reset what the recovery has not used: clones that were compared, or A where it was kept."""
    source = CustodyPolicy.CLONES_AND_SOURCE
    left = [job for job in jobs if job.resumed or job.record.custody is source or len(job.places(Presence.HOME)) > 1]
    shop.act(left, lambda job: Discard(op_id=job.op_id("rest"), holder=shop.holder, stored=job.record.stored))


def _redeemed(shop: Shop, job: Job) -> tuple[Job, Change]:
    """The last change: the register is there, and what is left at providers is junk."""
    record, handle = job.record, str(job.intent["handle"])
    name = EncryptedCloning(record.num_clones).qubits.name
    used = sorted(name(job.placements[i].qubits[0]) for i in job.places(Presence.HOME))
    job.release_home()
    register = RegisterRecord(handle, record.tenant, record.num_qubits, "redeemed", source=record.object_id)
    verified, predicted = job.intent.get("verified", "no"), job.intent.get("predicted")
    detail = {"clones": used, "verified": verified, "entanglement_fidelity": predicted}
    event = Event(str(job.intent.get("actor", "local")), "redeemed", record.object_id, detail)
    return shop.change(job, state=ObjectState.REDEEMED, intent=None, handle=handle, registers=(register,), event=event)
