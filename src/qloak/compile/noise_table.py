"""A device's noise as logarithms of factors, ready for walks through circuits."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from math import log1p
from typing import Literal, Self, TypeAlias

import numpy as np

from ..core.types import FloatArray
from ..errors import UsageError
from ..noise import Device, pauli_strength

__all__ = ["Convention", "NoiseTable", "noise_table"]

Convention: TypeAlias = Literal["benchmark", "plain"]
"""What a published gate error is: "benchmark", the average infidelity that it is, converted to the strength of a
depolarizing channel; "plain", taken for that strength itself, which is 20 % (one qubit: 33 %) less noise."""


@dataclass(frozen=True, slots=True, eq=False)
class NoiseTable:
    """A device's noise, made ready for the walk: logarithms of factors, rates and times in seconds.

    Attributes:
        coupler: pair, both orders -> logarithm for parities that the depolarizing channel randomises.
        coupler_seconds: pair -> duration of its gate.
        pulse: for each qubit the logarithm for one pulse.
        pulse_seconds: durations.
        readout: for each qubit the logarithm for a wrong record.
        readout_seconds: durations.
        rates: for each qubit 1/T1 and 1/T2.
    """

    coupler: Mapping[tuple[int, int], float]
    coupler_seconds: Mapping[tuple[int, int], float]
    pulse: tuple[float, ...]
    pulse_seconds: tuple[float, ...]
    readout: tuple[float, ...]
    readout_seconds: tuple[float, ...]
    rates: tuple[tuple[float, float], ...]

    @classmethod
    def of(cls, device: Device, *, scale: float = 1.0, convention: Convention = "benchmark") -> Self:
        """The table of a device.

        Args:
            device: its calibration. An unknown error counts as randomising, an unknown decay as none.
            scale: factor on all error probabilities and rates.
            convention: what published gate errors are.
        """
        if convention not in ("benchmark", "plain"):
            raise UsageError.of("convention", convention, "benchmark or plain")
        two, one = device.two_qubit_errors, device.one_qubit_errors
        if convention == "benchmark":
            two, one = pauli_strength(two, num_qubits=2), pauli_strength(one, num_qubits=1)
        pairs = [tuple(pair) for pair in device.couplers.tolist()]
        both = pairs + [(b, a) for a, b in pairs]
        # A depolarizing channel of strength p on d^2 - 1 Paulis flips half of d^2: factor 1 - d^2/(d^2 - 1) p.
        return cls(
            dict(zip(both, 2 * _logs(16 / 15 * scale * two), strict=True)),
            dict(zip(both, 2 * _known(device.two_qubit_seconds), strict=True)),
            tuple(_logs(4 / 3 * scale * one)),
            tuple(_known(device.one_qubit_seconds)),
            tuple(_logs(2 * scale * device.readout_flips)),
            tuple(_known(device.readout_seconds)),
            tuple(zip(_known(scale / device.t1_seconds), _known(scale / device.t2_seconds), strict=True)),
        )


@lru_cache(maxsize=16)
def noise_table(device: Device, *, scale: float = 1.0, convention: Convention = "benchmark") -> NoiseTable:
    """`NoiseTable.of`, remembered."""
    return NoiseTable.of(device, scale=scale, convention=convention)


def _logs(flips: FloatArray) -> list[float]:
    """log(1 - p), with what is unknown or more than random taken for almost random."""
    return [log1p(-min(p, 1 - 1e-12)) for p in np.nan_to_num(flips, nan=1.0).tolist()]


def _known(values: FloatArray) -> list[float]:
    """Numbers, 0 where there is none."""
    known: list[float] = np.nan_to_num(values, nan=0.0).tolist()
    return known
