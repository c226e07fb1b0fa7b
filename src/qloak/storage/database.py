"""One way to open a database, to read and to write: SQLite by default, PostgreSQL by URL.

Every transaction is explicit. On SQLite a writing one begins with BEGIN IMMEDIATE, so that it never fails half
way because a reader became a writer, and writers of one process take turns. Whatever goes wrong in the database
comes out as an error of `errors`, and a file that is damaged is named and left as it is.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
import weakref
from collections.abc import Iterator
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import URL, Connection, Engine, make_url
from sqlalchemy.pool import ConnectionPoolEntry

from ..errors import (
    ConflictError,
    IntegrityError,
    LockedError,
    MissingExtraError,
    QloakError,
    UnavailableError,
    UsageError,
    VaultMissingError,
    shorten_path,
)

__all__ = ["create_tables", "database_file", "is_sqlite", "open_database", "place_of", "read", "write"]

_BUSY_SECONDS = 20.0
_POOL_SIZE = 8
_MAX_OVERFLOW = 56
_TABLES_LOCK = 0x716C6F616B
"""Number of the advisory lock under which PostgreSQL's tables are made."""

_HEADER_BYTES = 100
_MAGIC = b"SQLite format 3\x00"

_turns: weakref.WeakKeyDictionary[Engine, threading.RLock] = weakref.WeakKeyDictionary()


def open_database(place: str | Path, metadata: sa.MetaData | None = None, *, create: bool = True) -> Engine:
    """Open a database.

    Args:
        place: a file (made if it is missing), or a URL that begins with `postgresql://` or `sqlite:///`.
        metadata: tables to make where they are missing.
        create: whether a missing SQLite file may be made.

    Raises:
        VaultMissingError: if the file is missing and may not be made.
        IntegrityError: if the file is no database or is cut short; it is left as it is.
        UnavailableError: if the file cannot be opened or the server does not answer.
        MissingExtraError: for PostgreSQL without its driver.
        UsageError: for any other URL.
    """
    url = _url_of(place)
    engine = _open_sqlite(url, create=create) if url.get_backend_name() == "sqlite" else _open_postgresql(url)
    with read(engine) as connection:
        connection.exec_driver_sql("SELECT 1")
    if metadata is not None:
        create_tables(engine, metadata)
    return engine


def create_tables(engine: Engine, metadata: sa.MetaData) -> None:
    """Make the tables that are missing, in one transaction; processes that do so at the same time wait."""
    with write(engine) as connection:
        if not is_sqlite(engine):
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_TABLES_LOCK})")
        metadata.create_all(connection)


def database_file(place: str | Path) -> Path | None:
    """The file of a place; None for a server."""
    url = _url_of(place)
    return Path(url.database or "") if url.get_backend_name() == "sqlite" else None


def is_sqlite(engine: Engine) -> bool:
    """Whether this is SQLite, which has one writer at a time and no SELECT … FOR UPDATE."""
    return engine.dialect.name == "sqlite"


def place_of(engine: Engine) -> str:
    """The file or the URL, as it may be shown: without a password."""
    if is_sqlite(engine):
        return shorten_path(engine.url.database)
    return engine.url.render_as_string(hide_password=True)


@contextlib.contextmanager
def write(engine: Engine) -> Iterator[Connection]:
    """One writing transaction: committed at the end, rolled back if anything is raised.

    Raises:
        LockedError, UnavailableError, IntegrityError, ConflictError, QloakError: what the database says, translated.
    """
    turn = _turns.get(engine, contextlib.nullcontext())
    with turn, _translated(engine), engine.connect() as connection:
        connection.execution_options(qloak_write=True)
        with connection.begin():
            yield connection


@contextlib.contextmanager
def read(engine: Engine) -> Iterator[Connection]:
    """One reading transaction, all of whose statements see the same moment.

    Raises:
        As `write`.
    """
    with _translated(engine), engine.connect() as connection:
        if not is_sqlite(engine):
            connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with connection.begin():
            yield connection


# --- opening -------------------------------------------------------------------------------------------------


def _url_of(place: str | Path) -> URL:
    """The URL of a place, with our drivers."""
    if isinstance(place, Path) or "://" not in place:
        return URL.create("sqlite", database=str(place))
    try:
        url = make_url(place)
        backend = url.get_backend_name()
    except (sa.exc.ArgumentError, ValueError):
        backend = ""
    if backend == "sqlite" and url.database:
        return url.set(drivername="sqlite")
    if backend in ("postgresql", "postgres"):
        return url.set(drivername="postgresql+psycopg")
    # The URL may hold a password: only its scheme is shown.
    raise UsageError.of("database", place.partition("://")[0] + "://…", "a file, postgresql://… or sqlite:///FILE")


def _open_sqlite(url: URL, *, create: bool) -> Engine:
    path = Path(url.database or "")
    try:
        _examine(path, create=create)
    except OSError as error:
        raise UnavailableError(f"{shorten_path(path)}: cannot be opened: {error.strerror or error}.") from error
    engine = sa.create_engine(url, pool_size=_POOL_SIZE, max_overflow=_MAX_OVERFLOW, pool_timeout=_BUSY_SECONDS)
    sa.event.listen(engine, "connect", _set_up_sqlite)
    sa.event.listen(engine, "begin", _begin_sqlite)
    _turns[engine] = threading.RLock()
    return engine


def _examine(path: Path, *, create: bool) -> None:
    """See that a file is a whole SQLite database, before SQLite opens it.

    SQLite takes an empty file for a new database and finds a missing tail only when it needs it.
    """
    if not path.exists():
        if not create:
            raise VaultMissingError(f"{shorten_path(path)}: there is no such database.")
        # Nobody else on this machine has any business in it: it may hold providers' tokens.
        path.touch(mode=0o600)
        return
    log = path.with_name(path.name + "-wal")
    size = path.stat().st_size
    in_log = log.exists() and log.stat().st_size > 0
    with path.open("rb") as file:
        header = file.read(_HEADER_BYTES)
    if not header:
        if create or in_log:
            return
        raise IntegrityError(f"{shorten_path(path)}: the file is empty, where a database was expected.")
    if len(header) < _HEADER_BYTES or not header.startswith(_MAGIC):
        raise IntegrityError(f"{shorten_path(path)}: this is not an SQLite database, or its beginning is damaged.")
    page = int.from_bytes(header[16:18], "big")
    expected = (65536 if page == 1 else page) * int.from_bytes(header[28:32], "big")
    if size < expected and not in_log:
        raise IntegrityError(f"{shorten_path(path)}: the file is cut short: {size} of {expected} bytes are there.")


def _set_up_sqlite(connection: sqlite3.Connection, _entry: ConnectionPoolEntry) -> None:
    # The driver's own habit of beginning transactions is switched off: `_begin_sqlite` does it.
    connection.isolation_level = None
    connection.execute(f"PRAGMA busy_timeout = {int(_BUSY_SECONDS * 1000)}")
    connection.execute("PRAGMA journal_mode = WAL")
    # NORMAL could forget a spent key after a power loss.
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("PRAGMA foreign_keys = ON")


def _begin_sqlite(connection: Connection) -> None:
    writing = connection.get_execution_options().get("qloak_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writing else "BEGIN")


def _open_postgresql(url: URL) -> Engine:
    try:
        return sa.create_engine(
            url,
            pool_size=_POOL_SIZE,
            max_overflow=_MAX_OVERFLOW,
            pool_timeout=_BUSY_SECONDS,
            pool_pre_ping=True,
            connect_args={"connect_timeout": 10, "options": f"-c lock_timeout={int(_BUSY_SECONDS * 1000)}"},
        )
    except ModuleNotFoundError as error:
        raise MissingExtraError.of("psycopg", "postgres") from error


# --- translating ---------------------------------------------------------------------------------------------


@contextlib.contextmanager
def _translated(engine: Engine) -> Iterator[None]:
    """Turn what the database raises into errors of ours."""
    try:
        yield
    except sa.exc.DBAPIError as error:
        unnamed = "22" if isinstance(error, sa.exc.DataError) else "08"
        raise _translate(engine, error.orig or error, unnamed=unnamed) from error
    except sqlite3.Error as error:
        raise _translate(engine, error) from error
    except sa.exc.TimeoutError as error:
        raise UnavailableError(f"{place_of(engine)}: all connections are busy. Try again.") from error
    except UnicodeEncodeError as error:
        raise UsageError.of("text", error.object, "text that UTF-8 can write") from error


def _translate(engine: Engine, error: BaseException, *, unnamed: str = "") -> QloakError:
    """The error of ours for one of a driver; `unnamed` stands for an SQLSTATE that its driver did not give."""
    place = place_of(engine)
    # The last line of some drivers' messages shows the statement; the first says what is wrong.
    said = (str(error).strip().splitlines() or [type(error).__name__])[0].rstrip(".")
    kinds = _SQLITE if is_sqlite(engine) else _POSTGRESQL
    reason = getattr(error, "sqlite_errorname" if is_sqlite(engine) else "sqlstate", None) or unnamed
    for prefix, (kind, sentence) in kinds.items():
        if reason.startswith(prefix):
            return kind(f"{place}: {sentence} ({said}).")
    return QloakError(f"{place}: the database refused: {said}.")


_Sentence = tuple[type[QloakError], str]

_SQLITE: dict[str, _Sentence] = {
    "SQLITE_BUSY": (LockedError, "locked by another process. Try again"),
    "SQLITE_LOCKED": (LockedError, "locked by another process. Try again"),
    "SQLITE_CORRUPT": (IntegrityError, "the file is damaged; nothing has been changed"),
    "SQLITE_NOTADB": (IntegrityError, "this is not an SQLite database; nothing has been changed"),
    "SQLITE_IOERR_SHORT_READ": (IntegrityError, "the file is cut short; nothing has been changed"),
    "SQLITE_FULL": (QloakError, "the disk is full; nothing has been changed. Make room and try again"),
    "SQLITE_IOERR": (UnavailableError, "the disk cannot be read or written"),
    "SQLITE_CANTOPEN": (UnavailableError, "the file cannot be opened"),
    "SQLITE_READONLY": (UnavailableError, "the file cannot be written"),
    "SQLITE_PERM": (UnavailableError, "the file may not be opened"),
    "SQLITE_CONSTRAINT": (ConflictError, "this contradicts what is stored"),
    "SQLITE_TOOBIG": (UsageError, "a value is too large"),
}

_POSTGRESQL: dict[str, _Sentence] = {
    "08": (UnavailableError, "the server does not answer"),
    "57P": (UnavailableError, "the server is shutting down"),
    "53100": (QloakError, "the server's disk is full; nothing has been changed. Make room and try again"),
    "53": (UnavailableError, "the server is overloaded"),
    "28": (UnavailableError, "the server refuses this user"),
    "3D": (UnavailableError, "there is no such database on the server"),
    "55P03": (LockedError, "locked by another process. Try again"),
    "40": (LockedError, "others changed the same things at the same time. Try again"),
    "XX": (IntegrityError, "the server's files are damaged"),
    "23": (ConflictError, "this contradicts what is stored"),
    "22": (UsageError, "a value cannot be stored"),
}
"""First characters of the SQLSTATE."""
