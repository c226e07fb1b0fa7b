"""Instructions with very many targets."""

from __future__ import annotations

import numpy as np
import stim

from ..core.types import IntArray

__all__ = ["append_gate", "append_pairs"]


def append_gate(circuit: stim.Circuit, name: str, targets: IntArray) -> None:
    """Append one instruction on many qubits; nothing where there is no target.

    Goes through stim's text parser, which takes 100,000 targets in about 20 ms where the list interface
    takes two seconds.
    """
    if len(targets):
        circuit += stim.Circuit(f"{name} {' '.join(map(str, targets.tolist()))}")


def append_pairs(circuit: stim.Circuit, name: str, first: IntArray | int, second: IntArray) -> None:
    """Append a two-qubit gate on the pairs (first[i], second[i]); `first` may be one qubit for all."""
    append_gate(circuit, name, np.stack(np.broadcast_arrays(first, second), axis=-1).ravel())
