"""How long operations take and how fast waiting qubits decay."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import stim

from ..core.types import FloatArray, IntArray
from ..errors import UsageError
from .gates import CZ_LIKE_GATES, MEASUREMENTS, ONE_QUBIT_GATES, RESETS, VIRTUAL_GATES, WAITING
from .tables import CouplerTable, look_up

__all__ = ["Timing"]


@dataclass(frozen=True, slots=True, eq=False)
class Timing:
    """Durations and decay times, in seconds: one for all, or by qubit of shape (num_qubits,).

    Attributes:
        one_qubit_seconds: every one-qubit Clifford gate (one pulse between rotations of the frame), but for
            Z, S and S_DAG, which take no time.
        two_qubit_seconds: every gate that is one CZ up to one-qubit gates; one for all or by coupler.
        readout_seconds: M, MX, MY; a measurement with reset takes the reset's time besides.
        reset_seconds: R, RX, RY.
        t1_seconds: relaxation time; nan where unknown.
        t2_seconds: coherence time; nan where unknown.
        name: of the device.
    """

    one_qubit_seconds: float | FloatArray
    two_qubit_seconds: float | CouplerTable
    readout_seconds: float | FloatArray
    reset_seconds: float | FloatArray
    t1_seconds: float | FloatArray
    t2_seconds: float | FloatArray
    name: str = "custom"

    def seconds(self, name: str, targets: IntArray) -> FloatArray:
        """Durations of one operation on many targets.

        Args:
            name: stim name.
            targets: shape (g, 1) or (g, 2).

        Returns:
            Shape (g,).

        Raises:
            UsageError: if the device has no such operation, qubit or coupler.
        """
        if name in WAITING or name in VIRTUAL_GATES:
            return np.zeros(len(targets))
        if name in ONE_QUBIT_GATES:
            found = look_up(self.one_qubit_seconds, targets, "gate time")
        elif name in CZ_LIKE_GATES:
            found = look_up(self.two_qubit_seconds, targets, "gate time")
        elif name in RESETS:
            found = look_up(self.reset_seconds, targets, "reset time")
        elif name in MEASUREMENTS:
            found = look_up(self.readout_seconds, targets, "readout time")
            if stim.gate_data(name).is_reset:
                found = found + look_up(self.reset_seconds, targets, "reset time")
        else:
            hint = "Write it in gates of one CZ each."
            raise UsageError.of("circuit", name, f"an operation that {self.name!r} has a duration for", hint)
        return np.broadcast_to(np.asarray(found, dtype=np.float64), len(targets))

    def decay(self, qubits: IntArray) -> tuple[FloatArray, FloatArray]:
        """T1 and T2 of many qubits, each shape (g,).

        Raises:
            UsageError: naming the first qubit whose times are unknown.
        """
        t1 = look_up(self.t1_seconds, qubits, "T1")
        t2 = look_up(self.t2_seconds, qubits, "T2")
        shape = len(qubits)
        return np.broadcast_to(np.asarray(t1), shape), np.broadcast_to(np.asarray(t2), shape)
