"""The promise of the mode: the key is set aside before anything that depends on the input comes near it."""

from __future__ import annotations

from typing import NoReturn

from ..errors import IntegrityError
from .encoder import Encoder, layers_of
from .untouched_arms import PREPARATION_LAYERS

__all__ = ["check_key_untouched", "data_dependent", "strict_layers"]


def data_dependent(encoder: Encoder) -> tuple[bool, ...]:
    """For each gate whether it can depend on the input: whether a chain of gates leads to it from the source."""
    reached = {encoder.source}
    depends = []
    for gate in encoder.gates:
        touches = not reached.isdisjoint(gate.qubits)
        if touches:
            reached.update(gate.qubits)
        depends.append(touches)
    return tuple(depends)


def strict_layers(encoder: Encoder) -> int:
    """Two-qubit depth with a barrier after the key's preparation: the source meets nothing before but the reference.

    Gates that depend on the input come after the barrier, all others before it.
    """
    reference_gate, *others = zip(encoder.gates, data_dependent(encoder), strict=True)
    before = [reference_gate[0], *(gate for gate, depends in others if not depends)]
    after = [gate for gate, depends in others if depends]
    return max(layers_of(before)) + max(layers_of(after), default=0)


def check_key_untouched(encoder: Encoder) -> None:
    """Check that no gate on the key depends on the input, and that the key is done after three layers.

    Raises:
        IntegrityError: naming the gate that breaks it.
    """
    key = set(encoder.key)
    for gate, depends, layer in zip(encoder.gates, data_dependent(encoder), encoder.layers, strict=True):
        if key.isdisjoint(gate.qubits):
            continue
        if depends:
            _refuse(f"the gate on qubits {gate.a} and {gate.b} brings the key in touch with the input")
        if layer > PREPARATION_LAYERS:
            _refuse(f"the key is still prepared in layer {layer}, on qubits {gate.a} and {gate.b}")


def _refuse(what: str) -> NoReturn:
    raise IntegrityError(f"key-untouched encoder: {what}.")
