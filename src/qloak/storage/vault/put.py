"""Putting: encrypt, hand out, write down; or give the register back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ...core import CustodyPolicy
from ...errors import QloakError, UnavailableError
from ..ledger import Event, ObjectState, Presence, RegisterRecord
from ..world.operations import Applied, Encrypt, Give, Operation, Prepare, Recover, Refused
from .deposit import discard_unsent, scatter
from .fetch import fetch, home_set, missing
from .shop import Job, Shop, refusal

__all__ = ["run_put"]


def run_put(shop: Shop, jobs: Sequence[Job], states: Mapping[str, bytes]) -> None:
    """Finish objects in state storing, wherever they were left.

    Args:
        shop: world, providers, ledger.
        jobs: their intents say what is to be stored and how far they are.
        states: object id -> new state; none for those that come from the workbench. After a crash there are
            none at all: a state that had not reached the world is gone, and was never acknowledged.
    """
    _encrypt(shop, [job for job in jobs if job.intent["stage"] == "accept"], states)
    shop.checkpoint("encrypted")
    scatter(shop, jobs)
    _abort(shop, [job for job in jobs if job.active and job.intent["stage"] == "abort"])
    done = [job for job in jobs if job.active and job.intent["stage"] == "ship"]
    discard_unsent(shop, done)
    shop.checkpoint("delivered")
    shop.write(shop.change(job, state=ObjectState.STORED, intent=None) for job in done if job.active)


def _encrypt(shop: Shop, jobs: Sequence[Job], states: Mapping[str, bytes]) -> None:
    """Prepare what is new, and encrypt; whatever has happened before is not done again."""
    known = shop.world.results([f"{job.record.stored}:put" for job in jobs])
    operations: list[Operation] = []
    asked: list[Job] = []
    for job in jobs:
        name, intent = job.record.stored, job.intent
        if f"{name}:put" in known:
            continue
        if intent["new"] and job.record.object_id in states:
            state = states[job.record.object_id]
            operations.append(Prepare(op_id=f"{name}:new", holder=shop.holder, handle=intent["handle"], state=state))
        operations.append(
            Encrypt(
                op_id=f"{name}:put",
                holder=shop.holder,
                handle=intent["handle"],
                stored=name,
                num_clones=job.record.num_clones,
                positions=tuple(intent["positions"]),
                keep_source=job.record.custody is not CustodyPolicy.CLONES,
                kept=intent["kept"],
            )
        )
        asked.append(job)
    outcomes = {o.op_id: r for o, r in zip(operations, shop.act_all(operations), strict=True)}
    refused: list[tuple[Job, QloakError]] = []
    for job in asked:
        result = outcomes[f"{job.record.stored}:put"]
        if isinstance(result, Refused):
            first = outcomes.get(f"{job.record.stored}:new", result)
            refused.append((job, refusal(first if isinstance(first, Refused) else result)))
    _return_plain(shop, refused)


def _return_plain(shop: Shop, refused: Sequence[tuple[Job, QloakError]]) -> None:
    """The world would not encrypt: the register goes back to the workbench, if it is there at all."""
    why = {id(job): error for job, error in refused}

    def operation(job: Job) -> Give:
        name, intent = job.record.stored, job.intent
        return Give(
            op_id=f"{name}:return", holder=shop.holder, handle=intent["handle"], to=shop.holder, given=intent["back"]
        )

    for job, result in shop.act([job for job, _ in refused], operation):
        error = why[id(job)]
        back = isinstance(result, Applied)
        _aborted(shop, job, str(error), num_qubits=int(job.intent["size"]) if back else 0)
        job.error = job.error or error


def _abort(shop: Shop, jobs: Sequence[Job]) -> None:
    """Too few parcels have arrived: decrypt from what is at home, or fetched back."""
    fetch(shop, jobs, lambda _: 1, lambda job: job.places(Presence.AWAY))

    def operation(job: Job) -> Recover:
        name = job.record.stored
        return Recover(
            op_id=f"{name}:back", holder=shop.holder, stored=name, qubits=home_set(job), handle=job.intent["back"]
        )

    for job in jobs:
        job.error = missing(job)
        if job.error is not None and not job.places(Presence.AWAY):
            shop.write([shop.change(job, state=ObjectState.LOST, intent=None, reason=str(job.error))])
    for job, result in shop.act(jobs, operation):
        if isinstance(result, Refused):
            job.error = refusal(result)
            continue
        shop.checkpoint("given back")
        why = str(job.intent.get("why", "too few providers took a clone"))
        _aborted(shop, job, why, num_qubits=job.record.num_qubits)
        if job.error is None:
            job.error = UnavailableError(
                f"put: {why} The state is not stored; it is back in the workbench as {job.intent['back']}. "
                "Put it again with fewer clones or --min-clones, or with other providers."
            )


def _aborted(shop: Shop, job: Job, why: str, *, num_qubits: int) -> None:
    """Write down that an object is not stored, and where its register is."""
    record, back = job.record, str(job.intent["back"])
    registers: tuple[RegisterRecord, ...] = ()
    if num_qubits:
        registers = (RegisterRecord(back, record.tenant, num_qubits, "aborted", source=record.object_id),)
    for number in job.places(Presence.HOME):
        job.mark(number, Presence.FREED)
    event = Event("local", "abort", record.object_id, {"reason": why[:200]})
    handle = back if num_qubits else None
    aborted = shop.change(
        job, state=ObjectState.ABORTED, intent=None, reason=why[:200], handle=handle, registers=registers, event=event
    )
    shop.write([aborted])
