"""What a gateway does by itself."""

from __future__ import annotations

import time

import pytest

from qloak.errors import UnavailableError
from qloak.service.gateway import GatewayOptions
from qloak.service.gateway.upkeep import Upkeep
from qloak.storage.ledger import ObjectState
from qloak.storage.vault import RedeemRequest
from tests.gateways import Gateway
from tests.vaults import Bomb, Crash


@pytest.fixture
def gateway(tmp_path):
    with Gateway(tmp_path / "vault") as running:
        yield running


def test_a_round_cleans_up_and_seals(gateway):
    you = gateway.caller()
    stored = you.put()["id"]
    you.done("POST", f"/v1/objects/{stored}/redeem")
    assert sum(info.used for info in gateway.vault.fleet.health(fresh=True).values()) >= 5
    Upkeep(gateway.vault).round()
    assert sum(info.used for info in gateway.vault.fleet.health(fresh=True).values()) == 0
    assert all(entry["seal"] for entry in you.done("GET", "/v1/audit")["entries"])


def test_a_round_finishes_what_was_left(gateway):
    you = gateway.caller()
    stored = you.put()["id"]
    # Its process was killed between two steps; the ledger is another life's then.
    shop = gateway.vault._shop
    object.__setattr__(shop, "checkpoint", Bomb(1))
    with pytest.raises(Crash):
        gateway.vault.redeem(RedeemRequest(object_id=stored))
    object.__setattr__(shop, "checkpoint", lambda _: None)
    assert you.done("GET", f"/v1/objects/{stored}")["state"] == "redeeming"
    gateway.vault.ledger.let_go([stored])
    Upkeep(gateway.vault).round()
    assert you.done("GET", f"/v1/objects/{stored}")["state"] in ("stored", "redeemed")
    assert gateway.vault.ledger.count().get(ObjectState.REDEEMING, 0) == 0


def test_one_failure_does_not_keep_from_the_rest(gateway, monkeypatch, capsys):
    def fails():
        raise UnavailableError("not now")

    you = gateway.caller()
    you.put()
    monkeypatch.setattr(gateway.vault, "replay", fails)
    Upkeep(gateway.vault).round()
    assert all(entry["seal"] for entry in you.done("GET", "/v1/audit")["entries"])
    said = capsys.readouterr()
    assert "unavailable" in said.out + said.err


def test_it_runs_beside_requests_and_ends_with_the_application(tmp_path, monkeypatch):
    monkeypatch.setattr("qloak.service.gateway.upkeep._EVERY_SECONDS", 0.01)
    with Gateway(tmp_path / "vault", GatewayOptions()) as gateway:
        you = gateway.caller()
        upkeep = Upkeep(gateway.vault, every_seconds=0.01)
        upkeep.start()
        stored = [you.put()["id"] for _ in range(10)]
        for name in stored:
            you.done("POST", f"/v1/objects/{name}/redeem")
        deadline = time.monotonic() + 20
        while gateway.vault.ledger.to_free() and time.monotonic() < deadline:
            time.sleep(0.01)
        upkeep.stop()
        assert not gateway.vault.ledger.to_free()
        assert {item["state"] for item in you.done("GET", "/v1/objects")["objects"]} == {"redeemed"}
