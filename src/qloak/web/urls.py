"""Every address of a page, in one place; names from outside are quoted here and nowhere else."""

from __future__ import annotations

from urllib.parse import quote, urlencode

__all__ = ["safe_return", "url"]


def url(*parts: str, **query: object) -> str:
    """An address on this server.

    Args:
        parts: of the path, quoted each: `url("drive", name)`.
        query: left out where None or empty.
    """
    path = "/" + "/".join(quote(part, safe="") for part in parts)
    given = {name: value for name, value in query.items() if value not in (None, "")}
    return f"{path}?{urlencode(given)}" if given else path


def safe_return(target: str) -> str:
    """Where to go after signing in: a page of ours, or the drive for anything else.

    A browser takes two slashes at the beginning, or a slash and a backslash, for another host.
    """
    ours = target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable()
    return target if ours and "\\" not in target else "/drive"
