"""Revision 0003: what happened to one object is found at once."""

from __future__ import annotations

from alembic import op

__all__ = ["down_revision", "revision", "upgrade"]

revision = "0003"
down_revision: str | None = "0002"


def upgrade() -> None:
    """An index of all lines by what they are about, in the place of one of redemptions alone."""
    op.drop_index("audit_redeemed", "audit")
    op.create_index("audit_subject", "audit", ["subject", "tenant"])
