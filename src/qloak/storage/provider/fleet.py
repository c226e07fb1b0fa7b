"""All providers of a vault, asked at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Final, Self, TypeVar

from ...errors import QloakError, UnknownNameError
from .protocol import Fault, Provider, ProviderInfo
from .remote import HttpProvider
from .site import StorageSite

__all__ = ["Fleet"]

_T = TypeVar("_T")

_MAX_THREADS: Final = 32
_HEALTH_SECONDS: Final = 1.0


class Fleet:
    """Providers by name. Those behind a network are asked in parallel, embedded ones in turn.

    Args:
        providers: name -> provider.
    """

    def __init__(self, providers: Mapping[str, Provider]) -> None:
        self._providers = dict(providers)
        self._pool: ThreadPoolExecutor | None = None
        self._lock = threading.Lock()
        self._health: dict[str, tuple[float, ProviderInfo | QloakError]] = {}

    def __enter__(self) -> Self:
        """The fleet itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Close it."""
        self.close()

    @property
    def names(self) -> tuple[str, ...]:
        """All names, in the order of their arrival."""
        return tuple(self._providers)

    def __getitem__(self, name: str) -> Provider:
        """One provider.

        Raises:
            UnknownNameError: if there is none of this name.
        """
        if name not in self._providers:
            known = ", ".join(self._providers) or "(there is none)"
            raise UnknownNameError.of("provider", name, f"one of {known}", "Add it: qloak provider add NAME.")
        return self._providers[name]

    def add(self, name: str, provider: Provider) -> None:
        """Let a provider join, in the place of one of the same name."""
        with self._lock:
            self._providers[name] = provider
            self._health.pop(name, None)

    def ask(self, jobs: Mapping[str, Callable[[Provider], _T]]) -> dict[str, _T | QloakError]:
        """One job for each of some providers.

        Returns:
            Name -> answer, or the error that the call raised; an unknown name is one.
        """
        answers: dict[str, _T | QloakError] = {}
        waiting: dict[str, Future[_T]] = {}
        for name, job in jobs.items():
            provider = self._providers.get(name)
            if isinstance(provider, HttpProvider) and len(jobs) > 1:
                waiting[name] = self._threads().submit(job, provider)
            else:
                answers[name] = self._now(name, job)
        for name, future in waiting.items():
            answers[name] = _caught(future.result)
        return {name: answers[name] for name in jobs}

    def health(self, *, fresh: bool = False) -> dict[str, ProviderInfo | QloakError]:
        """What each provider says of itself, at most a second old unless `fresh`."""
        now = time.monotonic()
        with self._lock:
            known = {} if fresh else {k: v for k, (when, v) in self._health.items() if now - when < _HEALTH_SECONDS}
        asked = self.ask({name: lambda p: p.info() for name in self.names if name not in known})
        with self._lock:
            self._health |= {name: (now, answer) for name, answer in asked.items()}
        return {name: known[name] if name in known else asked[name] for name in self.names}

    def rehearse(self, name: str, fault: Fault, strength: float) -> None:
        """Switch a fault of one provider on or off."""
        self[name].rehearse(fault, strength)
        self._forget(name)

    def destroy(self, name: str) -> None:
        """Rehearse the loss of one provider's site."""
        self[name].destroy()
        self._forget(name)

    def close(self) -> None:
        """Give back threads and connections."""
        if self._pool is not None:
            self._pool.shutdown(wait=False, cancel_futures=True)
        for provider in self._providers.values():
            if isinstance(provider, HttpProvider | StorageSite):
                provider.close()

    def _now(self, name: str, job: Callable[[Provider], _T]) -> _T | QloakError:
        return _caught(lambda: job(self[name]))

    def _forget(self, name: str) -> None:
        with self._lock:
            self._health.pop(name, None)

    def _threads(self) -> ThreadPoolExecutor:
        with self._lock:
            if self._pool is None:
                self._pool = ThreadPoolExecutor(_MAX_THREADS, thread_name_prefix="provider")
            return self._pool


def _caught(call: Callable[[], _T]) -> _T | QloakError:
    try:
        return call()
    except QloakError as error:
        return error
