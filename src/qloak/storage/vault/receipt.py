"""What a redemption used and how well it was expected to go: a line of the audit log, the same for ever."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Final

import sqlalchemy as sa

from ...errors import ConflictError
from ..database import read
from ..ledger import ObjectRecord, ObjectState, SqlLedger
from ..ledger.schema import audit
from .health import Prediction

__all__ = ["Receipt", "receipt_of"]


# Written once: every redemption over HTTP asks it. The condition on the action is that of an index, word for word.
_DETAIL: Final = (
    sa.select(audit.c.detail)
    .where(audit.c.tenant == sa.bindparam("of"), audit.c.subject == sa.bindparam("redeemed"))
    .where(sa.text("audit.action = 'redeemed'"))
    .order_by(audit.c.entry_id.desc())
    .limit(1)
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


def receipt_of(ledger: SqlLedger, record: ObjectRecord) -> Receipt:
    """The receipt of an object that has been redeemed.

    Raises:
        ConflictError: if it has not.
    """
    if record.state is not ObjectState.REDEEMED:
        raise ConflictError(f"object {record.object_id}: it is {record.state.value}, and not redeemed.")
    with read(ledger.engine) as connection:
        text = connection.execute(_DETAIL, {"of": record.tenant, "redeemed": record.object_id}).scalar()
    detail = json.loads(text or "{}")
    fidelity = detail.get("entanglement_fidelity")
    predicted = None if fidelity is None else Prediction.of_register(float(fidelity), record.num_qubits)
    return Receipt(record, tuple(detail.get("clones", ())), str(detail.get("verified", "no")), predicted)
