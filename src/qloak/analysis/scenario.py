"""From a scheme to its channel: encrypt, store, decrypt one clone, under noise."""

from __future__ import annotations

import math

import numpy as np
import stim

from ..circuits import FrameMode, Method, PauliFrame
from ..circuits.decrypt import decryption_layers
from ..circuits.encrypt import encryption_layers
from ..circuits.layers import Include, LayeredCircuit
from ..core import CloningScheme, Role
from ..errors import UsageError
from ..noise import NoiseModel
from .channel import Labels, PauliChannel, channel_of_layers

__all__ = ["append_recovery", "pauli_channel", "roundtrip_layers", "scheme_labels", "stored_layers"]


def pauli_channel(  # noqa: PLR0913 - one keyword for each choice of the round trip
    circuit_or_scheme: CloningScheme | stim.Circuit | LayeredCircuit,
    noise: NoiseModel | None = None,
    *,
    clone: str | int = "S1",
    method: Method | str = Method.UNITARY,
    frame: FrameMode | str = FrameMode.FEED_FORWARD,
    memory_depolarizing: float = 1.0,
    output: int | None = None,
) -> PauliChannel:
    """The exact channel from the input to the decrypted clone, for every Pauli noise; nothing is sampled.

    Args:
        circuit_or_scheme: a scheme, whose encryption and decryption are built here; or a circuit whose
            qubit 0 is the input and whose other qubits start in |0>; or, with no `output`, a circuit that
            holds its own reference and the correlators of reference and output as
            OBSERVABLE_INCLUDE(0) (X type) and OBSERVABLE_INCLUDE(1) (Z type).
        noise: put behind every gate, on every readout and reset; noise in a circuit counts as well.
        clone: for a scheme, the clone to decrypt.
        method: for a scheme, how the key is used.
        frame: for a scheme, whether the measured method corrects by feed-forward or by recorded parities.
        memory_depolarizing: for a scheme, the factor on the Bloch vector of every stored qubit between
            encryption and decryption, from 0 to 1.
        output: for a circuit with open input, the qubit that the state ends on.

    Raises:
        UsageError: if the factor is out of range, or the circuit does not recover its input.
        UnknownNameError: if there is no such clone.

    Examples:
        >>> round(pauli_channel(EncryptedCloning(2), memory_depolarizing=0.9).entanglement_fidelity, 6)
        0.79675
    """
    if isinstance(circuit_or_scheme, stim.Circuit | LayeredCircuit):
        if isinstance(circuit_or_scheme, stim.Circuit):
            layers, num_qubits = LayeredCircuit.from_stim(circuit_or_scheme), circuit_or_scheme.num_qubits
        else:
            layers, num_qubits = circuit_or_scheme, circuit_or_scheme.num_qubits
        num_qubits = max(num_qubits, (output or 0) + 1)
        return channel_of_layers(layers, noise, num_qubits=num_qubits, output=output, labels=Labels.plain(num_qubits))
    scheme = circuit_or_scheme
    circuit, stages, carrier = roundtrip_layers(
        scheme, clone, method=method, frame=frame, memory_depolarizing=memory_depolarizing
    )
    labels = scheme_labels(scheme, stages, carrier)
    return channel_of_layers(circuit, noise, num_qubits=len(scheme.qubits), output=carrier, labels=labels)


def roundtrip_layers(
    scheme: CloningScheme,
    clone: str | int,
    *,
    method: Method | str = Method.UNITARY,
    frame: FrameMode | str = FrameMode.FEED_FORWARD,
    memory_depolarizing: float = 1.0,
) -> tuple[LayeredCircuit, dict[int, str], int]:
    """Encryption, storage, decryption: the circuit, the first layer of each stage, the output qubit."""
    decrypt, carrier, pending = decryption_layers(scheme, clone, method=method, frame=frame)
    circuit, stages = stored_layers(scheme, memory_depolarizing)
    append_recovery(circuit, stages, decrypt, pending)
    return circuit, stages, carrier


def stored_layers(scheme: CloningScheme, memory_depolarizing: float) -> tuple[LayeredCircuit, dict[int, str]]:
    """Encryption and storage: the circuit and the first layer of each stage.

    Raises:
        UsageError: for a factor outside 0 to 1.
    """
    if not (math.isfinite(memory_depolarizing) and 0 <= memory_depolarizing <= 1):
        raise UsageError.of("memory_depolarizing", memory_depolarizing, "a factor on the Bloch vector from 0 to 1")
    circuit = encryption_layers(scheme)
    # H and CX of the Bell pairs are the first two layers.
    stages = {0: "bell pairs", 2: "encrypt"}
    if memory_depolarizing != 1:
        stages[len(circuit.layers)] = "store"
        circuit.depolarize(np.arange(len(scheme.qubits)), 0.75 * (1 - memory_depolarizing))
    return circuit, stages


def append_recovery(
    circuit: LayeredCircuit, stages: dict[int, str], recovery: LayeredCircuit, pending: PauliFrame
) -> None:
    """Append a recovery and count its pending frame towards the two observables."""
    stages[len(circuit.layers)] = "decrypt"
    circuit.extend(recovery)
    nothing = stim.PauliString(0)
    circuit.layers.append(Include(0, pending.z_records, nothing))
    circuit.layers.append(Include(1, pending.x_records, nothing))


def scheme_labels(scheme: CloningScheme, stages: dict[int, str], output: int) -> Labels:
    """Names for the noise sources of a scheme; the qubit that ends with the state has a role of its own."""
    role_of = np.zeros(len(scheme.qubits), dtype=np.int64)
    role_of[scheme.qubits.of_role(Role.SIGNAL)] = 1
    role_of[scheme.qubits.of_role(Role.NOISE)] = 2
    role_of[output] = 3
    return Labels(stages, ("source", "signal", "noise", "clone"), role_of)
