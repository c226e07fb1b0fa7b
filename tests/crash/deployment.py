"""A world, a gateway, providers and customers as processes of this machine, any of them killed at any moment."""

from __future__ import annotations

import os
import shutil
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from qloak.service.auth import TokenTable, hash_token
from qloak.service.client import RemoteClient
from qloak.service.gateway import create_gateway_app
from qloak.service.provider_app import VAULT, create_provider_app
from qloak.service.run import Address, run
from qloak.service.world_app import ADMIN, EMULATOR, create_world_app
from qloak.storage.database import open_database
from qloak.storage.http import HttpCaller
from qloak.storage.ledger import ProviderRecord, Scope, SqlLedger
from qloak.storage.provider import SiteConfig, StorageSite
from qloak.storage.provider.schema import METADATA
from qloak.storage.vault import Vault, VaultOptions
from qloak.storage.vault.local_client import LocalClient
from qloak.storage.vault.setup import found_vault
from qloak.storage.world import EmulatedWorld
from qloak.storage.world.remote import RemoteWorld

from .customer import Customer
from .embedded import redeem_all
from .journal import Journal
from .oracle import Audit, repeat
from .processes import Child, fork

SITES = ("aurora", "borealis", "cirrus")
CUSTOMERS = ("ada", "ben")
_WORLD_TOKEN = "world-token-of-a-crash-test"
_EMULATOR_TOKEN = "emulator-token-of-a-crash-test"
_SITE_TOKEN = "site-token-of-a-crash-test"
_KILLS_BETWEEN_AUDITS = 10
_START_SECONDS = 30

# Somebody who did not hear whether room was promised asks for it back; a provider that is down then keeps it.
_SILENT = ("orphan-deposit",)

Live = Callable[[Callable[[str], None]], Any]


class Deployment:
    """All processes, started again whenever one has died.

    Args:
        folder: of all data.
        seed: of customers.
    """

    def __init__(self, folder: Path, seed: int) -> None:
        self.folder = folder
        self.vault = folder / "vault"
        self._seed = seed
        self._starts = 0
        self._children: dict[str, Child] = {}
        self._ports = {role: _free_port() for role in ("world", "gateway", *SITES)}
        os.environ |= {"QLOAK_WORLD_TOKEN": _WORLD_TOKEN, "QLOAK_EMULATOR_TOKEN": _EMULATOR_TOKEN}
        self._token = fork(lambda _: self._found()).answer()

    @property
    def roles(self) -> list[str]:
        """Of all processes, in the order in which they start."""
        return ["world", *SITES, "gateway", *CUSTOMERS]

    def keep_up(self, roles: list[str]) -> None:
        """Start those that are not running; a server that its elders fail is left to the next call."""
        for role in roles:
            child = self._children.get(role)
            if child is not None and child.lives:
                continue
            if child is not None:
                os.close(child.pipe)
            self._starts += 1
            self._children[role] = fork(self._life_of(role))
            if role not in CUSTOMERS:
                self._children[role].line(_START_SECONDS)

    def kill(self, role: str) -> None:
        """End one as a power loss does."""
        child = self._children.get(role)
        if child is not None and child.lives:
            child.kill()
            child.wait()

    def settle(self) -> list[str]:
        """Let customers get all their answers; what they complain about."""
        (self.folder / "stop").touch()
        complaints = []
        while any(self._children[role].lives for role in CUSTOMERS if role in self._children):
            self.keep_up(["world", *SITES, "gateway"])
            time.sleep(0.05)
        for role in CUSTOMERS:
            child = self._children.pop(role, None)
            if child is not None and child.wait() == 1:
                try:
                    child.answer()
                except RuntimeError as error:
                    complaints.append(f"{role}: {error}")
        (self.folder / "stop").unlink()
        return complaints

    def audit(self, *, last: bool = False) -> list[str]:
        """Look at everything, in place of the gateway."""
        self.kill("gateway")
        self.keep_up(["world", *SITES])
        return fork(lambda _: self._audit(last=last)).answer()

    def close(self) -> None:
        """End everything."""
        for role in self.roles:
            self.kill(role)

    # --- what the processes do -------------------------------------------------------------------------------

    def _life_of(self, role: str) -> Live:
        if role == "world":
            return lambda say: self._serve(role, say, self._world_app())
        if role == "gateway":
            return self._be_gateway
        if role in CUSTOMERS:
            seed = (self._seed, self._starts)
            return lambda _: self._be_customer(role, np.random.default_rng(seed))
        return lambda say: self._serve(role, say, self._site_app(role))

    def _serve(self, role: str, say: Callable[[str], None], app: Any) -> None:
        run(app, Address(port=self._ports[role]), announce=say, quiet=True)

    def _be_gateway(self, say: Callable[[str], None]) -> None:
        with Vault.open(self.vault) as vault:
            self._serve("gateway", say, create_gateway_app(vault))

    def _world_app(self) -> Any:
        tokens = {hash_token(_WORLD_TOKEN): ADMIN, hash_token(_EMULATOR_TOKEN): EMULATOR}
        return create_world_app(EmulatedWorld.open(self.folder / "world.db"), TokenTable(tokens))

    def _site_app(self, name: str) -> Any:
        world = RemoteWorld(HttpCaller(self._url("world"), _WORLD_TOKEN))
        disk = open_database(self.folder / f"{name}.db", METADATA)
        site = StorageSite.open(disk, world, SiteConfig(name))
        return create_provider_app(site, TokenTable({hash_token(_SITE_TOKEN): VAULT}))

    def _be_customer(self, name: str, rng: np.random.Generator) -> None:
        client = RemoteClient(HttpCaller(self._url("gateway"), self._token))
        customer = Customer(client, self._journal(name), rng)
        customer.resume()
        while not (self.folder / "stop").exists():
            customer.step()

    def _found(self) -> str:
        """The vault's folder; the secret of a token."""
        found_vault(self.vault, VaultOptions(providers=(), world=self._url("world")))
        with SqlLedger.open(self.vault / "vault.db") as ledger:
            for name in SITES:
                ledger.providers.add(ProviderRecord(name, "http", self._url(name), _SITE_TOKEN))
            secret, _ = ledger.tokens.create("local", list(Scope))
        return secret

    def _audit(self, *, last: bool) -> list[str]:
        journals = [self._journal(name) for name in CUSTOMERS]
        found = []
        with Vault.open(self.vault) as vault:
            client = LocalClient(vault)
            for journal in journals:
                Customer(client, journal, np.random.default_rng(0)).resume(insist=True)
            audit = Audit(vault, self.folder / "world.db", journals, silent=_SILENT)
            try:
                found += audit.violations()
            finally:
                audit.close()
            for journal in journals:
                redeemed = [item for item in journal.items.values() if item.state == "redeemed"]
                found += repeat(client, redeemed[-2:])
                found += redeem_all(client, journal) if last else []
        return found

    def _journal(self, name: str) -> Journal:
        return Journal.read(self.folder / f"{name}.jsonl")

    def _url(self, role: str) -> str:
        return f"http://127.0.0.1:{self._ports[role]}"


def campaign(folder: Path, seed: int, kills: int) -> Iterator[dict[str, Any]]:
    """One deployment under fire: each kill is followed by a restart; an audit after every ten kills."""
    rng = np.random.default_rng(seed)
    deployment = Deployment(folder, seed)
    try:
        done = 0
        while done < kills:
            pending = []
            while len(pending) < _KILLS_BETWEEN_AUDITS and done < kills:
                deployment.keep_up(deployment.roles)
                time.sleep(rng.uniform(0, 0.6))
                role = str(rng.choice(deployment.roles))
                deployment.kill(role)
                # Sometimes the others have to do without it for a while.
                time.sleep(rng.uniform(0, 0.3))
                pending.append(role)
                done += 1
            complaints = deployment.settle()
            complaints += deployment.audit(last=done >= kills)
            for role in pending[:-1]:
                yield {"kind": "deployment", "at": role, "killed": True, "violations": []}
            yield {"kind": "deployment", "at": pending[-1], "killed": True, "violations": complaints}
    finally:
        deployment.close()
    shutil.rmtree(folder / "vault")


def _free_port() -> int:
    """A port that stays ours between two lives of a server: below those that the system gives to clients."""
    rng = np.random.default_rng()
    while True:
        port = int(rng.integers(20_000, 32_000))
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
