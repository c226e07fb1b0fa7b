"""Tables of `qloak experiment` for people."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

__all__ = ["document_lines"]

_FIGURES = ("fidelity", "chsh")


def document_lines(document: Mapping[str, Any]) -> Iterator[str]:
    """One experiment: its table, and how far predictions are from measurements."""
    yield f"{document['experiment']} on {document['device']}, engine {document['engine']}"
    yield from (_job_lines if document["experiment"] == "published" else _table_lines)(document["rows"])
    for each in document["deviations"]:
        factor = f"; noise as if x{each['noise_factor']:.2f}" if "noise_factor" in each else ""
        law = f"; depth law rms {each['depth_law_rms']:.3f}" if "depth_law_rms" in each else ""
        yield (
            f"  {each['series']}: predicted minus measured, rms {each['rms']:.3f}, mean {each['mean']:+.3f}, "
            f"{each['rows']} rows{factor}{law}"
        )


def _table_lines(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Paper measured, the paper's circuit predicted, our circuit: layers, gates and figure of each, row by row."""
    from ..experiments.row_text import row_name

    yield f"{'':<22}{'paper measured':>22}{'paper predicted':>24}{'ours':>24}"
    yield f"{'':<22}{'layers':>8}{'figure':>14}" + f"{'layers':>8}{'gates':>6}{'figure':>10}" * 2 + "   worst clone"
    for row in rows:
        yield _line(row_name(row), row)
        for part, values in row.items():
            if isinstance(values, dict) and "paper_circuit" in values:
                yield _line(f"  {part}", values)
        yield from _limits(row)


def _job_lines(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Public jobs of others: what they say, what their counts say."""
    from ..experiments.row_text import row_name

    yield f"{'':<46}{'processor':<16}{'published':>10}{'from the counts':>18}   what it shows"
    for row in rows:
        found = f"{row['estimate']['value']:.4f} ± {row['estimate']['error']:.4f}"
        yield f"{row_name(row):<46}{row['backend']:<16}{row['stated']:>10.4f}{found:>18}   {row['verdict']}"


def _line(name: str, row: Mapping[str, Any]) -> str:
    measured = row.get("paper_measured")
    shown = "" if measured is None else f"{measured:.3f}"
    if measured is not None and "paper_error" in row:
        shown += f" ± {row['paper_error']:.3f}"
    line = f"{name:<22}{row.get('paper_two_qubit_layers', ''):>8}{shown:>14}"
    ours = row.get("our_circuit", {})
    return (line + _arm(row.get("paper_circuit", row.get("decrypted", {}))) + _arm(ours) + _worst(ours)).rstrip()


def _arm(arm: Mapping[str, Any]) -> str:
    figure = next((arm[name] for name in _FIGURES if name in arm), None)
    if figure is None:
        return " " * 24
    return f"{arm.get('two_qubit_layers', ''):>8}{arm.get('two_qubit_gates', ''):>6}{figure:>10.4f}"


def _worst(arm: Mapping[str, Any]) -> str:
    worst = next((arm[f"{name}_min"] for name in _FIGURES if f"{name}_min" in arm), None)
    return "" if worst is None else f"{worst:>14.4f}"


def _limits(row: Mapping[str, Any]) -> Iterator[str]:
    """Why something is missing or smaller than it should be, and what physical noise does instead."""
    for name, arm in row.items():
        if isinstance(arm, dict) and arm.get("limited_by"):
            yield f"    {name.replace('_', ' ')}: {arm['limited_by']}"
        if isinstance(arm, dict) and "untwirled" in arm:
            sampled = arm["untwirled"]
            yield f"    {name.replace('_', ' ')}, physical noise: {sampled['value']:.4f} ± {sampled['error']:.4f}"
