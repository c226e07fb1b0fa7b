"""Whether everything that the ledger says fits together, and fits what providers and the world say."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from ...errors import IntegrityError
from ..database import is_sqlite, read
from ..provider.protocol import Provider
from ..world.protocol import World
from .findings import Finding, Severity
from .outside import Outside
from .records import ObjectRecord, ObjectState
from .sql_ledger import SqlLedger

__all__ = ["Finding", "Severity", "check"]

_S = ObjectState
_MOVING: Final = frozenset({_S.STORING, _S.REDEEMING, _S.REFRESHING, _S.DELETING})
_LIVE: Final = sorted(state for state in _S if state.is_live)

_QUERIES: Final = (
    (
        "orphan-intent",
        "SELECT object_id FROM intents WHERE object_id NOT IN (SELECT object_id FROM objects)",
        "there is an intent for an object that does not exist",
    ),
    (
        "orphan-key",
        # Those of the workbench belong to none.
        "SELECT object_id FROM idempotency WHERE object_id <> '' AND object_id NOT IN (SELECT object_id FROM objects)",
        "an idempotency key belongs to an object that does not exist",
    ),
    (
        "handle-missing",
        "SELECT o.object_id FROM objects o LEFT JOIN registers r ON r.handle = o.handle AND r.tenant = o.tenant"
        " WHERE o.handle IS NOT NULL AND r.handle IS NULL",
        "the register that it gave back is not on record",
    ),
    (
        "two-copies",
        "SELECT handle FROM objects WHERE handle IS NOT NULL GROUP BY handle HAVING count(*) > 1",
        "several objects gave back this register",
    ),
    (
        "two-copies",
        f"SELECT stored FROM objects WHERE state IN ({', '.join(repr(str(state)) for state in _LIVE)})"
        " GROUP BY stored HAVING count(*) > 1",
        "several live objects are this one encrypted register",
    ),
    (
        "seal-missing",
        "SELECT entry_id FROM seals WHERE entry_id NOT IN (SELECT entry_id FROM audit)",
        "there is a seal for an audit line that is gone",
    ),
)


def check(
    ledger: SqlLedger, world: World | None = None, providers: Mapping[str, Provider] | None = None
) -> list[Finding]:
    """Look at everything; changes nothing.

    Best asked while nothing is under way: what moves between two looks can appear as a warning.

    Args:
        ledger: whose vault is checked.
        world: to compare custody with; None leaves it out.
        providers: by name; None leaves them out.

    Returns:
        What was found, the ledger's own faults first. Errors contradict a promise of the vault, warnings are
        losses that it was made to survive, notes say what is under way.
    """
    findings = [*_of_tables(ledger), *_of_audit(ledger)]
    outside = Outside(ledger.vault_id, world, providers or {})
    for piece in ledger.iter_objects():
        for record in piece:
            findings.extend(_of_record(record))
        findings.extend(outside.compare(piece))
    return findings


def _of_tables(ledger: SqlLedger) -> Iterator[Finding]:
    with read(ledger.engine) as connection:
        if is_sqlite(ledger.engine):
            for said in connection.exec_driver_sql("PRAGMA integrity_check").scalars():
                if said != "ok":
                    yield Finding("file-damaged", Severity.ERROR, "ledger", str(said))
        for code, query, message in _QUERIES:
            for subject in connection.exec_driver_sql(query).scalars():
                yield Finding(code, Severity.ERROR, str(subject), message)


def _of_audit(ledger: SqlLedger) -> Iterator[Finding]:
    for tenant in ledger.audit.tenants():
        try:
            ledger.audit.verify_chain(tenant)
        except IntegrityError as error:
            yield Finding("audit-chain", Severity.ERROR, tenant, str(error))


def _of_record(record: ObjectRecord) -> Iterator[Finding]:
    """What one row says against itself."""
    moving = record.state in _MOVING
    if moving and record.intent is None:
        yield Finding("intent-missing", Severity.ERROR, record.object_id, f"it is {record.state} and nobody knows how")
    if record.intent is not None:
        kind = record.intent.get("kind", record.state)
        yield Finding("unfinished", Severity.NOTE, record.object_id, f"under way: {kind}")
    if record.state is _S.REDEEMED and record.handle is None:
        yield Finding("handle-missing", Severity.ERROR, record.object_id, "it is redeemed and has no register")
    if record.state.is_live and not moving and record.handle is not None:
        yield Finding("two-copies", Severity.ERROR, record.object_id, f"it is {record.state} and gave back a register")
    placed = [qubit for placement in record.present for qubit in placement.qubits]
    if len(placed) != len(set(placed)) or any(not 0 <= qubit <= 2 * record.num_clones for qubit in placed):
        yield Finding("placements", Severity.ERROR, record.object_id, "its parcels overlap or hold no qubits of it")
