"""Models with known sources."""

from __future__ import annotations

import stim

from .gates import CZ_LIKE_GATES, VIRTUAL_GATES
from .model import NoiseModel
from .rules import AfterOneQubit, AfterTwoQubit, OnReadout, OnReset
from .strength import pauli_strength

__all__ = ["ion_trap", "noiseless", "superconducting", "uniform_depolarizing"]


def noiseless() -> NoiseModel:
    """Every operation is perfect."""
    return NoiseModel(name="noiseless", exempt=frozenset(stim.gate_data()))


def uniform_depolarizing(
    two_qubit: float, one_qubit: float = 0.0, *, readout: float = 0.0, reset: float = 0.0
) -> NoiseModel:
    """The same depolarizing noise after every gate of a kind, on all qubits.

    Args:
        two_qubit: probability of a non-identity Pauli after each two-qubit gate, at most 15/16.
        one_qubit: the same after each one-qubit gate other than I, at most 3/4.
        readout: chance that a measurement record is wrong.
        reset: chance that a reset prepares the opposite state.
    """
    rules = (AfterTwoQubit(two_qubit), AfterOneQubit(one_qubit), OnReadout(readout), OnReset(reset))
    return NoiseModel(rules, name="uniform depolarizing")


def superconducting(strength: float) -> NoiseModel:
    """Superconducting-inspired noise SI1000 with one parameter.

    Two-qubit gates p, one-qubit gates p/10, wrong records 5p, wrong resets 2p.

    Args:
        strength: p.

    Notes:
        Differences from the source: wrong records instead of flipped qubits before the measurement; all gates
        that are one CZ up to one-qubit gates count as one CZ; waiting is left to `with_idle_noise`, where
        the source has p/10, and 2p during measurements and resets, for every waiting qubit in a layer.

    References:
        [Gidney2021honeycomb]
    """
    rules = (
        AfterTwoQubit(strength, CZ_LIKE_GATES),
        AfterOneQubit(strength / 10),
        OnReadout(5 * strength),
        OnReset(2 * strength),
    )
    return NoiseModel(rules, name="superconducting", source="SI1000 of arXiv:2108.10457, without its waiting noise")


def ion_trap() -> NoiseModel:
    """Ion-trap-inspired noise: the component errors published for a 32-qubit trapped-ion processor.

    Average infidelities of 2.5e-5 (one-qubit gates) and 1.84e-3 (two-qubit gates) become total Pauli
    probabilities by `pauli_strength`; the error of preparing and measuring, 1.6e-3 together, is put on the
    record.

    Notes:
        Differences from the source: no crosstalk, leakage, transport or waiting; gates that are one native ZZ
        gate up to one-qubit gates count as one.

    References:
        [Moses2023]
    """
    rules = (
        AfterTwoQubit(pauli_strength(1.84e-3, num_qubits=2), CZ_LIKE_GATES),
        AfterOneQubit(0.0, VIRTUAL_GATES),
        AfterOneQubit(pauli_strength(2.5e-5, num_qubits=1)),
        OnReadout(1.6e-3),
        OnReset(0.0),
    )
    return NoiseModel(rules, name="ion trap", source="Table of component errors in arXiv:2305.03828, 32 qubits")
