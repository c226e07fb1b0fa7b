"""The log of the world: what happened, once and in order."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from ...errors import IntegrityError
from .codec import dump, encode_operation, load
from .deeds import Deed
from .operations import Applied, Operation
from .schema import operations as operation_table

__all__ = ["CANCELLED", "Entry", "Log"]

CANCELLED: Final = "cancelled"
"""Kind of the stone under which an operation lies that never happened."""

_CHUNK = 500
_UNLOGGED: Final = frozenset({"kind", "op_id", "holder", "state", "program"})
"""Written in columns of their own, or states, which no log may hold."""

_SUBJECTS: Final = ("stored", "handle", "target")


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log.

    Attributes:
        op_id, kind, holder: of the operation.
        time: world time, seconds.
        subject: number of the encrypted register in whose history it is.
        body: what the operation said beyond that, empty values left out.
        result: what the holder was told.
        drawn: what nature drew, as JSON, or None.
    """

    op_id: str
    kind: str
    holder: str
    time: float
    subject: int | None
    body: Mapping[str, Any]
    result: Mapping[str, Any]
    drawn: Mapping[str, Any] | None


class Log:
    """The part of the log that one transaction needs, and what it adds.

    Args:
        connection: of the transaction.
    """

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection
        self._seen: dict[str, tuple[str, str, Mapping[str, Any]]] = {}
        self._new: list[dict[str, object]] = []

    def prefetch(self, op_ids: Iterable[str]) -> None:
        """Look up in bulk which operations have happened."""
        wanted = sorted(set(op_ids))
        for start in range(0, len(wanted), _CHUNK):
            chunk = wanted[start : start + _CHUNK]
            for op_id, kind, holder, result in self._connection.execute(_BY_ID, {"ids": chunk}):
                self._seen[op_id] = (kind, holder, load(result, f"operation {op_id}"))

    def find(self, op_id: str) -> tuple[str, str, Mapping[str, Any]] | None:
        """Kind, holder and result of an operation that was prefetched, if it happened or was cancelled."""
        return self._seen.get(op_id)

    def applied(self) -> dict[str, Applied]:
        """Everything prefetched that happened."""
        return {
            op_id: Applied(result, repeated=True)
            for op_id, (kind, _, result) in self._seen.items()
            if kind != CANCELLED
        }

    def add(self, operation: Operation, deed: Deed, now: float) -> None:
        """An operation has happened."""
        body = {name: value for name, value in encode_operation(operation).items() if _is_said(name, value, deed)}
        drawn = None if deed.drawn is None else deed.drawn.to_json()
        self._append(operation, (operation.kind, deed.number, dump(body), dump(deed.result)), now, drawn=drawn)
        self._seen[operation.op_id] = (operation.kind, operation.holder, deed.result)

    def bury(self, op_id: str, operation: Operation, now: float) -> None:
        """An operation of this id will never happen."""
        self._append(operation, (CANCELLED, None, "{}", "{}"), now, op_id=op_id)
        self._seen[op_id] = (CANCELLED, operation.holder, {})

    def flush(self) -> None:
        """Write what was added."""
        if self._new:
            self._connection.execute(_NEW, self._new)

    def history(self, subjects: Sequence[int]) -> list[Entry]:
        """Everything that happened to encrypted registers of these numbers, oldest first."""
        entries = []
        for row in self._connection.execute(_HISTORY, {"subjects": list(subjects)}):
            what = f"operation {row.op_id}"
            body, result = load(row.body, what), load(row.result, what)
            drawn = None if row.drawn is None else load(row.drawn, what)
            if not isinstance(body, dict) or not isinstance(result, dict):
                raise IntegrityError(f"{what}: the stored text is damaged.")
            entries.append(Entry(row.op_id, row.kind, row.holder, row.time, row.subject, body, result, drawn))
        return entries

    def _append(
        self,
        operation: Operation,
        columns: tuple[str, int | None, str, str],
        now: float,
        *,
        op_id: str | None = None,
        drawn: Mapping[str, object] | None = None,
    ) -> None:
        kind, subject, body, result = columns
        self._new.append(
            {
                "op_id": op_id or operation.op_id,
                "kind": kind,
                "holder": operation.holder,
                "subject": subject,
                "time": now,
                "body": body,
                "result": result,
                "drawn": None if drawn is None else dump(drawn),
            }
        )


def _is_said(name: str, value: object, deed: Deed) -> bool:
    """Whether a field is worth its place in the log."""
    if name in _UNLOGGED or value is None or value is False or value in ([], {}, ""):
        return False
    return not (name in _SUBJECTS and value == deed.subject)


_BY_ID = sa.select(
    operation_table.c.op_id, operation_table.c.kind, operation_table.c.holder, operation_table.c.result
).where(operation_table.c.op_id.in_(sa.bindparam("ids", expanding=True)))
_HISTORY = (
    sa.select(operation_table)
    .where(operation_table.c.subject.in_(sa.bindparam("subjects", expanding=True)))
    .order_by(operation_table.c.seq)
)
_NEW = sa.insert(operation_table)
