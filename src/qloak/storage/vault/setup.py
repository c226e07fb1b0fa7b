"""A vault's folder: how it is made, and how its parts are opened.

vault.toml     where the world and the ledger are, and the vault's own memory
vault.db       the ledger, unless it is in PostgreSQL
world.db       the embedded world; holds emulated quantum states
providers.db   the embedded providers
"""

from __future__ import annotations

import math
import os
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from ...errors import ConflictError, IntegrityError, UsageError, VaultMissingError, shorten_path
from ...noise.idle import check_relaxation
from ..clock import WorldClock
from ..http import HttpCaller
from ..ledger import ProviderRecord, SqlLedger
from ..ledger.tenants import check_tenant
from ..provider import Fleet, Provider, SiteConfig, open_embedded
from ..provider.remote import HttpProvider
from ..world import EmulatedWorld, HolderInfo
from ..world.protocol import World
from ..world.remote import RemoteWorld

__all__ = ["DEFAULT_PROVIDERS", "VaultOptions", "found_vault", "open_parts", "open_world", "provider_of", "read_config"]

DEFAULT_PROVIDERS: Final = ("aurora", "borealis", "cirrus", "dune", "ember", "fjord")
_CONFIG: Final = "vault.toml"
_FORMAT: Final = 1
_TOKEN_VARIABLE: Final = "QLOAK_WORLD_TOKEN"
_EMULATOR_VARIABLE: Final = "QLOAK_EMULATOR_TOKEN"


@dataclass(frozen=True, slots=True)
class VaultOptions:
    """How a new vault is made.

    Attributes:
        providers: names of embedded providers; none for a vault whose providers are added later.
        ledger: URL of PostgreSQL, or "" for a file in the folder.
        world: URL of a world, or "" for an embedded one. The tokens for it come from QLOAK_WORLD_TOKEN and, for
            looking at emulated states, QLOAK_EMULATOR_TOKEN.
        t1_seconds: relaxation time of all embedded memories, the vault's own included; inf for perfect ones.
        t2_seconds: coherence time, at most 2 T1.
        capacity: qubits of each embedded provider.
        rate: seconds of an embedded world for one of the host: 1 is real time, 0 stands still.
    """

    providers: Sequence[str] = DEFAULT_PROVIDERS
    ledger: str = ""
    world: str = ""
    t1_seconds: float = math.inf
    t2_seconds: float = math.inf
    capacity: int = 10_000_000
    rate: float = 1.0


def found_vault(folder: Path, options: VaultOptions) -> None:
    """Make a vault in a folder, which is made if it is missing.

    Raises:
        ConflictError: if there is a vault already; nothing is changed.
        UsageError: for options that cannot be used.
        OSError: if the folder cannot be made.
    """
    config = folder / _CONFIG
    if config.exists():
        raise ConflictError(f"{shorten_path(folder)}: there is a vault already.")
    # A vault that could never be opened again must not be made.
    check_relaxation(np.asarray(options.t1_seconds), np.asarray(options.t2_seconds))
    WorldClock(rate=options.rate)
    sites = [_site(check_tenant(name), _site_options(options)) for name in options.providers]
    if len({site.name for site in sites}) != len(sites):
        raise UsageError.of("providers", list(options.providers), "different names")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with SqlLedger.open(options.ledger or folder / "vault.db") as ledger:
        known = {record.name for record in ledger.providers.list()}
        for site in sites:
            if site.name not in known:
                ledger.providers.add(ProviderRecord(site.name, options=_site_options(options)))
    lines = {
        "format": _FORMAT,
        "ledger": options.ledger,
        "world": options.world,
        "t1_seconds": options.t1_seconds,
        "t2_seconds": options.t2_seconds,
        "rate": options.rate,
    }
    text = "".join(f"{key} = {_toml(value)}\n" for key, value in lines.items())
    # Last and in one step: a folder with this file is a whole vault.
    draft = folder / (_CONFIG + ".new")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write("# How this vault finds its parts. The documentation's storage pages explain the keys.\n" + text)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(config)


def open_parts(folder: Path, *, seed: int | None = None) -> tuple[SqlLedger, World, Fleet]:
    """The ledger, the world and the providers of a vault.

    Args:
        folder: of the vault.
        seed: of whatever is random in an embedded world, until it is closed; None for the system's.

    Raises:
        VaultMissingError: if there is no vault in the folder.
        IntegrityError: if its configuration cannot be read.
        LockedError: if another process has it open.
    """
    config = read_config(folder)
    ledger = SqlLedger.open(config["ledger"] or folder / "vault.db", create=False, worker=_worker(config))
    try:
        world = open_world(folder, config, seed=seed)
        home = HolderInfo(ledger.vault_id, float(config["t1_seconds"]), float(config["t2_seconds"]))
        if home not in world.holders():
            world.register_holder(home)
        fleet = Fleet(_providers(folder, world, ledger.providers.list()))
    except BaseException:
        ledger.close()
        raise
    return ledger, world, fleet


def _providers(folder: Path, world: World, records: Sequence[ProviderRecord]) -> dict[str, Provider]:
    """All providers, in their order; embedded ones share a connection to their database."""
    sites = [_site(record.name, record.options) for record in records if record.kind == "embedded"]
    embedded = open_embedded(folder / "providers.db", world, sites) if sites else []
    known: dict[str, Provider] = {site.name: site for site in embedded}
    return {record.name: known.get(record.name) or provider_of(folder, world, record) for record in records}


def provider_of(folder: Path, world: World, record: ProviderRecord) -> Provider:
    """A provider as it was configured; an embedded one is founded where it is missing."""
    if record.kind == "http":
        return HttpProvider(record.name, HttpCaller(record.url, record.token))
    (site,) = open_embedded(folder / "providers.db", world, [_site(record.name, record.options)])
    return site


def open_world(folder: Path, config: Mapping[str, Any], *, seed: int | None = None) -> World:
    """The world that a vault's configuration names.

    Args:
        folder: of the vault.
        config: as `read_config` gives it.
        seed: as for `open_parts`.

    Raises:
        As `EmulatedWorld.open`; a remote one is not asked yet.
    """
    if config["world"]:
        token, emulator = os.environ.get(_TOKEN_VARIABLE, ""), os.environ.get(_EMULATOR_VARIABLE)
        looking = HttpCaller(config["world"], emulator) if emulator else None
        return RemoteWorld(HttpCaller(config["world"], token), emulator=looking)
    return EmulatedWorld.open(folder / "world.db", clock=WorldClock(rate=float(config["rate"])), seed=seed)


def read_config(folder: Path) -> dict[str, Any]:
    """The configuration of the vault in a folder.

    Raises:
        VaultMissingError: if there is none.
        IntegrityError: if it cannot be read, or is of another format.
    """
    path = folder / _CONFIG
    if not path.is_file():
        raise VaultMissingError(f"{shorten_path(folder)}: there is no vault. Make one: qloak vault init.")
    try:
        config = tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError) as error:
        raise IntegrityError(f"{shorten_path(path)}: cannot be read: {error}.") from error
    if config.get("format") != _FORMAT:
        raise IntegrityError(f"{shorten_path(path)}: of format {config.get('format')!r}, expected {_FORMAT}.")
    missing = {"ledger", "world", "t1_seconds", "t2_seconds", "rate"} - config.keys()
    if missing:
        raise IntegrityError(f"{shorten_path(path)}: {', '.join(sorted(missing))} is missing.")
    return config


def _worker(config: Mapping[str, Any]) -> str | None:
    """One process at a time has a file open, so that it is always the same worker's next life."""
    return None if config["ledger"] else "vault"


def _site_options(options: VaultOptions) -> dict[str, object]:
    times = {"t1_seconds": options.t1_seconds, "t2_seconds": options.t2_seconds}
    finite: dict[str, object] = {key: value for key, value in times.items() if math.isfinite(value)}
    return {"capacity": options.capacity, **finite}


def _site(name: str, options: Mapping[str, object]) -> SiteConfig:
    numbers = {key: float(str(options.get(key, math.inf))) for key in ("t1_seconds", "t2_seconds")}
    links = {key: float(str(options.get(key, 0.0))) for key in ("link_error", "link_loss")}
    return SiteConfig(name, int(str(options.get("capacity", 10_000_000))), **numbers, **links)


def _toml(value: object) -> str:
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return repr(value)
