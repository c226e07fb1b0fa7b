"""Puts and redemptions of a gateway, without a thread for each: they are handed on, and waited for in the loop."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any, Final, Self, TypeVar

import anyio.to_thread
from fastapi import Depends, Request

from ...storage.ids import is_id
from ...storage.ledger import Scope
from ...storage.vault.asking import need, put_request, redeem_request
from ...storage.vault.documents import object_document, receipt_document
from .principal import Who

if TYPE_CHECKING:
    from starlette.types import Scope as AsgiScope

    from ...storage.ledger import Principal
    from ...storage.vault import Vault
    from ...storage.vault.batcher import Batcher
    from ...storage.vault.client import Document, PutOptions

__all__ = ["Mailbox", "Prompt", "PromptClient"]

_T = TypeVar("_T")

_QUICK: Final = frozenset({"bloch", "bell", "handle"})
"""Sources that are read at once, whatever they say; for others the loop does not wait."""


class Mailbox:
    """Brings outcomes from other threads into the loop, as many as there are by one call.

    Args:
        loop: where somebody waits for them.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._come: deque[tuple[asyncio.Future[Any], Any]] = deque()
        self._called = False

    async def answer(self, begin: Callable[[Callable[[_T | BaseException], None]], None]) -> _T:
        """What is told of something that is begun here; whoever stops waiting does not stop it."""
        waiter: asyncio.Future[_T] = self._loop.create_future()
        begin(partial(self._post, waiter))
        return await waiter

    def _post(self, waiter: asyncio.Future[Any], outcome: object) -> None:
        self._come.append((waiter, outcome))
        # What comes after the loop was called, and before it looks, is found then as well.
        if not self._called:
            self._called = True
            self._loop.call_soon_threadsafe(self._deliver)

    def _deliver(self) -> None:
        self._called = False
        while self._come:
            waiter, outcome = self._come.popleft()
            if waiter.cancelled():
                continue
            if isinstance(outcome, BaseException):
                waiter.set_exception(outcome)
            else:
                waiter.set_result(outcome)


class PromptClient:
    """The two calls that a gateway hears most, as `LocalClient` answers them.

    Args:
        vault: the vault.
        batcher: in front of it.
        mailbox: of the loop that waits.
        who: asks.
    """

    def __init__(self, vault: Vault, batcher: Batcher, mailbox: Mailbox, who: Principal) -> None:
        self._vault = vault
        self._batcher = batcher
        self._mailbox = mailbox
        self._who = who

    @classmethod
    def of(cls, scope: AsgiScope) -> Self:
        """For whoever has sent a request, by its scope."""
        state = scope["app"].state
        return cls(state.vault, state.doors, state.mailbox, scope["qloak.principal"])

    async def put(self, source: Mapping[str, Any], options: PutOptions, *, key: str | None) -> Document:
        """Store a state; see `client.VaultClient`."""
        if _QUICK.issuperset(source):
            request = put_request(self._who, source, options, key=key)
        else:
            request = await anyio.to_thread.run_sync(lambda: put_request(self._who, source, options, key=key))
        return object_document(await self._mailbox.answer(partial(self._batcher.begin_put, request)))

    async def redeem(self, ref: str, how: Mapping[str, Any], *, key: str | None) -> Document:
        """Recover an object, which spends its key; `how` as for `asking.redeem_request`."""
        need(self._who, Scope.WRITE)
        object_id = ref
        if not is_id(ref):
            record = await anyio.to_thread.run_sync(self._vault.ledger.find, self._who.tenant, ref)
            object_id = record.object_id
        request = redeem_request(self._who, object_id, how, key=key)
        return receipt_document(await self._mailbox.answer(partial(self._batcher.begin_redeem, request)))


async def _prompt(request: Request, _: Who) -> PromptClient:
    return PromptClient.of(request.scope)


Prompt = Annotated[PromptClient, Depends(_prompt)]
"""The vault as the one who asks sees it, for calls that are waited for in the loop."""
