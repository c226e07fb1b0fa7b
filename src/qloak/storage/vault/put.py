"""Putting: encrypt, hand out, write down; or give the register back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ...core import CustodyPolicy
from ...errors import QloakError
from ..ledger import Change, Event, ObjectState, Presence, RegisterRecord
from ..world.operations import Applied, Cancel, Encrypt, Give, Operation, Prepare, Recover, Refused
from .begin import aborted_error
from .choose import recovery_sets
from .deposit import discard_unsent, scatter
from .fetch import fetch, look, missing
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
    shop.write(
        [shop.change(job, state=ObjectState.STORED, intent=None, registers=_kept(job)) for job in done if job.active]
    )


def _encrypt(shop: Shop, jobs: Sequence[Job], states: Mapping[str, bytes]) -> None:
    """Prepare what is new, and encrypt; whatever has happened before is not done again."""
    resumed = [job.op_id("put") for job in jobs if job.resumed]
    known = shop.world.results(resumed) if resumed else {}
    asked = [job for job in jobs if job.op_id("put") not in known]
    operations: list[Operation] = []
    for job in asked:
        state = states.get(job.record.object_id)
        handle, holder = str(job.intent["handle"]), shop.holder
        if state is not None:
            operations.append(Prepare(op_id=job.op_id("new"), holder=holder, handle=handle, state=state))
        elif job.intent["new"]:
            # Whoever began may be slow and not dead.
            operations.append(Cancel(op_id=job.op_id("cancel"), holder=holder, target=job.op_id("new")))
        operations.append(
            Encrypt(
                op_id=job.op_id("put"),
                holder=holder,
                handle=handle,
                stored=job.record.stored,
                num_clones=job.record.num_clones,
                positions=tuple(job.intent["positions"]),
                keep_source=job.record.custody is not CustodyPolicy.CLONES,
                kept=job.intent["kept"],
            )
        )
    shop.news.step(asked, "encrypting")
    outcomes = {o.op_id: r for o, r in zip(operations, shop.act_all(operations), strict=True)}
    refused: list[tuple[Job, QloakError]] = []
    for job in asked:
        result = outcomes[job.op_id("put")]
        if isinstance(result, Refused):
            first = outcomes.get(job.op_id("new"), result)
            refused.append((job, refusal(first if isinstance(first, Refused) else result)))
    _return_plain(shop, refused)


def _return_plain(shop: Shop, refused: Sequence[tuple[Job, QloakError]]) -> None:
    """The world would not encrypt: the register goes back to the workbench, if it is there at all."""

    def give(job: Job) -> Give:
        handle, back = job.intent["handle"], job.intent["back"]
        return Give(op_id=job.op_id("return"), holder=shop.holder, handle=handle, to=shop.holder, given=back)

    given = shop.act([job for job, _ in refused], give)
    changes = []
    for (job, error), (_, result) in zip(refused, given, strict=True):
        size = int(job.intent["size"]) if isinstance(result, Applied) else 0
        changes.append(_aborted(shop, job, str(error), num_qubits=size))
    shop.write(changes)
    for job, error in refused:
        job.error = job.error or error


def _abort(shop: Shop, jobs: Sequence[Job]) -> None:
    """Too few parcels have arrived: decrypt from what is at home, or fetched back."""
    shop.news.step(jobs, "aborting")
    look(shop, [job for job in jobs if job.resumed])
    fetch(shop, jobs, lambda _: 1, lambda job: [*job.places(Presence.HOME), *job.places(Presence.AWAY)])
    lost: list[tuple[Job, Change]] = []
    for job in jobs:
        job.error = missing(job)
        if job.error is not None and not job.places(Presence.AWAY):
            lost.append(
                shop.change(job, state=ObjectState.LOST, intent=None, reason=str(job.error)[:200], registers=_kept(job))
            )
    errors = {id(job): job.error for job, _ in lost}
    shop.write(lost)
    for job, _ in lost:
        job.error = errors[id(job)]

    def recover(job: Job) -> Recover:
        clone = next((job.placements[i].qubits[0] for i in job.places(Presence.HOME)), None)
        return Recover(
            op_id=job.op_id("back"),
            holder=shop.holder,
            stored=job.record.stored,
            qubits=recovery_sets(job.record.num_clones, job.record.custody, clone)[0],
            handle=job.intent["back"],
        )

    given: list[Job] = []
    for job, result in shop.act(jobs, recover):
        if isinstance(result, Refused):
            job.error = refusal(result)
        else:
            given.append(job)
    shop.checkpoint("given back")
    default = "Too few providers took a clone."
    shop.write([_aborted(shop, job, job.intent.get("why", default), num_qubits=job.record.num_qubits) for job in given])
    for job in given:
        job.error = job.error or aborted_error(job.record)


def _aborted(shop: Shop, job: Job, why: str, *, num_qubits: int) -> tuple[Job, Change]:
    """Write down that an object is not stored, and where its register is."""
    record, back = job.record, str(job.intent["back"])
    registers: tuple[RegisterRecord, ...] = ()
    if num_qubits:
        registers = (RegisterRecord(back, record.tenant, num_qubits, "aborted", source=record.object_id),)
    if num_qubits == record.num_qubits:
        # Only what was stored has come back; the rest was split off when it was encrypted.
        registers += _kept(job)
    job.release_home()
    for number in job.places(Presence.LOST):
        job.mark(number, Presence.OWED)
    event = Event("local", "abort", record.object_id, {"reason": why[:200]})
    return shop.change(
        job,
        state=ObjectState.ABORTED,
        intent=None,
        reason=why[:200],
        handle=back if num_qubits else None,
        registers=registers,
        event=event,
    )


def _kept(job: Job) -> tuple[RegisterRecord, ...]:
    """The qubits of the same register that were not stored."""
    kept, record = job.intent["kept"], job.record
    if kept is None:
        return ()
    size = int(job.intent["size"]) - record.num_qubits
    return (RegisterRecord(str(kept), record.tenant, size, "kept", source=record.object_id),)
