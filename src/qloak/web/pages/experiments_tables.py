"""Rows of experiments as tables for people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ..texts import has_text, text

__all__ = ["Table", "job_table", "published_tables", "setting_words"]

_BY: Final = {"fidelity": "clones", "chsh": "clones", "iterated": "label", "ghz": "size"}
_FIGURES: Final = ("fidelity", "chsh")
_ARMS: Final = ("paper_circuit", "our_circuit")
_MOST_ROWS: Final = 400
_CHANNEL: Final = "channel"


@dataclass(frozen=True, slots=True)
class Table:
    """A table; every cell is text.

    Attributes:
        heads: of the columns.
        rows: cells of each row, the first its name.
        more: how many rows are left out.
    """

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    more: int = 0


def published_tables(document: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Experiment, figure and table of each part of the published document."""
    return [
        {"name": each["experiment"], "figure": each["figure"], "table": _arm_table(each["experiment"], each["rows"])}
        for each in document["experiments"]
    ]


def job_table(job: Mapping[str, Any]) -> Table | None:
    """The rows of a job so far; None while there are none."""
    rows = job["rows"]
    if not rows:
        return None
    if job["experiment"] == _CHANNEL:
        return _channel_table(rows)
    if job["experiment"] in _BY:
        return _arm_table(job["experiment"], rows)
    return _plain_table(rows)


def setting_words(request: Mapping[str, Any]) -> str:
    """What an experiment varies, on one line."""
    parts = [f"{_setting(name)} {_values(value)}" for name, value in request["grid"].items()]
    if request["device"]:
        parts.append(request["device"])
    if request["engine"] != "exact":
        parts.append(text("experiments.sampled_by", engine=request["engine"], shots=request["shots"]))
    return "; ".join(parts)


def _values(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _setting(name: str) -> str:
    key = f"experiments.setting.{name}"
    return text(key) if has_text(key) else name.replace("_", " ")


def _arm_table(experiment: str, rows: Sequence[Mapping[str, Any]]) -> Table:
    """Measured, its circuits, ours."""
    by = _BY[experiment]
    settings = [name for name in ("device", "noise_scale", "transpiler_seeds") if name in rows[0]] if rows else []
    heads = [
        text(f"experiments.by.{experiment}"),
        *map(_setting, settings),
        *(text(f"experiments.head.{head}") for head in ("measured", "theirs", "layers", "ours", "layers")),
    ]
    cells = []
    for row in rows:
        if row.get("kind") == "chain":
            continue
        measured = _number(row.get("paper_measured"))
        if row.get("paper_error"):
            measured += f" ± {row['paper_error']:.3f}"
        line = [str(row[by]), *(str(row[name]) for name in settings), measured]
        for arm in _ARMS:
            found = row.get(arm, {})
            line += [_figure(found), _whole(found.get("two_qubit_layers"))]
        cells.append(tuple(line))
    return Table(tuple(heads), tuple(cells))


def _channel_table(rows: Sequence[Mapping[str, Any]]) -> Table:
    results = ("pauli", "entanglement_fidelity", "average_fidelity", "shots", "interval")
    settings = [name for name in rows[0] if name not in results]
    sampled = "interval" in rows[0]
    heads = [*map(_setting, settings), text("experiments.head.entanglement"), text("experiments.head.average")]
    heads += [f"P({letter})" for letter in "XYZ"] + ([text("experiments.head.interval")] if sampled else [])
    cells = []
    for row in rows[:_MOST_ROWS]:
        line = [_value(row[name]) for name in settings]
        line += [_number(row["entanglement_fidelity"]), _number(row["average_fidelity"])]
        line += [f"{row['pauli'][letter]:.3g}" for letter in "XYZ"]
        if sampled:
            line.append("{} – {}".format(*map(_number, row["interval"])))
        cells.append(tuple(line))
    return Table(tuple(heads), tuple(cells), max(0, len(rows) - _MOST_ROWS))


def _plain_table(rows: Sequence[Mapping[str, Any]]) -> Table:
    """What stands in the rows themselves, and the figures of their circuits."""
    names = [name for name, value in rows[0].items() if isinstance(value, str | int | float | None)][:8]
    arms = [name for name, value in rows[0].items() if isinstance(value, Mapping) and _figure(value) != "–"]
    heads = [*map(_setting, names), *map(_setting, arms)]
    cells = [
        (*(_value(row.get(name)) for name in names), *(_figure(row.get(name, {})) for name in arms))
        for row in rows[:_MOST_ROWS]
    ]
    return Table(tuple(heads), tuple(cells), max(0, len(rows) - _MOST_ROWS))


def _figure(arm: Mapping[str, Any]) -> str:
    return next((_number(arm[name]) for name in _FIGURES if name in arm), "–")


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.4f}".rstrip("0").rstrip(".")


def _whole(value: int | None) -> str:
    return "–" if value is None else str(value)


def _value(value: object) -> str:
    if value is None:
        return "–"
    return f"{value:.6g}" if isinstance(value, float) else str(value)
