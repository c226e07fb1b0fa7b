"""One circuit of an experiment: the tasks that evaluate it, and the figure of merit that their outcomes amount to."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import sqrt
from typing import Literal, TypeAlias

import stim

from ..circuits.formats import circuit_text
from ..noise import Device
from .bench import Bench
from .channel_figures import chsh_of, fidelity_of
from .estimators import Estimate, bell_fidelity, chsh_from_correlators, chsh_from_settings, parity_fidelity
from .noisy import Order, noisy_circuit
from .physical import BELL_CHECKS, PhysicalCircuit
from .settings import parity_settings, setting_circuit
from .task import Outcome, Scalar, Task

__all__ = ["Case", "Figure", "Value"]

Figure: TypeAlias = Literal["fidelity", "chsh"]
"""Fidelity with the wanted state, or the CHSH value of a pair."""

_NOISE = "calibration"
_CHSH = (("Z", "D+"), ("X", "D+"), ("Z", "D-"), ("X", "D-"))
_CHSH_SWAPPED = tuple((clone, reference) for reference, clone in _CHSH)
"""The state is symmetric, so that S is the same."""
_PAIR = 2


@dataclass(frozen=True, slots=True)
class Value:
    """A figure of merit.

    Attributes:
        value: the figure.
        error: standard error, 0 if exact.
    """

    value: float
    error: float = 0.0

    @classmethod
    def of(cls, estimate: Estimate) -> Value:
        """From counts."""
        return cls(estimate.value, estimate.error)


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """A circuit on a device and what is asked of it.

    Attributes:
        experiment: name of the experiment.
        point: what a person calls it.
        physical: the circuit.
        decoder: "unitary", "measured" or "none".
        figure: what is wanted.
        order: of reading the ends.
    """

    experiment: str
    point: Mapping[str, Scalar]
    physical: PhysicalCircuit
    decoder: str
    figure: Figure = "fidelity"
    order: Order = "together"
    _known: dict[str, tuple[Task, ...]] = field(default_factory=dict, repr=False)

    def tasks(self, bench: Bench, variant: str = "") -> tuple[Task, ...]:
        """The tasks, one for exact results, otherwise one for each measurement setting.

        Args:
            bench: with the engine.
            variant: other noise, a name of `bench.variants`; default the device's own.

        Raises:
            UsageError: if the device lacks a coupler.
        """
        if variant not in self._known:
            device = bench.variants[variant] if variant else bench.device
            made = self._exact(device, variant) if bench.is_exact else self._sampled(bench)
            self._known[variant] = made
        return self._known[variant]

    def value(self, bench: Bench, outcomes: Mapping[str, Outcome], variant: str = "") -> Value:
        """The figure of merit."""
        found = [outcomes[task.id] for task in self.tasks(bench, variant)]
        if bench.is_exact:
            values = found[0].values
            if len(self.physical.ends) != _PAIR:
                return Value(float(values["fidelity"]))
            return Value(float(fidelity_of(values) if self.figure == "fidelity" else chsh_of(values)))
        counts = [outcome.counts for outcome in found]
        if len(counts) == 1 and len(self.physical.ends) != _PAIR:
            return _share_of_zeros(counts[0])
        if self.figure == "chsh":
            estimate = chsh_from_correlators(*counts) if len(counts) == 2 else chsh_from_settings(counts)
        elif self.physical.checks == BELL_CHECKS or len(self.physical.ends) != 2:
            estimate = parity_fidelity(counts[0], counts[1:])
        else:
            estimate = bell_fidelity(counts[0])
        return Value.of(estimate)

    def _exact(self, device: Device, variant: str) -> tuple[Task, ...]:
        circuit = noisy_circuit(self.physical, device, order=self.order)
        point = dict(self.point) | ({"noise": variant} if variant else {})
        quantity = "channel" if len(self.physical.ends) == _PAIR else "fidelity"
        return (self._task(point, "exact", circuit, quantity, device=device.name),)

    def _sampled(self, bench: Bench) -> tuple[Task, ...]:
        noise = bench.device if bench.engine == "stim" else None
        if noise is not None and len(self.physical.ends) > _PAIR:
            # The parity oscillations of more qubits turn them by angles that stim does not have; all checks at once do.
            circuit = noisy_circuit(self.physical, noise, order=self.order)
            point = {**self.point, "setting": "checks"}
            task = self._task(point, "stim", circuit, "observables", device=bench.device.name)
            return (replace(task, shots=bench.shots, seed=bench.seed),)
        tasks = []
        for bases in self._settings(clifford=noise is not None):
            circuit, records = setting_circuit(self.physical, bases, device=noise, order=self.order)
            point = {**self.point, "setting": " ".join(bases)}
            task = self._task(point, bench.engine, circuit, "counts", device=bench.where)
            tasks.append(replace(task, record_bits=records, shots=bench.shots, seed=bench.seed))
        return tuple(tasks)

    def _settings(self, *, clifford: bool) -> tuple[tuple[str, ...], ...]:
        """Bases of the ends, setting by setting."""
        size = len(self.physical.ends)
        if self.figure == "chsh":
            if clifford:
                return (("Z", "Z"), ("X", "X"))  # which tell the same by linearity
            # Corrections in software would turn D+ into D-, so it is the other end that is read so: the reference.
            return _CHSH_SWAPPED if any(self.physical.frames[1]) else _CHSH
        if size == 2 and self.physical.checks != BELL_CHECKS:
            return (("Z", "Z"),)
        return parity_settings(size)

    def _task(
        self, point: Mapping[str, Scalar], engine: str, circuit: stim.Circuit, quantity: str, *, device: str
    ) -> Task:
        text = circuit_text(circuit)
        return Task(self.experiment, point, engine, text, quantity, device=device, noise=_NOISE, decoder=self.decoder)


def _share_of_zeros(counts: Mapping[str, int]) -> Value:
    """The share of strings of zeros and its standard error."""
    shots = sum(counts.values())
    share = sum(number for bits, number in counts.items() if "1" not in bits) / shots
    return Value(share, sqrt(share * (1 - share) / shots))
