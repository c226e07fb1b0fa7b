"""The gateway's HTTP API, asked in process with somebody's token."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..errors import MissingExtraError

if TYPE_CHECKING:
    import httpx2
    from starlette.types import ASGIApp

__all__ = ["Api", "Problem", "open_transport"]


class Problem(Exception):  # noqa: N818, it is a problem document
    """The gateway's problem document.

    Attributes:
        status: of HTTP.
        code: which problem, such as "key-consumed".
        detail: for people.
    """

    def __init__(self, status: int, code: str, detail: str) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail


def open_transport(gateway: ASGIApp) -> httpx2.AsyncClient:
    """A client that hands its requests to an application of this process."""
    try:
        import httpx2
    except ModuleNotFoundError:
        raise MissingExtraError.of("httpx2", "serve") from None
    transport = httpx2.ASGITransport(app=gateway, raise_app_exceptions=False)
    return httpx2.AsyncClient(transport=transport, base_url="http://gateway")


class Api:
    """/v1 as one token sees it.

    Args:
        client: from `open_transport`.
        secret: the token.
    """

    def __init__(self, client: httpx2.AsyncClient, secret: str) -> None:
        self._client = client
        self._secret = secret

    async def get(self, path: str, **query: object) -> dict[str, Any]:
        """A document; arguments that are None are left out."""
        given = {name: value for name, value in query.items() if value is not None}
        return await self._ask("GET", path, query=given)

    async def post(self, path: str, body: Mapping[str, Any] | None = None, *, key: str | None = None) -> dict[str, Any]:
        """The document that answers a change.

        Args:
            path: below the root, such as /v1/objects.
            body: JSON.
            key: the idempotency key.
        """
        return await self._ask("POST", path, body=body or {}, key=key)

    async def delete(self, path: str, *, key: str | None = None) -> dict[str, Any]:
        """The document that answers a removal."""
        return await self._ask("DELETE", path, key=key)

    async def text(self, path: str) -> str:
        """What is no document: metrics, drawings."""
        return (await self._send("GET", path)).text

    async def _ask(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        key: str | None = None,
    ) -> dict[str, Any]:
        answer = await self._send(method, path, query=query, body=body, key=key)
        document: dict[str, Any] = answer.json()
        return document

    async def _send(
        self,
        method: str,
        path: str,
        *,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
        key: str | None = None,
    ) -> httpx2.Response:
        # As bytes: cookies and forms may hold anything, and what is no token or key is refused by the gateway.
        headers = {b"Authorization": f"Bearer {self._secret}".encode()}
        if key:
            headers[b"Idempotency-Key"] = key.encode()
        answer = await self._client.request(method, path, params=query, json=body, headers=headers)
        if answer.is_success:
            return answer
        try:
            problem = answer.json()
            raise Problem(answer.status_code, str(problem["code"]), str(problem["detail"]))
        except (ValueError, KeyError, TypeError):
            raise Problem(answer.status_code, "failed", "The gateway answered nothing that can be shown.") from None
