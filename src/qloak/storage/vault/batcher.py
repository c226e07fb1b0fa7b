"""Group commit: requests that come at the same time go through the vault together.

A put or a redemption costs a handful of transactions however many objects it is for. Each kind has a lane of its
own, where one thread takes whatever has arrived while it was busy: nobody waits for company, and the busier the
vault is, the less each one costs. Lanes take turns where all providers are of this process: side by side they would
only keep each other waiting, and each batch would be smaller.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from ...errors import QloakError, UnavailableError
from ..ledger import ObjectRecord
from .receipt import Receipt
from .requests import PutRequest, RedeemRequest

if TYPE_CHECKING:
    from .vault import Vault

__all__ = ["Batcher"]

_MOST: Final = 250
_MAX_WAITING: Final = 10_000

_Request = TypeVar("_Request")
_Answer = TypeVar("_Answer")


class Batcher:
    """Puts and redemptions of many threads, as few bulk calls.

    Args:
        vault: that they go through.
    """

    def __init__(self, vault: Vault) -> None:
        turns = self._turns = _Turns(vault)
        self._puts = _Lane("puts", vault.put_many, turns)
        self._redeems = _Lane("redemptions", vault.redeem_receipts, turns)

    def put(self, request: PutRequest) -> ObjectRecord:
        """As `Vault.put`."""
        return _waited(self._puts, request)

    def redeem(self, request: RedeemRequest) -> ObjectRecord:
        """As `Vault.redeem`."""
        return _waited(self._redeems, request).record

    def begin_put(self, request: PutRequest, tell: Callable[[ObjectRecord | BaseException], None]) -> None:
        """A put whose outcome is told later, in another thread, which must not be kept.

        Raises:
            UnavailableError: if too many wait already, or the vault is closing.
        """
        self._puts.submit(request, tell)

    def begin_redeem(self, request: RedeemRequest, tell: Callable[[Receipt | BaseException], None]) -> None:
        """A redemption whose receipt is told later; as `begin_put`."""
        self._redeems.submit(request, tell)

    def turn(self) -> AbstractContextManager[None]:
        """One for something else that would be in the lanes' way: they wait meanwhile. Be short."""
        return self._turns.one()

    def close(self) -> None:
        """Finish what has been asked, then stop."""
        for lane in (self._puts, self._redeems):
            lane.close()


class _Turns:
    """Who may work, in the order in which they have come; all at once where providers are waited for.

    Args:
        vault: of the lanes.
    """

    def __init__(self, vault: Vault) -> None:
        self._vault = vault
        self._given = self._over = 0
        self._change = threading.Condition()

    @contextmanager
    def one(self) -> Iterator[None]:
        """A turn, as soon as it is there."""
        if self._vault.fleet.has_remote:
            yield
            return
        with self._change:
            mine, self._given = self._given, self._given + 1
            self._change.wait_for(lambda: self._over == mine)
        try:
            yield
        finally:
            with self._change:
                self._over += 1
                self._change.notify_all()


class _Lane(Generic[_Request, _Answer]):
    """One kind of request, done in bulk by one thread.

    Args:
        name: of the thread.
        work: does many, each for itself.
        turns: with other lanes.
    """

    def __init__(
        self, name: str, work: Callable[[Sequence[_Request]], Sequence[_Answer | QloakError]], turns: _Turns
    ) -> None:
        self._work = work
        self._turns = turns
        self._waiting: list[tuple[_Request, Callable[[_Answer | BaseException], None]]] = []
        self._wake = threading.Condition()
        self._closed = False
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def submit(self, request: _Request, tell: Callable[[_Answer | BaseException], None]) -> None:
        """Wait in line."""
        with self._wake:
            if self._closed:
                raise UnavailableError("The vault is closing. Try again later.")
            if len(self._waiting) >= _MAX_WAITING:
                raise UnavailableError(f"{_MAX_WAITING} requests are waiting already. Try again later.")
            self._waiting.append((request, tell))
            self._wake.notify()

    def close(self) -> None:
        """Finish what has been asked, then stop."""
        with self._wake:
            self._closed = True
            self._wake.notify()
        self._thread.join()

    def _run(self) -> None:
        while True:
            with self._wake:
                while not self._waiting and not self._closed:
                    self._wake.wait()
                if not self._waiting:
                    return
            with self._turns.one():
                self._work_off()

    def _work_off(self) -> None:
        """All that has come by now, or as much as is done at once."""
        with self._wake:
            batch, self._waiting = self._waiting[:_MOST], self._waiting[_MOST:]
        try:
            outcomes = self._work([request for request, _ in batch])
        except BaseException as error:
            # Whoever waits must hear of it, whatever it is, and raises it again; others may go on asking.
            for _, tell in batch:
                tell(error)
            if not isinstance(error, Exception):
                with self._wake:
                    self._closed = True
                raise
        else:
            for (_, tell), outcome in zip(batch, outcomes, strict=True):
                tell(outcome)


def _waited(lane: _Lane[_Request, _Answer], request: _Request) -> _Answer:
    """The answer of a lane, waited for in this thread."""
    future: Future[_Answer] = Future()

    def tell(outcome: _Answer | BaseException) -> None:
        if isinstance(outcome, BaseException):
            future.set_exception(outcome)
        else:
            future.set_result(outcome)

    lane.submit(request, tell)
    return future.result()
