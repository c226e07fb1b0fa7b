"""The decoder of every clone, by each method."""

from __future__ import annotations

from ..errors import UsageError
from .encoder import Encoder
from .graph import DeviceGraph
from .mixed import mixed_readout
from .readout import read_clones
from .roundtrip import Method, Roundtrip, encoder_lowering, measured_roundtrip, unitary_roundtrip
from .unitary import unitary_decoder

__all__ = ["roundtrips"]


def roundtrips(
    encoder: Encoder, graph: DeviceGraph, *, method: Method = "measured", signs: bool = True
) -> dict[int, Roundtrip]:
    """The circuit for each clone, by physical qubit, in the order of `encoder.clones`.

    Raises:
        UsageError: for an unknown method, or a clone that it does not open on these couplers.
        IntegrityError: for an encoder whose clones the key does not open.
    """
    lowered = encoder_lowering(encoder)
    if method == "measured":
        readouts = read_clones(encoder, graph)
    elif method == "mixed":
        readouts = {clone: mixed_readout(encoder, clone, graph) for clone in encoder.clones}
    elif method == "unitary":
        decoders = {clone: unitary_decoder(encoder, clone, graph) for clone in encoder.clones}
        return {clone: unitary_roundtrip(encoder, found, signs=signs) for clone, found in decoders.items()}
    else:
        raise UsageError.of("method", method, "measured, mixed or unitary")
    return {clone: measured_roundtrip(encoder, found, lowered, signs=signs) for clone, found in readouts.items()}
