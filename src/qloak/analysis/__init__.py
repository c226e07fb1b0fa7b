"""What circuits and states amount to: figures of merit, exact where they can be.

    sensitivity    which observables an error anywhere in a circuit flips
    walsh          products of Pauli channels
    stim_noise     noise instructions of stim as arrays
    channel        the exact Pauli channel of a circuit, with its sources
    scenario       from a scheme to its channel
    best_recovery  the best of the recoveries that the surviving qubits allow
    chsh           the CHSH value from correlations

    chance         probabilities near 0 and 1, both ends exact
    conditions     what happens to sites and qubits in time
    pair_survival, pair_noise, erasure
                   what survives of pairs and of codes, and how well
    arrangement, cloning_arrangements, code_arrangement
                   a scheme with who holds what
    survival       whether and how well an object comes back after some time
    requirements, plan
                   which arrangement meets a target

Fidelities carry their kind in their names: entanglement fidelity and average fidelity are not the same.
"""

from .best_recovery import BestRecovery, RecoveryOption, best_recovery
from .channel import NoiseSource, PauliChannel
from .chsh import chsh_value
from .scenario import pauli_channel

__all__ = [
    "BestRecovery",
    "NoiseSource",
    "PauliChannel",
    "RecoveryOption",
    "best_recovery",
    "chsh_value",
    "pauli_channel",
]
