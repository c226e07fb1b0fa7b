"""Decryption circuits: any clone, with its key, back to the input state.

Two methods. Unitary: the clone and its n key qubits interact, 2n + 1 two-qubit gates a step. Measured:
only the key is measured, floor(n/2) two-qubit gates in one layer, and the clone gets one fixed Clifford
and one Pauli that two outcome parities decide. A clone of an iterated scheme is decrypted step by step,
innermost encryption first; the state stays on the clone's own qubit throughout.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

import numpy as np
import stim

from ..core import CloningScheme, CloningUnit, Step
from ..errors import UsageError
from .encrypt import append_units, encryption_circuit
from .frame import PauliFrame
from .layers import LayeredCircuit
from .measure_key import measured_step

__all__ = ["Decryption", "FrameMode", "Method", "choice", "decryption", "decryption_layers", "roundtrip_circuit"]


_E = TypeVar("_E", bound=StrEnum)


class Method(StrEnum):
    """How the key is used."""

    UNITARY = "unitary"
    MEASURED = "measured"


class FrameMode(StrEnum):
    """Where the Pauli corrections of a measured decryption go."""

    FEED_FORWARD = "feedforward"
    RECORDED = "recorded"


@dataclass(frozen=True, slots=True, eq=False)
class Decryption:
    """A decryption circuit and where its result is.

    Attributes:
        circuit: acts on the scheme's qubits; touches the clone and its key only.
        output: number of the qubit that carries the state afterwards, which is the clone.
        frame: corrections still to be made on the output, by record number of this circuit; empty for the
            unitary method and where feed-forward makes them.
    """

    circuit: stim.Circuit
    output: int
    frame: PauliFrame


def decryption(
    scheme: CloningScheme,
    clone: str | int,
    *,
    method: Method | str = Method.UNITARY,
    frame: FrameMode | str = FrameMode.FEED_FORWARD,
) -> Decryption:
    """Decrypt one clone with its key.

    Args:
        scheme: the canonical scheme or an iterated one.
        clone: name or number of a clone; A too where n is even.
        method: "unitary" or "measured".
        frame: for the measured method, "feedforward" corrects the output inside the circuit,
            "recorded" leaves the corrections to the returned frame.

    Raises:
        UnknownNameError: if there is no such clone.
        UsageError: for an unknown method or frame mode.

    References:
        [YamaguchiKempf2026] defines U_dec; the circuits and the measured method are derived in the
        documentation's theory pages.
    """
    layers, output, pending = decryption_layers(scheme, clone, method=method, frame=frame)
    return Decryption(layers.to_stim(), output, pending)


def decryption_layers(
    scheme: CloningScheme,
    clone: str | int,
    *,
    method: Method | str = Method.UNITARY,
    frame: FrameMode | str = FrameMode.FEED_FORWARD,
) -> tuple[LayeredCircuit, int, PauliFrame]:
    """`decryption` as arrays: the circuit, the output qubit and the frame."""
    chosen, mode = choice(Method, "method", method), choice(FrameMode, "frame", frame)
    output = scheme.clone_index(clone)
    circuit = LayeredCircuit()
    pending = PauliFrame.empty()
    for step in scheme.steps(output):
        if chosen is Method.UNITARY:
            _append_unitary_step(circuit, step, output)
        else:
            measured = measured_step(step, output)
            later = measured.frame.shifted(circuit.num_measurements)
            pending = pending.after_clifford(measured.clifford).combined(later)
            circuit.extend(measured.circuit)
    if mode is FrameMode.FEED_FORWARD:
        circuit.feed_forward("CX", pending.x_records, output)
        circuit.feed_forward("CZ", pending.z_records, output)
        pending = PauliFrame.empty()
    return circuit, output, pending


def roundtrip_circuit(
    scheme: CloningScheme, clone: str | int, *, method: Method | str = Method.UNITARY
) -> stim.Circuit:
    """Encrypt the state of A, then decrypt one clone, with feed-forward where the method measures."""
    return encryption_circuit(scheme) + decryption(scheme, clone, method=method).circuit


def _append_unitary_step(circuit: LayeredCircuit, step: Step, carrier: int) -> None:
    """Undo one unit coherently, the clone on `carrier`."""
    unit = step.unit
    if step.slot == 0:
        # The source of an even unit: the same gate with the noise qubits in place of the signals, undone.
        forwards = LayeredCircuit()
        append_units(forwards, [CloningUnit(carrier, unit.noises, unit.signals)])
        circuit.extend(forwards.inverse())
        return
    j = step.slot - 1
    pair = np.array([carrier, unit.noises[j]])
    others = np.delete(unit.noises, j)
    # Bell basis of the pair: mu = X^x Z^z is read as z on the carrier, x on its partner.
    circuit.pairs("CX", carrier, pair[1:])
    circuit.gate("H", pair[:1])
    # sigma_mu^T on every other key qubit.
    circuit.pairs("CZ", carrier, others)
    circuit.pairs("CX", int(pair[1]), others)
    # The phases alpha_mu times those of Y^T = -iXZ on n - 1 qubits: i^(x XOR z), whatever n.
    circuit.gate("S", pair)
    circuit.pairs("CZ", carrier, pair[1:])
    circuit.gate("H", pair[:1])
    circuit.pairs("CX", carrier, pair[1:])


def choice(kind: type[_E], argument: str, value: str) -> _E:
    """The member of an enumeration that a user named."""
    try:
        return kind(value)
    except ValueError:
        raise UsageError.of(argument, value, f"one of {', '.join(kind)}") from None
