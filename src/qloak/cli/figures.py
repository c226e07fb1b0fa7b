"""Figures of the commands, drawn by matplotlib (extra `plot`)."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import MissingExtraError, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matplotlib.axes import Axes

    from ..analysis import PauliChannel

__all__ = ["BLUE", "draw_bars", "draw_budget", "figure"]

BLUE = "#0072B2"
"""Of the palette of Okabe and Ito, which colour-blind people can tell apart."""

_GREY = "#7a7a7a"
_FORMATS = (".svg", ".pdf", ".png")


@contextmanager
def figure(path: Path, *, height_inches: float) -> Iterator[Axes]:
    """Axes to draw on; saved to `path` in the end, on a transparent ground that suits light and dark.

    Raises:
        MissingExtraError: without matplotlib.
        UsageError: for a name that does not end in .svg, .pdf or .png, or a file that cannot be written.
    """
    if path.suffix.lower() not in _FORMATS:
        raise UsageError.of("--plot", str(path), f"a file name that ends in {', '.join(_FORMATS)}")
    try:
        import matplotlib as mpl
        from matplotlib.figure import Figure
    except ModuleNotFoundError:
        raise MissingExtraError.of("matplotlib", "plot") from None
    settings: dict[Any, Any] = {
        "svg.hashsalt": "qloak",
        "text.color": _GREY,
        "axes.labelcolor": _GREY,
        "axes.edgecolor": _GREY,
        "xtick.color": _GREY,
        "ytick.color": _GREY,
    }
    with mpl.rc_context(settings):
        drawing = Figure(figsize=(7, height_inches), layout="constrained")
        yield drawing.add_subplot()
        metadata = {"Date": None} if path.suffix.lower() == ".svg" else None
        try:
            drawing.savefig(path, transparent=True, dpi=200, metadata=metadata)
        except OSError as error:
            raise UsageError.of("--plot", str(path), f"a file that can be written ({error.strerror})") from None


def draw_budget(result: PauliChannel, path: Path) -> None:
    """Draw the largest noise sources of a channel as bars."""
    merged: dict[str, float] = {}
    for source in result.sources:
        name = f"{source.stage}: {source.operation} on {source.roles}"
        merged[name] = merged.get(name, 0.0) + source.entanglement_infidelity
    largest = sorted(merged.items(), key=lambda item: -item[1])[:15][::-1]
    with figure(path, height_inches=1.4 + 0.3 * len(largest)) as axes:
        axes.barh([name for name, _ in largest], [value for _, value in largest], color=BLUE)
        axes.set_xlabel("entanglement infidelity of the source alone (dimensionless)")
        axes.set_title(f"Error budget; entanglement fidelity {result.entanglement_fidelity:.6f}")
        axes.spines[["top", "right"]].set_visible(False)


def draw_bars(values: dict[str, float], path: Path, *, xlabel: str, title: str) -> None:
    """Draw named values as bars, the first at the top, each with its value beside it."""
    rows = list(values.items())[::-1]
    with figure(path, height_inches=1.4 + 0.3 * len(rows)) as axes:
        bars = axes.barh([name for name, _ in rows], [value for _, value in rows], color=BLUE)
        axes.bar_label(bars, fmt="%.5g", padding=3, color=_GREY)
        axes.margins(x=0.15)
        axes.set_xlabel(xlabel)
        axes.set_title(title)
        axes.spines[["top", "right"]].set_visible(False)
