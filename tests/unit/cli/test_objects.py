"""put, ls, show, get, refresh, rm and export on an embedded vault."""

from __future__ import annotations

import math

import numpy as np
import pytest
import stim

from qloak.errors import ForbiddenError, UnavailableError
from qloak.storage.vault.local_client import LocalClient
from tests.unit.cli.commands import qloak, refused, refused_in_json
from tests.unit.cli.vaults import folder, template, vault

__all__ = ["folder", "template", "vault"]


def stored(*arguments: object) -> dict:
    ran = qloak("put", *arguments, "--json")
    assert (ran.code, ran.err) == (0, "")
    return ran.json()


def lose(name: str) -> None:
    """A provider loses all that it has, and comes back empty."""
    assert "does not answer" in qloak("provider", "destroy", name).out
    assert ": answers" in qloak("provider", "recover", name).out


def test_put_makes_a_vault_with_a_line_on_stderr(folder):
    ran = qloak("put", "--bloch", "1.05,0.5", "--name", "a", "--json")
    assert (ran.code, ran.err) == (0, f"qloak: made a vault with 6 providers in {folder}\n")
    document = ran.json()
    assert document["state"] == "stored"
    assert [place["clone"] for place in document["placements"]] == [f"S{i}" for i in range(1, 7)]
    assert len({place["provider"] for place in document["placements"]}) == 6


@pytest.mark.usefixtures("vault")
class TestPut:
    def test_says_what_it_did(self):
        ran = qloak("put", "--ghz", 3, "--name", "ghz", "--clones", 4)
        assert ran.code == 0
        assert "(ghz): stored" in ran.out
        assert "3 qubits, 4 clones, custody clones" in ran.out
        assert "emulated" in ran.out

    def test_providers_by_name(self):
        document = stored("--random", "--clones", 2, "--providers", "fjord,aurora")
        assert [place["provider"] for place in document["placements"]] == ["fjord", "aurora"]

    def test_a_register_from_the_workbench(self):
        handle = qloak("register", "new", "--ghz", 3, "--json").json()["handle"]
        document = stored("--handle", handle, "--positions", "0,2")
        assert document["num_qubits"] == 2

    def test_a_kept_half(self):
        assert stored("--bell")["num_qubits"] == 1
        (kept,) = qloak("register", "ls", "--json").json()["registers"]
        assert (kept["num_qubits"], kept["live"]) == (1, True)

    def test_a_repeated_key_stores_once(self):
        first, again = (stored("--bloch", "1,2", "--idempotency-key", "k") for _ in range(2))
        assert first["id"] == again["id"]
        refused(qloak("put", "--bloch", "1,3", "--idempotency-key", "k"), "key", code=1)

    @pytest.mark.parametrize(
        ("words", "num_qubits"), [(["--random", "--qubits", 2], 2), (["--bell"], 1), (["--ghz", 5, "--keep", 2], 3)]
    )
    def test_a_plan_stores_nothing(self, words, num_qubits):
        document = qloak("put", *words, "--dry-run", "--clones", 4, "--json").json()
        assert (document["schema"], document["num_qubits"]) == ("qloak.put-plan/1", num_qubits)
        # A source, four signal and four noise qubits for each.
        assert document["qubits"] == 9 * num_qubits
        assert qloak("ls", "--json").json()["objects"] == []

    def test_a_plan_for_people_and_for_registers(self):
        handle = qloak("register", "new", "--ghz", 3, "--json").json()["handle"]
        ran = qloak("put", "--handle", handle, "--custody", "pairs", "--clones", 3, "--dry-run")
        assert "3 qubits in 3 clones, custody pairs" in ran.out
        assert "everything: aurora + borealis + cirrus" in ran.out
        assert "warning: " in ran.out
        ran = qloak("put", "--handle", handle, "--positions", "1", "--dry-run", "--json")
        assert ran.json()["num_qubits"] == 1

    @pytest.mark.parametrize(
        ("words", "message"),
        [
            ([], "expected --bloch"),
            (["--bloch", "1"], "--bloch"),
            (["--random", "--clones", "two"], "--clones"),
            (["--random", "--clones", 1], "clones"),
            (["--random", "--custody", "mine"], "custody"),
            (["--random", "--providers", "aurora,nowhere"], "nowhere"),
            (["--random", "--min-clones", 7], "min_clones"),
            (["--random", "--qubits", 40], "40"),
            (["--ghz", 5000], "5000"),
            (["--handle", "r0"], "r0"),
            (["--random", "--name", "x" * 300], "name"),
        ],
    )
    def test_bad_input(self, words, message):
        refused(qloak("put", *words), message)
        refused_in_json(qloak("put", *words, "--json"), message)
        assert qloak("ls", "--json").json()["objects"] == []

    def test_more_clones_than_providers(self):
        refused(qloak("put", "--random", "--clones", 8), "8", "qloak provider add")


@pytest.mark.usefixtures("vault")
class TestLook:
    def test_pages(self):
        ids = [stored("--random", "--name", f"n{i}")["id"] for i in range(3)]
        document = qloak("ls", "--limit", 2, "--json").json()
        assert ([each["id"] for each in document["objects"]], document["next"]) == (ids[:2], ids[1])
        ran = qloak("ls", "--limit", 2)
        assert ran.err == f"qloak: there may be more: qloak ls --after {ids[1]}\n"
        assert ran.out.splitlines()[0].split() == ["id", "name", "state", "qubits", "clones", "custody", "put"]
        assert [line.split()[:3] for line in ran.out.splitlines()[1:]] == [[ids[i], f"n{i}", "stored"] for i in (0, 1)]
        assert [each["id"] for each in qloak("ls", "--after", ids[1], "--json").json()["objects"]] == ids[2:]

    def test_states(self):
        stored("--random", "--name", "a")
        assert qloak("ls", "--state", "redeemed,lost", "--json").json()["objects"] == []
        refused(qloak("ls", "--state", "gone"), "gone")
        refused(qloak("ls", "--limit", "0"), "limit")

    def test_who_can_read_and_how_well_it_would_come_back(self):
        stored("--random", "--name", "a")
        ran = qloak("show", "a")
        assert "6 of 6 clones survive, 1 needed: it can be redeemed" in ran.out
        assert "everything: owner + aurora; " in ran.out
        assert "nothing: aurora; " in ran.out
        assert "all 6 providers together" in ran.out
        assert "entanglement fidelity 1.000000000" in ran.out
        health = qloak("show", "a", "--json").json()["health"]
        assert health["predicted"]["in_one_hour"]["entanglement_fidelity"] == 1.0

    def test_an_odd_number_of_clones_is_warned_of(self):
        stored("--random", "--name", "a", "--clones", 3)
        ran = qloak("show", "a")
        assert "something (Y): aurora + borealis + cirrus" in ran.out
        assert "warning: n = 3 is odd" in ran.out

    def test_losses_show(self):
        stored("--random", "--name", "a", "--clones", 2, "--providers", "aurora,dune")
        lose("aurora")
        assert qloak("provider", "fail", "dune").code == 0
        ran = qloak("show", "a")
        assert [line.split() for line in ran.out.splitlines() if line.startswith("  S")] == [
            ["S1", "aurora", "lost"],
            ["S2", "dune", "unreachable"],
        ]
        assert "it cannot be redeemed now" in ran.out

    def test_names_cannot_move_the_cursor(self, monkeypatch):
        document = stored("--random", "--name", "a") | {"name": "a\x1b[2J"}
        monkeypatch.setattr(LocalClient, "object", lambda *_: document)
        assert "(a\\x1b[2J): stored" in qloak("show", "a").out


@pytest.mark.usefixtures("vault")
class TestGet:
    def test_once(self):
        stored("--bloch", "1.05,0.5", "--name", "a")
        receipt = qloak("get", "a", "--expect-bloch", "1.05,0.5", "--json").json()
        assert abs(receipt["fidelity"] - 1) < 1e-12
        ran = qloak("get", "a")
        refused(ran, "its key opened once", code=12)
        refused_in_json(qloak("get", "a", "--json"), code=12)
        shown = qloak("show", "a")
        assert receipt["handle"] in shown.out
        assert "redeemed" in shown.out

    def test_the_fidelity_is_that_with_the_expected_state(self):
        """|<0|psi>|^2 = cos^2(theta/2)."""
        stored("--bloch", "0.8,0.3", "--name", "a")
        ran = qloak("get", "a", "--expect-bloch", "0,0", "--json")
        assert abs(ran.json()["fidelity"] - math.cos(0.4) ** 2) < 1e-12

    def test_a_receipt_for_people(self, tmp_path):
        np.save(tmp_path / "v.npy", np.array([0.6, 0, 0, 0.8j]))
        stored("--statevector", tmp_path / "v.npy", "--name", "a")
        ran = qloak("get", "a", "--verify", 2, "--expect-statevector", tmp_path / "v.npy")
        assert "redeemed, and its key is spent" in ran.out
        assert "2 qubits" in ran.out
        assert "clones compared: clean" in ran.out
        assert "1.000000000000 (read from the emulator, as no device can)" in ran.out

    def test_a_repeated_key_gets_the_same_register(self):
        stored("--random", "--name", "a")
        first, again = (qloak("get", "a", "--idempotency-key", "k", "--json").json() for _ in range(2))
        assert first["handle"] == again["handle"]

    def test_what_cannot_be_compared_spends_nothing(self):
        stored("--ghz", 2, "--name", "a")
        refused(qloak("get", "a", "--expect-bloch", "1,2"), "Nothing is spent")
        refused(qloak("get", "a", "--expect-bloch", "1"), "--expect-bloch")
        refused(qloak("get", "a", "--verify", "x"), "--verify")
        refused(qloak("get", "a", "--clone", "S9"), "S9")
        refused(qloak("get", "a", "--method", "magic"), "magic")
        assert qloak("show", "a", "--json").json()["state"] == "stored"

    @pytest.mark.parametrize(
        ("error", "words"),
        [(ForbiddenError("No scope."), "no fidelity: No scope."), (UnavailableError("Away."), "not compared: Away.")],
    )
    def test_a_redemption_that_cannot_be_looked_at_is_one(self, monkeypatch, error, words):
        def blind(self, handle, *, expected=None):
            raise error

        monkeypatch.setattr(LocalClient, "peek", blind)
        stored("--bloch", "1,2", "--name", "a")
        ran = qloak("get", "a", "--expect-bloch", "1,2", "--json")
        assert ran.code == 0
        assert "fidelity" not in ran.json()
        assert words in ran.err

    def test_tampering_is_found_and_nothing_is_spent(self):
        """An X, Y or Z on one of two clones is always seen; with strength 1 there is one."""
        stored("--random", "--name", "a", "--clones", 2, "--providers", "aurora,dune")
        qloak("provider", "fail", "dune", "--fault", "tampering")
        refused(qloak("get", "a", "--verify", 2), code=14)
        assert qloak("show", "a", "--json").json()["state"] == "stored"

    def test_lost(self):
        stored("--random", "--name", "a", "--clones", 2, "--providers", "aurora,dune")
        lose("aurora")
        lose("dune")
        refused(qloak("get", "a"), code=13)

    def test_nobody_answers(self):
        stored("--random", "--name", "a", "--clones", 2, "--providers", "aurora,dune")
        for name in ("aurora", "dune"):
            qloak("provider", "fail", name)
        refused(qloak("get", "a"), code=1)
        qloak("provider", "recover", "dune")
        assert qloak("get", "a").code == 0

    def test_no_such_object(self):
        refused(qloak("get", "nobody"), "nobody", "qloak ls")
        refused(qloak("show", ""), "object")


@pytest.mark.usefixtures("vault")
class TestRefreshAndRemove:
    def test_refresh_replaces_what_was_lost(self):
        stored("--bloch", "1,2", "--name", "a", "--clones", 4, "--providers", "aurora,borealis,cirrus,dune")
        lose("aurora")
        assert "3 of 4 clones survive" in qloak("show", "a").out
        assert ": stored" in qloak("refresh", "a").out
        assert "4 of 4 clones survive" in qloak("show", "a").out
        assert qloak("get", "a", "--expect-bloch", "1,2", "--json").json()["fidelity"] == pytest.approx(1, abs=1e-12)
        refused_in_json(qloak("refresh", "a", "--json"), code=12)

    def test_remove(self):
        stored("--random", "--name", "a")
        assert qloak("rm", "a", "--json").json()["state"] == "deleted"
        assert qloak("get", "a").code != 0
        stored("--random", "--name", "b")
        assert ": deleted" in qloak("rm", "b", "--yes").out
        assert qloak("refresh", "b").code != 0


@pytest.mark.usefixtures("vault")
class TestExport:
    def test_to_stdout_and_to_a_file(self, tmp_path):
        stored("--random", "--name", "a", "--clones", 2)
        ran = qloak("export", "a")
        assert (ran.code, ran.err) == (0, "")
        assert stim.Circuit(ran.out).num_qubits >= 5
        path = tmp_path / "a.qasm"
        document = qloak("export", "a", "--format", "qasm3", "-o", path, "--json").json()
        assert document == {"schema": "qloak.export/1", "form": "qasm3", "emulated": True, "output": str(path)}
        assert path.read_text().startswith("OPENQASM 3")

    def test_bad_input(self, tmp_path):
        stored("--random", "--name", "a")
        refused(qloak("export", "a", "--format", "pdf"), "pdf")
        refused_in_json(qloak("export", "a", "--json"), "--output")
        refused(qloak("export", "a", "-o", tmp_path / "none" / "a.stim"), "--output")
