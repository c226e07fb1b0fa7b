"""Backups of a ledger: classical data only, for qubits have no backup.

A backup is one text file. Its first line says what it is, each further line is one row, `["objects", …]`, with
bytes as `{"hex": …}`, and the last line has the number of rows and the SHA-256 of everything before it, so that a
file that was cut short or changed is told from a whole one. It can be written from and read into any database.
It holds what the ledger holds, tokens of providers included, and is its user's alone.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TextIO

import sqlalchemy as sa
from sqlalchemy.engine import Connection, Engine

from ...errors import (
    ConflictError,
    IntegrityError,
    QloakError,
    UnavailableError,
    UsageError,
    VaultMissingError,
    shorten_path,
)
from ..database import is_sqlite, open_database, place_of, read
from . import schema
from .meta import get_meta
from .migrate import revision_of, revisions, upgrade
from .rows import compact
from .sql_ledger import SqlLedger

__all__ = ["SCHEMA", "BackupInfo", "backup_of", "load_rows", "verify_backup", "write_backup"]

SCHEMA: Final = "qloak.backup/1"

_LEFT_OUT: Final = frozenset({"workers"})
"""Who is at work now says nothing later."""

_BATCH: Final = 1000


@dataclass(frozen=True, slots=True)
class BackupInfo:
    """What a backup is of.

    Attributes:
        vault_id: whose ledger.
        epoch: of the vault at that time.
        revision: of the ledger's tables.
        created: wall clock, seconds since 1970.
        rows: how many.
        sha256: hexadecimal, of all lines but the last.
    """

    vault_id: str
    epoch: int
    revision: str
    created: float
    rows: int
    sha256: str


class _Writer:
    """A file that knows the hash of what was written to it."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._hash = hashlib.sha256()
        self.rows = -1

    def write(self, value: object) -> None:
        line = compact(value) + "\n"
        self._hash.update(line.encode())
        self._file.write(line)
        self.rows += 1

    def end(self) -> str:
        digest = self._hash.hexdigest()
        self._file.write(compact({"rows": self.rows, "sha256": digest}) + "\n")
        return digest


def write_backup(ledger: SqlLedger, path: str | Path) -> BackupInfo:
    """Write everything that the ledger remembers at this moment; others may go on working.

    Raises:
        ConflictError: if there is a file already; it is left as it is.
        UnavailableError: if the file cannot be written; nothing is left behind.
    """
    return _write(ledger.engine, Path(path))


def backup_of(place: str | Path, path: str | Path) -> BackupInfo:
    """Back up a ledger that others may have open: nothing of it is locked or changed, not even its revision.

    Args:
        place: a file, or a URL of PostgreSQL.
        path: of the backup.

    Raises:
        VaultMissingError: if there is no ledger.
        ConflictError: if there is a file already, or a newer Qloak wrote the ledger.
        IntegrityError, UnavailableError, UsageError: as `database.open_database`.
    """
    engine = open_database(place, create=False)
    try:
        return _write(engine, Path(path))
    finally:
        engine.dispose()


def _write(engine: Engine, path: Path) -> BackupInfo:
    with _new_file(path) as file, read(engine) as connection:
        revision = _known_revision(connection)
        tables = {name: table for name, table in _tables(connection, revision).items() if name not in _LEFT_OUT}
        created, epoch = time.time(), int(get_meta(connection, "epoch") or 0)
        vault_id = get_meta(connection, "vault_id") or ""
        writer = _Writer(file)
        writer.write(
            {
                "schema": SCHEMA,
                "vault_id": vault_id,
                "epoch": epoch,
                "revision": revision,
                "created": created,
                "tables": {name: [column.name for column in table.columns] for name, table in tables.items()},
            }
        )
        for name, table in tables.items():
            with connection.execute(sa.select(table), execution_options={"yield_per": _BATCH}) as rows:
                for row in rows:
                    writer.write([name, *(_to_json(value) for value in row)])
        digest = writer.end()
        file.flush()
        os.fsync(file.fileno())
    return BackupInfo(vault_id, epoch, revision, created, writer.rows, digest)


def _known_revision(connection: Connection) -> str:
    """The revision of the tables, if this version can read it."""
    revision, place = revision_of(connection), place_of(connection.engine)
    if revision is None:
        raise VaultMissingError(f"{place}: there is no ledger.")
    if revision not in revisions():
        raise ConflictError(f"{place}: a newer Qloak wrote this ledger (revision {revision}). Install that version.")
    return revision


def _tables(connection: Connection, revision: str) -> Mapping[str, sa.Table]:
    """The tables as they are: a ledger that was not opened since an upgrade has those of its revision."""
    if revision == schema.HEAD:
        return schema.metadata.tables
    then = sa.MetaData()
    then.reflect(connection, only=lambda name, _: name in schema.metadata.tables)
    return then.tables


def verify_backup(path: str | Path) -> BackupInfo:
    """See that a backup is whole and as it was written.

    Raises:
        IntegrityError: naming the file, if it is not.
        UnavailableError: if it cannot be read.
    """
    path = Path(path)
    info, rows, hashed, last = None, -1, hashlib.sha256(), b""
    with _readable(path) as file:
        for line in file:
            if last:
                hashed.update(last)
                rows += 1
                info = info or _header(path, last)
            last = line
    digest = hashed.hexdigest()
    if info is None or not last.endswith(b"\n") or _parse(path, last) != {"rows": rows, "sha256": digest}:
        raise IntegrityError(f"{shorten_path(path)}: this backup was cut short or changed; nothing has been restored.")
    return BackupInfo(
        vault_id=str(info["vault_id"]),
        epoch=int(info["epoch"]),
        revision=str(info["revision"]),
        created=float(info["created"]),
        rows=rows,
        sha256=digest,
    )


def load_rows(connection: Connection, path: str | Path) -> None:
    """Make the tables of a backup that was verified, fill them, and bring them to the newest revision.

    Args:
        connection: to an empty database, in a writing transaction.
        path: of the backup.

    Raises:
        ConflictError: if the database is not empty, or a newer Qloak wrote the backup.
    """
    path = Path(path)
    if sa.inspect(connection).get_table_names():
        raise ConflictError("The database is not empty; restore into a new one. Nothing has been overwritten.")
    with _readable(path) as file:
        header = _header(path, file.readline())
        upgrade(connection, target=str(header["revision"]), place=shorten_path(path))
        # As the tables were at that revision, which the newest schema does not know.
        then = sa.MetaData()
        then.reflect(connection, only=list(header["tables"]))
        pending: list[dict[str, Any]] = []
        table = ""
        for line in file:
            row = _parse(path, line)
            name, values = (row[0], row[1:]) if isinstance(row, list) else ("", [])
            if pending and (name != table or len(pending) == _BATCH):
                connection.execute(then.tables[table].insert(), pending)
                pending = []
            if name:
                table = name
                pending.append(dict(zip(header["tables"][name], map(_from_json, values), strict=True)))
    if not is_sqlite(connection.engine):
        connection.exec_driver_sql(
            "SELECT setval(pg_get_serial_sequence('audit', 'entry_id'), max(entry_id)) FROM audit"
        )
    upgrade(connection, place=shorten_path(path))


# --- files ---------------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _new_file(path: Path) -> Iterator[TextIO]:
    """A file that nobody else can read, and that goes away again if writing it fails."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        raise ConflictError(f"{shorten_path(path)}: there is a file already; it is left as it is.") from None
    except OSError as error:
        raise UnavailableError(f"{shorten_path(path)}: cannot be written: {error.strerror or error}.") from error
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
            yield file
    except BaseException as error:
        path.unlink(missing_ok=True)
        if isinstance(error, OSError):
            raise QloakError(f"{shorten_path(path)}: cannot be written: {error.strerror or error}.") from error
        raise


@contextlib.contextmanager
def _readable(path: Path) -> Iterator[Any]:
    try:
        with path.open("rb") as file:
            yield file
    except OSError as error:
        raise UnavailableError(f"{shorten_path(path)}: cannot be read: {error.strerror or error}.") from error


def _parse(path: Path, line: bytes) -> Any:  # noqa: ANN401 - JSON
    try:
        return json.loads(line)
    except ValueError:
        raise IntegrityError(
            f"{shorten_path(path)}: this backup was cut short or changed, or is none; nothing has been restored."
        ) from None


def _header(path: Path, line: bytes) -> dict[str, Any]:
    """The first line, once it is known to be one."""
    header = _parse(path, line)
    if not isinstance(header, dict) or not str(header.get("schema", "")).startswith("qloak.backup/"):
        raise IntegrityError(f"{shorten_path(path)}: this is no backup of a ledger.")
    if header["schema"] != SCHEMA:
        raise UsageError.of("schema", header["schema"], SCHEMA, "A newer Qloak wrote this backup.")
    return header


def _to_json(value: object) -> object:
    return {"hex": value.hex()} if isinstance(value, bytes) else value


def _from_json(value: object) -> object:
    return bytes.fromhex(value["hex"]) if isinstance(value, dict) else value
