"""The exact noise channel of encrypt, store, decrypt, as a document."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from ..analysis import PauliChannel, pauli_channel
from ..circuits import Method
from ..errors import UsageError
from ..noise import Device, NoiseModel, load_device, uniform_depolarizing
from .limits import MAX_CHANNEL_CLONES, small_scheme

__all__ = ["MAX_SOURCES", "Noise", "channel_document", "decoders_document"]

MAX_SOURCES: Final = 100
"""Sources of noise that are listed, the costliest first."""

_MAXIMA: Final = {"two_qubit_error": 15 / 16, "one_qubit_error": 3 / 4, "readout_error": 1.0}


@dataclass(frozen=True, slots=True)
class Noise:
    """Noise as a person sets it.

    Attributes:
        two_qubit_error: depolarizing strength after two-qubit gates, the total probability of non-identity Paulis.
        one_qubit_error: likewise after one-qubit gates.
        readout_error: chance that a readout is wrong.
        memory_depolarizing: factor on the Bloch vector of every stored qubit.
        device: a calibration whose medians count in the place of the three errors.
    """

    two_qubit_error: float = 0.0
    one_qubit_error: float = 0.0
    readout_error: float = 0.0
    memory_depolarizing: float = 1.0
    device: Device | None = None

    def __post_init__(self) -> None:
        """Check ranges, and that nothing is said twice."""
        for name, maximum in _MAXIMA.items():
            value = getattr(self, name)
            if not 0 <= value <= maximum:
                raise UsageError.of(name, value, f"a probability from 0 to {maximum:g}")
            if value and self.device is not None:
                raise UsageError(f"device: got it together with {name}, expected one of them.")
        if not 0 <= self.memory_depolarizing <= 1:
            expected = "a factor on the Bloch vector from 0 to 1"
            raise UsageError.of("memory_depolarizing", self.memory_depolarizing, expected)

    @classmethod
    def of(cls, device: str | None = None, *, memory_depolarizing: float = 1.0, **errors: float) -> Noise:
        """Noise with a calibration by name, or without one.

        Raises:
            UnknownNameError: for a calibration that does not ship.
            UsageError: for values out of range, or errors beside a device.
        """
        found = None if device is None else load_device(device)
        return cls(memory_depolarizing=memory_depolarizing, device=found, **errors)

    def model(self) -> NoiseModel | None:
        """Of gates and readouts; None where there is none."""
        if self.device is not None:
            return self.device.median_model()
        if not (self.two_qubit_error or self.one_qubit_error or self.readout_error):
            return None
        return uniform_depolarizing(self.two_qubit_error, self.one_qubit_error, readout=self.readout_error)


def channel_document(
    result: PauliChannel, facts: Mapping[str, object], *, num_qubits: int, seconds: float
) -> dict[str, Any]:
    """A channel, schema qloak.channel/1.

    Args:
        result: the channel.
        facts: what it is the channel of.
        num_qubits: of the scheme or circuit.
        seconds: that it took.
    """
    return {
        "schema": "qloak.channel/1",
        "pauli": {"I": result.p_i, "X": result.p_x, "Y": result.p_y, "Z": result.p_z},
        "entanglement_fidelity": result.entanglement_fidelity,
        "average_fidelity": result.average_fidelity,
        "sources": [asdict(item) for item in result.sources[:MAX_SOURCES]],
        **facts,
        "num_qubits": num_qubits,
        "seconds": seconds,
    }


def decoders_document(clones: int, clone: str, method: str, noise: Noise) -> dict[str, Any]:
    """The channel of one decoder, or of both side by side.

    Args:
        clones: n, at most MAX_CHANNEL_CLONES.
        clone: that is decrypted.
        method: "unitary", "measured", or "both": then `decoders` holds a document for each, and `better` names the one
            of higher fidelity, none where they are equal.
        noise: of everything.

    Raises:
        UsageError, UnknownNameError, LimitError: for what cannot be computed.
    """
    scheme = small_scheme(clones, MAX_CHANNEL_CLONES)
    model = noise.model()

    def channel(chosen: str) -> dict[str, Any]:
        start = time.perf_counter()
        factor = noise.memory_depolarizing
        result = pauli_channel(scheme, model, clone=clone, method=chosen, memory_depolarizing=factor)
        facts = {"clones": scheme.num_clones, "levels": "0", "clone": clone, "method": chosen}
        return channel_document(result, facts, num_qubits=len(scheme.qubits), seconds=time.perf_counter() - start)

    if method != "both":
        return channel(method)
    decoders = {each.value: channel(each) for each in Method}
    unitary, measured = (decoders[each]["entanglement_fidelity"] for each in Method)
    better = None if abs(unitary - measured) < 1e-12 else str(Method.UNITARY if unitary > measured else Method.MEASURED)
    return {"schema": "qloak.channel/1", "clones": clones, "clone": clone, "decoders": decoders, "better": better}
