"""The world's tables.

registers    joint states of logical qubits; a *wire* is (number of the register, number of the qubit in it)
forwards     registers that were merged into others; wires keep their names
handles      plain registers: who holds them and which wires they are
encrypted    encrypted registers: one row each, all blocks together
operations   everything that happened, in order, without states
places       a holder's site; a ruined one is replaced by a new one, so that a million qubits are lost in one row
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

__all__ = [
    "METADATA",
    "SCHEMA_VERSION",
    "encrypted",
    "forwards",
    "handles",
    "holders",
    "memories",
    "nature",
    "operations",
    "places",
    "registers",
]

SCHEMA_VERSION: Final = 1

METADATA: Final = sa.MetaData()

_NAME: Final = sa.String(64)

nature = sa.Table(
    "nature",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("world_time", sa.Double, nullable=False),
    sa.Column("host_time", sa.Double, nullable=False),
    sa.Column("next_number", sa.BigInteger, nullable=False),
    sa.Column("holders_revision", sa.Integer, nullable=False),
)

holders = sa.Table(
    "holders",
    METADATA,
    sa.Column("name", _NAME, primary_key=True),
    sa.Column("place", sa.Integer, nullable=False),
    sa.Column("epoch", sa.Integer, nullable=False),
)

places = sa.Table(
    "places",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("holder", _NAME, nullable=False),
    sa.Column("ruined", sa.Boolean, nullable=False),
)

memories = sa.Table(
    "memories",
    METADATA,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("holder", _NAME, nullable=False),
    sa.Column("since", sa.Double, nullable=False),
    # Rates, so that a perfect memory is 0 and no infinity has to be stored.
    sa.Column("relaxation", sa.Double, nullable=False),
    sa.Column("decoherence", sa.Double, nullable=False),
    sa.Column("link_error", sa.Double, nullable=False),
    sa.Column("link_loss", sa.Double, nullable=False),
)

registers = sa.Table(
    "registers",
    METADATA,
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("state", sa.LargeBinary, nullable=False),
    # NULL for a register that has all its own wires, in order.
    sa.Column("wires", sa.LargeBinary),
)

forwards = sa.Table(
    "forwards",
    METADATA,
    sa.Column("id", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("into", sa.BigInteger, nullable=False),
)

handles = sa.Table(
    "handles",
    METADATA,
    sa.Column("name", _NAME, primary_key=True),
    sa.Column("place", sa.Integer, nullable=False),
    sa.Column("touched", sa.Double, nullable=False),
    sa.Column("wires", sa.LargeBinary, nullable=False),
    sqlite_with_rowid=False,
)

encrypted = sa.Table(
    "encrypted",
    METADATA,
    sa.Column("name", _NAME, primary_key=True),
    sa.Column("number", sa.BigInteger, nullable=False),
    sa.Column("origin", _NAME),
    sa.Column("num_clones", sa.Integer, nullable=False),
    sa.Column("num_blocks", sa.Integer, nullable=False),
    sa.Column("status", sa.String(16), nullable=False),
    # NULL once recovered, discarded, or read by nobody any more.
    sa.Column("wires", sa.LargeBinary),
    sa.Column("custody", sa.LargeBinary, nullable=False),
    sa.Column("frames", sa.LargeBinary),
    sa.Column("projected", sa.Text),
    sqlite_with_rowid=False,
)

operations = sa.Table(
    "operations",
    METADATA,
    sa.Column("seq", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True),
    sa.Column("op_id", _NAME, nullable=False, unique=True),
    # Number of an encrypted register, NULL where there is none.
    sa.Column("subject", sa.BigInteger, index=True),
    sa.Column("kind", sa.String(16), nullable=False),
    sa.Column("holder", _NAME, nullable=False),
    sa.Column("time", sa.Double, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("result", sa.Text, nullable=False),
    # What nature drew and no holder sees, NULL for nothing.
    sa.Column("drawn", sa.Text),
)
