"""Charts of experiments' rows, as many as there are so far."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from .chart import Series, chart_svg

__all__ = ["TABLES", "row_chart", "row_series"]

Rows: TypeAlias = Sequence[Mapping[str, Any]]

TABLES: Final[Mapping[str, tuple[str, str, str, str]]] = MappingProxyType(
    {
        "fidelity": ("fidelity", "clones", "number of clones", "entanglement fidelity of one decrypted clone"),
        "chsh": ("chsh", "clones", "number of clones", "CHSH value of reference and clone"),
        "iterated": ("fidelity", "clones", "clones", "entanglement fidelity of one decrypted clone"),
        "ghz": ("fidelity", "size", "qubits of the GHZ state", "fidelity of the GHZ state"),
    }
)
"""Experiments whose rows are measured, its circuits, our circuits: figure of merit, what the rows are by, axes."""

_CHANNEL: Final = "channel"
_RESULTS: Final = frozenset({"pauli", "entanglement_fidelity", "average_fidelity", "shots", "interval"})
_ACROSS: Final = ("clones", "time_us", "noise_scale", "memory_depolarizing", "two_qubit_error", "one_qubit_error")
_MOST_SERIES: Final = 8
_WORDS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "clones": "number of clones",
        "memory_depolarizing": "memory factor",
        "two_qubit_error": "two-qubit error",
        "one_qubit_error": "one-qubit error",
        "noise_scale": "noise times",
        "time_us": "time in microseconds",
        "method": "decoder",
    }
)


def row_chart(experiment: str, rows: Rows) -> str | None:
    """A chart of some rows as an element of a page; None for experiments whose rows are no values against a number.

    Args:
        experiment: "channel" or a name of the catalogue.
        rows: as its jobs have them.
    """
    if experiment == _CHANNEL:
        across, series = _channel_series(rows)
        title = "entanglement fidelity of the decrypted clone"
        return chart_svg(series, title=title, xlabel=_named(across), ylabel="entanglement fidelity")
    if experiment in TABLES:
        _, _, xlabel, ylabel = TABLES[experiment]
        return chart_svg(list(row_series(experiment, rows)), title=ylabel, xlabel=xlabel, ylabel=ylabel)
    return None


def row_series(experiment: str, rows: Rows) -> Iterator[Series]:
    """Measured, predicted for the paper's circuits, predicted for ours; of an experiment of TABLES."""
    figure, by, _, _ = TABLES[experiment]
    table = [row for row in rows if row.get("kind") != "chain"]
    measured = [row for row in table if row.get("paper_measured") is not None]
    yield Series(
        "measured in the hardware experiment",
        [(row[by], row["paper_measured"], row.get("paper_error", 0.0)) for row in measured],
        joined=False,
    )
    for arm, words in (("paper_circuit", "its circuits, predicted"), ("our_circuit", "our circuits, predicted")):
        found = [(row[by], row[arm][figure]) for row in table if figure in row.get(arm, {})]
        yield Series(words, sorted(found))


def _channel_series(rows: Rows) -> tuple[str, list[Series]]:
    """What the rows are drawn against, and a series for each combination of the other settings that vary."""
    settings = [name for name in (rows[0] if rows else ()) if name not in _RESULTS]
    varied = [name for name in settings if len({row[name] for row in rows}) > 1]
    numbers = [name for name in varied if isinstance(rows[0][name], int | float)]
    across = next((name for name in (*_ACROSS, *numbers) if name in numbers), "clones")
    others = [name for name in varied if name != across]
    groups: dict[str, list[tuple[float, ...]]] = {}
    for row in rows:
        words = ", ".join(f"{_named(name)} {_text(row[name])}" for name in others) or "exact"
        fidelity = row["entanglement_fidelity"]
        # A 95 % interval is about four standard errors wide.
        error = (row["interval"][1] - row["interval"][0]) / 4 if "interval" in row else 0.0
        groups.setdefault(words, []).append((float(row[across]), fidelity, error) if error else (row[across], fidelity))
    if not others and any("interval" in row for row in rows):
        groups = {"sampled, with standard errors": groups.pop("exact")}
    return across, [Series(words, sorted(points)) for words, points in list(groups.items())[:_MOST_SERIES]]


def _named(setting: str) -> str:
    return _WORDS.get(setting, setting.replace("_", " "))


def _text(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)
