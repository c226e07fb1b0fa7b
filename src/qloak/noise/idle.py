"""Waiting: relaxation and dephasing as the Pauli channel nearest to them."""

from __future__ import annotations

import numpy as np

from ..core.types import BitArray, FloatArray
from ..errors import UsageError

__all__ = ["check_relaxation", "idle_pauli"]

_ROUNDING = 1e-9


def idle_pauli(
    duration_seconds: float | FloatArray, t1_seconds: float | FloatArray, t2_seconds: float | FloatArray
) -> FloatArray:
    """Pauli twirl of amplitude damping (T1) with dephasing (T2) during a wait.

    p_X = p_Y = (1 - e^(-t/T1))/4 and p_Z = (1 - e^(-t/T2))/2 - (1 - e^(-t/T1))/4. They are not negative:
    T2 <= 2 T1 gives e^(-t/T2) <= e^(-t/2T1) <= (1 + e^(-t/T1))/2.

    Args:
        duration_seconds: at least 0; the three arguments broadcast against each other.
        t1_seconds: relaxation time, inf for a qubit that does not relax.
        t2_seconds: coherence time, at most 2 T1, inf if T1 is.

    Returns:
        Probabilities of X, Y, Z, shape (..., 3).

    Raises:
        UsageError: for a time that is negative or not a number, or T2 > 2 T1.

    References:
        [TomitaSvore2014], equations 9 and 10.
    """
    duration = np.asarray(duration_seconds, dtype=np.float64)
    t1, t2 = np.asarray(t1_seconds, dtype=np.float64), np.asarray(t2_seconds, dtype=np.float64)
    if not (np.isfinite(duration) & (duration >= 0)).all():
        raise UsageError.of("duration_seconds", _first(duration, np.isfinite(duration) & (duration >= 0)), "at least 0")
    check_relaxation(t1, t2)
    # A wait of more times than there are numbers for is as good as endless.
    with np.errstate(over="ignore"):
        relaxed = -np.expm1(-duration / t1)
        x = relaxed / 4
        z = np.maximum(-np.expm1(-duration / t2) / 2 - x, 0.0)
    return np.stack(np.broadcast_arrays(x, x, z), axis=-1)


def check_relaxation(t1_seconds: FloatArray, t2_seconds: FloatArray) -> None:
    """Refuse times that are not positive, and T2 above 2 T1, which no qubit can have."""
    for name, times in (("T1", t1_seconds), ("T2", t2_seconds)):
        if not (times > 0).all():
            raise UsageError.of(name, _first(times, times > 0), "a time above 0, in seconds")
    # Halved and not doubled: 2 T1 may be more than there are numbers for.
    possible = t2_seconds / 2 * (1 - _ROUNDING) <= t1_seconds
    if not possible.all():
        t1, t2 = np.broadcast_arrays(t1_seconds, t2_seconds)
        raise UsageError.of("T2", _first(t2, possible), f"at most 2 T1 = {2 * _first(t1, possible):g} s")


def _first(values: FloatArray, accepted: BitArray) -> float:
    """The first value that is not accepted."""
    return float(values[~accepted].ravel()[0])
