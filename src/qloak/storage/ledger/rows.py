"""Records as rows and back. JSON in columns is compact: a million objects have six million placements."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Row

from ...core import CustodyPolicy
from ...errors import IntegrityError
from . import schema
from .records import ObjectRecord, ObjectState, Placement, Presence, RegisterRecord

__all__ = [
    "CHUNK",
    "chunks",
    "compact",
    "object_of",
    "object_row",
    "objects_by_id",
    "register_of",
    "register_row",
    "select_objects",
]

CHUNK: Final = 1000
"""How many ids one statement names; databases bound the number of parameters."""

_LETTERS: Final = {presence: presence.value[0] for presence in Presence}
_PRESENCES: Final = {letter: presence for presence, letter in _LETTERS.items()}

_FullRow = Row[Any]


def chunks(items: Sequence[str]) -> Iterator[Sequence[str]]:
    """Pieces of at most `CHUNK`."""
    for start in range(0, len(items), CHUNK):
        yield items[start : start + CHUNK]


def compact(value: object) -> str:
    """JSON without spaces."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def object_row(record: ObjectRecord) -> dict[str, object]:
    """The row of an object, without its intent."""
    return {
        "object_id": record.object_id,
        "tenant": record.tenant,
        "name": record.name,
        "state": record.state.value,
        "num_qubits": record.num_qubits,
        "num_clones": record.num_clones,
        "custody": record.custody.value,
        "stored": record.stored,
        "placements": compact([[*p.qubits, p.provider, p.deposit, _LETTERS[p.presence]] for p in record.placements]),
        "handle": record.handle,
        "reason": record.reason,
        "created": record.created,
        "updated": record.updated,
        "revision": record.revision,
        "to_free": bool(record.superfluous),
    }


def select_objects() -> sa.Select[Any]:
    """Objects with their intents, as `object_of` reads them."""
    joined = schema.objects.outerjoin(schema.intents, schema.objects.c.object_id == schema.intents.c.object_id)
    return sa.select(schema.objects, schema.intents.c.intent, schema.intents.c.worker).select_from(joined)


# Written once: it takes longer to write than to answer.
_NAMED: Final = select_objects().where(schema.objects.c.object_id.in_(sa.bindparam("ids", expanding=True)))


def object_of(row: _FullRow) -> ObjectRecord:
    """The object of a row of `select_objects`.

    Raises:
        IntegrityError: if the row cannot have been written by us.
    """
    try:
        return ObjectRecord(
            object_id=row.object_id,
            tenant=row.tenant,
            name=row.name,
            state=ObjectState(row.state),
            num_qubits=row.num_qubits,
            num_clones=row.num_clones,
            custody=CustodyPolicy(row.custody),
            stored=row.stored,
            placements=tuple([_placement(fields) for fields in json.loads(row.placements)]),
            intent=None if row.intent is None else json.loads(row.intent),
            handle=row.handle,
            reason=row.reason,
            created=row.created,
            updated=row.updated,
            revision=row.revision,
            worker=row.worker or "",
        )
    except (ValueError, TypeError, KeyError) as error:
        raise IntegrityError(f"The ledger's row of object {row.object_id} is damaged: {error}.") from error


def _placement(fields: Sequence[Any]) -> Placement:
    *qubits, provider, deposit, letter = fields
    return Placement(qubits=tuple(qubits), provider=provider, deposit=deposit, presence=_PRESENCES[letter])


def objects_by_id(connection: Connection, object_ids: Sequence[str]) -> dict[str, ObjectRecord]:
    """Those of the objects that there are."""
    found = {}
    for chunk in chunks(object_ids):
        for row in connection.execute(_NAMED, {"ids": chunk}):
            found[row.object_id] = object_of(row)
    return found


def register_row(record: RegisterRecord) -> dict[str, object]:
    """The row of a plain register."""
    return {
        "handle": record.handle,
        "tenant": record.tenant,
        "num_qubits": record.num_qubits,
        "origin": record.origin,
        "source": record.source,
        "live": record.live,
        "created": record.created,
    }


def register_of(row: _FullRow) -> RegisterRecord:
    """The plain register of a row."""
    return RegisterRecord(
        handle=row.handle,
        tenant=row.tenant,
        num_qubits=row.num_qubits,
        origin=row.origin,
        source=row.source,
        live=bool(row.live),
        created=row.created,
    )
