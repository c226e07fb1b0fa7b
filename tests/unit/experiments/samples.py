"""Small tasks whose results are known."""

from __future__ import annotations

from qloak.experiments import Task

BELL = (
    "H 0\nCX 0 1\nDEPOLARIZE1({p}) 1\nCX 0 1\nH 0\nM 0 1\nOBSERVABLE_INCLUDE(0) rec[-2]\nOBSERVABLE_INCLUDE(1) rec[-1]"
)
"""A Bell pair with depolarizing noise of strength p on one half: I has probability 1 - p, X, Y and Z p/3 each."""


def exact(p: float, number: int = 0) -> Task:
    """The exact channel."""
    return Task("sample", {"p": p, "number": number}, "exact", BELL.format(p=p), "channel")


def sampled(p: float, number: int = 0, *, shots: int = 1000) -> Task:
    """Counts of the two records."""
    return Task("sample", {"p": p, "number": number}, "stim", BELL.format(p=p), "counts", shots=shots)


def several(count: int = 6) -> list[Task]:
    """Both kinds, different ones."""
    return [make(0.01 * k, k) for k in range(count // 2) for make in (exact, sampled)]
