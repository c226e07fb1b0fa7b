"""Grids: the values that each setting takes, and all their combinations."""

from __future__ import annotations

import math
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Literal, Self, TypeAlias

from ..errors import LimitError, ProgramError, UnknownNameError, UsageError, shorten
from .task import Scalar

__all__ = ["MAX_POINTS", "Axes", "Grid", "Kind", "Request", "parse_values"]

Kind: TypeAlias = Literal["whole", "number", "name"]
Axes: TypeAlias = Mapping[str, Kind]
"""Settings that there are, and what their values are."""

MAX_POINTS = 100_000

_RANGE = re.compile(r"\s*(\d{1,9})\s*-\s*(\d{1,9})\s*")
_KEYS = {"experiment", "engine", "shots", "seed", "settings", "grid"}


@dataclass(frozen=True, slots=True)
class Grid:
    """Settings and their values.

    Attributes:
        axes: setting -> its values, at least one; the last one varies fastest.
    """

    axes: Mapping[str, tuple[Scalar, ...]]

    @classmethod
    def of(cls, raw: Mapping[str, object], known: Axes) -> Self:
        """A grid from values as a file or a command line has them.

        Raises:
            UnknownNameError: for a setting that does not exist.
            UsageError: for values of another kind.
            LimitError: for more points than anybody waits for.
        """
        axes: dict[str, tuple[Scalar, ...]] = {}
        for name, values in raw.items():
            if name not in known:
                raise UnknownNameError.of("grid", name, f"one of {', '.join(known)}")
            axes[name] = parse_values(name, values, known[name])
        size = math.prod(map(len, axes.values()))
        if size > MAX_POINTS:
            raise LimitError.of("grid", f"{size} points", f"at most {MAX_POINTS}")
        return cls(axes)

    def __len__(self) -> int:
        """Number of points."""
        return math.prod(map(len, self.axes.values()))

    def __iter__(self) -> Iterator[dict[str, Scalar]]:
        """All combinations."""
        for values in product(*self.axes.values()):
            yield dict(zip(self.axes, values, strict=True))


@dataclass(frozen=True, slots=True)
class Request:
    """What a sweep file asks for; None for what it leaves open.

    Attributes:
        grid: setting -> raw value or values.
        experiment: "channel" or the name of an experiment.
        engine: name of an engine.
        shots: of each circuit.
        seed: of the sampling.
    """

    grid: Mapping[str, object]
    experiment: str | None = None
    engine: str | None = None
    shots: int | None = None
    seed: int | None = None

    @classmethod
    def from_toml(cls, data: bytes) -> Self:
        """A request from a file.

        Raises:
            ProgramError: for what is no TOML, or for keys or values that do not belong there.
        """
        try:
            document = tomllib.loads(data.decode("utf-8"))
        except (ValueError, RecursionError) as error:
            raise ProgramError(f"sweep: got no TOML ({shorten(str(error))}).") from None
        if wrong := sorted(document.keys() - _KEYS):
            raise ProgramError.of("sweep", wrong[0], f"keys among {', '.join(sorted(_KEYS))}")
        fixed, varied = document.get("settings", {}), document.get("grid", {})
        if not (isinstance(fixed, dict) and isinstance(varied, dict)):
            raise ProgramError("sweep: got settings or grid that are no tables, expected [settings] and [grid].")
        if twice := sorted(fixed.keys() & varied.keys()):
            raise ProgramError.of("sweep", twice[0], "each setting in [settings] or in [grid]")
        texts = {name: _typed(document, name, str) for name in ("experiment", "engine")}
        numbers = {name: _typed(document, name, int) for name in ("shots", "seed")}
        return cls({**fixed, **varied}, **texts, **numbers)  # type: ignore[arg-type]


def parse_values(name: str, raw: object, kind: Kind) -> tuple[Scalar, ...]:
    """The values of one setting.

    Args:
        name: of the setting.
        raw: one value; a list of them; or text: "2-15" for whole numbers, or values with commas between them.
            Semicolons take their place where there is one, for names that have commas.
        kind: of the values.

    Raises:
        UsageError: for values of another kind, none, or one that is there twice.
    """
    values: list[Scalar] = []
    for item in _items(raw):
        found = _RANGE.fullmatch(item) if isinstance(item, str) and kind == "whole" else None
        if found is None:
            values.append(_value(name, item, kind))
            continue
        first, last = int(found[1]), int(found[2])
        if not first <= last < first + MAX_POINTS:
            raise UsageError.of(name, item, "a range whose end is not below its beginning, such as 2-15")
        values += range(first, last + 1)
    if not values or len(set(values)) != len(values):
        raise UsageError.of(name, raw, "values that all differ, at least one")
    return tuple(values)


def _items(raw: object) -> Sequence[object]:
    if isinstance(raw, list):
        return raw
    if not isinstance(raw, str):
        return [raw]
    parts = raw.split(";" if ";" in raw else ",")
    return [part.strip() for part in parts if part.strip()]


def _value(name: str, item: object, kind: Kind) -> Scalar:
    """One value, from its own type or from text."""
    expected = {"whole": "a whole number", "number": "a finite number", "name": "a name"}[kind]
    try:
        if kind == "name" and isinstance(item, str):
            return item
        if kind == "whole" and (type(item) is int or isinstance(item, str)):
            return int(item)
        if kind == "number" and (type(item) in (int, float) or isinstance(item, str)):
            value = float(item)  # type: ignore[arg-type]
            if math.isfinite(value):
                return value
    except (ValueError, OverflowError):
        pass
    raise UsageError.of(name, item, expected)


def _typed(document: Mapping[str, object], name: str, kind: type) -> object:
    value = document.get(name)
    if value is not None and type(value) is not kind:
        raise ProgramError.of(name, value, "text" if kind is str else "a whole number")
    return value
