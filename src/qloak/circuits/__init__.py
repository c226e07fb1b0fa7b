"""Circuits of the schemes, all Clifford, all of linear size.

    layers       circuits as arrays, the form in which they are built
    encrypt      Bell pairs and U_enc as two parity rotations
    decrypt      any clone with its key, unitary or measured, step by step for iterated schemes
    measure_key  the measured inverse of one unit
    recover      any authorized set of any scheme, unitary or measured
    plan         how a logical qubit sits on some qubits, and the circuits that follow
    recover_ec   everything that is stored, with errors corrected
    storage_errors  what its outcomes say about errors
    attack       what a partial set can be made to tell
    frame        Pauli corrections decided by outcome parities
    metrics      two-qubit gates and layers
    formats      OpenQASM, Qiskit, QPY and SVG in and out

What leaves this package is `stim.Circuit`.
"""

from .attack import Attack, AttackMethod, attack_circuit
from .decrypt import Decryption, FrameMode, Method, decryption, roundtrip_circuit
from .encrypt import bell_pairs, encryption_circuit, inverse_encryption_circuit
from .frame import PauliFrame
from .metrics import CircuitMetrics, circuit_metrics
from .plan import RecoveryPlan
from .recover import Recovery, recovery_circuit, recovery_plan
from .recover_ec import Correction, ErrorCorrectingRecovery, error_correcting_recovery
from .storage_errors import StorageErrors

__all__ = [
    "Attack",
    "AttackMethod",
    "CircuitMetrics",
    "Correction",
    "Decryption",
    "ErrorCorrectingRecovery",
    "FrameMode",
    "Method",
    "PauliFrame",
    "Recovery",
    "RecoveryPlan",
    "StorageErrors",
    "attack_circuit",
    "bell_pairs",
    "circuit_metrics",
    "decryption",
    "encryption_circuit",
    "error_correcting_recovery",
    "inverse_encryption_circuit",
    "recovery_circuit",
    "recovery_plan",
    "roundtrip_circuit",
]
