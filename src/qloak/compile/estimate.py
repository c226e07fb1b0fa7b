"""Exact entanglement fidelities of all clones under a device's noise, a few milliseconds for fifteen."""

from __future__ import annotations

from functools import lru_cache

from ..noise import Device
from .decoders import roundtrips
from .encoder import Encoder
from .graph import DeviceGraph
from .noise_table import Convention, NoiseTable, noise_table
from .roundtrip import Method
from .trip_noise import CloneEstimate, estimate

__all__ = ["CloneEstimate", "clone_fidelities", "estimate", "estimate_clones"]


def clone_fidelities(
    encoder: Encoder, device: Device, *, method: Method = "measured", convention: Convention = "benchmark"
) -> dict[int, float]:
    """Entanglement fidelity of every clone, by physical qubit; see `estimate_clones`."""
    found = estimate_clones(encoder, device, method=method, table=noise_table(device, convention=convention))
    return {clone: estimated.p_i for clone, estimated in found.items()}


def estimate_clones(
    encoder: Encoder, device: Device, *, method: Method = "measured", table: NoiseTable | None = None
) -> dict[int, CloneEstimate]:
    """How well each clone comes back, if it is the one that is decrypted.

    Args:
        encoder: the encoder.
        device: what it runs on.
        method: of decryption.
        table: noise other than the device's own, such as scaled noise.

    Raises:
        UsageError: if the circuits need couplers that the device does not have.
        IntegrityError: for an encoder whose clones the key does not open.
    """
    trips = roundtrips(encoder, _graph(device), method=method, signs=False)
    noise = table or noise_table(device)
    return {clone: estimate(trip, noise) for clone, trip in trips.items()}


@lru_cache(maxsize=16)
def _graph(device: Device) -> DeviceGraph:
    return DeviceGraph.from_device(device)
