"""Tables of providers. A provider process has a file of its own; embedded ones share a file, by site."""

from __future__ import annotations

from typing import Final

from sqlalchemy import BigInteger, Column, Float, Integer, MetaData, Table, Text

__all__ = ["METADATA", "deposits", "sites"]

METADATA: Final = MetaData()

sites: Final = Table(
    "sites",
    METADATA,
    Column("number", Integer, primary_key=True),
    Column("name", Text, unique=True, nullable=False),
    # Qubits belong to a disk: a wiped one begins a new incarnation, a new holder in the world.
    Column("incarnation", Integer, nullable=False),
    Column("capacity", BigInteger, nullable=False),
    Column("used", BigInteger, nullable=False),
    Column("t1_seconds", Float, nullable=False),
    Column("t2_seconds", Float, nullable=False),
    Column("link_error", Float, nullable=False),
    Column("link_loss", Float, nullable=False),
    Column("faults", Text, nullable=False),
)

deposits: Final = Table(
    "deposits",
    METADATA,
    Column("deposit", Text, primary_key=True),
    Column("site", Integer, primary_key=True),
    Column("stored", Text, nullable=False),
    # Scheme qubit numbers, comma separated.
    Column("qubits", Text, nullable=False),
    Column("num_blocks", Integer, nullable=False),
    # Whom it was released to, NULL while it is here.
    Column("released_to", Text),
    sqlite_with_rowid=False,
)
