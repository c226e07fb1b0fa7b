"""Group commit: requests that come at the same time go through the vault together.

A put or a redemption costs a handful of transactions however many objects it is for. One thread takes whatever
has arrived while it was busy; callers wait for their own answer.
"""

from __future__ import annotations

import threading
from concurrent.futures import Future
from typing import TYPE_CHECKING, Final

from ...errors import QloakError, UnavailableError
from ..ledger import ObjectRecord
from .requests import PutRequest, RedeemRequest

if TYPE_CHECKING:
    from .vault import Vault

__all__ = ["Batcher"]

_Waiting = tuple[PutRequest | RedeemRequest, "Future[ObjectRecord]"]

_MOST: Final = 250
_MAX_WAITING: Final = 10_000


class Batcher:
    """Puts and redemptions of many threads, as few bulk calls.

    Args:
        vault: that they go through.
    """

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._waiting: list[_Waiting] = []
        self._wake = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._work, name="batcher", daemon=True)
        self._thread.start()

    def put(self, request: PutRequest) -> ObjectRecord:
        """As `Vault.put`."""
        return self._submit(request)

    def redeem(self, request: RedeemRequest) -> ObjectRecord:
        """As `Vault.redeem`."""
        return self._submit(request)

    def close(self) -> None:
        """Finish what has been asked, then stop."""
        with self._wake:
            self._closed = True
            self._wake.notify()
        self._thread.join()

    def _submit(self, request: PutRequest | RedeemRequest) -> ObjectRecord:
        future: Future[ObjectRecord] = Future()
        with self._wake:
            if self._closed:
                raise UnavailableError("The vault is closing. Try again later.")
            if len(self._waiting) >= _MAX_WAITING:
                raise UnavailableError(f"{_MAX_WAITING} requests are waiting already. Try again later.")
            self._waiting.append((request, future))
            self._wake.notify()
        return future.result()

    def _work(self) -> None:
        while True:
            with self._wake:
                while not self._waiting and not self._closed:
                    self._wake.wait()
                if not self._waiting:
                    return
                batch, self._waiting = self._waiting[:_MOST], self._waiting[_MOST:]
            self._run(batch)

    def _run(self, batch: list[_Waiting]) -> None:
        puts = [(request, future) for request, future in batch if isinstance(request, PutRequest)]
        redeems = [(request, future) for request, future in batch if isinstance(request, RedeemRequest)]
        try:
            _settle([f for _, f in puts], self._vault.put_many([r for r, _ in puts]) if puts else [])
            _settle([f for _, f in redeems], self._vault.redeem_many([r for r, _ in redeems]) if redeems else [])
        except BaseException as error:
            # Whoever waits must hear of it, whatever it is, and raises it again; others may go on asking.
            for _, future in batch:
                if not future.done():
                    future.set_exception(error)
            if not isinstance(error, Exception):
                with self._wake:
                    self._closed = True
                raise


def _settle(futures: list[Future[ObjectRecord]], outcomes: list[ObjectRecord | QloakError]) -> None:
    for future, outcome in zip(futures, outcomes, strict=True):
        if isinstance(outcome, QloakError):
            future.set_exception(outcome)
        else:
            future.set_result(outcome)
