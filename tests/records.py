"""Whether sampled measurement records fit an exact distribution, with a stated chance of a false alarm."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

from qloak.simulators.dense_engine import Branch

MAX_MEASUREMENTS = 10


def distribution(branches: Iterable[Branch]) -> dict[tuple[bool, ...], float]:
    """Exact probability of each record; branches with equal records add up."""
    out: dict[tuple[bool, ...], float] = {}
    for branch in branches:
        out[branch.record] = out.get(branch.record, 0.0) + branch.weight
    return out


def unlikely_under(
    exact: dict[tuple[bool, ...], float], records: NDArray[np.bool_], *, failure_probability: float
) -> list[str]:
    """What in the records contradicts the distribution; empty if they fit.

    A record of probability zero contradicts at once. Besides, the mean of every parity of record bits,
    which together determine the distribution, must be within t of its exact value. A mean of N values
    -1 or 1 misses by t or more with probability at most 2 exp(-N t^2 / 2) (Hoeffding), so with K parities
    t = sqrt(2 ln(2 K / p) / N) gives a false alarm with probability at most p.

    Args:
        exact: probability by record.
        records: shape (shots, measurements), independent rows.
        failure_probability: p.
    """
    shots, width = records.shape
    if width > MAX_MEASUREMENTS:
        raise ValueError(f"{width} measurements have too many parities")
    found = [f"impossible record {row}" for row in {tuple(row) for row in records.tolist()} - set(exact)]
    subsets = (np.arange(1, 2**width)[:, None] >> np.arange(width) & 1).astype(np.int64)
    support = np.array(list(exact), dtype=np.int64).reshape(len(exact), width)
    expected = (1 - 2 * (support @ subsets.T % 2)).T @ np.array(list(exact.values()))
    observed = (1 - 2 * (records.astype(np.int64) @ subsets.T % 2)).mean(axis=0)
    tolerance = np.sqrt(2 * np.log(2 * len(subsets) / failure_probability) / shots)
    return found + [
        f"parity of {np.flatnonzero(subsets[row])}: {observed[row]:.3f} for {expected[row]:.3f}"
        for row in np.flatnonzero(abs(observed - expected) > tolerance)
    ]
