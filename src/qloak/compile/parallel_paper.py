"""What the hardware experiment measured for parallel registers, from [Yamaguchi2026hardware], Table IV."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

__all__ = ["MEASURED_GHZ", "GhzRow"]


@dataclass(frozen=True, slots=True)
class GhzRow:
    """A GHZ state on ibm_kingston, each qubit encrypted for two clones and decrypted by gates.

    Attributes:
        layers: two-qubit layers.
        gates: two-qubit gates.
        fidelity: measured, with the GHZ state.
    """

    layers: int
    gates: int
    fidelity: float


MEASURED_GHZ = MappingProxyType(
    {
        1: GhzRow(19, 21, 0.928),
        2: GhzRow(20, 41, 0.786),
        3: GhzRow(25, 71, 0.709),
        4: GhzRow(27, 98, 0.575),
        5: GhzRow(36, 128, 0.451),
        6: GhzRow(42, 163, 0.353),
        7: GhzRow(49, 198, 0.322),
        8: GhzRow(54, 225, 0.258),
        9: GhzRow(69, 248, 0.193),
        10: GhzRow(63, 312, 0.170),
        11: GhzRow(73, 350, 0.134),
        12: GhzRow(81, 341, 0.123),
        13: GhzRow(87, 368, 0.065),
        14: GhzRow(95, 481, 0.049),
        15: GhzRow(116, 519, 0.039),
    }
)
"""By number of qubits; standard errors are 0.004 to 0.009."""
