"""Encrypt, store, recover: the whole life of a clone as one circuit with its noise and a reference in it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import stim

from ..circuits import Decryption, decryption, encryption_circuit, recovery_circuit
from ..circuits.decrypt import choice
from ..core import OWNER, Custody, CustodyPolicy, EncryptedCloning
from ..core.types import FloatArray
from ..errors import UsageError
from ..noise import Device, NoiseModel, PauliNoise, idle_pauli
from ..noise.write import noise_text

__all__ = ["StoredClone", "waiting_noise"]


@dataclass(frozen=True, slots=True, eq=False)
class StoredClone:
    """One clone from encryption to recovery, all qubits meeting all others.

    Attributes:
        num_clones: clones handed out.
        method: "unitary" or "measured", how the key is used.
        custody: a policy; the owner's qubits and those of the first provider recover.
        gates: noise of gates and readouts; None for none.
        waiting: Pauli channels that every stored qubit passes, shape (3,) each.
    """

    num_clones: int
    method: str = "unitary"
    custody: str = "clones"
    gates: NoiseModel | None = None
    waiting: tuple[FloatArray, ...] = ()

    def circuit(self) -> stim.Circuit:
        """The circuit: a noiseless reference, and at its end a noiseless Bell measurement of reference and output.

        The last two records, of which observables 0 and 1 are made, are the flips of the X-type and of the Z-type
        correlator; all other qubits are those of the scheme.

        Raises:
            UsageError: for numbers, methods or policies that do not exist.
        """
        scheme = EncryptedCloning(self.num_clones)
        way_back = self._way_back(scheme)
        reference = len(scheme.qubits)
        stored = np.arange(reference, dtype=np.int64)[:, None]
        circuit = stim.Circuit(f"H {reference}\nCX {reference} 0")
        circuit += self._noisy(encryption_circuit(scheme))
        for channel in self.waiting:
            circuit += stim.Circuit(noise_text(PauliNoise(stored, channel[None, :])))
        circuit += self._noisy(way_back.circuit)
        ends = f"{reference} {way_back.output}"
        circuit += stim.Circuit(f"CX {ends}\nH {reference}\nM {ends}")
        return circuit + stim.Circuit("OBSERVABLE_INCLUDE(0) rec[-2]\nOBSERVABLE_INCLUDE(1) rec[-1]")

    def _way_back(self, scheme: EncryptedCloning) -> Decryption:
        """The circuit that recovers, its corrections made by feed-forward."""
        policy = choice(CustodyPolicy, "custody", self.custody)
        custody = Custody.arrange(scheme, policy)
        if policy in (CustodyPolicy.CLONES, CustodyPolicy.CLONES_SOURCE_DEPOSITED):
            return decryption(scheme, "S1", method=self.method)
        return recovery_circuit(scheme, custody.held_by([OWNER, custody.providers[0]]), method=self.method)

    def _noisy(self, circuit: stim.Circuit) -> stim.Circuit:
        return circuit if self.gates is None else self.gates.noisy_circuit(circuit)


def waiting_noise(
    seconds: float, *, device: Device | None = None, t1_seconds: float | None = None, t2_seconds: float | None = None
) -> FloatArray:
    """Probabilities of X, Y and Z from waiting, shape (3,).

    Args:
        seconds: how long.
        device: whose median times apply where none are given.
        t1_seconds: relaxation time.
        t2_seconds: coherence time, at most twice that.

    Raises:
        UsageError: for impossible times, or if one is neither given nor known from a device.
    """
    if device is not None:
        medians = device.median_timing()
        t1_seconds = float(np.asarray(medians.t1_seconds)) if t1_seconds is None else t1_seconds
        t2_seconds = float(np.asarray(medians.t2_seconds)) if t2_seconds is None else t2_seconds
    if t1_seconds is None or t2_seconds is None:
        raise UsageError.of("time", seconds, "T1 and T2 of the memories too, or a device that has them")
    return idle_pauli(seconds, t1_seconds, t2_seconds)
