"""A quantum cloud of many: a world, six providers and a gateway as processes; five providers are killed.

    python examples/many-clouds/run.py

It stores a qubit with six clones, one at each provider, sends SIGKILL to five of them, gets the state back from the
sixth with fidelity 1, and is refused a second time. Everything listens on 127.0.0.1 and lives in a temporary
folder; whatever happens, it ends the processes that it started, and no others.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

from qloak.errors import KeyConsumedError
from qloak.service.client import RemoteClient
from qloak.service.token_file import add_token
from qloak.storage.http import HttpCaller
from qloak.storage.vault.client import PutOptions

NAMES = ("aurora", "borealis", "cirrus", "dune", "ember", "fjord")
SURVIVOR = "dune"
SOURCE = {"bloch": [1.05, 0.5]}
PATIENCE_SECONDS = 240


@dataclass
class Processes:
    """Servers that this program has started, by name, and their folder."""

    folder: Path
    running: dict[str, subprocess.Popen[str]] = field(default_factory=dict)

    def start(self, name: str, *arguments: object, environment: Mapping[str, str]) -> None:
        """Start `qloak ARGUMENTS`; what it logs is in NAME.log."""
        command = [sys.executable, "-m", "qloak", *map(str, arguments), "--port", "0", "--quiet", "--json"]
        with (self.folder / f"{name}.log").open("w") as log:
            self.running[name] = subprocess.Popen(
                command, stdout=subprocess.PIPE, stderr=log, text=True, env=own_environment() | environment
            )

    def url(self, name: str) -> str:
        """Where a server listens, once it does."""
        process = self.running[name]
        line = process.stdout.readline() if process.stdout else ""
        if not line:
            raise SystemExit(f"{name} did not start: {(self.folder / f'{name}.log').read_text().strip()}")
        return str(json.loads(line)["url"])

    def kill(self, name: str) -> None:
        """SIGKILL: no goodbye, as when the power fails."""
        self.running[name].kill()
        self.running[name].wait()

    def end(self) -> None:
        """End all that still run, politely at first."""
        for process in self.running.values():
            process.terminate()
        for process in self.running.values():
            try:
                process.wait(timeout=15)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
            if process.stdout:
                process.stdout.close()


def own_environment() -> dict[str, str]:
    """The environment without settings of another vault."""
    return {key: value for key, value in os.environ.items() if not key.startswith("QLOAK_")}


def start_sites(processes: Processes, folder: Path) -> tuple[str, dict[str, str], dict[str, str]]:
    """Start the world and the providers.

    Returns:
        The world's URL, each provider's URL, and each provider's token for the vault.
    """
    tokens = folder / "world-tokens.toml"
    own = {name: add_token(tokens, name) for name in NAMES}
    processes.start("world", "world", "serve", "--data", folder / "world.db", "--tokens", tokens, environment={})
    world = processes.url("world")
    given = {name: add_token(folder / f"{name}-tokens.toml", "vault") for name in NAMES}
    for name in NAMES:
        data = ("--data", folder / f"{name}.db", "--world", world, "--tokens", folder / f"{name}-tokens.toml")
        processes.start(name, "provider", "serve", name, *data, environment={"QLOAK_WORLD_TOKEN": own[name]})
    return world, {name: processes.url(name) for name in NAMES}, given


def start_gateway(processes: Processes, folder: Path, world: str) -> RemoteClient:
    """Make a vault in that world, serve it, and come back as its operator."""
    tokens, place = folder / "world-tokens.toml", folder / "vault"
    command = [sys.executable, "-m", "qloak", "vault", "init", "--vault", place, "--world", world, "--json"]
    made = subprocess.run(
        [str(word) for word in command], check=True, capture_output=True, text=True, env=own_environment()
    )
    environment = {
        "QLOAK_WORLD_TOKEN": add_token(tokens, json.loads(made.stdout)["id"]),
        "QLOAK_EMULATOR_TOKEN": add_token(tokens, "*emulator"),
    }
    processes.start("gateway", "serve", "--vault", place, environment=environment)
    url = processes.url("gateway")
    # The one line on the gateway's stderr that holds a token: the first start of a vault.
    words = (folder / "gateway.log").read_text().split()
    secret = next(word for word in words if word.startswith("qlk_"))
    return RemoteClient(HttpCaller(url, secret, timeout_seconds=60))


def tell(client: RemoteClient, processes: Processes, say: Callable[[str], None]) -> dict[str, object]:
    """Store, lose five providers of six, get it back once."""
    stored = client.put(SOURCE, PutOptions(name="savings"))
    say(f"stored {stored['id']} in {stored['clones']} clones, one at each provider")
    lost = [name for name in NAMES if name != SURVIVOR]
    for name in lost:
        processes.kill(name)
    say(f"killed {', '.join(lost)}")
    health = client.object("savings")["health"]
    say(f"{health['surviving_clones']} clone answers, {health['needed_clones']} needed")
    receipt = client.redeem("savings")
    fidelity = client.peek(receipt["handle"], expected=SOURCE)["fidelity"]
    say(f"redeemed from {receipt['clones_used'][0]} at {SURVIVOR}: state fidelity {fidelity:.12f} (emulated)")
    try:
        client.redeem("savings")
    except KeyConsumedError as error:
        refused = error.code
        say(f"a second time: {error}")
    else:
        raise SystemExit("the key opened twice")
    return {
        "schema": "qloak.many-clouds/1",
        "object": stored["id"],
        "lost": lost,
        "surviving_clones": health["surviving_clones"],
        "clones_used": receipt["clones_used"],
        "fidelity": fidelity,
        "second": refused,
        "emulated": True,
    }


def main() -> None:
    """Run the example."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--json", action="store_true", help="print one JSON document on stdout")
    as_json = parser.parse_args().json
    began = time.monotonic()

    def say(text: str) -> None:
        print(f"[{time.monotonic() - began:5.1f} s] {text}", file=sys.stderr if as_json else sys.stdout, flush=True)

    # A polite end from outside ends the servers too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    signal.signal(signal.SIGALRM, lambda *_: sys.exit("it took too long"))
    signal.alarm(PATIENCE_SECONDS)
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="qloak-many-clouds-")))
        processes = Processes(folder)
        stack.callback(processes.end)
        world, urls, tokens = start_sites(processes, folder)
        say(f"a world and {len(urls)} providers listen")
        client = start_gateway(processes, folder, world)
        stack.callback(client.close)
        for name, url in urls.items():
            client.add_provider(name, url=url, token=tokens[name])
        say("a gateway serves a vault with these providers")
        document = tell(client, processes, say)
    say("all processes ended")
    if as_json:
        print(json.dumps(document))


if __name__ == "__main__":
    main()
