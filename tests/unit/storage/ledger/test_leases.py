"""Several gateways on one ledger: what a dead one leaves is taken up once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections import Counter

import pytest

from qloak.errors import ConflictError, LockedError, UnavailableError
from qloak.storage.database import write
from qloak.storage.ledger import ObjectState, SqlLedger
from qloak.storage.ledger.leases import LEASE_SECONDS, FolderLock
from tests.ledgers import new_object, step
from tests.postgres import fresh_database


@pytest.fixture
def url(postgres_server):
    return fresh_database(postgres_server, "leases")


def make_late(ledger, seconds):
    """As if the worker had not been heard of for so long."""
    with write(ledger.engine) as connection:
        connection.exec_driver_sql(f"UPDATE workers SET beat = beat - {seconds} WHERE worker = '{ledger.worker}'")


def test_gateways_share_one_vault(url):
    with SqlLedger.open(url) as one, SqlLedger.open(url) as two:
        assert one.vault_id == two.vault_id
        assert one.worker != two.worker
        (record,) = one.create([new_object()])
        assert two.find("alice", record.object_id) == record


def test_what_a_living_worker_does_is_left_to_it(url):
    with SqlLedger.open(url) as one, SqlLedger.open(url) as two:
        one.create([new_object()])
        assert two.unfinished() == []
        make_late(one, LEASE_SECONDS - 10)
        assert two.unfinished() == []


def test_what_a_dead_worker_left_is_taken_up_and_it_is_too_late(url):
    with SqlLedger.open(url) as one, SqlLedger.open(url) as two:
        (left,) = one.create([new_object()])
        make_late(one, LEASE_SECONDS + 1)
        (taken,) = two.unfinished()
        assert (taken.object_id, taken.worker, taken.revision) == (left.object_id, two.worker, left.revision + 1)
        (late,) = one.change([step(left, ObjectState.STORED)])
        assert isinstance(late, ConflictError)
        # It is alive after all, and what it begins from now on is its own.
        one.heartbeat()
        (fresh,) = one.create([new_object()])
        assert two.unfinished() == []
        assert one.change([step(fresh, ObjectState.STORED)])[0].state is ObjectState.STORED


def test_working_renews_the_lease(url, monkeypatch):
    import time

    with SqlLedger.open(url) as one, SqlLedger.open(url) as two:
        one.create([new_object()])
        make_late(one, LEASE_SECONDS + 1)
        start = time.monotonic()
        monkeypatch.setattr(time, "monotonic", lambda: start + LEASE_SECONDS)
        one.create([new_object()])
        assert two.unfinished() == []


def test_a_name_finds_its_own_past_at_once(url):
    gone = SqlLedger.open(url, worker="gateway-1")
    other = SqlLedger.open(url, worker="gateway-2")
    (left,) = gone.create([new_object()])
    other.create([new_object()])
    # Not closed: killed.
    with SqlLedger.open(url, worker="gateway-1") as back:
        assert [record.object_id for record in back.unfinished()] == [left.object_id]
    other.close()
    gone.engine.dispose()


def test_a_worker_that_ends_in_good_order_leaves_its_work_at_once(url):
    with SqlLedger.open(url) as two:
        with SqlLedger.open(url) as one:
            (left,) = one.create([new_object()])
        assert [record.object_id for record in two.unfinished()] == [left.object_id]


def test_each_thing_left_is_taken_up_by_one(url):
    with SqlLedger.open(url) as one:
        left = one.create([new_object(num_clones=2) for _ in range(120)])
    heirs = [SqlLedger.open(url) for _ in range(4)]
    taken = []

    def inherit(heir):
        while records := heir.unfinished(limit=7):
            taken.extend(record.object_id for record in records)

    threads = [threading.Thread(target=inherit, args=(heir,)) for heir in heirs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # Rows that others lock are passed over, so that the last may be left for the next look.
    inherit(heirs[0])
    assert Counter(taken) == Counter(record.object_id for record in left)
    for heir in heirs:
        heir.close()


def test_gateways_that_start_together_make_one_ledger(url):
    opened, errors = [], []

    def start():
        try:
            opened.append(SqlLedger.open(url))
        except BaseException as error:  # noqa: BLE001 - shown below
            errors.append(error)

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    assert len({ledger.vault_id for ledger in opened}) == 1
    for ledger in opened:
        ledger.close()


# --- the lock of a folder --------------------------------------------------------------------------------------


def test_a_killed_process_lets_go_of_its_folder(tmp_path):
    path = tmp_path / "vault.db"
    program = f"""
import os, sys
from qloak.storage.ledger import SqlLedger
ledger = SqlLedger.open({str(path)!r}, worker="w")
print(os.getpid(), flush=True)
sys.stdin.read()
"""
    child = subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert int(child.stdout.readline()) == child.pid
    with pytest.raises(LockedError, match=rf"another process \({child.pid}\)"):
        SqlLedger.open(path)
    os.kill(child.pid, signal.SIGKILL)
    child.communicate()
    SqlLedger.open(path).close()


def test_a_lock_is_given_back_once(tmp_path):
    lock = FolderLock(tmp_path / "lock")
    lock.release()
    lock.release()
    FolderLock(tmp_path / "lock").release()


def test_a_folder_that_cannot_be_written_is_unavailable(tmp_path):
    with pytest.raises(UnavailableError, match="cannot be opened"):
        FolderLock(tmp_path / "missing" / "lock")
    with pytest.raises(UnavailableError, match="cannot be opened"):
        SqlLedger.open(tmp_path / "missing" / "vault.db")


def test_a_ledger_that_does_not_open_leaves_no_lock(tmp_path):
    path = tmp_path / "vault.db"
    path.write_bytes(b"no database" * 100)
    for _ in range(2):
        with pytest.raises(Exception, match="not an SQLite database"):
            SqlLedger.open(path)
    path.unlink()
    SqlLedger.open(path).close()
