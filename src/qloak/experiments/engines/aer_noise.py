"""Aer's channels: the physical noise of a calibration, and Pauli noise as a circuit has it written."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import TYPE_CHECKING

import numpy as np
import stim

from ...analysis.stim_noise import read_noise
from ...circuits.layers import Noise
from ...noise import Device
from ...noise.gates import VIRTUAL_GATES

if TYPE_CHECKING:
    from qiskit_aer.noise import QuantumError

__all__ = ["Channels", "depolarizing_remainder", "nearly_depolarizing", "pauli_errors"]

_UNEQUAL = 1e-6


class Channels:
    """What goes wrong on one device, as channels that Aer applies without twirling.

    Waiting relaxes and dephases. A gate does so for its duration on all its qubits, and is depolarizing for the rest
    of its published infidelity; where relaxation alone exceeds that, the published number is taken to be too good.

    Args:
        device: its calibration.
    """

    def __init__(self, device: Device) -> None:
        self._timing = device.timing()
        self._model = device.noise_model()
        self._remainders: dict[tuple[int, ...], QuantumError | None] = {}

    def waiting(self, qubit: int, seconds: float) -> QuantumError:
        """Relaxation and dephasing of one qubit.

        Raises:
            UsageError: for a qubit whose T1 or T2 is unknown.
        """
        from qiskit_aer.noise import thermal_relaxation_error

        return thermal_relaxation_error(*self._decay(qubit), seconds)

    def after(self, name: str, qubits: tuple[int, ...]) -> Iterator[tuple[QuantumError, tuple[int, ...]]]:
        """What follows one gate: channels and their qubits.

        Raises:
            UsageError: for gates, qubits or couplers that the device does not have or that do not work.
        """
        if name in VIRTUAL_GATES:
            return
        seconds = float(self._timing.seconds(name, np.array([qubits]))[0])
        for qubit in qubits:
            yield self.waiting(qubit, seconds), (qubit,)
        # All pulses on a qubit are alike, and so are all gates on a coupler.
        if qubits not in self._remainders:
            self._remainders[qubits] = self._remainder(name, qubits, seconds)
        if (remainder := self._remainders[qubits]) is not None:
            yield remainder, qubits

    def _remainder(self, name: str, qubits: tuple[int, ...], seconds: float) -> QuantumError | None:
        noise = self._model.after(name, np.array([qubits]))
        strength = 0.0 if noise is None else float(noise.strengths[0])
        parameter = depolarizing_remainder(strength, seconds, [self._decay(qubit) for qubit in qubits])
        return nearly_depolarizing(parameter, len(qubits)) if parameter > 0 else None

    def _decay(self, qubit: int) -> tuple[float, float]:
        t1, t2 = self._timing.decay(np.array([qubit]))
        # Digits are lost where T2 is cut at 2 T1, and Aer allows for none.
        return float(t1[0]), min(float(t2[0]), 2 * float(t1[0]))


def depolarizing_remainder(strength: float, seconds: float, decay: list[tuple[float, float]]) -> float:
    """The depolarizing part of a gate that also relaxes, so that both together have the gate's infidelity.

    A depolarizing channel of parameter q behind one of entanglement fidelity F has (1 - q) F + q/d^2, d^2 = 4 to the
    number of qubits; relaxation of one qubit has F = (1 + 2 e^(-t/T2) + e^(-t/T1))/4.

    Args:
        strength: one minus the entanglement fidelity of the whole gate.
        seconds: its duration.
        decay: T1 and T2 of each of its qubits.

    Returns:
        q, the chance to be replaced by the maximally mixed state; at least 0.
    """
    kept = 1.0
    for t1, t2 in decay:
        kept *= (1 + 2 * np.exp(-seconds / t2) + np.exp(-seconds / t1)) / 4
    mixed = 0.25 ** len(decay)
    return max((kept - (1 - strength)) / (kept - mixed), 0.0)


def nearly_depolarizing(parameter: float, width: int) -> QuantumError:
    """The depolarizing channel, its Paulis' probabilities made unequal by some millionths of themselves.

    Aer's trajectories turn all channels into Kraus operators as soon as one is given as such, and for some parameters
    that fails or even ends the process where all eigenvalues are equal. The total probability is kept.

    Args:
        parameter: chance to be replaced by the maximally mixed state.
        width: number of qubits, 1 or 2.
    """
    from qiskit_aer.noise import pauli_error

    identity, *others = ("".join(word) for word in product("IXYZ", repeat=width))
    weights = 1 + _UNEQUAL * np.arange(len(others))
    chances = parameter * (1 - 0.25**width) * weights / weights.sum()
    return pauli_error([(identity, 1 - chances.sum()), *zip(others, chances.tolist(), strict=True)])


def pauli_errors(instruction: stim.CircuitInstruction) -> Iterator[tuple[QuantumError, tuple[int, ...]]]:
    """A noise instruction of stim as Aer's Pauli errors and their qubits.

    Raises:
        ProgramError: for noise that is no Pauli channel on one or two qubits.
    """
    from qiskit_aer.noise import pauli_error

    groups = [[target.value for target in group] for group in instruction.target_groups()]
    layer = Noise(instruction.name, tuple(instruction.gate_args_copy()), np.array(groups))
    for noise in read_noise(layer):
        rows = np.broadcast_to(noise.probabilities, (len(noise.targets), noise.probabilities.shape[1]))
        for qubits, chances in zip(noise.targets.tolist(), rows.tolist(), strict=True):
            # stim's order: first qubit's letter changes slowest. Qiskit's labels have the last qubit first.
            letters = ["".join(word)[::-1] for word in product("IXYZ", repeat=len(qubits))]
            whole = [max(1 - sum(chances), 0.0), *chances]
            yield pauli_error([(w, p) for w, p in zip(letters, whole, strict=True) if p > 0]), tuple(qubits)
