"""A noise model: rules for every operation of a circuit."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Self, TypeAlias

import numpy as np
import stim

from ..core.types import BitArray, FloatArray, IntArray
from ..errors import UsageError
from .channel import PauliNoise
from .gates import WAITING
from .rules import AfterGate, AfterOneQubit, AfterTwoQubit, BeforeMeasurement, Idle, OnReadout, OnReset, Rule
from .write import write_noise

__all__ = ["NoiseModel"]

_GateRule: TypeAlias = AfterTwoQubit | AfterOneQubit | AfterGate | Idle
# Products are measured to check a result and are no operation of the device; MPAD records a constant.
_PERFECT_RECORDS = frozenset({"MPP", "MPAD"})


@dataclass(frozen=True, slots=True, eq=False)
class NoiseModel:
    """What goes wrong in each operation, as independent Pauli channels and wrong records.

    The first rule that names an operation decides. An operation that no rule names is an error, never
    silently perfect. Perfect are: strengths of 0, what is exempt, waiting (I) and products (MPP) without a
    rule, and qubits just before their measurement without a rule.

    Attributes:
        rules: in order of precedence.
        name: short, such as "kingston".
        source: where the numbers come from, and how the model differs from its source.
        exempt: stim names of operations, and numbers of qubits, that are perfect; a gate that touches an
            exempt qubit is perfect on all its qubits.
    """

    rules: tuple[Rule, ...] = ()
    name: str = "custom"
    source: str = ""
    exempt: frozenset[str | int] = frozenset()

    def after(self, name: str, targets: IntArray) -> PauliNoise | None:
        """The noise after a unitary gate.

        Args:
            name: stim name of the gate.
            targets: shape (g, w), one row for each gate; qubits may occur in several rows.

        Returns:
            One row for each row of targets, in order; None if all of them are perfect.

        Raises:
            UsageError: if no rule names the gate, or the rule has no number for one of the qubits or pairs.
        """
        rule = next((r for r in self.rules if isinstance(r, _GateRule) and name in r.gates), None)
        if rule is None and name not in WAITING and name not in self.exempt:
            raise self._unmatched(name)
        perfect = self._perfect(name, targets)
        if rule is None or perfect.all():
            return None
        _check_width(name, targets)
        return _nonzero(
            _spread(rule.noise(targets[~perfect]) if perfect.any() else rule.noise(targets), targets, perfect)
        )

    def readout(self, name: str, qubits: IntArray) -> FloatArray:
        """Chance that each record is wrong.

        Args:
            name: stim name of the measurement.
            qubits: shape (g,); for MPP and MXX the first qubit of each product.

        Returns:
            Shape (g,), 0 where the record is perfect.

        Raises:
            UsageError: if no rule names the measurement, or the rule has no number for a qubit.
        """
        rule = next((r for r in self.rules if isinstance(r, OnReadout) and name in r.gates), None)
        if rule is None and name not in _PERFECT_RECORDS and name not in self.exempt:
            raise self._unmatched(name)
        perfect = self._perfect(name, qubits[:, None])
        flips = np.zeros(len(qubits))
        if rule is not None:
            flips[~perfect] = rule.flips(qubits[~perfect])
        return flips

    def before_measurement(self, name: str, qubits: IntArray) -> PauliNoise | None:
        """The noise on qubits, shape (g,), just before a measurement; one row for each, None if perfect."""
        rule = next((r for r in self.rules if isinstance(r, BeforeMeasurement) and name in r.gates), None)
        targets = qubits[:, None]
        perfect = self._perfect(name, targets)
        if rule is None or perfect.all():
            return None
        return _nonzero(_spread(rule.noise(targets[~perfect]), targets, perfect))

    def after_reset(self, name: str, qubits: IntArray) -> PauliNoise | None:
        """The noise on qubits, shape (g,), after a reset (R, RX, RY, or MR, MRX, MRY).

        Returns:
            One row for each qubit, None if all are perfect.

        Raises:
            UsageError: if no rule names the reset, or the rule has no number for a qubit.
        """
        rule = next((r for r in self.rules if isinstance(r, OnReset) and name in r.gates), None)
        if rule is None and name not in self.exempt:
            raise self._unmatched(name)
        targets = qubits[:, None]
        perfect = self._perfect(name, targets)
        if rule is None or perfect.all():
            return None
        return _nonzero(_spread(rule.noise(name, targets[~perfect]), targets, perfect))

    def noisy_circuit(self, circuit: stim.Circuit) -> stim.Circuit:
        """The circuit with its noise written out as stim's noise instructions.

        Noise stands right behind each gate: an instruction that uses a qubit again is cut there. Noise that
        the circuit has stays, feed-forward and annotations are not touched, and removing all noise gives
        the noiseless input back.

        Raises:
            UsageError: if the circuit has an operation that no rule names.
        """
        return write_noise(circuit, self)

    def scaled(self, factor: float) -> Self:
        """The model with all strengths times a factor.

        Raises:
            UsageError: if the factor is negative or makes a strength larger than its channel allows.
        """
        if not (math.isfinite(factor) and factor >= 0):
            raise UsageError.of("factor", factor, "a finite number of at least 0")
        return replace(self, rules=tuple(rule.scaled(factor) for rule in self.rules), name=f"{self.name} x {factor:g}")

    def with_edits(
        self,
        *,
        rules: tuple[Rule, ...] | None = None,
        name: str | None = None,
        source: str | None = None,
        exempt: frozenset[str | int] | None = None,
    ) -> Self:
        """The model with some attributes replaced."""
        edits = {"rules": rules, "name": name, "source": source, "exempt": exempt}
        return replace(self, **{key: value for key, value in edits.items() if value is not None})  # type: ignore[arg-type]

    def _perfect(self, name: str, targets: IntArray) -> BitArray:
        """Which rows of targets are exempt, shape (g,)."""
        qubits = [q for q in self.exempt if not isinstance(q, str)]
        if name in self.exempt or not qubits:
            return np.full(len(targets), name in self.exempt)
        return np.asarray(np.isin(targets, qubits).any(axis=1))

    def _unmatched(self, name: str) -> UsageError:
        hint = "Write the circuit in the gates of the model, or exempt the operation."
        return UsageError.of("circuit", name, f"an operation that the noise model {self.name!r} has a rule for", hint)


def _check_width(name: str, targets: IntArray) -> None:
    width = 2 if stim.gate_data(name).is_two_qubit_gate else 1
    if targets.ndim != 2 or targets.shape[1] != width:
        raise UsageError.of("targets", targets.shape, f"shape (g, {width}) for {name}")


def _spread(noise: PauliNoise, targets: IntArray, perfect: BitArray) -> PauliNoise:
    """Noise on some rows of targets as noise on all of them, zero on the perfect ones."""
    if not perfect.any():
        return noise
    probabilities = np.zeros((len(targets), noise.probabilities.shape[1]))
    probabilities[~perfect] = noise.probabilities
    return PauliNoise(targets, probabilities)


def _nonzero(noise: PauliNoise) -> PauliNoise | None:
    """None for noise that never strikes."""
    return noise if noise.probabilities.any() else None
