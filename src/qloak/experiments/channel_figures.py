"""Figures of merit from the exact Pauli channel between reference and clone."""

from __future__ import annotations

from collections.abc import Mapping
from math import sqrt

import stim

from ..analysis import pauli_channel

__all__ = ["channel_of", "chsh_of", "correlators_of", "fidelity_of"]


def channel_of(circuit: stim.Circuit) -> dict[str, float]:
    """Probabilities of I, X, Y, Z of a noisy circuit with the X-type and the Z-type check as observables 0 and 1."""
    found = pauli_channel(circuit)
    return {"I": float(found.p_i), "X": float(found.p_x), "Y": float(found.p_y), "Z": float(found.p_z)}


def fidelity_of(channel: Mapping[str, float]) -> float:
    """Entanglement fidelity."""
    return channel["I"]


def correlators_of(channel: Mapping[str, float]) -> dict[str, float]:
    """<XX>, <YY> and <ZZ> of reference and clone; of |00> + |11> they are 1, -1 and 1."""
    i, x, y, z = (channel[letter] for letter in "IXYZ")
    return {"XX": i + x - y - z, "YY": -(i - x + y - z), "ZZ": i - x - y + z}


def chsh_of(channel: Mapping[str, float]) -> float:
    """S = sqrt 2 (<ZZ> + <XX>), as `analysis.chsh_value` has it for diagonal correlations."""
    correlators = correlators_of(channel)
    return sqrt(2) * (correlators["ZZ"] + correlators["XX"])
