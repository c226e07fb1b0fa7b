"""Files of hashed tokens, by which a provider or a world knows its clients.

A file is TOML: a principal and the SHA-256 of its token, or of several while one replaces the other:

    vault = "9f86d081…"
    operator = ["60303ae2…", "fd61a03a…"]

Tokens themselves are in no file. A server reads the file again when it has changed, so that a token can be
added or taken back without a restart.
"""

from __future__ import annotations

import contextlib
import os
import re
import threading
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from ..errors import IntegrityError, LimitError, UsageError, shorten_path
from .auth import TokenTable, hash_token, new_token

__all__ = ["TokenFile", "add_token", "read_tokens"]

_MAX_BYTES: Final = 2**20
_MAX_PRINCIPAL: Final = 64
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


class TokenFile(TokenTable):
    """The tokens of a file, and some more.

    Args:
        path: the file; None for none.
        more: sha256 of a token, in hex -> principal.

    Raises:
        UsageError: if the file cannot be read, or if there is no token at all: nobody could ever call.
        IntegrityError: if it holds anything else.
    """

    def __init__(self, path: Path | None, more: Mapping[str, str]) -> None:
        super().__init__(more)
        self._path = path
        self._more = dict(more)
        self._lock = threading.Lock()
        self._stamp = None if path is None else _stamp(path)
        if path is not None:
            self._principals = {**read_tokens(path), **self._more}
        if not self._principals:
            raise UsageError("tokens: there is none, so nobody could call. Make one: qloak token new PRINCIPAL.")

    def known(self) -> Mapping[str, str]:
        """All tokens; a file that has become unreadable changes nothing."""
        if self._path is not None:
            with self._lock:
                stamp = _stamp(self._path)
                if stamp not in (None, self._stamp):
                    self._stamp = stamp
                    # Whoever edits it sees to a fault soon; until then the old tokens are the known ones.
                    with contextlib.suppress(UsageError, IntegrityError):
                        self._principals = {**read_tokens(self._path), **self._more}
        return self._principals


def read_tokens(path: Path) -> dict[str, str]:
    """The tokens of a file: sha256 -> principal.

    Raises:
        UsageError: if it cannot be read.
        LimitError: if it is too long.
        IntegrityError: if it is no file of tokens.
    """
    try:
        with path.open("rb") as file:
            data = file.read(_MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError.of("tokens", shorten_path(path), f"a file that can be read ({reason.lower()})") from error
    if len(data) > _MAX_BYTES:
        raise LimitError.of("tokens", shorten_path(path), f"at most {_MAX_BYTES} bytes")
    try:
        table = tomllib.loads(data.decode())
    except ValueError as error:
        raise IntegrityError(f"{shorten_path(path)}: this is no TOML: {error}.") from error
    found = {}
    for principal, digests in table.items():
        for digest in digests if isinstance(digests, list) else [digests]:
            if not isinstance(digest, str) or not _DIGEST.fullmatch(digest):
                raise IntegrityError(
                    f"{shorten_path(path)}: {principal!r} has a value that is no SHA-256 in hex. "
                    "Add tokens with: qloak token new PRINCIPAL --tokens FILE."
                )
            found[digest] = principal
    return found


def add_token(path: Path, principal: str) -> str:
    """Make a token and add its hash to a file, which is made if it is missing.

    Args:
        path: the file.
        principal: whom it stands for; tokens that it has already stay valid.

    Returns:
        The token; it is written nowhere.

    Raises:
        UsageError: for a name that cannot be, or a file that cannot be written.
        IntegrityError: if the file is no file of tokens.
    """
    if not 0 < len(principal) <= _MAX_PRINCIPAL or not re.fullmatch(r"[!-~]+", principal):
        raise UsageError.of("principal", principal, f"1 to {_MAX_PRINCIPAL} printable characters without spaces")
    token = new_token()
    known = read_tokens(path) if path.exists() else {}
    known[hash_token(token)] = principal
    by_principal: dict[str, list[str]] = {}
    for digest, name in known.items():
        by_principal.setdefault(name, []).append(digest)
    lines = ["# Principals and the SHA-256 of their tokens.\n"]
    for name, digests in by_principal.items():
        quoted = name.replace("\\", "\\\\").replace('"', '\\"')
        lines.append(f'"{quoted}" = [{", ".join(repr(d) for d in digests)}]\n')
    draft = path.with_name(path.name + ".new")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
            file.writelines(lines)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        expected = f"a file that can be written ({(error.strerror or str(error)).lower()})"
        raise UsageError.of("tokens", shorten_path(path), expected) from error
    return token


def _stamp(path: Path) -> tuple[int, int, int] | None:
    """What changes with the file; None while it is away."""
    try:
        status = path.stat()
    except (OSError, ValueError):
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino
