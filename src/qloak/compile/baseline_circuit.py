"""The circuit of the hardware experiment, before it is placed: ladders for encryption, gates for decryption."""

from __future__ import annotations

import stim

from ..circuits import bell_pairs, decryption
from ..core import EncryptedCloning

__all__ = ["ladder_circuit"]


def ladder_circuit(num_clones: int) -> stim.Circuit:
    """Reference pair, Bell pairs, encryption by two-sided ladders, unitary decryption of S1.

    A = 0, S_i = i, N_i = n + i, the reference 2n + 1; all qubits begin in |0>. Reference and S1 end in the
    Bell state |00> + |11>. 1 + n + 4n + (2n + 1) two-qubit gates.

    References:
        [Yamaguchi2026hardware], figure 5: each factor of U_enc gathers its parity from both ends of the row
        A, S1, ..., Sn on the qubit in the middle, and turns that by pi/2 about Z.

    Raises:
        UsageError: if `num_clones` is not a number of clones from 2.
    """
    scheme = EncryptedCloning(num_clones)
    circuit = stim.Circuit(f"H {2 * num_clones + 1}\nCX {2 * num_clones + 1} 0")
    circuit += bell_pairs(scheme.unit)
    row = range(num_clones + 1)
    circuit += _rotation(num_clones)
    circuit.append("H", row)
    circuit += _rotation(num_clones)
    circuit.append("H", row)
    return circuit + decryption(scheme, "S1").circuit


def _rotation(last: int) -> stim.Circuit:
    """exp(-i pi/4 Z...Z) on qubits 0 to `last`, up to a phase, by a ladder from each end to the middle."""
    middle = (last + 1) // 2
    rungs = [(q, q + 1) for q in range(middle)] + [(q, q - 1) for q in range(last, middle, -1)]
    circuit = stim.Circuit()
    for rung in rungs:
        circuit.append("CX", rung)
    circuit.append("S", [middle])
    for rung in reversed(rungs):
        circuit.append("CX", rung)
    return circuit
