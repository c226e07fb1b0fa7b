"""What a redemption used and how well it was expected to go: a line of the audit log, the same for ever."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa

from ...errors import ConflictError
from ..database import read
from ..ledger import ObjectRecord, ObjectState, SqlLedger
from ..ledger.rows import chunks
from ..ledger.schema import audit
from .health import Prediction

__all__ = ["Receipt", "receipts_of"]


# Written once: every redemption over HTTP asks it.
_DETAILS: Final = (
    sa.select(audit.c.tenant, audit.c.subject, audit.c.detail)
    .where(audit.c.subject.in_(sa.bindparam("redeemed", expanding=True)))
    .where(audit.c.action == "redeemed")
    .order_by(audit.c.entry_id)
)


@dataclass(frozen=True, slots=True)
class Receipt:
    """How an object was redeemed.

    Attributes:
        record: the object; it names the register's handle.
        clones: that were fetched, such as ("S2",); the state came from one of them.
        verified: "no", "clean" or "corrected".
        predicted: None if it was recovered before a crash and written down after it.
    """

    record: ObjectRecord
    clones: tuple[str, ...]
    verified: str
    predicted: Prediction | None


def receipts_of(ledger: SqlLedger, records: Sequence[ObjectRecord]) -> list[Receipt]:
    """The receipts of objects that have been redeemed.

    Raises:
        ConflictError: if one of them has not.
    """
    for record in records:
        if record.state is not ObjectState.REDEEMED:
            raise ConflictError(f"object {record.object_id}: it is {record.state.value}, and not redeemed.")
    details: dict[tuple[str, str], str] = {}
    with read(ledger.engine) as connection:
        for chunk in chunks([record.object_id for record in records]):
            for row in connection.execute(_DETAILS, {"redeemed": chunk}):
                details[row.tenant, row.subject] = row.detail
    return [_receipt(record, details.get((record.tenant, record.object_id), "")) for record in records]


def _receipt(record: ObjectRecord, text: str) -> Receipt:
    detail = json.loads(text or "{}")
    fidelity = detail.get("entanglement_fidelity")
    predicted = None if fidelity is None else Prediction.of_register(float(fidelity), record.num_qubits)
    return Receipt(record, tuple(detail.get("clones", ())), str(detail.get("verified", "no")), predicted)
