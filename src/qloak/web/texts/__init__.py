"""The catalogue of English texts.

en.toml holds every text of pages and scripts. A key is the path to it, such as "drive.empty.title"; what stands in
braces is filled in. A table with `one` and `other` is a plural, chosen by the value `n`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

__all__ = ["for_scripts", "has_text", "text"]


@cache
def _catalogue() -> Mapping[str, Any]:
    return tomllib.loads(files(__package__).joinpath("en.toml").read_text(encoding="utf-8"))


def _find(key: str) -> Any:  # noqa: ANN401, a text, a table, or nothing
    entry: Any = _catalogue()
    for part in key.split("."):
        entry = entry.get(part) if isinstance(entry, Mapping) else None
    return entry


def text(key: str, **values: object) -> str:
    """One text.

    Args:
        key: the path to it.
        values: for its braces; `n` also chooses between one and other.

    Raises:
        KeyError: if the catalogue has no such text.
    """
    entry = _find(key)
    if isinstance(entry, Mapping) and "n" in values:
        entry = entry.get("one" if values["n"] == 1 else "other")
    if not isinstance(entry, str):
        raise KeyError(key)
    return entry.format_map(values) if values else entry


def has_text(key: str) -> bool:
    """Whether the catalogue has a text of this key."""
    return isinstance(_find(key), str)


def for_scripts(*sections: str) -> dict[str, Any]:
    """The texts of `js.SECTION`, for scripts, beside those that all pages need."""
    return {section: _find(f"js.{section}") or {} for section in ("common", *sections)}
