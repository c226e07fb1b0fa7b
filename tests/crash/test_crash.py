"""Processes that are really killed: at least thirty times, and nothing is lost, doubled, or half done.

Each campaign is a process of its own that forks those which are killed. Nothing here is statistical: random moments
decide which of the promises is put to the test, and every promise holds at every moment.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from qloak.core import CustodyPolicy
from qloak.simulators import Register
from qloak.storage.vault.local_client import LocalClient
from qloak.storage.world.operations import Recover
from tests.crash.customer import Customer
from tests.crash.journal import Item, Journal
from tests.crash.oracle import Audit
from tests.vaults import Play

ROOT = Path(__file__).parents[2]
SEED = 20_260_727

pytestmark = pytest.mark.timeout(240)


def run(kind: str, folder: Path, **numbers: int) -> list[dict[str, Any]]:
    """The reports of one campaign."""
    options = [f"{key}={value}" for key, value in numbers.items()]
    environment = {**os.environ, "PYTHONPATH": str(ROOT / "src"), "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "tests.crash", kind, str(folder), str(SEED), *options]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=220, check=False)
    assert done.returncode == 0, done.stderr[-4000:]
    reports = [json.loads(line) for line in done.stdout.splitlines()]
    print(f"{kind}: seed {SEED}, {sum(report['killed'] for report in reports)} kills")
    return reports


def violations(reports: list[dict[str, Any]]) -> list[str]:
    return [f"{report['kind']} {report['at']}: {text}" for report in reports for text in report["violations"]]


def test_a_process_that_dies_around_its_commits(tmp_path):
    """Before and after commits and at checkpoints, spread evenly over a life; the next life dies tidying up."""
    reports = run("sweep", tmp_path, first=7, stride=29)
    assert violations(reports) == []
    assert sum(report["killed"] for report in reports) >= 8
    # The last life got through: no moment after it was left out.
    assert not reports[-1]["killed"]


def test_a_vault_of_many_lives(tmp_path):
    reports = run("embedded", tmp_path, kills=14)
    assert violations(reports) == []
    assert sum(report["killed"] for report in reports) == 14


@pytest.mark.slow
def test_a_deployment_under_fire(tmp_path):
    """World, gateway, three providers and two customers, each a process."""
    reports = run("deployment", tmp_path, kills=8)
    assert violations(reports) == []
    assert sum(report["killed"] for report in reports) == 8


class TestOracle:
    """It sees what it is there for."""

    @pytest.fixture
    def play(self, tmp_path):
        played = Play(tmp_path / "vault", providers=("aurora", "borealis"))
        yield played
        played.vault.close()

    @pytest.fixture
    def item(self) -> Item:
        return Item("mine", {"random": 1, "seed": 5}, state="stored")

    def found(self, play: Play, item: Item) -> str:
        audit = Audit(play.vault, play.folder / "world.db", [Journal(Path("none"), {item.name: item})])
        try:
            return " | ".join(audit.violations())
        finally:
            audit.close()

    def put(self, play: Play, item: Item, **more: Any) -> None:
        client = LocalClient(play.vault)
        item.object_id = client.put(item.source, Customer.options(item.name, **more))["id"]

    def test_nothing_to_see(self, play, item):
        self.put(play, item)
        assert self.found(play, item) == ""

    def test_a_second_readable_copy(self, play, item):
        self.put(play, item)
        LocalClient(play.vault).prepare(item.source)
        assert "can be read 2 times" in self.found(play, item)

    def test_a_copy_behind_the_ledgers_back(self, play, item):
        self.put(play, item, custody=CustodyPolicy.CLONES_AND_SOURCE.value)
        record = play.all()[0]
        held = tuple(play.vault.world.custody([record.stored], holder=play.vault.holder)[record.stored])
        deposit = record.placements[0].deposit
        play.vault.fleet[record.placements[0].provider].release([deposit], to=play.vault.holder)
        opened = Recover(
            op_id="behind", holder=play.vault.holder, stored=record.stored, qubits=(1, 3, 4), handle="copy"
        )
        assert held == (0, 3, 4)
        [result] = play.vault.world.apply([opened], epoch=play.vault.ledger.epoch)
        assert result.value is not None
        said = self.found(play, item)
        assert "register copy is in the world alone" in said
        assert "is stored and cannot be opened" in said

    def test_a_state_that_is_not_what_was_put(self, play, item):
        play.put(Register.bloch(0.1, 0.2), name=item.name)
        play.redeem(play.all()[0])
        item.state, item.handle = "redeemed", play.all()[0].handle
        assert "is nowhere with fidelity 1" in self.found(play, item)

    def test_an_object_that_was_never_stored(self, play, item):
        assert "mine was stored to its customer, and is nowhere" in self.found(play, item)
