"""How figures look: colours, marks, files."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from ...errors import MissingExtraError

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

__all__ = ["BLUE", "GREEN", "GREY", "PURPLE", "VERMILION", "house_style", "legend", "rendered", "require_matplotlib"]

BLUE: Final = "#0072B2"
VERMILION: Final = "#D55E00"
GREEN: Final = "#009E73"
PURPLE: Final = "#CC79A7"
"""Of the palette of Okabe and Ito, which colour-blind people can tell apart; marks and lines differ as well."""

GREY: Final = "#7a7a7a"
"""Text and axes: legible on white and on black. A page that shows a figure may put its own colour for it."""

_SETTINGS: Final[dict[Any, Any]] = {
    "svg.hashsalt": "qloak",
    "text.color": GREY,
    "axes.labelcolor": GREY,
    "axes.titlecolor": GREY,
    "axes.edgecolor": GREY,
    "axes.titlesize": 10,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": GREY,
    "ytick.color": GREY,
    "font.size": 9,
    "legend.frameon": False,
    "lines.linewidth": 1.4,
    "lines.markersize": 5,
}
_DOTS_PER_INCH = 200
_LABEL_INCHES = 2.6


def require_matplotlib() -> None:
    """Before work is done whose figures could not be drawn.

    Raises:
        MissingExtraError: without matplotlib.
    """
    try:
        import matplotlib  # noqa: F401
    except ModuleNotFoundError:
        raise MissingExtraError.of("matplotlib", "plot") from None


@contextmanager
def house_style() -> Iterator[None]:
    """Figures made and written inside look as they should.

    Raises:
        MissingExtraError: without matplotlib.
    """
    require_matplotlib()
    import matplotlib as mpl

    with mpl.rc_context(_SETTINGS):
        yield


def rendered(figure: Figure, kind: str) -> bytes:
    """A figure as a file on a transparent ground, the same bytes each time.

    Args:
        figure: made inside `house_style`.
        kind: "svg" or "png".
    """
    # What a file would say of when and by what it was made.
    unwanted: dict[str, Any] = {"Date": None, "Creator": None} if kind == "svg" else {"Software": None}
    file = io.BytesIO()
    figure.savefig(file, format=kind, transparent=True, dpi=_DOTS_PER_INCH, metadata=unwanted)
    return file.getvalue()


def legend(figure: Figure, axes: list[Axes]) -> None:
    """One legend for all axes, above them, each label once: marks first, then bands, then lines."""
    found: dict[str, Any] = {}
    for each in axes:
        for handle, label in zip(*each.get_legend_handles_labels(), strict=True):
            found.setdefault(label, handle)
    labels = list(found)[::-1]  # Matplotlib has them the other way round
    columns = min(len(labels), int(figure.get_figwidth() / _LABEL_INCHES))
    figure.legend([found[label] for label in labels], labels, loc="outside upper center", ncols=columns)
