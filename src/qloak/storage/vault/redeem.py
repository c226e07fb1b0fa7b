"""Redeeming: fetch, check, recover once, write down."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from ...core import EncryptedCloning
from ...errors import KeyConsumedError, UnavailableError, VerificationError
from ..ledger import Event, ObjectState, Presence, RegisterRecord
from ..world.operations import Check, Operation, Recover, Refused, Strike
from .choose import best_set, fetch_order
from .fetch import fetch, home_set, missing
from .shop import Job, Shop, refusal

__all__ = ["bring_home", "put_back", "run_redeem"]


def run_redeem(shop: Shop, jobs: Sequence[Job]) -> None:
    """Finish objects in state redeeming, wherever they were left.

    What fails before the commit point goes back to stored, with the clones that were fetched at home.
    """
    done = shop.world.results([f"{job.record.stored}:open" for job in jobs])
    todo = [job for job in jobs if f"{job.record.stored}:open" not in done]
    bring_home(shop, todo)
    _verify(shop, [job for job in todo if job.active and job.intent["verify"] > 1])
    shop.checkpoint("checked")
    # The commit point: one operation on the key.
    for job, result in shop.act(todo, lambda job: _recovery(shop, job)):
        if isinstance(result, Refused):
            job.error = refusal(result)
    shop.checkpoint("recovered")
    put_back(shop, [job for job in todo if job.error is not None])
    shop.write(_redeemed(shop, job) for job in jobs if job.active)


def bring_home(shop: Shop, jobs: Sequence[Job]) -> None:
    """Fetch as many parcels as each job's intent asks for; a job that cannot have them gets its error."""
    health = shop.fleet.health()
    holders = shop.world.holders() if jobs else []
    order = {id(job): fetch_order(shop, job, health, holders) for job in jobs}
    fetch(shop, jobs, lambda job: int(job.intent["verify"]), lambda job: order[id(job)])
    for job in jobs:
        if job.active:
            job.error = missing(job, int(job.intent["verify"]))


def put_back(shop: Shop, jobs: Sequence[Job]) -> None:
    """Nothing was spent: the object is stored again, or lost if nothing of it is left.

    A key that the world knows to be spent was used behind this ledger's back.
    """
    for job in jobs:
        error = job.error or UnavailableError(f"object {job.record.object_id}: interrupted.")
        spent = isinstance(error, KeyConsumedError)
        gone = spent or not (job.places(Presence.HOME) or job.places(Presence.AWAY))
        state = ObjectState.LOST if gone else ObjectState.STORED
        reason = str(error)[:200] if gone else ""
        job.error = None
        shop.write([shop.change(job, state=state, intent=None, reason=reason)])
        if job.active:
            job.error = error


def _verify(shop: Shop, jobs: Sequence[Job]) -> None:
    """Compare the clones at home; correct one bad one where three or more allow it."""

    def operation(job: Job) -> Check:
        suspects = tuple(q for i in job.places(Presence.HOME) for q in job.placements[i].qubits)
        return Check(
            op_id=f"{job.intent['handle']}:check",
            holder=shop.holder,
            stored=job.record.stored,
            qubits=home_set(job),
            suspects=suspects,
        )

    repairs: list[tuple[Job, Operation]] = []
    for job, result in shop.act(jobs, operation):
        if isinstance(result, Refused):
            job.error = refusal(result)
            continue
        flagged = cast("list[int]", result.value["flagged"])
        corrections = cast("list[Mapping[str, Any] | None]", result.value["corrections"])
        if not flagged:
            job.intent["verified"] = "clean"
        elif job.intent["verify"] >= 3 and all(corrections[block] is not None for block in flagged):
            job.intent["verified"] = "corrected"
            repairs += [(job, _repair(shop, job, block, corrections[block] or {})) for block in flagged]
        else:
            job.error = VerificationError(
                f"object {job.record.object_id}: its clones contradict each other in {len(flagged)} of "
                f"{job.record.num_qubits} qubits: at least one was disturbed. Nothing has been spent. "
                "Redeem with --verify 3 to correct one bad clone, or without --verify to take what comes."
            )
    for (job, _), result in zip(repairs, shop.act_all([operation for _, operation in repairs]), strict=True):
        if isinstance(result, Refused):
            job.error = refusal(result)


def _repair(shop: Shop, job: Job, block: int, correction: Mapping[str, Any]) -> Strike:
    return Strike(
        op_id=f"{job.intent['handle']}:fix{block}",
        holder=shop.holder,
        stored=job.record.stored,
        letters={int(correction["qubit"]): str(correction["pauli"])},
        block=block,
    )


def _recovery(shop: Shop, job: Job) -> Recover:
    name = job.record.stored
    return Recover(
        op_id=f"{name}:open",
        holder=shop.holder,
        stored=name,
        qubits=best_set(shop, job),
        handle=job.intent["handle"],
        method=job.intent["method"],
    )


def _redeemed(shop: Shop, job: Job) -> Any:  # noqa: ANN401, what `Shop.change` gives
    """The last change: the register is there, and what is left at providers is junk."""
    record, handle = job.record, str(job.intent["handle"])
    scheme = EncryptedCloning(record.num_clones)
    used = [scheme.qubits.name(job.placements[i].qubits[0]) for i in job.places(Presence.HOME)]
    for number in job.places(Presence.HOME):
        job.mark(number, Presence.FREED)
    register = RegisterRecord(handle, record.tenant, record.num_qubits, "redeemed", source=record.object_id)
    detail = {"clones": used, "verified": job.intent.get("verified", "no")}
    event = Event(str(job.intent.get("actor", "local")), "redeemed", record.object_id, detail)
    return shop.change(job, state=ObjectState.REDEEMED, intent=None, handle=handle, registers=(register,), event=event)
