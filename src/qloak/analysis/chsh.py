"""The CHSH value of two qubits from their correlations."""

from __future__ import annotations

import numpy as np

from ..core.types import FloatArray
from ..errors import UsageError

__all__ = ["chsh_value"]


def chsh_value(correlations: FloatArray) -> float:
    """S for the settings that give 2 sqrt 2 on (|00> + |11>)/sqrt 2.

    S = <Z D+> + <X D+> + <Z D-> - <X D->, D+- = (Z +- X)/sqrt 2, first factor on the first qubit. Local
    hidden variables stay within |S| <= 2.

    Args:
        correlations: shape (3, 3), entry [a, b] the mean of (X, Y, Z)[a] times (X, Y, Z)[b].

    Raises:
        UsageError: for another shape.

    References:
        [Yamaguchi2026hardware]
    """
    if correlations.shape != (3, 3):
        raise UsageError.of("correlations", correlations.shape, "the shape (3, 3)")
    plus = np.array([1, 0, 1]) / np.sqrt(2)
    minus = np.array([-1, 0, 1]) / np.sqrt(2)
    x, z = correlations[0], correlations[2]
    return float(z @ plus + x @ plus + z @ minus - x @ minus)
