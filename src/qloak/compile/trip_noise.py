"""The exact channel of a native circuit under a device's noise, in well under a millisecond.

One walk backwards through the native circuit does two things at once: it schedules every operation as late as
possible, and it carries, for each qubit, which of the two observables an X and a Z error there would flip.
Independent errors multiply factors 1 - 2 P(flip) (`analysis.walsh`), so every operation adds a logarithm to
each of the three products; waiting for a time t adds -t/T1 where the observable holds Z, -t/T2 where X or Y.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import exp
from types import MappingProxyType
from typing import Final

import numpy as np

from ..core.types import FloatArray
from ..errors import UsageError
from .noise_table import NoiseTable
from .roundtrip import Roundtrip

__all__ = ["SOURCES", "CloneEstimate", "estimate"]

SOURCES: Final = ("two-qubit gates", "pulses", "waiting", "key readout", "reference readout", "clone readout")

_HIT: Final = (0, 5, 6, 3)
"""By which of the two observables are flipped: the set (bit k - 1) of the parities k = 1, 2, 3 that are odd."""
_VIRTUAL: Final = frozenset({"S", "S_DAG"})


@dataclass(frozen=True, slots=True, eq=False)
class CloneEstimate:
    """How well a clone comes back.

    Attributes:
        p_i: probability of no error, the entanglement fidelity, with preparation and measurement of key,
            reference and clone.
        p_x: probability of an X error, and so on.
        budget: source of error -> 1 - F_e if it were the only one.
    """

    p_i: float
    p_x: float
    p_y: float
    p_z: float
    budget: Mapping[str, float]

    @property
    def entanglement_fidelity(self) -> float:
        """F_e."""
        return self.p_i


def estimate(trip: Roundtrip, table: NoiseTable) -> CloneEstimate:
    """The exact Pauli channel of a native circuit, every operation as late as possible, both ends read together."""
    try:
        sums = _walk(trip, table)
    except (KeyError, IndexError):
        hint = "Compile it for this device."
        raise UsageError.of("circuit", trip.clone, "a circuit on the device's qubits and couplers", hint) from None
    total = sums.sum(axis=0)
    budget = {name: 1 - _probabilities(row)[0] for name, row in zip(SOURCES, sums, strict=True)}
    return CloneEstimate(*_probabilities(total), budget=MappingProxyType(budget))


def _walk(trip: Roundtrip, table: NoiseTable) -> FloatArray:
    """Logarithms of the three factors by source, shape (6, 3)."""
    gates, pulses, waits = [0.0] * 8, [0.0] * 8, [0.0, 0.0, 0.0]
    key = [0.0] * 8
    size = len(table.pulse)
    x, z, free = [0] * size, [0] * size, [0.0] * size
    ends = (trip.reference, trip.clone)
    for qubit in ends:
        # X X is observable 0 and flipped by Z errors, Z Z is observable 1 and flipped by X errors.
        x[qubit], z[qubit], free[qubit] = 2, 1, table.readout_seconds[qubit]
    records = _record_flips(trip)
    for name, qubit, other, _ in reversed(trip.operations):
        if name == "CZ":
            begin = max(free[qubit], free[other])
            for waiting in (qubit, other):
                if free[waiting] < begin and (x[waiting] or z[waiting]):
                    _wait(waits, (x[waiting], z[waiting]), begin - free[waiting], table.rates[waiting])
            free[qubit] = free[other] = begin + table.coupler_seconds[qubit, other]
            gates[_HIT[x[qubit]] | _HIT[z[qubit]] | _HIT[x[other]] | _HIT[z[other]]] += table.coupler[qubit, other]
            x[qubit] ^= z[other]
            x[other] ^= z[qubit]
        elif name == "SQRT_X":
            pulses[_HIT[x[qubit]] | _HIT[z[qubit]]] += table.pulse[qubit]
            free[qubit] += table.pulse_seconds[qubit]
            z[qubit] ^= x[qubit]
        elif name in _VIRTUAL:
            x[qubit] ^= z[qubit]
        elif name == "M":
            flips = records.pop()
            key[_HIT[flips]] += table.readout[qubit]
            free[qubit] = table.readout_seconds[qubit]
            x[qubit] ^= flips
        elif name == "X":
            pulses[_HIT[x[qubit]] | _HIT[z[qubit]]] += table.pulse[qubit]
            free[qubit] += table.pulse_seconds[qubit]
    rows = [_by_parity(gates), _by_parity(pulses), waits, _by_parity(key)]
    return np.array(rows + [[table.readout[qubit]] * 3 for qubit in ends])


def _wait(waits: list[float], flips: tuple[int, int], seconds: float, rates: tuple[float, float]) -> None:
    """Add a wait of one qubit. What X and Y errors flip, but Z does not, holds Z there and decays with T1."""
    x, z = flips
    for k in (1, 2, 3):
        by_x, by_z = _HIT[x] >> k - 1 & 1, _HIT[z] >> k - 1 & 1
        if by_x or by_z:
            waits[k - 1] -= seconds * rates[by_z]


def _record_flips(trip: Roundtrip) -> list[int]:
    """For each record the set of observables that it belongs to."""
    flips = [0] * sum(operation.name == "M" for operation in trip.operations)
    for bit, records in ((1, trip.frame.z_records), (2, trip.frame.x_records)):
        for record in records.tolist():
            flips[record] |= bit
    return flips


def _by_parity(sums: list[float]) -> list[float]:
    """Sums by sets of parities as sums for each parity."""
    return [sum(value for hit, value in enumerate(sums) if hit >> k & 1) for k in range(3)]


def _probabilities(logs: FloatArray) -> tuple[float, float, float, float]:
    """(p_I, p_X, p_Y, p_Z); observable 0 is flipped by Y and Z errors, observable 1 by X and Y errors."""
    a, b, c = (exp(value) for value in logs)
    return (1 + a + b + c) / 4, (1 + a - b - c) / 4, (1 - a - b + c) / 4, (1 - a + b - c) / 4
