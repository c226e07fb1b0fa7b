"""One process with everything in it, killed at counted moments and at random ones, and opened again."""

from __future__ import annotations

import resource
import shutil
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np

from qloak.errors import QloakError
from qloak.storage.vault import Vault, VaultOptions
from qloak.storage.vault.local_client import LocalClient
from qloak.storage.vault.setup import found_vault

from .bombs import Bomb
from .customer import BrokenPromiseError, Customer
from .journal import Journal
from .oracle import Audit, repeat
from .processes import fork

NAMES = ("aurora", "borealis", "cirrus", "dune")
_STEPS = 40
_LONGEST_LIFE_SECONDS = 0.4
_FULL = ("failed", "unavailable")
"""Codes of the errors that a full disk may be: said by SQLite as one, or as an error of the disk."""


def sweep(folder: Path, seed: int, *, first: int, stride: int) -> Iterator[dict[str, Any]]:
    """The same short life again and again, dying at moment `first`, `first + stride`, … until it gets through.

    Each one begins with the same vault and is followed by a second life, which dies too, in the middle of tidying
    up, and by an audit.
    """
    template = folder / "template"
    found_vault(template, VaultOptions(providers=NAMES[:3], rate=0.0))
    for moment in range(first, 10**6, stride):
        place = folder / f"moment-{moment}"
        shutil.copytree(template, place)
        code = _life(place, seed, moment, steps=12)
        _life(place, seed + 1, 1 + moment % 9, steps=0)
        yield {"kind": "moment", "at": moment, "killed": code == -9, "violations": _audit(place, seed)}
        shutil.rmtree(place)
        if code == 0:
            return


def campaign(folder: Path, seed: int, kills: int) -> Iterator[dict[str, Any]]:
    """One vault over many lives; half of them end at a counted moment, half at a random one."""
    found_vault(folder / "vault", VaultOptions(providers=NAMES, rate=0.0))
    rng = np.random.default_rng(seed)
    done = life = 0
    while done < kills:
        life += 1
        moment = int(rng.integers(1, 120)) if rng.random() < 0.5 else 0
        seconds = None if moment else rng.uniform(0, _LONGEST_LIFE_SECONDS)
        code = _life(folder / "vault", seed * 10_000 + life, moment, steps=_STEPS, seconds=seconds)
        if code != -9:
            continue
        done += 1
        kind = "moment" if moment else "random"
        last = done == kills
        yield {"kind": kind, "at": moment, "killed": True, "violations": _audit(folder / "vault", life, last=last)}
    shutil.rmtree(folder / "vault")


def full_disk(folder: Path, seed: int, lives: int) -> Iterator[dict[str, Any]]:
    """Lives in which no file may grow beyond some size, a little more each time, and an audit with room again."""
    place = folder / "vault"
    found_vault(place, VaultOptions(providers=NAMES[:3], rate=0.0))
    for life in range(1, lives + 1):
        said = _cramped(place, seed * 10_000 + life, room=6_000 * life)
        found = _audit(place, life, last=life == lives)
        found += [] if said in ("", *_FULL) else [f"a full disk was called {said}"]
        yield {"kind": "disk", "at": life, "killed": False, "said": said, "violations": found}


def _cramped(place: Path, seed: int, *, room: int) -> str:
    """Work until a file would grow by more than `room` bytes; the code of the error, "" if none did."""

    def live(_: Callable[[str], None]) -> str:
        sizes = [path.stat().st_size for path in place.glob("*.db*") if not path.name.endswith("-shm")]
        # Without a handler the signal would end the process; ignored, writes fail as on a full disk.
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (max(sizes) + room, resource.RLIM_INFINITY))
        said: list[str] = []
        try:
            with Vault.open(place) as vault:
                customer = Customer(
                    LocalClient(vault), _journal(place), np.random.default_rng(seed), complain=said.append
                )
                customer.resume()
                for _ in range(_STEPS):
                    customer.step()
        except (QloakError, BrokenPromiseError) as error:
            return said[-1] if said else getattr(error, "code", str(error))
        return ""

    return str(fork(live).answer())


def _life(place: Path, seed: int, moment: int, *, steps: int, seconds: float | None = None) -> int:
    """A process that opens the vault and works; its exit code."""

    def live(_: Callable[[str], None]) -> None:
        bomb = Bomb(moment)
        bomb.watch_databases()
        with Vault.open(place, checkpoint=bomb) as vault:
            customer = Customer(LocalClient(vault), _journal(place), np.random.default_rng(seed))
            customer.resume()
            for _ in range(steps):
                customer.step()
            vault.free_junk()

    child = fork(live)
    if seconds is not None:
        time.sleep(seconds)
        child.kill()
    code = child.wait()
    if code == 1:
        # Nothing kills here: it is a fault of the vault or of this harness, and `answer` says which.
        child.answer()
    return code


def _audit(place: Path, seed: int, *, last: bool = False) -> list[str]:
    """In a process of its own: finish, look at everything, and at the very end redeem what is left."""

    def look(_: Callable[[str], None]) -> list[str]:
        journal = _journal(place)
        with Vault.open(place) as vault:
            client = LocalClient(vault)
            customer = Customer(client, journal, np.random.default_rng(seed))
            customer.resume(insist=True)
            audit = Audit(vault, place / "world.db", [journal])
            try:
                found = list(audit.violations())
            finally:
                audit.close()
            redeemed = [item for item in journal.items.values() if item.state == "redeemed"]
            found += repeat(client, redeemed[-3:])
            if last:
                found += redeem_all(client, journal)
            return found

    return fork(look).answer()


def redeem_all(client: LocalClient, journal: Journal) -> list[str]:
    """Everything that is stored comes back with fidelity 1."""
    found = []
    for item in journal.items.values():
        if item.state == "stored":
            handle = client.redeem(item.object_id)["handle"]
            if (fidelity := client.peek(handle, expected=item.source)["fidelity"]) < 1 - 1e-9:
                found.append(f"{item.name} came back with fidelity {fidelity} at the end")
    return found


def _journal(place: Path) -> Journal:
    return Journal.read(place / "customer.jsonl")
