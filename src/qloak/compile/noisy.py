"""A native circuit with its device's noise written into it."""

from __future__ import annotations

import stim

from ..noise import Device, with_idle_noise
from .lower import stim_of
from .roundtrip import Roundtrip

__all__ = ["END_TAG", "noisy_roundtrip"]

END_TAG = "readout"
"""Tag of the noise that stands for reading reference and clone."""


def noisy_roundtrip(trip: Roundtrip, device: Device) -> stim.Circuit:
    """The circuit with gate errors, waiting, wrong records of the key, and readout of reference and clone.

    Every operation runs as late as possible; reference and clone are read together with the key. Whichever
    Pauli is read from them, a record is wrong with the qubit's chance e: all three correlators shrink by
    1 - 2 e, which is what depolarizing noise of strength 3/2 e does. The checks themselves stay noiseless.

    Returns:
        A circuit whose exact channel is `estimate`'s, whichever program computes it.
    """
    ends = [trip.reference, trip.clone]
    bare = stim_of(trip.operations)
    bare.append("M", ends, tag=END_TAG)
    noisy = device.noise_model().noisy_circuit(with_idle_noise(bare, device))
    circuit = stim.Circuit()
    for instruction in noisy:
        if instruction.name != "M" or instruction.tag != END_TAG:
            circuit.append(instruction)
            continue
        (flip,) = instruction.gate_args_copy() or (0.0,)
        for target in instruction.targets_copy():
            circuit.append("DEPOLARIZE1", [target.value], 1.5 * flip, tag=END_TAG)
    return circuit + trip.checks()
