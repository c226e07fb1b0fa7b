"""What the hardware experiment measured, beside exact predictions of its circuits and of ours.

The predictions are kept as data, for they take minutes: `data/predictions.json` holds what the command
`qloak experiment NAME --json` prints for each of the experiments below, with the calibration that the document names.
`write_predictions` makes it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Any, Final

from ..errors import IntegrityError
from .row_chart import TABLES, row_chart

__all__ = ["EXPERIMENTS", "published_document", "write_predictions"]

SCHEMA: Final = "qloak.published/1"

EXPERIMENTS: Final = tuple(TABLES)
"""Experiments whose predictions are kept."""


@cache
def published_document() -> dict[str, Any]:
    """Measured and predicted values, figures, and the public jobs of others analysed again, schema qloak.published/1.

    Returns:
        `experiments`, each as `qloak experiment NAME --json` prints it, with a `figure` (title, axes, drawing);
        `jobs`, as `experiments.published` has them; `source`, where the measured values are from.
    """
    from ..experiments.measured import measured
    from ..experiments.published import published_results

    documents = []
    for document in _predictions():
        name = document["experiment"]
        _, _, xlabel, ylabel = TABLES[name]
        figure = {"title": ylabel, "x": xlabel, "y": ylabel, "svg": row_chart(name, document["rows"])}
        documents.append({**document, "figure": figure})
    return {
        "schema": SCHEMA,
        "source": measured()["source"],
        "measured_on": measured()["device"],
        "experiments": documents,
        "jobs": [result.to_json() for result in published_results()],
    }


def write_predictions(documents: Sequence[Mapping[str, Any]], path: Path) -> None:
    """Keep documents of `qloak experiment NAME --json` as the predictions.

    Raises:
        IntegrityError: unless there is exactly one for each of EXPERIMENTS.
    """
    if sorted(document["experiment"] for document in documents) != sorted(EXPERIMENTS):
        raise IntegrityError(f"predictions: expected exactly one document for each of {', '.join(EXPERIMENTS)}.")
    lines = ",\n".join(json.dumps(document, sort_keys=True) for document in documents)
    path.write_text(f"[\n{lines}\n]\n", encoding="utf-8")


def _predictions() -> list[dict[str, Any]]:
    text = resources.files(__package__).joinpath("data/predictions.json").read_text(encoding="utf-8")
    found: list[dict[str, Any]] = json.loads(text)
    return found
