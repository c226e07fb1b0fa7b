"""What the form that stores a state says, as the gateway wants to hear it."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from ...errors import UsageError
from ..page import Page

__all__ = [
    "KINDS",
    "MAX_PROGRAM_BYTES",
    "Groups",
    "Providers",
    "grouped",
    "options_of",
    "positions_of",
    "source_of",
    "whole",
]

MAX_PROGRAM_BYTES: Final = 262_144
"""What the reader of programs takes."""

KINDS: Final = ("bloch", "qasm", "ghz", "random", "bell", "handle")
_POSITIONS: Final = re.compile(r"\s*\d{1,4}(\s*,\s*\d{1,4})*\s*")

Groups = list[dict[str, Any]]
"""Rows of "who could read": who, which class, what leaks."""


@dataclass(frozen=True, slots=True)
class Providers:
    """Where clones could go.

    Attributes:
        all: documents of the gateway, in their order.
    """

    all: list[dict[str, Any]]

    @property
    def up(self) -> int:
        """How many answer."""
        return sum(bool(provider["up"]) for provider in self.all)

    @property
    def usual(self) -> int:
        """The number of clones where none is chosen: the greatest even one."""
        return self.up - self.up % 2


async def source_of(asked: Page, *, file: bool = True) -> dict[str, Any]:
    """The source that a form describes; angles are degrees there.

    Args:
        asked: a form.
        file: whether an uploaded program counts; else only the one in the text field.

    Raises:
        UsageError: for fields that are not numbers.
        Problem: for an upload that is too large.
    """
    kind = asked.field("source", "bloch")
    if kind == "qasm":
        upload = await asked.upload("file", max_bytes=MAX_PROGRAM_BYTES) if file else b""
        return {"qasm": upload.decode(errors="replace") if upload else asked.field("program")}
    if kind == "ghz":
        return {"ghz": whole("ghz", asked.field("ghz"))}
    if kind == "random":
        seed = asked.field("seed")
        return {"random": whole("random", asked.field("random"))} | ({"seed": whole("seed", seed)} if seed else {})
    if kind == "bell":
        return {"bell": True}
    if kind == "handle":
        positions = positions_of(asked.field("positions"))
        return {"handle": asked.field("handle")} | ({"positions": positions} if positions else {})
    return {"bloch": [math.radians(_angle(name, asked.field(name, "0"))) for name in ("theta", "phi")]}


def positions_of(text: str) -> list[int]:
    """Numbers of qubits, such as "0, 2"; none for an empty text.

    Raises:
        UsageError: for anything else.
    """
    if not text:
        return []
    if not _POSITIONS.fullmatch(text):
        raise UsageError.of("positions", text, "numbers of qubits such as 0, 2")
    return [int(part) for part in text.split(",")]


def options_of(asked: Page) -> dict[str, Any]:
    """How it is to be stored: the arguments that planning and storing have in common."""
    providers = asked.fields("providers")
    body: dict[str, Any] = {"custody": asked.field("custody", "clones")}
    if providers:
        return body | {"providers": providers}
    clones = asked.field("clones")
    return body | ({"clones": whole("clones", clones)} if clones else {})


def grouped(readers: list[Mapping[str, Any]], providers: list[str]) -> Groups:
    """Who could read, with those of the same kind who all could do the same in one row.

    Kinds are "one" (a provider alone), "all" (all of them), "owner", and "with" (the owner with a provider).
    """
    rows: Groups = []
    for reader in readers:
        parties = reader["parties"]
        others = [party for party in parties if party != "owner"]
        kind = ("with" if others else "owner") if "owner" in parties else "one" if len(others) == 1 else "all"
        same = (kind, reader["class"], reader["leaks"])
        known = next((row for row in rows if (row["kind"], row["class"], row["leaks"]) == same), None)
        if known is None:
            rows.append({"kind": kind, "class": reader["class"], "leaks": reader["leaks"], "providers": others})
        else:
            known["providers"] += others
    for row in rows:
        row["every"] = len(row["providers"]) == len(providers)
    return rows


def whole(name: str, text: str) -> int:
    """A whole number from a field.

    Raises:
        UsageError: for anything else.
    """
    if not text.isascii() or not text.isdigit() or len(text) > 15:
        raise UsageError.of(name, text, "a whole number")
    return int(text)


def _angle(name: str, text: str) -> float:
    try:
        angle = float(text)
    except ValueError:
        angle = math.nan
    if not -360 <= angle <= 360:
        raise UsageError.of(name, text, "an angle in degrees")
    return angle
