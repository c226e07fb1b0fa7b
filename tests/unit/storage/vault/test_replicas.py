"""Several vaults over one ledger, and one from a backup."""

from __future__ import annotations

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from qloak.errors import FencedError, KeyConsumedError, RedeemInProgressError
from qloak.storage.ledger import ObjectRecord, ObjectState, SqlLedger
from qloak.storage.ledger.backup import write_backup
from qloak.storage.vault import PutRequest, RedeemRequest, StepRequest, Vault
from qloak.storage.vault.restoring import restore_vault
from tests.postgres import fresh_database, postgres_server
from tests.vaults import Bomb, Crash, Play, attempt, rigged

__all__ = ["postgres_server"]

EXACT = 1 - 1e-9


@pytest.fixture
def replicas(postgres_server, tmp_path):
    """Two gateways' vaults: a ledger in PostgreSQL, one world, the same providers."""
    url = fresh_database(postgres_server, "replicas")
    play = Play(tmp_path / "vault", ledger=url)
    second = SqlLedger.open(url)
    yield play, Vault(second, play.vault.world, play.vault.fleet)
    second.close()
    play.vault.close()


def test_64_redemptions_through_two_gateways(replicas):
    """One of them wins, and whoever repeats its key hears the same."""
    play, second = replicas
    register = play.state()
    record = play.put(register)
    vaults = [play.vault, second]
    requests = [RedeemRequest(object_id=record.object_id, idempotency_key=f"k{i // 2}") for i in range(64)]
    with ThreadPoolExecutor(32) as pool:
        calls = [partial(vaults[i % 2].redeem, request) for i, request in enumerate(requests)]
        outcomes = [job.result() for job in [pool.submit(attempt, call) for call in calls]]
    won = {
        (outcome.handle, r.idempotency_key)
        for outcome, r in zip(outcomes, requests, strict=True)
        if isinstance(outcome, ObjectRecord)
    }
    assert len(won) == 1
    ((handle, key),) = won
    errors = Counter(type(outcome) for outcome in outcomes if not isinstance(outcome, ObjectRecord))
    assert set(errors) <= {RedeemInProgressError, KeyConsumedError}
    for vault in vaults:
        again = vault.redeem(RedeemRequest(object_id=record.object_id, idempotency_key=key))
        assert again.handle == handle
    assert play.fidelity(again, register) > EXACT
    assert play.problems() == []


def test_the_other_gateway_takes_over(replicas):
    """A gateway dies in the middle; as soon as it is known to be gone, the other one finishes its work."""
    play, second = replicas
    register = play.state()
    record = play.put(register)
    with pytest.raises(Crash), rigged(play.vault, Bomb(11)):
        play.redeem(record, idempotency_key="k")
    assert second.replay() == 0
    play.vault.ledger.close()
    assert second.replay() == 1
    done = second.redeem(RedeemRequest(object_id=record.object_id, idempotency_key="k"))
    assert second.workbench.fidelity("local", done.handle, register) > EXACT


def test_a_ledger_from_yesterday(play, tmp_path):
    """What was put before the backup comes back, also what was refreshed since; what was spent is spent."""
    registers = [play.state() for _ in range(4)]
    kept, refreshed, spent, removed = play.vault.put_many([PutRequest(register=register) for register in registers])
    write_backup(play.vault.ledger, tmp_path / "backup")
    play.refresh(refreshed)
    play.redeem(spent)
    play.remove(removed)
    play.vault.close()
    (play.folder / "vault.db").unlink()
    restore_vault(play.folder, tmp_path / "backup")
    play.vault = Vault.open(play.folder)
    for record, register in ((kept, registers[0]), (refreshed, registers[1])):
        assert play.fidelity(play.redeem(record), register) > EXACT
    with pytest.raises(KeyConsumedError):
        play.redeem(spent)
    assert play.now(removed).state is ObjectState.DELETED


def test_an_older_process_is_fenced(play, tmp_path):
    """After a restore whoever still works with the old ledger is refused by the world."""
    record = play.put()
    play.vault.world.open_epoch(play.vault.holder)
    with pytest.raises(FencedError):
        play.redeem(record)
    assert isinstance(
        attempt(partial(play.vault.refresh, StepRequest(object_id=record.object_id, action="refresh"))), Exception
    )
