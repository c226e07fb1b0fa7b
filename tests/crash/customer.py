"""A customer: stores states, redeems, refreshes and removes them, and insists on an answer to every request."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import numpy as np

from qloak.errors import QloakError
from qloak.storage.vault.client import Document, PutOptions, VaultClient

from .journal import Item, Journal

MOST_OBJECTS = 6
_PATIENCE_SECONDS = 60
_CHANCE_TO_FORGET = 0.15
_TRANSIENT = {"unavailable", "conflict", "redeem-in-progress", "locked", "rate-limited"}


class BrokenPromiseError(Exception):
    """The vault broke a promise."""


class Customer:
    """One customer in one of its lives.

    Args:
        client: of the vault.
        journal: what it knows from earlier lives.
        rng: decides what it does.
        complain: called with the code of every error, if given; then nothing is tried a second time.
    """

    def __init__(
        self,
        client: VaultClient,
        journal: Journal,
        rng: np.random.Generator,
        *,
        complain: Callable[[str], object] | None = None,
    ) -> None:
        self.client = client
        self.journal = journal
        self._rng = rng
        self._complain = complain

    def resume(self, *, insist: bool = False) -> None:
        """Ask again what an earlier life was not answered; now and then, forget about it instead."""
        request = self.journal.open
        if request is None:
            return
        if request["do"] not in ("prepare", "discard") and not insist and self._rng.random() < _CHANCE_TO_FORGET:
            self.journal.answer(state="unsure")
            return
        self._finish(request)

    def step(self) -> None:
        """One request more."""
        items = list(self.journal.items.values())
        stored = [item for item in items if item.state == "stored"]
        waste = [item for item in items if item.state in ("redeemed", "aborted") and item.handle and not item.ended]
        plain = [item for item in items if item.state == "prepared"]
        choices = ["redeem", "refresh", "rm"] if len(stored) >= MOST_OBJECTS else ["put", "put", "prepare"]
        choices += ["redeem", "refresh", "redeem"] if stored else []
        choices += ["rm"] if len(stored) > 2 else []
        choices += ["discard"] * len(waste[2:])
        do = "store" if plain else str(self._rng.choice(choices))
        if do in ("put", "prepare"):
            seed, size = int(self._rng.integers(2**31)), int(self._rng.integers(1, 3))
            item = Item("", {"random": size, "seed": seed})
        else:
            pool = {"store": plain, "discard": waste}.get(do, stored)
            item = pool[int(self._rng.integers(len(pool)))]
        custody = str(self._rng.choice(["clones", "clones", "clones+source", "pairs"]))
        verify = int(self._rng.integers(1, 3))
        self._finish(self.journal.ask(do, item, custody=custody, verify=verify))

    @staticmethod
    def options(name: str, *, custody: str = "clones") -> PutOptions:
        """How an item is stored: by its name it is found again."""
        return PutOptions(name=name, custody=custody)

    # --- inside ----------------------------------------------------------------------------------------------

    def _finish(self, request: dict[str, Any]) -> None:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        item = self.journal.items[request["name"]]
        while True:
            try:
                learnt = self._try(request, item)
            except QloakError as error:
                if self._complain is not None:
                    self._complain(error.code)
                    raise
                if error.code not in _TRANSIENT:
                    raise BrokenPromiseError(f"{request} was answered {error.code}: {error}") from error
                learnt = self._look(request, item)
                if learnt is None and time.monotonic() > deadline:
                    raise BrokenPromiseError(f"{request} has no answer after {_PATIENCE_SECONDS} s: {error}") from error
            if learnt is not None:
                self.journal.answer(**learnt)
                return
            time.sleep(0.05)

    def _try(self, request: dict[str, Any], item: Item) -> dict[str, Any]:
        client, key, do = self.client, request["ask"], request["do"]
        if do in ("put", "store"):
            source = {"handle": item.handle} if do == "store" else item.source
            options = self.options(item.name, custody=request["custody"])
            return _of_object(client.put(source, options, idempotency_key=key))
        if do == "prepare":
            handle = client.prepare(item.source, idempotency_key=key)["handle"]
            return {"state": "prepared", "handle": handle}
        if do == "redeem":
            receipt = client.redeem(item.object_id, verify=request["verify"], idempotency_key=key)
            return {"state": "redeemed", "handle": receipt["handle"], "key": key}
        if do == "refresh":
            return _of_object(client.refresh(item.object_id, idempotency_key=key))
        if do == "rm":
            client.remove(item.object_id, idempotency_key=key)
            return {"state": "removed"}
        client.discard(item.handle, idempotency_key=key)
        return {"ended": True}

    def _look(self, request: dict[str, Any], item: Item) -> dict[str, Any] | None:
        """What became of a request that was not answered: None while that is open."""
        try:
            if request["do"] in ("put", "store"):
                found = self.client.object(request["name"])
                return _of_object(found) if found["state"] in ("stored", "aborted") else None
            if request["do"] == "redeem" and request["verify"] > 1:
                # A refresh that met a dead provider has left fewer clones than are to be compared: it never will.
                found = self.client.object(item.object_id)
                few = found["state"] == "stored" and found["health"]["surviving_clones"] < request["verify"]
                return {"state": "stored"} if few else None
        except QloakError:
            pass
        return None


def _of_object(document: Document) -> dict[str, Any]:
    return {"object_id": document["id"], "state": document["state"], "handle": document["handle"] or ""}
