"""The ledger's tables, as they are at the newest revision; `migrations` holds the way there from every earlier one.

Rows are small, and those of a bulk call are written next to each other. What changes its size during an object's
life, the intent, has a table of its own, so that the rows of objects stay where they are.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

__all__ = [
    "HEAD",
    "audit",
    "audit_heads",
    "idempotency",
    "intents",
    "meta",
    "metadata",
    "objects",
    "providers",
    "registers",
    "seals",
    "tenants",
    "tokens",
    "workers",
]

HEAD: Final = "0003"
"""The newest revision; a ledger that has it needs no look at the migrations."""

metadata = sa.MetaData()


def _text() -> sa.types.TypeEngine[str]:
    """Text that sorts by its bytes everywhere: ids are compared to turn pages."""
    return sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


_COUNTER = sa.BigInteger().with_variant(sa.Integer, "sqlite")

meta = sa.Table(
    "meta",
    metadata,
    sa.Column("key", _text(), primary_key=True),
    sa.Column("value", sa.Text, nullable=False),
)
"""`vault_id`, `epoch` and `sealed_to`, the last audit row that has a seal."""

tenants = sa.Table(
    "tenants",
    metadata,
    sa.Column("tenant", _text(), primary_key=True),
    sa.Column("created", sa.Double, nullable=False),
    sa.Column("max_objects", sa.BigInteger),
    sa.Column("max_qubits", sa.BigInteger),
)

tokens = sa.Table(
    "tokens",
    metadata,
    sa.Column("token_id", _text(), primary_key=True),
    sa.Column("tenant", _text(), nullable=False, index=True),
    sa.Column("label", sa.Text, nullable=False),
    sa.Column("digest", sa.LargeBinary, nullable=False, unique=True),
    sa.Column("scopes", sa.Text, nullable=False),
    sa.Column("created", sa.Double, nullable=False),
    sa.Column("expires", sa.Double),
    sa.Column("revoked", sa.Double),
    sa.Column("last_used", sa.Double),
)

providers = sa.Table(
    "providers",
    metadata,
    sa.Column("name", _text(), primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("token", sa.Text, nullable=False),
    sa.Column("options", sa.Text, nullable=False),
    sa.Column("created", sa.Double, nullable=False),
)

workers = sa.Table(
    "workers",
    metadata,
    sa.Column("worker", _text(), primary_key=True),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("beat", sa.Double, nullable=False),
)

registers = sa.Table(
    "registers",
    metadata,
    sa.Column("handle", _text(), primary_key=True),
    sa.Column("tenant", _text(), nullable=False),
    sa.Column("num_qubits", sa.Integer, nullable=False),
    sa.Column("origin", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
    sa.Column("live", sa.Boolean, nullable=False),
    sa.Column("created", sa.Double, nullable=False),
    sa.Index("registers_live", "tenant", "created", sqlite_where=sa.text("live"), postgresql_where=sa.text("live")),
)

objects = sa.Table(
    "objects",
    metadata,
    sa.Column("object_id", _text(), primary_key=True),
    sa.Column("tenant", _text(), nullable=False),
    sa.Column("name", sa.Text, nullable=False),
    sa.Column("state", _text(), nullable=False),
    sa.Column("num_qubits", sa.Integer, nullable=False),
    sa.Column("num_clones", sa.Integer, nullable=False),
    sa.Column("custody", sa.Text, nullable=False),
    sa.Column("stored", sa.Text, nullable=False),
    sa.Column("placements", sa.Text, nullable=False),
    sa.Column("handle", sa.Text),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("created", sa.Double, nullable=False),
    sa.Column("updated", sa.Double, nullable=False),
    sa.Column("revision", sa.Integer, nullable=False),
    sa.Column("to_free", sa.Boolean, nullable=False),
    # With the qubits, so that what a tenant has stored is counted without a look at the objects.
    sa.Index("objects_state", "tenant", "state", "object_id", "num_qubits"),
    sa.Index(
        "objects_name",
        "tenant",
        "name",
        "object_id",
        sqlite_where=sa.text("name <> ''"),
        postgresql_where=sa.text("name <> ''"),
    ),
    sa.Index("objects_to_free", "object_id", sqlite_where=sa.text("to_free"), postgresql_where=sa.text("to_free")),
)

intents = sa.Table(
    "intents",
    metadata,
    sa.Column("object_id", _text(), primary_key=True),
    sa.Column("worker", _text(), nullable=False),
    sa.Column("intent", sa.Text, nullable=False),
    sqlite_with_rowid=False,
)

idempotency = sa.Table(
    "idempotency",
    metadata,
    sa.Column("tenant", _text(), primary_key=True),
    sa.Column("key", _text(), primary_key=True),
    sa.Column("digest", sa.LargeBinary, nullable=False),
    sa.Column("object_id", sa.Text, nullable=False),
    sqlite_with_rowid=False,
)

audit = sa.Table(
    "audit",
    metadata,
    sa.Column("entry_id", _COUNTER, primary_key=True, autoincrement=True),
    sa.Column("tenant", _text(), nullable=False),
    sa.Column("at", sa.Double, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("detail", sa.Text, nullable=False),
    sa.Index("audit_tenant", "tenant", "entry_id"),
    # What happened to an object is asked for again long afterwards.
    sa.Index("audit_subject", "subject", "tenant"),
)
"""Only ever added to."""

seals = sa.Table(
    "seals",
    metadata,
    sa.Column("entry_id", _COUNTER, primary_key=True, autoincrement=False),
    sa.Column("seal", sa.LargeBinary, nullable=False),
)

audit_heads = sa.Table(
    "audit_heads",
    metadata,
    sa.Column("tenant", _text(), primary_key=True),
    sa.Column("entry_id", sa.BigInteger, nullable=False),
    sa.Column("entries", sa.BigInteger, nullable=False),
    sa.Column("seal", sa.LargeBinary, nullable=False),
)
"""Where each tenant's chain ends, so that a missing end is seen."""
