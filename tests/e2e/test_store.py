"""The store as processes: a fresh machine, a gateway and its clients, the example with many clouds."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.contract.checkout import ROOT
from tests.unit.cli.commands import qloak, refused

QLOAK = [sys.executable, "-m", "qloak"]
CLEAN = {key: value for key, value in os.environ.items() if not key.startswith("QLOAK_")}


def run(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [*QLOAK, *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=CLEAN | environment, timeout=120)


@pytest.mark.timeout(300)
def test_a_round_trip_on_a_fresh_machine(tmp_path):
    home = {"XDG_DATA_HOME": str(tmp_path), "HOME": str(tmp_path)}
    ran = run("put", "--name", "savings", "--bloch", "1.05,0.5", **home)
    assert ran.returncode == 0
    assert "made a vault with 6 providers" in ran.stderr
    assert "(savings): stored" in ran.stdout
    (listed,) = json.loads(run("ls", "--json", **home).stdout)["objects"]
    assert (listed["name"], listed["state"]) == ("savings", "stored")
    ran = run("get", "savings", "--expect-bloch", "1.05,0.5", "--json", **home)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert abs(json.loads(ran.stdout)["fidelity"] - 1) < 1e-12
    ran = run("get", "savings", **home)
    assert (ran.returncode, ran.stdout) == (12, "")
    assert ran.stderr.count("\n") == 1


@pytest.fixture
def gateway(tmp_path, monkeypatch):
    """A gateway as a process, and commands that talk to it as its operator."""
    command = [*QLOAK, "serve", "--vault", str(tmp_path / "vault"), "--port", "0", "--quiet", "--json"]
    with (
        (tmp_path / "log").open("w") as log,
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, env=CLEAN) as process,
    ):
        try:
            line = process.stdout.readline()
            assert line, (tmp_path / "log").read_text()
            secret = next(word for word in (tmp_path / "log").read_text().split() if word.startswith("qlk_"))
            monkeypatch.setenv("QLOAK_URL", json.loads(line)["url"])
            monkeypatch.setenv("QLOAK_TOKEN", secret)
            yield process
        finally:
            process.kill()


@pytest.mark.timeout(300)
def test_the_same_commands_work_on_a_gateway(gateway, tmp_path, monkeypatch):
    put = qloak("put", "--ghz", 2, "--name", "a", "--json").json()
    assert put["state"] == "stored"
    assert "6 of 6 clones survive" in qloak("show", "a").out
    assert [each["id"] for each in qloak("ls", "--json").json()["objects"]] == [put["id"]]
    assert "does not answer" in qloak("provider", "fail", "aurora").out
    assert qloak("provider", "add", "glacier", "--capacity", 10, "--json").json()["capacity"] == 10
    (tmp_path / "ghz.qasm").write_text('OPENQASM 3.0; include "stdgates.inc"; qubit[2] q; h q[0]; cx q[0], q[1];')
    receipt = qloak("get", "a", "--verify", 2, "--expect-qasm", tmp_path / "ghz.qasm", "--json").json()
    assert abs(receipt["fidelity"] - 1) < 1e-12
    refused(qloak("get", "a"), "its key opened once", code=12)
    assert qloak("register", "measure", receipt["handle"], "Z0,Z1").out == "0\n"
    assert not [f for f in qloak("vault", "check", "--json").json()["findings"] if f["severity"] == "error"]
    refused(qloak("ls", "--vault", tmp_path / "vault"), "gateway", code=11)

    qloak("tenant", "add", "ada")
    other = qloak("token", "create", "--tenant", "ada", "--scopes", "read,write").out.strip()
    monkeypatch.setenv("QLOAK_TOKEN", other)
    refused(qloak("show", put["id"]), put["id"])
    assert qloak("ls", "--json").json()["objects"] == []
    refused(qloak("vault", "check"), "admin", code=1)
    qloak("put", "--bloch", "1,2", "--name", "mine")
    ran = qloak("get", "mine", "--expect-bloch", "1,2")
    assert ran.code == 0
    assert "no fidelity" in ran.err
    monkeypatch.setenv("QLOAK_TOKEN", "qlk_" + "x" * 43)
    refused(qloak("ls"), "token", code=1)

    gateway.send_signal(signal.SIGTERM)
    assert gateway.wait(timeout=60) == 0
    assert "Traceback" not in (tmp_path / "log").read_text()


@pytest.mark.timeout(400)
def test_five_of_six_providers_are_killed(tmp_path):
    """The example tells its story, and nothing that it started is left."""
    command = [sys.executable, str(ROOT / "examples" / "many-clouds" / "run.py"), "--json"]
    environment = CLEAN | {"TMPDIR": str(tmp_path)}
    ran = subprocess.run(command, capture_output=True, text=True, check=False, env=environment, timeout=380)
    assert ran.returncode == 0, ran.stderr
    story = json.loads(ran.stdout)
    assert len(story["lost"]) == 5
    assert (story["surviving_clones"], story["second"]) == (1, "key-consumed")
    assert abs(story["fidelity"] - 1) < 1e-12
    assert list(tmp_path.iterdir()) == []
    assert str(tmp_path) not in "".join(_command_lines())


def _command_lines() -> list[str]:
    """Of all processes; none where the system does not tell."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.append(path.read_text(errors="replace"))
        except OSError:  # it has ended meanwhile
            continue
    return found
