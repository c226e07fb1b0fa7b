"""A provider on a bad line: calls fail before they have an effect, or after, when nobody hears the answer."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np

from ...errors import QloakError, UnavailableError, UsageError
from .protocol import Deposit, DepositState, Fault, Provider, ProviderInfo

__all__ = ["Faulty"]

_T = TypeVar("_T")


class Faulty:
    """A provider that cannot be relied on, for rehearsals and tests; implements `protocol.Provider`.

    A call fails as a whole with UnavailableError: before its effect, or after it. Either way the caller knows
    nothing. Rehearsals and the loss of the site are the operator's, and always get through.

    Args:
        provider: the one behind the line.
        rng: decides.
        before: probability that a call is lost on the way there.
        after: probability that its answer is lost on the way back.
        twice: probability that a call arrives twice.

    Raises:
        UsageError: for a probability that is none.
    """

    def __init__(
        self,
        provider: Provider,
        rng: np.random.Generator,
        *,
        before: float = 0.0,
        after: float = 0.0,
        twice: float = 0.0,
    ) -> None:
        for name, value in (("before", before), ("after", after), ("twice", twice)):
            if not 0 <= value <= 1:
                raise UsageError.of(name, value, "a probability")
        self._provider = provider
        self._rng = rng
        self._chances = np.array([before, after, twice])
        self._lock = threading.Lock()

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
        return self._over(self._provider.info)

    def accept(self, deposits: Sequence[Deposit]) -> list[QloakError | None]:
        """Promise room; see `protocol.Provider`."""
        return self._over(lambda: self._provider.accept(deposits))

    def release(self, deposits: Sequence[str], *, to: str) -> list[QloakError | None]:
        """Ship deposits away; see `protocol.Provider`."""
        return self._over(lambda: self._provider.release(deposits, to=to))

    def discard(self, deposits: Sequence[str]) -> list[QloakError | None]:
        """Reset deposits; see `protocol.Provider`."""
        return self._over(lambda: self._provider.discard(deposits))

    def states(self, deposits: Sequence[str]) -> list[DepositState]:
        """What the provider knows of them."""
        return self._over(lambda: self._provider.states(deposits))

    def rehearse(self, fault: Fault, strength: float) -> None:
        """Switch a fault on or off."""
        self._provider.rehearse(fault, strength)

    def destroy(self) -> None:
        """Rehearse the loss of the whole site."""
        self._provider.destroy()

    def _over(self, call: Callable[[], _T]) -> _T:
        with self._lock:
            lost, unheard, doubled = (self._rng.random(3) < self._chances).tolist()
        if lost:
            raise UnavailableError(f"provider {self.name}: no answer (a fault that is rehearsed: the call was lost).")
        if doubled:
            call()
        answer = call()
        if unheard:
            raise UnavailableError(f"provider {self.name}: no answer (a fault that is rehearsed: it was lost).")
        return answer
