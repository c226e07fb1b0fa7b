"""Revision 0001: the first ledger."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

__all__ = ["down_revision", "revision", "upgrade"]

revision = "0001"
down_revision: str | None = None


def _key() -> sa.types.TypeEngine[str]:
    return sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def _counter() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Make all tables."""
    _make_people()
    _make_objects()
    _make_audit()


def _make_people() -> None:
    op.create_table("meta", sa.Column("key", _key(), primary_key=True), sa.Column("value", sa.Text, nullable=False))
    op.create_table(
        "tenants", sa.Column("tenant", _key(), primary_key=True), sa.Column("created", sa.Double, nullable=False)
    )
    op.create_table(
        "tokens",
        sa.Column("token_id", _key(), primary_key=True),
        sa.Column("tenant", _key(), nullable=False),
        sa.Column("label", sa.Text, nullable=False),
        sa.Column("digest", sa.LargeBinary, nullable=False, unique=True),
        sa.Column("scopes", sa.Text, nullable=False),
        sa.Column("created", sa.Double, nullable=False),
        sa.Column("expires", sa.Double),
        sa.Column("revoked", sa.Double),
        sa.Column("last_used", sa.Double),
    )
    op.create_index("ix_tokens_tenant", "tokens", ["tenant"])
    op.create_table(
        "providers",
        sa.Column("name", _key(), primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("url", sa.Text, nullable=False),
        sa.Column("token", sa.Text, nullable=False),
        sa.Column("options", sa.Text, nullable=False),
        sa.Column("created", sa.Double, nullable=False),
    )
    op.create_table(
        "workers",
        sa.Column("worker", _key(), primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("beat", sa.Double, nullable=False),
    )


def _make_objects() -> None:
    op.create_table(
        "registers",
        sa.Column("handle", _key(), primary_key=True),
        sa.Column("tenant", _key(), nullable=False),
        sa.Column("num_qubits", sa.Integer, nullable=False),
        sa.Column("origin", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("live", sa.Boolean, nullable=False),
        sa.Column("created", sa.Double, nullable=False),
    )
    _partial_index("registers_live", "registers", ["tenant", "created"], where="live")
    op.create_table(
        "objects",
        sa.Column("object_id", _key(), primary_key=True),
        sa.Column("tenant", _key(), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("state", _key(), nullable=False),
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
    )
    op.create_index("objects_state", "objects", ["tenant", "state", "object_id"])
    _partial_index("objects_name", "objects", ["tenant", "name", "object_id"], where="name <> ''")
    _partial_index("objects_to_free", "objects", ["object_id"], where="to_free")
    op.create_table(
        "intents",
        sa.Column("object_id", _key(), primary_key=True),
        sa.Column("worker", _key(), nullable=False),
        sa.Column("intent", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "idempotency",
        sa.Column("tenant", _key(), primary_key=True),
        sa.Column("key", _key(), primary_key=True),
        sa.Column("digest", sa.LargeBinary, nullable=False),
        sa.Column("object_id", sa.Text, nullable=False),
        sqlite_with_rowid=False,
    )


def _make_audit() -> None:
    op.create_table(
        "audit",
        sa.Column("entry_id", _counter(), primary_key=True, autoincrement=True),
        sa.Column("tenant", _key(), nullable=False),
        sa.Column("at", sa.Double, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
    )
    op.create_index("audit_tenant", "audit", ["tenant", "entry_id"])
    redeemed = sa.text("action = 'redeemed'")
    op.create_index("audit_redeemed", "audit", ["subject"], sqlite_where=redeemed, postgresql_where=redeemed)
    op.create_table(
        "seals",
        sa.Column("entry_id", _counter(), primary_key=True, autoincrement=False),
        sa.Column("seal", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "audit_heads",
        sa.Column("tenant", _key(), primary_key=True),
        sa.Column("entry_id", sa.BigInteger, nullable=False),
        sa.Column("entries", sa.BigInteger, nullable=False),
        sa.Column("seal", sa.LargeBinary, nullable=False),
    )


def _partial_index(name: str, table: str, columns: list[str], *, where: str) -> None:
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
