"""Calling one of Qloak's servers: JSON in and out, problems as our errors, retries of what may be repeated."""

from __future__ import annotations

import functools
import json
import os
import random
import ssl
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from .. import errors
from ..errors import IntegrityError, MissingExtraError, QloakError, UnavailableError, UsageError, shorten_path

if TYPE_CHECKING:
    import httpx2

__all__ = ["HttpCaller", "error_of"]

_MAX_ANSWER_BYTES: Final = 64 * 2**20
_CA_VARIABLE: Final = "QLOAK_CA_FILE"
_RETRIED_STATUS: Final = frozenset({429, 502, 503, 504})

_BY_CODE: Final[Mapping[str, type[QloakError]]] = {
    cls.code: cls for cls in (getattr(errors, name) for name in errors.__all__)
}


def error_of(code: str, message: str) -> QloakError:
    """The error that a server or the world named by its code."""
    return _BY_CODE.get(code, QloakError)(message)


class HttpCaller:
    """One server's address and our token for it.

    Over HTTPS its certificate must be signed by an authority of this machine, or by one in the file (PEM) that
    QLOAK_CA_FILE names.

    Args:
        url: such as "https://provider.example:8443".
        token: bearer token, never shown or logged.
        timeout_seconds: for each attempt.
        attempts: at least 1, for calls that may be repeated without harm.
        client: another client to use, for tests.

    Raises:
        UsageError: for a URL that is not http or https, a token that no server gives out, or a QLOAK_CA_FILE
            that is no file of certificates.
        MissingExtraError: if the HTTP client is not installed.
    """

    def __init__(
        self,
        url: str,
        token: str,
        *,
        timeout_seconds: float = 10.0,
        attempts: int = 3,
        client: httpx2.Client | None = None,
    ) -> None:
        if not url.startswith(("http://", "https://")):
            raise UsageError.of("url", url, "an address that begins with http:// or https://")
        try:
            import httpx2
        except ModuleNotFoundError:
            raise MissingExtraError.of("httpx2", "serve") from None
        try:
            parsed = httpx2.URL(url)
        except httpx2.InvalidURL as error:
            raise UsageError.of("url", url, f"an address ({str(error).rstrip('.').lower()})") from None
        if not parsed.host or (parsed.port is not None and not 0 < parsed.port < 65536):
            raise UsageError.of("url", url, "an address with a host, and a port from 1 to 65535 or none")
        if not (token.isascii() and token.isprintable()):
            # It is a secret: not a character of it is shown.
            raise UsageError("token: it has characters that no token has.")
        self.url = url.rstrip("/")
        self._attempts = attempts
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self._failed: type[Exception] = httpx2.RequestError
        # The address says where to go: proxies and tokens of the environment are none of our business.
        self._client = client or httpx2.Client(
            verify=_trusted(os.environ.get(_CA_VARIABLE)),
            timeout=timeout_seconds,
            trust_env=False,
            limits=httpx2.Limits(max_connections=64, max_keepalive_connections=32),
        )

    def close(self) -> None:
        """Give back the connections."""
        self._client.close()

    def call(  # noqa: PLR0913 - a request has these parts
        self,
        method: str,
        path: str,
        *,
        body: object = None,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        repeat: bool = True,
    ) -> Any:  # noqa: ANN401, JSON has any shape
        """One request, repeated where the server does not answer or asks for patience, unless `repeat` is off.

        Raises:
            QloakError: the problem that the server names, as the class of its code.
            UnavailableError: if it does not answer; whether it did anything is then unknown.
            IntegrityError: for an answer that is not JSON.
        """
        attempts = self._attempts if repeat else 1
        for attempt in range(attempts):
            last = attempt == attempts - 1
            try:
                with self._client.stream(
                    method,
                    self.url + path,
                    json=body,
                    params={k: v for k, v in (query or {}).items() if v is not None},
                    headers={**self._headers, **(headers or {})},
                ) as response:
                    content = self._content(response)
            except self._failed as error:
                if last:
                    raise UnavailableError(f"{self.url}: no answer ({type(error).__name__}).") from error
                _pause(attempt)
                continue
            if response.status_code in _RETRIED_STATUS and not last:
                _pause(attempt)
                continue
            return self._value(response, content)
        raise AssertionError("unreachable")

    def _content(self, response: httpx2.Response) -> bytes:
        """All of an answer, as long as it is not longer than any that we ask for."""
        content = bytearray()
        for part in response.iter_bytes():
            content += part
            if len(content) > _MAX_ANSWER_BYTES:
                raise IntegrityError(f"{self.url}: an answer of more than {_MAX_ANSWER_BYTES} bytes.")
        return bytes(content)

    def _value(self, response: httpx2.Response, content: bytes) -> Any:  # noqa: ANN401, JSON has any shape
        try:
            value = json.loads(content) if content else None
        except (ValueError, RecursionError):
            value = None
            if response.is_success:
                raise IntegrityError(f"{self.url}: an answer that is not JSON. Is this a Qloak server?") from None
        if response.is_success:
            return value
        if isinstance(value, dict) and isinstance(value.get("code"), str):
            raise error_of(value["code"], str(value.get("detail", "the server gave no reason")))
        raise UnavailableError(f"{self.url}: HTTP status {response.status_code}. Is this a Qloak server?")


@functools.cache
def _trusted(place: str | None) -> ssl.SSLContext:
    """The authorities that sign certificates of servers: those of this machine, and those of a file."""
    context = ssl.create_default_context()
    if place:
        try:
            context.load_verify_locations(cafile=place)
        except (OSError, ValueError) as error:
            raise UsageError.of(_CA_VARIABLE, shorten_path(place), "a file of certificates (PEM)") from error
    return context


def _pause(attempt: int) -> None:
    """Wait a little, longer each time, and not in step with others."""
    time.sleep(min(2.0, 0.05 * 2**attempt) * (0.5 + random.random()))
