"""Emulated qubits. One small protocol (`protocol.Engine`), several engines.

    register             the states that users store
    world, block         the stabilizer world: any register behind Clifford blocks, exact
    encrypted_register   a register behind encrypted cloning, from encryption to redemption
    encrypted_blocks     many blocks at once: one code for all, a Pauli frame for each; `block_operators` reads it
    joint_state          joint states of logical qubits: merged, measured, rearranged, taken apart
    stabilizer_state     stabilizer states of any size
    dense, dense_engine  state vectors of a few qubits: the oracle of the tests
    aer                  Qiskit Aer as an outside opinion (extra)
    state_file           state vectors from .npy files

Nothing here knows of holders, files or clocks; the store adds them.
"""

from .encrypted_register import EncryptedRegister, Phase, Redemption
from .protocol import Engine
from .register import Register
from .world import StabilizerWorld, WorldEngine

__all__ = ["EncryptedRegister", "Engine", "Phase", "Redemption", "Register", "StabilizerWorld", "WorldEngine"]
