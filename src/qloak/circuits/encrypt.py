"""Encryption circuits: Bell pairs, then two parity rotations a unit, as trees of logarithmic depth."""

from __future__ import annotations

import numpy as np
import stim

from ..core import CloningScheme, CloningUnit
from ..core.types import IntArray
from .bulk import append_gate, append_pairs

__all__ = ["bell_pairs", "encryption_circuit", "inverse_encryption_circuit", "unit_circuit"]


def encryption_circuit(scheme: CloningScheme, *, bell_pairs: bool = True) -> stim.Circuit:
    """Encrypt the state of qubit 0 (A), all other qubits starting in |0>.

    Each unit takes n two-qubit gates for its Bell pairs and 4n for U_enc. As a matrix the circuit without
    Bell pairs is i U_enc for each unit.

    Args:
        scheme: the canonical scheme or an iterated one.
        bell_pairs: whether to prepare the pairs; False leaves the gates that meet the data.

    Returns:
        A Clifford circuit on the scheme's qubits, pairs of every round prepared first.

    References:
        [YamaguchiKempf2026]
    """
    circuit = stim.Circuit()
    if bell_pairs:
        circuit += _bell_pairs([unit for layer in scheme.rounds for unit in layer])
    for layer in scheme.rounds:
        circuit += unit_circuit(layer)
    return circuit


def inverse_encryption_circuit(scheme: CloningScheme) -> stim.Circuit:
    """Undo the encryption on A and all signal qubits: the state returns to A, the Bell pairs are restored.

    Needs no key, only every qubit that carries data.
    """
    return encryption_circuit(scheme, bell_pairs=False).inverse()


def bell_pairs(unit: CloningUnit) -> stim.Circuit:
    """Prepare (|00> + |11>) / sqrt 2 on every pair (S_i, N_i) from |00>."""
    return _bell_pairs([unit])


def unit_circuit(units: tuple[CloningUnit, ...]) -> stim.Circuit:
    """U_enc of some disjoint units with equally many pairs, side by side: 4n two-qubit gates each."""
    carriers = np.vstack([np.concatenate([[unit.source], unit.signals]) for unit in units])
    circuit = stim.Circuit()
    for letter in "ZX":
        _append_parity_rotation(circuit, carriers, letter)
    return circuit


def _bell_pairs(units: list[CloningUnit]) -> stim.Circuit:
    signals = np.concatenate([unit.signals for unit in units])
    noises = np.concatenate([unit.noises for unit in units])
    circuit = stim.Circuit()
    append_gate(circuit, "H", signals)
    append_pairs(circuit, "CX", signals, noises)
    return circuit


def _append_parity_rotation(circuit: stim.Circuit, carriers: IntArray, letter: str) -> None:
    """exp(-i pi/4 P ... P) over each row of `carriers`, P = Z or X, up to the phase e^{i pi/4}.

    A binary tree of CX gathers the parity on the row's first qubit, which is rotated; then the tree is
    undone. CX adds the target's X parity to the control and the control's Z parity to the target.
    """
    layers: list[IntArray] = []
    width = carriers.shape[1]
    step = 1
    while step < width:
        children = carriers[:, step :: 2 * step]
        parents = carriers[:, :: 2 * step][:, : children.shape[1]]
        pair = (children, parents) if letter == "Z" else (parents, children)
        layers.append(np.stack(pair, axis=-1).ravel())
        step *= 2
    for layer in layers:
        append_gate(circuit, "CX", layer)
    append_gate(circuit, "S" if letter == "Z" else "SQRT_X", carriers[:, 0])
    for layer in reversed(layers):
        append_gate(circuit, "CX", layer)
