"""Opening, reading and writing databases, and what becomes of their errors."""

from __future__ import annotations

import sqlite3
import stat
import threading
import traceback

import pytest
import sqlalchemy as sa

from qloak.errors import (
    ConflictError,
    IntegrityError,
    LockedError,
    QloakError,
    UnavailableError,
    UsageError,
    VaultMissingError,
)
from qloak.storage import database
from qloak.storage.database import create_tables, database_file, open_database, place_of, read, write
from tests.postgres import fresh_database, postgres_server  # noqa: F401 - a fixture

METADATA = sa.MetaData()
THINGS = sa.Table("things", METADATA, sa.Column("name", sa.Text, primary_key=True), sa.Column("body", sa.LargeBinary))
BODY = bytes(range(256)) * 16


def fill(engine, count=50):
    with write(engine) as connection:
        connection.execute(THINGS.insert(), [{"name": f"thing {i}", "body": BODY} for i in range(count)])


def names(engine):
    with read(engine) as connection:
        return connection.execute(sa.select(THINGS.c.name).order_by(THINGS.c.name)).scalars().all()


@pytest.fixture
def place(tmp_path):
    return tmp_path / "things.db"


@pytest.fixture
def engine(place):
    opened = open_database(place, METADATA)
    yield opened
    opened.dispose()


# --- SQLite ----------------------------------------------------------------------------------------------------


def test_every_connection_has_the_settings_that_survive_a_power_loss(engine):
    with read(engine) as one, read(engine) as two:
        for connection in (one, two):
            asked = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")
            answers = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in asked]
            # 2 is FULL.
            assert answers == ["wal", 2, 1, 20_000]


def test_a_new_file_is_its_users_alone(engine, place):
    fill(engine, 1)
    for suffix in ("", "-wal", "-shm"):
        assert stat.S_IMODE(place.with_name(place.name + suffix).stat().st_mode) == 0o600


def test_what_is_raised_undoes_everything(engine):
    def half():
        with write(engine) as connection:
            connection.execute(THINGS.insert(), [{"name": "never"}])
            raise KeyError

    with pytest.raises(KeyError):
        half()
    assert names(engine) == []


def test_a_reader_sees_one_moment(engine):
    with read(engine) as connection:
        count = sa.select(sa.func.count()).select_from(THINGS)
        assert connection.execute(count).scalar() == 0
        fill(engine, 3)
        assert connection.execute(count).scalar() == 0
    assert len(names(engine)) == 3


def test_writers_take_turns_and_read_what_the_others_wrote(engine):
    # Were a transaction not immediate, two would read the same number and one would fail or overwrite the other.
    with write(engine) as connection:
        connection.execute(THINGS.insert(), [{"name": "count", "body": b"0"}])

    def add():
        for _ in range(25):
            with write(engine) as connection:
                number = int(connection.execute(sa.select(THINGS.c.body)).scalar_one())
                connection.execute(THINGS.update().values(body=str(number + 1).encode()))

    threads = [threading.Thread(target=add) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with read(engine) as connection:
        assert connection.execute(sa.select(THINGS.c.body)).scalar_one() == b"200"


def test_another_process_that_keeps_writing_is_a_locked_error(engine, place, monkeypatch):
    engine.dispose()
    monkeypatch.setattr(database, "_BUSY_SECONDS", 0.05)
    with sqlite3.connect(place, isolation_level=None) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LockedError, match=r"things\.db: locked by another process"), write(engine):
            pytest.fail("two writers at once")
        other.execute("ROLLBACK")
    other.close()


def test_a_full_disk_is_named_and_nothing_is_half_written(engine):
    fill(engine, 1)

    def too_much():
        with write(engine) as connection:
            connection.exec_driver_sql("PRAGMA max_page_count = 10")
            connection.execute(THINGS.insert(), [{"name": f"large {i}", "body": BODY} for i in range(100)])

    with pytest.raises(QloakError, match="the disk is full; nothing has been changed"):
        too_much()
    assert names(engine) == ["thing 0"]


def test_a_contradiction_is_a_conflict(engine):
    fill(engine, 1)
    with pytest.raises(ConflictError, match="UNIQUE"):
        fill(engine, 1)


def test_text_that_utf8_cannot_write_is_refused(engine):
    with pytest.raises(UsageError, match="UTF-8"), write(engine) as connection:
        connection.execute(THINGS.insert(), [{"name": "\ud800"}])


def test_more_readers_than_connections_are_told_to_try_again(engine, monkeypatch):
    small = sa.create_engine(engine.url, pool_size=1, max_overflow=0, pool_timeout=0.01)
    with read(small), pytest.raises(UnavailableError, match="all connections are busy"), read(small):
        pytest.fail("there is one connection")
    small.dispose()


# --- files that are not what they should be ---------------------------------------------------------------------


@pytest.fixture
def content(tmp_path):
    path = tmp_path / "good.db"
    engine = open_database(path, METADATA)
    fill(engine)
    engine.dispose()
    return path.read_bytes()


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda _: b"", "is empty"),
        (lambda good: good[:50], "beginning is damaged"),
        (lambda _: b"#!/bin/sh\n" * 100, "not an SQLite database"),
        (lambda good: good[:-1], "cut short"),
        (lambda good: good[:-4096], "cut short"),
        (lambda good: good[: len(good) // 2], "cut short"),
    ],
)
def test_a_damaged_file_is_named_and_left_as_it_is(content, place, damage, message):
    place.write_bytes(damage(content))
    with pytest.raises(IntegrityError, match=rf"things\.db: .*{message}"):
        open_database(place, METADATA, create=False)
    assert place.read_bytes() == damage(content)


def test_damage_inside_is_found_when_it_is_read(content, place):
    pages = bytearray(content)
    pages[4096:] = b"\xff" * (len(pages) - 4096)
    place.write_bytes(pages)
    engine = open_database(place)
    with pytest.raises(IntegrityError, match=r"things\.db: the file is damaged"), read(engine) as connection:
        connection.execute(sa.select(THINGS)).all()
    engine.dispose()


def test_a_crash_leaves_a_file_that_opens(content, place):
    # What a killed process leaves: pages in the log that never reached the file, which is then shorter than it says.
    engine = open_database(place, METADATA)
    fill(engine, 3)
    log = place.with_name(place.name + "-wal").read_bytes()
    before = place.read_bytes()
    engine.dispose()
    place.write_bytes(before)
    place.with_name(place.name + "-wal").write_bytes(log)
    reopened = open_database(place, METADATA, create=False)
    assert len(names(reopened)) == 3
    reopened.dispose()


def test_a_missing_file_is_made_only_where_it_may_be(place):
    with pytest.raises(VaultMissingError, match=r"things\.db"):
        open_database(place, create=False)
    assert not place.exists()


@pytest.mark.parametrize("name", ["no/such/folder.db", "."])
def test_a_place_where_no_file_can_be_is_unavailable(tmp_path, name):
    with pytest.raises(UnavailableError, match="cannot be opened"):
        open_database(tmp_path / name)


@pytest.mark.parametrize(
    "url", ["mysql://me:secret@host/x", "sqlite://", "postgresql://me:secret@host:port/x", "://", "x://"]
)
def test_other_urls_are_refused_without_their_password(url):
    with pytest.raises(UsageError, match=r"database: got .*, expected a file, postgresql://") as refused:
        open_database(url)
    assert "secret" not in "".join(traceback.format_exception(refused.value))


def test_a_place_has_a_file_or_none(tmp_path):
    assert database_file(tmp_path / "a.db") == database_file(f"sqlite:///{tmp_path}/a.db") == tmp_path / "a.db"
    assert database_file("postgresql://host/x") is None


# --- PostgreSQL ------------------------------------------------------------------------------------------------


def test_a_server_that_does_not_answer_is_unavailable_and_the_password_stays_secret():
    with pytest.raises(UnavailableError, match="the server does not answer") as refused:
        open_database("postgresql://me:secret@127.0.0.1:9/x")
    assert "secret" not in str(refused.value)
    assert "me:***@127.0.0.1" in str(refused.value)


def test_postgresql_reads_writes_and_translates(postgres_server):  # noqa: F811
    url = fresh_database(postgres_server, "things")
    engine = open_database(url, METADATA)
    create_tables(engine, METADATA)
    fill(engine, 2)
    assert names(engine) == ["thing 0", "thing 1"]
    with pytest.raises(ConflictError, match="this contradicts what is stored"):
        fill(engine, 1)
    with pytest.raises(UsageError, match=r"a value cannot be stored .*NUL"), write(engine) as connection:
        connection.execute(THINGS.insert(), [{"name": "a\0b"}])

    def want_it_too():
        with write(engine) as connection:
            connection.exec_driver_sql("SET LOCAL lock_timeout = 20")
            connection.execute(sa.select(THINGS).with_for_update()).all()

    with write(engine) as holder:
        holder.exec_driver_sql("LOCK TABLE things")
        with pytest.raises(LockedError, match="locked by another process"):
            want_it_too()
    assert "things" in place_of(engine)
    engine.dispose()


def test_a_database_that_is_not_there_is_unavailable(postgres_server):  # noqa: F811
    with pytest.raises(UnavailableError, match="no-such-database"):
        open_database(f"postgresql:///no-such-database{postgres_server}")


def test_a_server_that_went_away_is_unavailable_and_then_back(postgres_server):  # noqa: F811
    engine = open_database(fresh_database(postgres_server, "cut"), METADATA)
    with pytest.raises(UnavailableError), write(engine) as connection:
        # The server ends this very connection, as it does when it is shut down.
        connection.exec_driver_sql("SELECT pg_terminate_backend(pg_backend_pid())")
    fill(engine, 1)
    assert names(engine) == ["thing 0"]
    engine.dispose()
