"""Encryption circuits: Bell pairs, then two parity rotations a unit, as trees of logarithmic depth."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import stim

from ..core import CloningScheme, CloningUnit
from ..core.types import IntArray
from .layers import LayeredCircuit

__all__ = [
    "append_bell_pairs",
    "append_units",
    "bell_pairs",
    "encryption_circuit",
    "encryption_layers",
    "inverse_encryption_circuit",
]


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
    return encryption_layers(scheme, bell_pairs=bell_pairs).to_stim()


def encryption_layers(scheme: CloningScheme, *, bell_pairs: bool = True) -> LayeredCircuit:
    """`encryption_circuit` as arrays."""
    circuit = LayeredCircuit()
    if bell_pairs:
        append_bell_pairs(circuit, [unit for layer in scheme.rounds for unit in layer])
    for layer in scheme.rounds:
        append_units(circuit, layer)
    return circuit


def inverse_encryption_circuit(scheme: CloningScheme) -> stim.Circuit:
    """Undo the encryption on A and all signal qubits: the state returns to A, the Bell pairs are restored.

    Needs no key, only every qubit that carries data.
    """
    return encryption_layers(scheme, bell_pairs=False).inverse().to_stim()


def bell_pairs(unit: CloningUnit) -> stim.Circuit:
    """Prepare (|00> + |11>) / sqrt 2 on every pair (S_i, N_i) from |00>."""
    circuit = LayeredCircuit()
    append_bell_pairs(circuit, [unit])
    return circuit.to_stim()


def append_bell_pairs(circuit: LayeredCircuit, units: Sequence[CloningUnit]) -> None:
    """Append the Bell pairs of some units."""
    signals = np.concatenate([unit.signals for unit in units])
    noises = np.concatenate([unit.noises for unit in units])
    circuit.gate("H", signals)
    circuit.pairs("CX", signals, noises)


def append_units(circuit: LayeredCircuit, units: Sequence[CloningUnit]) -> None:
    """Append U_enc of some disjoint units with equally many pairs, side by side: 4n two-qubit gates each."""
    carriers = np.vstack([np.concatenate([[unit.source], unit.signals]) for unit in units])
    for letter in "ZX":
        _append_parity_rotation(circuit, carriers, letter)


def _append_parity_rotation(circuit: LayeredCircuit, carriers: IntArray, letter: str) -> None:
    """exp(-i pi/4 P ... P) over each row of `carriers`, P = Z or X, up to the phase e^{i pi/4}.

    A binary tree of CX gathers the parity on the row's first qubit, which is rotated; then the tree is
    undone. CX adds the target's X parity to the control and the control's Z parity to the target.
    """
    tree: list[tuple[IntArray, IntArray]] = []
    width = carriers.shape[1]
    step = 1
    while step < width:
        children = carriers[:, step :: 2 * step]
        parents = carriers[:, :: 2 * step][:, : children.shape[1]]
        control, target = (children, parents) if letter == "Z" else (parents, children)
        tree.append((control.ravel(), target.ravel()))
        step *= 2
    for control, target in tree:
        circuit.pairs("CX", control, target)
    circuit.gate("S" if letter == "Z" else "SQRT_X", carriers[:, 0])
    for control, target in reversed(tree):
        circuit.pairs("CX", control, target)
