"""What the hardware experiment measured [Yamaguchi2026hardware], Tables I to VI."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

__all__ = ["DEPTH_LAW_LAYERS", "depth_law", "measured", "measured_row"]

DEPTH_LAW_LAYERS: Final = 63.0
"""Two-qubit layers over which the signal above 1/4 falls to 1/e; one number fits Tables I, III and VI within about
0.07 rms."""


@cache
def measured() -> Mapping[str, Any]:
    """All tables as JSON values: value and standard error as printed, layers and gates after transpilation."""
    text = files("qloak.experiments").joinpath("data/hardware_experiment.json").read_text(encoding="utf-8")
    return MappingProxyType(json.loads(text))


def measured_row(table: str, **key: object) -> Mapping[str, Any] | None:
    """The row of a table with these entries, or None."""
    rows: list[Mapping[str, Any]] = measured()[table]
    return next((row for row in rows if all(row[name] == value for name, value in key.items())), None)


def depth_law(layers: float) -> float:
    """Entanglement fidelity 1/4 + 3/4 exp(-layers/63): a fit to the paper's measurements, with no calibration in it."""
    from math import exp

    return 0.25 + 0.75 * exp(-layers / DEPTH_LAW_LAYERS)
