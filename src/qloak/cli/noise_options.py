"""Options that describe noise, and how they are read."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Annotated

import typer

from ..errors import UsageError

if TYPE_CHECKING:
    from ..noise import NoiseModel

__all__ = [
    "DeviceOption",
    "MemoryOption",
    "OneQubitOption",
    "ReadoutOption",
    "TwoQubitOption",
    "memory_factor",
    "noise_model",
]

MemoryOption = Annotated[
    str, typer.Option("--memory-depolarizing", metavar="L", help="Factor on every stored qubit's Bloch vector.")
]
TwoQubitOption = Annotated[
    str, typer.Option("--two-qubit-error", metavar="P", help="Depolarizing strength after two-qubit gates.")
]
OneQubitOption = Annotated[
    str, typer.Option("--one-qubit-error", metavar="P", help="Depolarizing strength after one-qubit gates.")
]
ReadoutOption = Annotated[str, typer.Option("--readout-error", metavar="P", help="Chance that a readout is wrong.")]
DeviceOption = Annotated[
    str | None,
    typer.Option(
        "--device", metavar="NAME", help="Median errors of a device or calibration file, all-to-all coupling."
    ),
]

_MAXIMA = {"--two-qubit-error": 15 / 16, "--one-qubit-error": 3 / 4, "--readout-error": 1.0}


def noise_model(two_qubit: str, one_qubit: str, readout: str, device: str | None) -> NoiseModel | None:
    """The noise model that the options describe; None where they describe none.

    Raises:
        UsageError: for what is no probability, or errors given together with a device.
        UnknownNameError: for an unknown device.
    """
    from ..noise import uniform_depolarizing
    from .device import resolve_device

    rates = {}
    for (name, maximum), text in zip(_MAXIMA.items(), (two_qubit, one_qubit, readout), strict=True):
        rates[name] = _number(name, text)
        if not 0 <= rates[name] <= maximum:
            raise UsageError.of(name, rates[name], f"a probability from 0 to {maximum:g}")
    given = [name for name, value in rates.items() if value]
    if device is not None:
        if given:
            raise UsageError(f"--device: got it together with {given[0]}, expected one of them.")
        return resolve_device("--device", device).median_model()
    values = list(rates.values())
    return uniform_depolarizing(values[0], values[1], readout=values[2]) if given else None


def memory_factor(text: str) -> float:
    """The value of --memory-depolarizing."""
    value = _number("--memory-depolarizing", text)
    if not 0 <= value <= 1:
        raise UsageError.of("--memory-depolarizing", text, "a factor on the Bloch vector from 0 to 1")
    return value


def _number(argument: str, text: str) -> float:
    """A finite decimal number."""
    if not re.fullmatch(r"\s*[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?\s*", text, re.ASCII):
        raise UsageError.of(argument, text, "a number such as 0.001")
    value = float(text)
    if not math.isfinite(value):
        raise UsageError.of(argument, text, "a finite number")
    return value
