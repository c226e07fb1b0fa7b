"""Noise instructions of stim as arrays of Pauli probabilities."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from ..circuits.layers import Noise
from ..errors import ProgramError
from ..noise import PauliNoise

__all__ = ["read_noise"]

_SINGLE = {"X_ERROR": 0, "Y_ERROR": 1, "Z_ERROR": 2}


def read_noise(layer: Noise) -> Iterator[PauliNoise]:
    """The independent locations of one noise instruction.

    Raises:
        ProgramError: for noise that is no Pauli channel, such as heralded erasure.
    """
    name, arguments = layer.name, layer.arguments
    if name in ("DEPOLARIZE1", "DEPOLARIZE2"):
        yield PauliNoise.depolarizing(layer.targets, arguments[0])
        return
    if name in _SINGLE:
        probabilities = np.zeros((1, 3))
        probabilities[0, _SINGLE[name]] = arguments[0]
    elif name in ("PAULI_CHANNEL_1", "PAULI_CHANNEL_2"):
        probabilities = np.array([arguments])
    elif name in ("I_ERROR", "II_ERROR"):
        return
    else:
        raise ProgramError(f"circuit: got {name}, expected a Pauli channel on one or two qubits.")
    yield PauliNoise(layer.targets, probabilities)
