"""Comparing clones before anything is spent: two detect that one was disturbed, three say which and mend it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from ...errors import VerificationError
from ..ledger import Presence
from ..world.operations import Check, Operation, Refused, Strike
from .fetch import home_set
from .shop import Job, Shop, refusal

__all__ = ["verdict", "verify"]


def verify(shop: Shop, jobs: Sequence[Job]) -> None:
    """Compare the clones at home; correct one bad one where three or more allow it.

    A job whose clones contradict each other beyond that gets a VerificationError.
    """

    def check(job: Job) -> Check:
        suspects = tuple(q for i in job.places(Presence.HOME) for q in job.placements[i].qubits)
        return Check(
            op_id=job.op_id("check"),
            holder=shop.holder,
            stored=job.record.stored,
            qubits=home_set(job),
            suspects=suspects,
        )

    repairs: list[tuple[Job, Operation]] = []
    for job, result in shop.act(jobs, check):
        if isinstance(result, Refused):
            job.error = refusal(result)
            continue
        flagged = cast("list[int]", result.value["flagged"])
        corrections = cast("list[Mapping[str, Any] | None]", result.value["corrections"])
        job.intent["verified"] = "corrected" if flagged else "clean"
        found = {block: corrections[block] for block in flagged}
        if flagged and (job.intent["verify"] < 3 or not all(found.values())):
            job.error = VerificationError(
                f"object {job.record.object_id}: its clones contradict each other in {len(flagged)} of "
                f"{job.record.num_qubits} qubits: at least one was disturbed. Nothing has been spent. "
                "Redeem with --verify 3 to correct one bad clone, or without --verify to take what comes."
            )
        else:
            repairs += [(job, _repair(shop, job, block, each)) for block, each in found.items() if each]
    results = shop.act_all([operation for _, operation in repairs])
    for (job, _), result in zip(repairs, results, strict=True):
        if isinstance(result, Refused):
            job.error = refusal(result)


def verdict(shop: Shop, job: Job) -> str:
    """What a comparison found that happened before a crash, of an object that was recovered since."""
    name = job.op_id("check")
    known = shop.world.results([name]).get(name)
    return "corrected" if known is not None and known.value["flagged"] else "clean"


def _repair(shop: Shop, job: Job, block: int, correction: Mapping[str, Any]) -> Strike:
    return Strike(
        op_id=job.op_id(f"fix{block}"),
        holder=shop.holder,
        stored=job.record.stored,
        letters={int(correction["qubit"]): str(correction["pauli"])},
        block=block,
    )
