"""A device: its qubits, its couplers, and what its calibration says of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from ..core.types import BitArray, FloatArray, IntArray
from ..errors import UsageError
from .gates import CZ_LIKE_GATES, ONE_QUBIT_GATES, VIRTUAL_GATES
from .model import NoiseModel
from .rules import AfterOneQubit, AfterTwoQubit, OnReadout, OnReset
from .strength import pauli_strength, symmetric_flip
from .tables import CouplerTable
from .timing import Timing

__all__ = ["DEAD_ERROR", "Device", "Medians"]

DEAD_ERROR = 0.5
"""A gate with an average infidelity of this size or more does not work."""

_DEVIATIONS = (
    "depolarizing gates of the published average infidelity; Z, S and S_DAG perfect; every gate of one CZ has the "
    "coupler's error; readout symmetrised; preparation perfect; waiting as with_idle_noise adds it; no crosstalk, "
    "leakage or drift"
)


@dataclass(frozen=True, slots=True)
class Medians:
    """Medians over all qubits or couplers that have a number, dead ones included.

    Times in seconds; errors as published, that is average infidelities.
    """

    t1_seconds: float
    t2_seconds: float
    one_qubit_error: float
    two_qubit_error: float
    readout_error: float
    one_qubit_seconds: float
    two_qubit_seconds: float
    readout_seconds: float
    reset_seconds: float


@dataclass(frozen=True, slots=True, eq=False)
class Device:
    """Calibration of one device at one time. nan stands for a number that is not known.

    Attributes:
        name: short, such as "kingston".
        source: where the numbers come from.
        snapshot: date and time of the calibration, ISO 8601.
        num_qubits: qubits are numbered from 0.
        t1_seconds: shape (num_qubits,), relaxation times.
        t2_seconds: shape (num_qubits,), coherence times, at most 2 T1.
        one_qubit_errors: shape (num_qubits,), average infidelity of one pulse.
        one_qubit_seconds: shape (num_qubits,), its duration.
        one_given_zero: shape (num_qubits,), chance to read 1 from a qubit prepared in 0.
        zero_given_one: shape (num_qubits,), chance to read 0 from a qubit prepared in 1.
        readout_seconds: shape (num_qubits,).
        reset_seconds: shape (num_qubits,).
        couplers: shape (c, 2), each pair once, smaller number first, ascending.
        two_qubit_errors: shape (c,), average infidelity of the two-qubit gate.
        two_qubit_seconds: shape (c,), its duration.
        two_qubit_gate: name of the gate in the calibration, such as "cz".
        notes: what was changed on the way here, such as a T2 above 2 T1.

    Raises:
        UsageError: naming the attribute, if shapes or values are impossible.
    """

    name: str
    source: str
    snapshot: str
    num_qubits: int
    t1_seconds: FloatArray
    t2_seconds: FloatArray
    one_qubit_errors: FloatArray
    one_qubit_seconds: FloatArray
    one_given_zero: FloatArray
    zero_given_one: FloatArray
    readout_seconds: FloatArray
    reset_seconds: FloatArray
    couplers: IntArray
    two_qubit_errors: FloatArray
    two_qubit_seconds: FloatArray
    two_qubit_gate: str = "cz"
    notes: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        from .device_checks import check_device

        check_device(self)

    @property
    def dead_couplers(self) -> BitArray:
        """Shape (c,): couplers whose gate does not work or is not known."""
        dead: BitArray = ~(self.two_qubit_errors < DEAD_ERROR)
        return dead

    @property
    def dead_qubits(self) -> BitArray:
        """Shape (num_qubits,): qubits whose one-qubit gates do not work or are not known."""
        dead: BitArray = ~(self.one_qubit_errors < DEAD_ERROR)
        return dead

    @property
    def working_couplers(self) -> IntArray:
        """Shape (w, 2): couplers that work, between qubits that work."""
        first, second = self.dead_qubits[self.couplers.T]
        working: IntArray = self.couplers[~(self.dead_couplers | first | second)]
        return working

    @property
    def readout_flips(self) -> FloatArray:
        """Shape (num_qubits,): chance of a wrong record, the mean of both directions; see `symmetric_flip`."""
        return symmetric_flip(self.one_given_zero, self.zero_given_one)

    def noise_model(self) -> NoiseModel:
        """The noise of each qubit and coupler. Gates off the couplers, or on dead ones, are refused."""
        alive = np.where(self.dead_couplers, np.nan, self.two_qubit_errors)
        pulses = np.where(self.dead_qubits, np.nan, self.one_qubit_errors)
        return self._model(
            CouplerTable(self.couplers, pauli_strength(alive, num_qubits=2)),
            pauli_strength(pulses, num_qubits=1),
            self.readout_flips,
            name=self.name,
        )

    def median_model(self) -> NoiseModel:
        """The same noise on all qubits and all pairs of qubits: that of the median qubit and coupler."""
        medians = self.medians()
        return self._model(
            pauli_strength(medians.two_qubit_error, num_qubits=2),
            pauli_strength(medians.one_qubit_error, num_qubits=1),
            medians.readout_error,
            name=f"{self.name} (median)",
        )

    def timing(self) -> Timing:
        """Durations and decay times of each qubit and coupler."""
        return Timing(
            one_qubit_seconds=self.one_qubit_seconds,
            two_qubit_seconds=CouplerTable(self.couplers, self.two_qubit_seconds),
            readout_seconds=self.readout_seconds,
            reset_seconds=self.reset_seconds,
            t1_seconds=self.t1_seconds,
            t2_seconds=self.t2_seconds,
            name=self.name,
        )

    def median_timing(self) -> Timing:
        """Median durations and decay times, for all qubits and pairs."""
        medians = self.medians()
        return Timing(
            one_qubit_seconds=medians.one_qubit_seconds,
            two_qubit_seconds=medians.two_qubit_seconds,
            readout_seconds=medians.readout_seconds,
            reset_seconds=medians.reset_seconds,
            t1_seconds=medians.t1_seconds,
            t2_seconds=min(medians.t2_seconds, 2 * medians.t1_seconds),
            name=f"{self.name} (median)",
        )

    def medians(self) -> Medians:
        """Medians over the device."""
        return Medians(
            t1_seconds=_median(self.t1_seconds),
            t2_seconds=_median(self.t2_seconds),
            one_qubit_error=_median(self.one_qubit_errors),
            two_qubit_error=_median(self.two_qubit_errors),
            readout_error=_median(self.readout_flips),
            one_qubit_seconds=_median(self.one_qubit_seconds),
            two_qubit_seconds=_median(self.two_qubit_seconds),
            readout_seconds=_median(self.readout_seconds),
            reset_seconds=_median(self.reset_seconds),
        )

    def to_json(self) -> str:
        """The device as a calibration file; `from_json` reads it back to 12 digits."""
        from .device_file import device_to_json

        return device_to_json(self)

    @classmethod
    def from_json(cls, data: str | bytes) -> Self:
        """A device from a calibration file.

        Raises:
            UsageError: naming the field that is missing, unknown or impossible.
            LimitError: if the file or the device is larger than any device there is.
        """
        from .device_file import device_fields

        return cls(**device_fields(data))

    def _model(
        self, two_qubit: float | CouplerTable, one_qubit: float | FloatArray, readout: float | FloatArray, *, name: str
    ) -> NoiseModel:
        rules = (
            AfterTwoQubit(two_qubit, CZ_LIKE_GATES),
            AfterOneQubit(0.0, VIRTUAL_GATES),
            AfterOneQubit(one_qubit, ONE_QUBIT_GATES - VIRTUAL_GATES),
            OnReadout(readout),
            OnReset(0.0),
        )
        return NoiseModel(rules, name=name, source=f"{self.source}, {self.snapshot}. Model: {_DEVIATIONS}.")


def _median(values: FloatArray) -> float:
    """Median of the numbers that are known.

    Raises:
        UsageError: if none is.
    """
    known = np.sort(values[~np.isnan(values)])
    if not len(known):
        raise UsageError("device: a calibration without any number of a kind has no median of it.")
    # Not numpy's own: its first call imports masked arrays, which takes longer than all the rest of a device.
    half = len(known) // 2
    return float((known[half] + known[~half]) / 2)
