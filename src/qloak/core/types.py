"""Array aliases used throughout."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["BitArray", "ComplexArray", "FloatArray", "IntArray", "WordArray"]

BitArray = NDArray[np.bool_]
"""One bool a bit."""

WordArray = NDArray[np.uint64]
"""64 bits a word; bit b of word w is column 64 w + b."""

IntArray = NDArray[np.int64]
"""Qubit numbers, row numbers, counts."""

FloatArray = NDArray[np.float64]
ComplexArray = NDArray[np.complex128]
