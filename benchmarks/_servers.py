"""World, providers and gateways as processes of this machine, for benchmarks and tests.

    with Servers(folder) as servers:
        clouds = servers.clouds(6)
        gateway = servers.gateway(servers.found("a", clouds))

Run as a script it is one of these processes: `_servers.py ROLE SETTINGS`, the settings as JSON.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from fastapi import FastAPI

ROOT = Path(__file__).parent.parent
WORLD_TOKEN = "world-token-of-a-benchmark"
EMULATOR_TOKEN = "emulator-token-of-a-benchmark"
PROVIDER_TOKEN = "provider-token-of-a-benchmark"
NAMES = ("aurora", "borealis", "cirrus", "dune", "ember", "fjord")
_SECONDS = 60


@dataclass(slots=True)
class Process:
    """A server that listens.

    Attributes:
        url: where.
        child: the process.
    """

    url: str
    child: subprocess.Popen[str]

    def stop(self) -> int:
        """Ask it to end and wait; its exit code."""
        if self.child.poll() is None:
            self.child.send_signal(signal.SIGTERM)
        return self.child.wait(_SECONDS)

    def kill(self) -> None:
        """End it as a power loss does."""
        self.child.kill()
        self.child.wait(_SECONDS)


@dataclass(frozen=True, slots=True)
class Clouds:
    """A world and providers.

    Attributes:
        world: URL.
        providers: name -> URL.
        processes: that they are.
    """

    world: str
    providers: Mapping[str, str]
    processes: Sequence[Process]


@dataclass(slots=True)
class Servers:
    """Processes that end with the block.

    Attributes:
        folder: for all their data.
    """

    folder: Path
    _started: list[Process] = field(default_factory=list)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for process in reversed(self._started):
            if process.child.poll() is None:
                process.kill()
            if process.child.stdout is not None:
                process.child.stdout.close()

    def start(self, role: str, **settings: object) -> Process:
        """Start a server and wait until clients may connect."""
        command = [sys.executable, __file__, role, json.dumps(settings)]
        environment = {
            **os.environ,
            "PYTHONPATH": str(ROOT / "src"),
            "QLOAK_WORLD_TOKEN": WORLD_TOKEN,
            "QLOAK_EMULATOR_TOKEN": EMULATOR_TOKEN,
        }
        with (self.folder / f"{role}-{len(self._started)}.log").open("w") as log:
            child = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, text=True, env=environment)
        process = Process("", child)
        self._started.append(process)
        process.url = (child.stdout.readline() if child.stdout else "").strip()
        if not process.url:
            raise RuntimeError(f"{role} did not start:\n{Path(log.name).read_text()[-2000:]}")
        return process

    def clouds(self, count: int = 6, *, together: bool = False) -> Clouds:
        """A world and providers, each a process, or all in one."""
        names = NAMES[:count]
        if together:
            process = self.start("clouds", folder=str(self.folder), names=names)
            world, *urls = process.url.split()
            return Clouds(world, dict(zip(names, urls, strict=True)), [process])
        world = self.start("world", file=str(self.folder / "world.db"))
        sites = [
            self.start("provider", file=str(self.folder / f"{name}.db"), name=name, world=world.url) for name in names
        ]
        return Clouds(world.url, {name: site.url for name, site in zip(names, sites, strict=True)}, [world, *sites])

    def found(self, name: str, clouds: Clouds | None = None, *, ledger: str = "") -> Path:
        """A vault's folder, with embedded providers or with those of `clouds`."""
        from qloak.storage.ledger import ProviderRecord, SqlLedger
        from qloak.storage.vault import VaultOptions
        from qloak.storage.vault.setup import found_vault

        path = self.folder / name
        if clouds is None:
            found_vault(path, VaultOptions(ledger=ledger))
            return path
        found_vault(path, VaultOptions(providers=(), ledger=ledger, world=clouds.world))
        with SqlLedger.open(ledger or path / "vault.db") as opened:
            known = {record.name for record in opened.providers.list()}
            for site, url in clouds.providers.items():
                if site not in known:
                    opened.providers.add(ProviderRecord(site, "http", url, PROVIDER_TOKEN))
        return path

    def gateway(self, vault: Path, **options: float) -> Process:
        """A gateway of a vault."""
        return self.start("gateway", vault=str(vault), options=options)


def make_token(vault: Path, *, ledger: str = "", tenant: str = "local") -> str:
    """A token with all scopes, for a vault that no process has open unless its ledger is a server's."""
    from qloak.storage.ledger import Scope, SqlLedger

    with SqlLedger.open(ledger or vault / "vault.db") as opened:
        secret, _ = opened.tokens.create(tenant, list(Scope))
    return secret


# --- the processes themselves ----------------------------------------------------------------------------------------


def _announce(url: str) -> None:
    print(url, flush=True)


def _world_app(file: str) -> FastAPI:
    from qloak.service.auth import TokenTable, hash_token
    from qloak.service.world_app import ADMIN, EMULATOR, create_world_app
    from qloak.storage.world import EmulatedWorld

    tokens = {hash_token(WORLD_TOKEN): ADMIN, hash_token(EMULATOR_TOKEN): EMULATOR}
    return create_world_app(EmulatedWorld.open(Path(file)), TokenTable(tokens))


def _provider_app(file: str, name: str, world: str) -> FastAPI:
    from qloak.service.auth import TokenTable, hash_token
    from qloak.service.provider_app import VAULT, create_provider_app
    from qloak.storage.database import open_database
    from qloak.storage.http import HttpCaller
    from qloak.storage.provider import SiteConfig, StorageSite
    from qloak.storage.provider.schema import METADATA
    from qloak.storage.world.remote import RemoteWorld

    nature = RemoteWorld(HttpCaller(world, WORLD_TOKEN))
    site = StorageSite.open(open_database(Path(file), METADATA), nature, SiteConfig(name))
    return create_provider_app(site, TokenTable({hash_token(PROVIDER_TOKEN): VAULT}))


def _serve(app: FastAPI) -> None:
    from qloak.service.run import Address, run

    run(app, Address(), announce=_announce, quiet=True)


def _run_world(file: str) -> None:
    _serve(_world_app(file))


def _run_provider(file: str, name: str, world: str) -> None:
    _serve(_provider_app(file, name, world))


def _run_clouds(folder: str, names: list[str]) -> None:
    """All in one process, each on a port of its own."""
    import uvicorn

    from qloak.service.run import Address, bind

    def serve(app: FastAPI) -> str:
        listener = bind(Address())
        server = uvicorn.Server(uvicorn.Config(app, log_config=None, lifespan="off"))
        threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True).start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}"

    world = serve(_world_app(f"{folder}/world.db"))
    sites = [serve(_provider_app(f"{folder}/{name}.db", name, world)) for name in names]
    _announce(" ".join([world, *sites]))
    threading.Event().wait()


def _run_gateway(vault: str, options: dict[str, Any]) -> None:
    from qloak.service.gateway import GatewayOptions, create_gateway_app
    from qloak.storage.vault import Vault

    with Vault.open(vault) as opened:
        _serve(create_gateway_app(opened, GatewayOptions(**options)))


_ROLES: Mapping[str, Callable[..., None]] = {
    "world": _run_world,
    "provider": _run_provider,
    "clouds": _run_clouds,
    "gateway": _run_gateway,
}


if __name__ == "__main__":
    _ROLES[sys.argv[1]](**json.loads(sys.argv[2]))
