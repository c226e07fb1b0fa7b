"""Revision 0002: how much a tenant may store."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

__all__ = ["down_revision", "revision", "upgrade"]

revision = "0002"
down_revision: str | None = "0001"


def upgrade() -> None:
    """Limits for tenants, none at first; what is stored can be counted without a look at the objects."""
    op.add_column("tenants", sa.Column("max_objects", sa.BigInteger))
    op.add_column("tenants", sa.Column("max_qubits", sa.BigInteger))
    op.drop_index("objects_state", "objects")
    op.create_index("objects_state", "objects", ["tenant", "state", "object_id", "num_qubits"])
