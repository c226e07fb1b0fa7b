"""Reading and writing files, with errors that say what to do."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ..errors import LimitError, UsageError, shorten_path

__all__ = ["about", "read_bytes", "write_bytes"]


@contextmanager
def about(subject: str) -> Iterator[None]:
    """Say what an error in a file's contents is about: `subject` comes before the message."""
    try:
        yield
    except UsageError as error:
        raise type(error)(f"{subject}: {error}") from None


def read_bytes(argument: str, path: Path, *, max_bytes: int) -> bytes:
    """The contents of a regular file.

    Raises:
        UsageError: if there is no such file, it is not a regular file or cannot be read.
        LimitError: if it is larger than `max_bytes`.
    """
    try:
        if not path.is_file():
            there = "a regular file; this is a " + ("directory" if path.is_dir() else "device or a pipe")
            raise UsageError.of(argument, shorten_path(path), there if path.exists() else "a file that exists")
        size = path.stat().st_size
        if size > max_bytes:
            raise LimitError.of(argument, shorten_path(path), f"at most {max_bytes} bytes; it has {size}")
        return path.read_bytes()
    except (OSError, ValueError) as error:
        raise UsageError.of(argument, shorten_path(path), f"a file that can be read ({_reason(error)})") from None


def write_bytes(argument: str, path: Path, data: bytes) -> None:
    """Write a file in one step: afterwards it is either complete or as it was.

    Raises:
        UsageError: if it cannot be written.
    """
    temporary: str | None = None
    try:
        if path.exists() and not path.is_file():
            # Devices and pipes (/dev/stdout) are written to, never replaced.
            path.write_bytes(data)
            return
        # A link stays a link, and what it leads to is replaced.
        target = Path(os.path.realpath(path))
        handle, temporary = tempfile.mkstemp(prefix=f".{target.name[:40]}.", dir=target.parent)
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        umask = os.umask(0)
        os.umask(umask)
        Path(temporary).chmod(0o666 & ~umask)
        Path(temporary).replace(target)
        temporary = None
    except (OSError, ValueError) as error:
        expected = f"a file in a directory that exists and can be written ({_reason(error)})"
        raise UsageError.of(argument, shorten_path(path), expected) from None
    finally:
        if temporary is not None:
            Path(temporary).unlink(missing_ok=True)


def _reason(error: OSError | ValueError) -> str:
    return (getattr(error, "strerror", None) or str(error)).lower()
