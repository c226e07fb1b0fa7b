"""Circuits of the schemes, all Clifford, all of linear size.

    layers       circuits as arrays, the form in which they are built
    encrypt      Bell pairs and U_enc as two parity rotations
    decrypt      any clone with its key, unitary or measured, step by step for iterated schemes
    measure_key  the measured inverse of one unit
    frame        Pauli corrections decided by outcome parities
    metrics      two-qubit gates and layers
    formats      OpenQASM, Qiskit, QPY and SVG in and out

What leaves this package is `stim.Circuit`.
"""

from .decrypt import Decryption, FrameMode, Method, decryption, roundtrip_circuit
from .encrypt import bell_pairs, encryption_circuit, inverse_encryption_circuit
from .frame import PauliFrame
from .metrics import CircuitMetrics, circuit_metrics

__all__ = [
    "CircuitMetrics",
    "Decryption",
    "FrameMode",
    "Method",
    "PauliFrame",
    "bell_pairs",
    "circuit_metrics",
    "decryption",
    "encryption_circuit",
    "inverse_encryption_circuit",
    "roundtrip_circuit",
]
