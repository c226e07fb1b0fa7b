"""Rows of experiments as text: what a person calls them, and flat for a spreadsheet."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any

__all__ = ["columns_of", "csv_of", "flat", "row_name"]


def row_name(row: Mapping[str, Any]) -> str:
    """What a row of a table is about."""
    if row.get("kind") == "tree":
        return f"tree {row['label']}, {row['clones']} clones"
    if row.get("kind") == "chain":
        return f"chain n = {row['n']}, level {row['levels']}"
    if "run" in row:
        return f"{row['run']}: {row['label']}"
    return f"r = {row['size']}" if "size" in row else f"n = {row['clones']}"


def flat(row: Mapping[str, object], prefix: str = "") -> dict[str, object]:
    """A row without rows in it: {"pauli": {"X": …}} becomes pauli.X."""
    found: dict[str, object] = {}
    for key, value in row.items():
        if isinstance(value, Mapping):
            found |= flat(value, f"{prefix}{key}.")
        elif isinstance(value, list | tuple):
            found |= flat({str(place): each for place, each in enumerate(value)}, f"{prefix}{key}.")
        else:
            found[f"{prefix}{key}"] = value
    return found


def columns_of(rows: Sequence[Mapping[str, object]]) -> list[str]:
    """Every key of any row, in the order of their first appearance."""
    return list(dict.fromkeys(key for row in rows for key in row))


def csv_of(rows: Sequence[Mapping[str, object]]) -> str:
    """All rows, flat, under one header."""
    table = [flat(row) for row in rows]
    text = io.StringIO()
    writer = csv.DictWriter(text, columns_of(table), lineterminator="\n")
    writer.writeheader()
    writer.writerows(table)
    return text.getvalue()
