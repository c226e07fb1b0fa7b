"""All providers of a vault, asked at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from functools import partial
from types import TracebackType
from typing import Any, Final, Self, TypeVar

from ...errors import QloakError, UnknownNameError
from . import shelves
from .protocol import Deposit, DepositState, Fault, Provider, ProviderInfo
from .site import StorageSite

__all__ = ["Fleet"]

_T = TypeVar("_T")
_Item = TypeVar("_Item", str, Deposit)

_Answers = dict[str, list[_T] | QloakError]
_Heard = Callable[[str, Any], None]

_MAX_THREADS: Final = 32
_HEALTH_SECONDS: Final = 1.0


class Fleet:
    """Providers by name. Those behind a network are asked at the same time, embedded ones in turn.

    What is asked in bulk takes the embedded ones of one database one transaction together.

    Args:
        providers: name -> provider.
    """

    def __init__(self, providers: Mapping[str, Provider]) -> None:
        self._providers = dict(providers)
        self._pool: ThreadPoolExecutor | None = None
        self._lock = threading.Lock()
        self._health: dict[str, tuple[float, ProviderInfo | QloakError]] = {}
        self._up: dict[str, bool] = {}
        self._on_turn: Callable[[str, ProviderInfo | QloakError], None] = _ignore

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

    @property
    def has_remote(self) -> bool:
        """Whether any is behind a network, so that calls mostly wait."""
        return any(provider.is_remote for provider in self._providers.values())

    def __getitem__(self, name: str) -> Provider:
        """One provider.

        Raises:
            UnknownNameError: if there is none of this name.
        """
        if name not in self._providers:
            known = ", ".join(self._providers) or "(there is none)"
            raise UnknownNameError.of("provider", name, f"one of {known}", "Add it: qloak provider add NAME.")
        return self._providers[name]

    def watch(self, on_turn: Callable[[str, ProviderInfo | QloakError], None]) -> None:
        """Have this called with a provider's name and answer when it is seen to have gone or come back."""
        self._on_turn = on_turn

    def add(self, name: str, provider: Provider) -> None:
        """Let a provider join, in the place of one of the same name."""
        with self._lock:
            # A new table: whoever goes through the old one at this moment is not disturbed.
            self._providers = {**self._providers, name: provider}
            self._health.pop(name, None)

    def ask(
        self,
        jobs: Mapping[str, Callable[[Provider], _T]],
        *,
        heard: Callable[[str, _T | QloakError], None] | None = None,
    ) -> dict[str, _T | QloakError]:
        """One job for each of some providers.

        Args:
            jobs: name -> what to ask.
            heard: called in this thread with each name and answer, as soon as that has come.

        Returns:
            Name -> answer, or the error that the call raised; an unknown name is one.
        """
        answers: dict[str, _T | QloakError] = {}
        far = {name: self._providers[name] for name in jobs if name in self._providers and len(jobs) > 1}
        waiting = {self._threads().submit(jobs[name], p): name for name, p in far.items() if p.is_remote}
        for name, answer in self._answers(jobs, waiting):
            answers[name] = answer
            if heard is not None:
                heard(name, answer)
        return {name: answers[name] for name in jobs}

    def accept(
        self, deposits: Mapping[str, Sequence[Deposit]], *, heard: _Heard | None = None
    ) -> _Answers[QloakError | None]:
        """Ask some providers for room: name -> `Provider.accept`, or why it does not answer; `heard` as in `ask`."""
        return self._bulk(deposits, shelves.accept, lambda items, p: p.accept(items), heard)

    def release(
        self, deposits: Mapping[str, Sequence[str]], *, to: str, heard: _Heard | None = None
    ) -> _Answers[QloakError | None]:
        """Have some providers ship deposits: name -> `Provider.release`, or why it does not answer."""
        return self._bulk(deposits, partial(shelves.release, to=to), lambda names, p: p.release(names, to=to), heard)

    def discard(
        self, deposits: Mapping[str, Sequence[str]], *, heard: _Heard | None = None
    ) -> _Answers[QloakError | None]:
        """Have some providers reset deposits: name -> `Provider.discard`, or why it does not answer."""
        return self._bulk(deposits, shelves.discard, lambda names, p: p.discard(names), heard)

    def states(self, deposits: Mapping[str, Sequence[str]]) -> _Answers[DepositState]:
        """What some providers know of deposits: name -> `Provider.states`, or why it does not answer."""
        return self._bulk(deposits, shelves.states, lambda names, p: p.states(names), None)

    def health(self, *, fresh: bool = False) -> dict[str, ProviderInfo | QloakError]:
        """What each provider says of itself, at most a second old unless `fresh`."""
        now = time.monotonic()
        with self._lock:
            known = {} if fresh else {k: v for k, (when, v) in self._health.items() if now - when < _HEALTH_SECONDS}
        asked = self.ask({name: lambda p: p.info() for name in self.names if name not in known})
        with self._lock:
            turned = [name for name, answer in asked.items() if self._turned(name, answer)]
            self._health |= {name: (now, answer) for name, answer in asked.items()}
        for name in turned:
            self._on_turn(name, asked[name])
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
            provider.close()

    def _answers(
        self, jobs: Mapping[str, Callable[[Provider], _T]], waiting: Mapping[Future[_T], str]
    ) -> Iterator[tuple[str, _T | QloakError]]:
        """Answers as they come: first those of this process, while the others are under way."""
        away = set(waiting.values())
        for name, job in jobs.items():
            if name not in away:
                yield name, self._now(name, job)
        for future in as_completed(waiting):
            yield waiting[future], _caught(future.result)

    def _bulk(
        self,
        asked: Mapping[str, Sequence[_Item]],
        together: Callable[[Mapping[shelves.Shelf, Sequence[_Item]]], shelves.Answers[_T]],
        alone: Callable[[Sequence[_Item], Provider], list[_T]],
        heard: _Heard | None,
    ) -> _Answers[_T]:
        """One call of each of some providers: `together` of sites in one database, `alone` of each other one."""
        sites = {name: p.shelf for name in asked if isinstance(p := self._providers.get(name), StorageSite)}
        answers: _Answers[_T] = {}
        for engine in {shelf.engine for shelf in sites.values()}:
            here = {shelf: asked[name] for name, shelf in sites.items() if shelf.engine is engine}
            found = _caught(partial(together, here))
            for name, shelf in sites.items():
                if shelf in here:
                    answers[name] = found if isinstance(found, QloakError) else found[shelf]
                    if heard is not None:
                        heard(name, answers[name])
        others = {name: partial(alone, items) for name, items in asked.items() if name not in sites}
        answers |= self.ask(others, heard=heard)
        return {name: answers[name] for name in asked}

    def _turned(self, name: str, answer: ProviderInfo | QloakError) -> bool:
        """Whether a provider answers that did not when it was last asked, or the other way round."""
        up = not isinstance(answer, QloakError)
        before, self._up[name] = self._up.get(name, up), up
        return up != before

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


def _ignore(_name: str, _answer: ProviderInfo | QloakError) -> None:
    """Nobody watches."""


def _caught(call: Callable[[], _T]) -> _T | QloakError:
    try:
        return call()
    except QloakError as error:
        return error
