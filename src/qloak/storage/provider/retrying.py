"""A provider that is asked again when it does not answer."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Sequence
from typing import TypeVar

from ...errors import CapacityError, QloakError, UnavailableError, UsageError
from .protocol import Deposit, DepositState, Fault, Provider, ProviderInfo

__all__ = ["Retrying"]

_T = TypeVar("_T")


class Retrying:
    """A provider, each call of which is repeated while it raises UnavailableError; implements `protocol.Provider`.

    All calls but `destroy` may be repeated without harm, whether or not an earlier attempt had its effect.

    Args:
        provider: the one that is asked.
        attempts: of each call, at least 1.
        pause_seconds: before the second attempt; it doubles each time, and varies by half.
        sleep: waits some seconds.

    Raises:
        UsageError: for no attempts at all.
    """

    def __init__(
        self,
        provider: Provider,
        *,
        attempts: int = 3,
        pause_seconds: float = 0.05,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        if attempts < 1:
            raise UsageError.of("attempts", attempts, "at least 1")
        self._provider = provider
        self._attempts = attempts
        self._pause = pause_seconds
        self._sleep = sleep

    @property
    def name(self) -> str:
        """As the vault knows it."""
        return self._provider.name

    @property
    def is_remote(self) -> bool:
        """Whether its calls wait for a network."""
        return self._provider.is_remote

    def close(self) -> None:
        """Give back connections."""
        self._provider.close()

    def info(self) -> ProviderInfo:
        """Its own account of itself."""
        return self._again(self._provider.info)

    def accept(self, deposits: Sequence[Deposit]) -> list[QloakError | None]:
        """Promise room; see `protocol.Provider`."""
        return self._again(lambda: self._provider.accept(deposits))

    def release(self, deposits: Sequence[str], *, to: str) -> list[QloakError | None]:
        """Ship deposits away; see `protocol.Provider`."""
        return self._again(lambda: self._provider.release(deposits, to=to))

    def discard(self, deposits: Sequence[str]) -> list[QloakError | None]:
        """Reset deposits; see `protocol.Provider`."""
        return self._again(lambda: self._provider.discard(deposits))

    def states(self, deposits: Sequence[str]) -> list[DepositState]:
        """What the provider knows of them."""
        return self._again(lambda: self._provider.states(deposits))

    def rehearse(self, fault: Fault, strength: float) -> None:
        """Switch a fault on or off."""
        self._again(lambda: self._provider.rehearse(fault, strength))

    def destroy(self) -> None:
        """Rehearse the loss of the whole site, once."""
        self._provider.destroy()

    def _again(self, call: Callable[[], _T]) -> _T:
        for attempt in range(self._attempts - 1):
            try:
                return call()
            except CapacityError:
                raise
            except UnavailableError:
                # Not in step with others who wait for the same provider.
                self._sleep(self._pause * 2**attempt * (0.5 + random.random()))
        return call()
