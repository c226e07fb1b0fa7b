"""Files of `qloak experiment --out`: rows, and of all experiments together figures and a report."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import UsageError, shorten_path
from .files import write_bytes

if TYPE_CHECKING:
    from ..experiments.report import Setting

__all__ = ["require_drawing", "write_report", "write_rows"]

_OPTION = "--out"
_FIGURES, _PAGE = "figures", "report.html"


def require_drawing() -> None:
    """Before hours of work whose figures could not be drawn in the end.

    Raises:
        MissingExtraError: without matplotlib.
    """
    from ..experiments.figures import require_matplotlib

    require_matplotlib()


def write_rows(out: Path, documents: Sequence[Mapping[str, Any]]) -> None:
    """The rows of each experiment as JSON, in full, and as CSV.

    Raises:
        UsageError: if a file cannot be written.
    """
    from ..experiments.row_text import csv_of

    _make_folder(out)
    for document in documents:
        text = json.dumps(document, indent=1) + "\n"
        write_bytes(_OPTION, out / f"{document['experiment']}.json", text.encode())
        write_bytes(_OPTION, out / f"{document['experiment']}.csv", csv_of(document["rows"]).encode())


def write_report(out: Path, documents: Sequence[Mapping[str, Any]], setting: Setting) -> None:
    """Every figure as SVG and PNG in the folder `figures`, and the page `report.html`.

    Raises:
        MissingExtraError: without matplotlib.
        UsageError: if a file cannot be written.
    """
    from ..experiments.figures import draw_all
    from ..experiments.report import render_report

    drawings = draw_all(documents)
    _make_folder(out / _FIGURES)
    for drawing in drawings:
        write_bytes(_OPTION, out / _FIGURES / f"{drawing.name}.svg", drawing.svg)
        write_bytes(_OPTION, out / _FIGURES / f"{drawing.name}.png", drawing.png)
    write_bytes(_OPTION, out / _PAGE, render_report(documents, drawings, setting).encode())
    print(f"wrote {out / _PAGE}", file=sys.stderr)


def _make_folder(path: Path) -> None:
    try:
        path.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError.of(_OPTION, shorten_path(path), f"a folder that can be made ({reason.lower()})") from None
