"""`qloak world serve`, `qloak provider serve`, `qloak token new`: what they refuse, and that they really run."""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys

import pytest

from qloak.errors import ConflictError
from qloak.service.auth import hash_token, new_token
from qloak.service.token_file import read_tokens
from qloak.storage.http import HttpCaller
from qloak.storage.provider import Deposit, DepositState, HttpProvider
from tests.unit.cli.commands import qloak, refused

WORLD = "http://127.0.0.1:9"
VARIABLES = ("WORLD", "PROVIDER", "OPERATOR", "ADMIN", "EMULATOR")


@pytest.fixture(autouse=True)
def _plain_environment(monkeypatch):
    for name in VARIABLES:
        monkeypatch.delenv(f"QLOAK_{name}_TOKEN", raising=False)


class TestTokenNew:
    def test_a_token_is_shown_once(self, tmp_path):
        path = tmp_path / "tokens.toml"
        ran = qloak("token", "new", "vault", "--tokens", path)
        assert (ran.code, ran.err) == (0, "")
        assert read_tokens(path) == {hash_token(ran.out.strip()): "vault"}

    def test_as_json(self, tmp_path):
        document = qloak("token", "new", "*admin", "--tokens", tmp_path / "t.toml", "--json").json()
        assert (document["schema"], document["principal"]) == ("qloak.server-token/1", "*admin")
        assert read_tokens(tmp_path / "t.toml") == {hash_token(document["token"]): "*admin"}

    def test_a_strange_file_is_left_alone(self, tmp_path):
        path = tmp_path / "notes.txt"
        path.write_text("dear diary")
        refused(qloak("token", "new", "vault", "--tokens", path), "notes.txt", code=14)
        assert path.read_text() == "dear diary"


class TestRefusals:
    @pytest.mark.parametrize(
        ("arguments", "words"),
        [
            (["--port", "http"], ["--port"]),
            (["--port", "65536"], ["port"]),
            (["--tls-cert", "no.pem"], ["TLS"]),
            (["--tls-cert", "no.pem", "--tls-key", "no.pem"], ["certificate", "no.pem"]),
            (["--tokens", "no.toml"], ["tokens", "no.toml"]),
            ([], ["tokens", "qloak token new"]),
        ],
        ids=str,
    )
    def test_of_both_servers(self, tmp_path, monkeypatch, arguments, words):
        monkeypatch.setenv("QLOAK_WORLD_TOKEN", new_token())
        data = tmp_path / "x.db"
        refused(qloak("world", "serve", "--data", data, *arguments), *words)
        refused(qloak("provider", "serve", "aurora", "--data", data, "--world", WORLD, *arguments), *words)
        assert not data.exists()

    @pytest.mark.parametrize(
        ("name", "arguments", "words"),
        [
            ("a#b", [], ["name", "a#b"]),
            ("a", ["--capacity", "lots"], ["--capacity"]),
            ("a", ["--capacity", "-1"], ["capacity"]),
            ("a", ["--t1", "30"], ["--t1"]),
            ("a", ["--t2", "soon"], ["--t2"]),
            ("a", ["--link-error", "2"], ["--link-error"]),
            ("a", ["--link-loss", "nan"], ["--link-loss"]),
            ("a", ["--world", "nowhere"], ["url", "nowhere"]),
        ],
        ids=str,
    )
    def test_of_a_provider(self, tmp_path, monkeypatch, name, arguments, words):
        monkeypatch.setenv("QLOAK_WORLD_TOKEN", new_token())
        monkeypatch.setenv("QLOAK_PROVIDER_TOKEN", new_token())
        data = tmp_path / "x.db"
        refused(qloak("provider", "serve", name, "--data", data, "--world", WORLD, *arguments), *words)
        assert not data.exists()

    def test_coherence_follows_relaxation(self, tmp_path, monkeypatch):
        """Without --t2 it is 2 T1, and never with T1."""
        seen = []

        def found(*parts):
            seen.append((parts[-1].t1_seconds, parts[-1].t2_seconds))
            raise ConflictError("enough")

        monkeypatch.setenv("QLOAK_WORLD_TOKEN", new_token())
        monkeypatch.setenv("QLOAK_PROVIDER_TOKEN", new_token())
        monkeypatch.setattr("qloak.storage.provider.StorageSite.open", found)
        for words in ([], ["--t1", "1d"], ["--t1", "1d", "--t2", "1h"], ["--t1", "1e308s"]):
            refused(qloak("provider", "serve", "a", "--data", tmp_path / "x.db", "--world", WORLD, *words), code=1)
        largest = sys.float_info.max
        assert seen == [(math.inf, math.inf), (86400, 172800), (86400, 3600), (1e308, largest)]
        refused(
            qloak("provider", "serve", "a", "--data", tmp_path / "x.db", "--world", WORLD, "--t1", "1d", "--t2", "3d"),
            "--t2",
        )

    def test_a_provider_needs_a_token_for_the_world(self, tmp_path):
        ran = qloak("provider", "serve", "a", "--data", tmp_path / "x.db", "--world", WORLD)
        refused(ran, "QLOAK_WORLD_TOKEN")

    def test_a_short_token_is_none_and_not_shown(self, tmp_path, monkeypatch):
        monkeypatch.setenv("QLOAK_ADMIN_TOKEN", "hunter2")
        ran = qloak("world", "serve", "--data", tmp_path / "x.db")
        refused(ran, "QLOAK_ADMIN_TOKEN")
        assert "hunter2" not in ran.err

    def test_a_world_that_does_not_answer(self, tmp_path, monkeypatch):
        monkeypatch.setenv("QLOAK_WORLD_TOKEN", new_token())
        monkeypatch.setenv("QLOAK_PROVIDER_TOKEN", new_token())
        ran = qloak("provider", "serve", "a", "--data", tmp_path / "x.db", "--world", WORLD)
        refused(ran, WORLD, code=1)

    @pytest.mark.parametrize("rate", ["-1", "fast", "nan", "1e9"])
    def test_a_rate_is_a_number(self, tmp_path, monkeypatch, rate):
        monkeypatch.setenv("QLOAK_ADMIN_TOKEN", new_token())
        refused(qloak("world", "serve", "--data", tmp_path / "x.db", "--rate", rate), "--rate")


class Process:
    """One server as a process of its own."""

    def __init__(self, *arguments, **environment) -> None:
        clean = {key: value for key, value in os.environ.items() if not key.startswith("QLOAK_")}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "qloak", *map(str, arguments), "--json"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=clean | environment,
        )
        line = self.process.stdout.readline()
        self.url = json.loads(line)["url"] if line else self.end()

    def end(self, how=signal.SIGTERM) -> tuple[int, str]:
        """Exit code and log."""
        self.process.send_signal(how)
        _, log = self.process.communicate(timeout=30)
        return self.process.returncode, log


@pytest.mark.slow
@pytest.mark.timeout(240)
def test_world_and_provider_run_survive_a_kill_and_end_in_order(tmp_path):
    admin, mine, theirs = new_token(), new_token(), new_token()
    tokens = tmp_path / "world.toml"
    tokens.write_text(f'aurora = "{hash_token(mine)}"\n')
    world = Process("world", "serve", "--data", tmp_path / "w.db", "--tokens", tokens, QLOAK_ADMIN_TOKEN=admin)
    serve = ("provider", "serve", "aurora", "--data", tmp_path / "p.db", "--world", world.url, "--capacity", 5)
    environment = {"QLOAK_WORLD_TOKEN": mine, "QLOAK_PROVIDER_TOKEN": theirs}
    provider = Process(*serve, **environment)
    client = HttpProvider("aurora", HttpCaller(provider.url, theirs))
    assert client.accept([Deposit("d", "r", (1,), 2)]) == [None]
    client.close()
    assert provider.end(signal.SIGKILL)[0] == -signal.SIGKILL

    provider = Process(*serve, **environment)
    client = HttpProvider("aurora", HttpCaller(provider.url, theirs))
    info = client.info()
    assert (info.holder, info.capacity, info.used) == ("aurora#1", 5, 2)
    assert client.states(["d"]) == [DepositState.ACCEPTED]
    client.close()
    logs = []
    for process, how in ((provider, signal.SIGTERM), (world, signal.SIGINT)):
        code, log = process.end(how)
        assert code == 0, log
        logs += [json.loads(line) for line in log.splitlines()]
    assert {"/v1/info", "/v1/deposits/states", "/v1/holders"} <= {line["path"] for line in logs}
    assert not any(secret in str(logs) for secret in (admin, mine, theirs))
