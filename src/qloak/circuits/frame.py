"""The Pauli frame: corrections that measurement outcomes ask for, kept in software."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np
import stim

from ..core.types import BitArray, IntArray

__all__ = ["PauliFrame"]


@dataclass(frozen=True, slots=True, eq=False)
class PauliFrame:
    """Which measurements decide whether the output needs an X, a Z, or both.

    The output needs X iff the parity of the outcomes in `x_records` is odd, and likewise Z; constant
    signs are in the circuit. Record numbers count from the first measurement of the circuit.

    Attributes:
        x_records: ascending record numbers.
        z_records: ascending record numbers.
    """

    x_records: IntArray
    z_records: IntArray

    @classmethod
    def empty(cls) -> Self:
        """No corrections."""
        return cls(np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))

    def after_clifford(self, clifford: str) -> Self:
        """This frame seen behind a one-qubit Clifford on the output, signs left out.

        Args:
            clifford: stim name of a one-qubit Clifford gate, such as "SQRT_Y".
        """
        tableau = stim.gate_data(clifford).tableau
        x: IntArray = np.zeros(0, dtype=np.int64)
        z: IntArray = np.zeros(0, dtype=np.int64)
        for image, records in ((tableau.x_output(0), self.x_records), (tableau.z_output(0), self.z_records)):
            letter = image[0]  # 0 I, 1 X, 2 Y, 3 Z
            if letter in (1, 2):
                x = np.setxor1d(x, records, assume_unique=True)
            if letter in (2, 3):
                z = np.setxor1d(z, records, assume_unique=True)
        return type(self)(x, z)

    def shifted(self, offset: int) -> Self:
        """The same frame where the circuit's records start at `offset`."""
        return type(self)(self.x_records + offset, self.z_records + offset)

    def combined(self, other: PauliFrame) -> Self:
        """Both frames' corrections."""
        return type(self)(
            np.setxor1d(self.x_records, other.x_records, assume_unique=True),
            np.setxor1d(self.z_records, other.z_records, assume_unique=True),
        )

    def corrections(self, outcomes: BitArray) -> tuple[BitArray, BitArray]:
        """Whether X and whether Z is due.

        Args:
            outcomes: shape (..., num_measurements), True for outcome -1.

        Returns:
            Two arrays of shape (...).
        """
        x: BitArray = np.bitwise_xor.reduce(outcomes[..., self.x_records], axis=-1)
        z: BitArray = np.bitwise_xor.reduce(outcomes[..., self.z_records], axis=-1)
        return x, z
