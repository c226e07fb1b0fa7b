"""From the gate errors that operators publish to probabilities of Paulis."""

from __future__ import annotations

from typing import TypeVar

from ..core.types import FloatArray

__all__ = ["pauli_strength", "symmetric_flip"]

_N = TypeVar("_N", float, FloatArray)


def pauli_strength(average_infidelity: _N, *, num_qubits: int) -> _N:
    """Strength of the depolarizing channel with a given average gate infidelity.

    Randomized benchmarking reports 1 - F_avg. With d = 2^num_qubits, F_avg = (d F_e + 1)/(d + 1), and the
    total probability of non-identity Paulis is 1 - F_e, hence (d + 1)/d times as much: 3/2 for one qubit,
    5/4 for two.

    References:
        [Magesan2011] for what is reported; [Nielsen2002] for the relation of the two fidelities.
    """
    return average_infidelity * (1 + 0.5**num_qubits)


def symmetric_flip(one_given_zero: _N, zero_given_one: _N) -> _N:
    """Chance of a wrong record averaged over the two outcomes.

    Exact for every parity of records where the outcomes are jointly uniform (`records_are_uniform`);
    elsewhere a single record's chance is off by at most |p(1|0) - p(0|1)|/2.
    """
    return (one_given_zero + zero_given_one) / 2
