"""The channel of encrypting, storing and recovering at many points of its settings."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias

import numpy as np

from ..circuits.formats import circuit_text
from ..core.types import FloatArray
from ..errors import QloakError, UsageError
from ..noise import Device, NoiseModel, load_device, uniform_depolarizing
from .experiment import Row
from .grid import Axes, Grid
from .intervals import clopper_pearson
from .noisy import scaled_device
from .stored import StoredClone, waiting_noise
from .task import Outcome, Scalar, Task

__all__ = ["CHANNEL_AXES", "ChannelSweep", "DeviceOf"]

Point: TypeAlias = dict[str, Scalar]
DeviceOf: TypeAlias = Callable[[str], Device]

CHANNEL_AXES: Final[Axes] = {
    "clones": "whole",
    "method": "name",
    "custody": "name",
    "device": "name",
    "noise_scale": "number",
    "two_qubit_error": "number",
    "one_qubit_error": "number",
    "readout_error": "number",
    "memory_depolarizing": "number",
    "time_us": "number",
    "t1_us": "number",
    "t2_us": "number",
}
"""Settings of a point, as the options of `qloak channel` have them; times in microseconds."""

_ENGINES = ("exact", "stim", "aer", "aer-mps")
_MAXIMA = {"two_qubit_error": 15 / 16, "one_qubit_error": 3 / 4, "readout_error": 1.0}
_TIMES = ("time_us", "t1_us", "t2_us")
_PAULIS = {"00": "I", "01": "X", "11": "Y", "10": "Z"}
"""Flips of the X-type and of the Z-type correlator -> the error."""


@dataclass(slots=True, eq=False)
class ChannelSweep:
    """One Pauli channel for each point; an experiment like any other.

    Attributes:
        grid: the points; `clones` must be among its settings.
        engine: "exact", or one that samples circuits with Pauli noise.
        shots: at each point, if sampled.
        seed: of the sampling.
        device_of: what the names of devices stand for.
    """

    grid: Grid
    engine: str = "exact"
    shots: int = 10_000
    seed: int = 0
    device_of: DeviceOf = load_device
    _planned: list[tuple[Point, tuple[Task, ...]]] = field(default_factory=list)

    name: str = "channel"

    def tasks(self) -> list[Task]:
        """All tasks: one a point, or several where there are many shots.

        Raises:
            UsageError: for settings that contradict each other or are out of range, naming the point.
        """
        if self.engine not in _ENGINES:
            raise UsageError.of("engine", self.engine, f"one of {', '.join(_ENGINES)} for the channel")
        if "clones" not in self.grid.axes:
            raise UsageError("grid: got no clones, expected them among the settings, such as clones=2-15.")
        if not self._planned:
            self._planned = [(point, self._at(point)) for point in self.grid]
        return [task for _, tasks in self._planned for task in tasks]

    def rows(self, outcomes: Mapping[str, Outcome]) -> list[Row]:
        """One row for each point: its settings, then the channel; sampled ones with an interval of 95 %."""
        self.tasks()
        return [point | _row([outcomes[task.id] for task in tasks]) for point, tasks in self._planned]

    def _at(self, point: Point) -> tuple[Task, ...]:
        try:
            device = self._device(point)
            clone = StoredClone(
                _whole(point["clones"]),
                str(point.get("method", "unitary")),
                str(point.get("custody", "clones")),
                _gates(point, device),
                _waiting(point, device),
            )
            circuit = clone.circuit()
        except QloakError as error:
            where = ", ".join(f"{name} {value}" for name, value in point.items())
            raise type(error)(f"{where}: {error}") from error
        exact = self.engine == "exact"
        task = Task(
            self.name,
            point,
            self.engine,
            circuit_text(circuit),
            "channel" if exact else "counts",
            noise="written in",
            decoder=clone.method,
            record_bits=() if exact else (circuit.num_measurements - 2, circuit.num_measurements - 1),
            shots=0 if exact else self.shots,
            seed=0 if exact else self.seed,
        )
        return (task,) if exact else task.sharded()

    def _device(self, point: Point) -> Device | None:
        """The calibration of a point, its noise scaled where that is asked for."""
        scale = _number(point, "noise_scale", 1.0)
        if "device" not in point:
            if "noise_scale" in point:
                raise UsageError.of("noise_scale", scale, "a device beside it, whose noise it multiplies")
            return None
        if scale <= 0:
            raise UsageError.of("noise_scale", scale, "a factor above 0")
        device = self.device_of(str(point["device"]))
        return scaled_device(device, scale) if scale != 1 else device


def _gates(point: Point, device: Device | None) -> NoiseModel | None:
    """The noise of gates and readouts at a point."""
    rates = {name: _number(point, name, 0.0) for name in _MAXIMA}
    for name, maximum in _MAXIMA.items():
        if not 0 <= rates[name] <= maximum:
            raise UsageError.of(name, rates[name], f"a probability from 0 to {maximum:g}")
    if device is not None:
        if any(rates.values()):
            raise UsageError.of("device", device.name, "either a device or errors of your own")
        return device.median_model()
    if not any(rates.values()):
        return None
    return uniform_depolarizing(rates["two_qubit_error"], rates["one_qubit_error"], readout=rates["readout_error"])


def _waiting(point: Point, device: Device | None) -> tuple[FloatArray, ...]:
    """The channels that stored qubits pass at a point."""
    channels = []
    factor = _number(point, "memory_depolarizing", 1.0)
    if not 0 <= factor <= 1:
        raise UsageError.of("memory_depolarizing", factor, "a factor on the Bloch vector from 0 to 1")
    if factor != 1:
        channels.append(np.full(3, (1 - factor) / 4))
    time, t1, t2 = (1e-6 * _number(point, name, 0.0) for name in _TIMES)
    if time or "t1_us" in point or "t2_us" in point:
        times = {"t1_seconds": t1 if "t1_us" in point else None, "t2_seconds": t2 if "t2_us" in point else None}
        channels.append(waiting_noise(time, device=device, **times))
    return tuple(channels)


def _row(outcomes: list[Outcome]) -> Row:
    """What the outcomes of one point amount to."""
    if outcomes[0].values:
        chances = dict(outcomes[0].values)
        return {"pauli": chances, "entanglement_fidelity": chances["I"], "average_fidelity": _average(chances["I"])}
    counts: Counter[str] = Counter()
    for outcome in outcomes:
        counts.update(outcome.counts)
    shots = counts.total()
    chances = {name: counts[bits] / shots for bits, name in sorted(_PAULIS.items(), key=lambda item: item[1])}
    return {
        "pauli": chances,
        "entanglement_fidelity": chances["I"],
        "average_fidelity": _average(chances["I"]),
        "shots": shots,
        "interval": list(clopper_pearson(counts["00"], shots)),
    }


def _average(entanglement_fidelity: float) -> float:
    return (2 * entanglement_fidelity + 1) / 3


def _number(point: Point, name: str, default: float) -> float:
    return float(point.get(name, default))


def _whole(value: Scalar) -> int:
    return int(value)
