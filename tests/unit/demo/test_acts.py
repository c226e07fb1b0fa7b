"""The vault of the demo: its own, reproducible, and nothing of it is left."""

from __future__ import annotations

import tempfile

import pytest

from qloak.demo.acts import play, temporary_vault
from qloak.demo.script import StoryOptions
from qloak.errors import UnavailableError
from qloak.simulators import Register
from qloak.storage.vault.local_client import LocalClient

QUBIT = Register.bloch(1.1, 0.7)
SITES = ("x", "y")


@pytest.fixture
def scratch(tmp_path, monkeypatch):
    """An empty folder for temporary files."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_the_acts_are_those_of_the_vault(scratch):
    said: list[str] = []

    def progress(line: str) -> None:
        said.append(line)
        assert bool(list(scratch.iterdir())) == (len(said) > 1)

    acts = play(QUBIT, StoryOptions(num_clones=3), survivor=2, progress=progress)
    assert (acts.on_vault, acts.surviving, acts.clone) == (True, 1, "S3")
    assert acts.seen.state_fidelity(QUBIT) == pytest.approx(1, abs=1e-12)
    assert (acts.refused.code, acts.refused.exit_code, acts.refused.http_status) == ("key-consumed", 12, 409)
    assert len(said) == 5
    assert list(scratch.iterdir()) == []


@pytest.mark.parametrize(("failure", "moment"), [*((KeyboardInterrupt, m) for m in range(5)), (UnavailableError, 3)])
def test_nothing_is_left_after_an_interruption(scratch, failure, moment):
    said: list[str] = []

    def progress(line: str) -> None:
        said.append(line)
        if len(said) > moment:
            raise failure

    with pytest.raises(failure):
        play(QUBIT, StoryOptions(num_clones=2), survivor=0, progress=progress)
    assert len(said) == moment + 1
    assert list(scratch.iterdir()) == []


def test_the_seed_decides_what_the_world_draws(scratch):
    def outcomes(seed: int) -> list[int]:
        with temporary_vault(SITES, seed=seed) as vault:
            client = LocalClient(vault)
            handle = client.prepare({"qasm": "OPENQASM 3.0; qubit[40] q;"})["handle"]
            return [client.measure(handle, {qubit: "X"})["outcome"] for qubit in range(40)]

    first = outcomes(1)
    assert outcomes(1) == first
    assert outcomes(2) != first  # equal with probability 2^-40 < 1e-12


def test_the_world_stands_still(scratch):
    with temporary_vault(SITES, seed=0) as vault:
        assert vault.world.now() == vault.world.now() == 0


@pytest.mark.parametrize("blocked", ["/proc/no/such", "/dev/null"])
def test_without_room_for_a_temporary_folder(monkeypatch, blocked):
    monkeypatch.setattr(tempfile, "tempdir", blocked)
    with pytest.raises(UnavailableError, match=r"^demo: no temporary folder for its vault: .*Set TMPDIR"):
        play(QUBIT, StoryOptions(), survivor=0, progress=lambda _: None)
