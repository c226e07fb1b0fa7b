"""The exact Pauli channel of a noisy circuit, without sampling, in one walk backwards.

Two observables tell input from output: the X-type and the Z-type correlator of a noiseless reference with
the output. Every Pauli error flips some of them; independent errors multiply Walsh-Hadamard factors
(`walsh`). The cost is linear in the gates.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import stim

from ..circuits.layers import Gates, Include, Layer, LayeredCircuit, Measure, MeasureProducts, Noise, Reset
from ..core.types import FloatArray, IntArray
from ..errors import UsageError
from ..noise import NoiseModel, PauliNoise
from .sensitivity import Sensitivity, star_center
from .stim_noise import read_noise
from .walsh import Factors, noise_factors, record_factors

__all__ = ["Labels", "NoiseSource", "PauliChannel", "channel_of_layers"]


@dataclass(frozen=True, slots=True)
class NoiseSource:
    """The part of one kind of noise.

    Attributes:
        stage: part of the protocol, such as "encrypt".
        operation: stim name of the gate, measurement or noise.
        roles: roles of the qubits it acts on, such as "signal-noise".
        layer: number of the layer in the circuit.
        entanglement_infidelity: 1 - F_e if this were the only noise; exact, not a first order.
    """

    stage: str
    operation: str
    roles: str
    layer: int
    entanglement_infidelity: float


@dataclass(frozen=True, slots=True)
class PauliChannel:
    """A one-qubit Pauli channel: probabilities of I, X, Y, Z on the output.

    Attributes:
        p_i: probability of no error, which is the entanglement fidelity.
        p_x: probability of X, and so on.
        sources: where the noise comes from, the costliest first.
    """

    p_i: float
    p_x: float
    p_y: float
    p_z: float
    sources: tuple[NoiseSource, ...] = ()

    @property
    def entanglement_fidelity(self) -> float:
        """F_e: overlap of the output with a reference with the Bell state [Schumacher1996]."""
        return self.p_i

    @property
    def average_fidelity(self) -> float:
        """Mean state fidelity over all pure inputs, (2 F_e + 1)/3."""
        return (2 * self.p_i + 1) / 3


@dataclass(frozen=True, slots=True, eq=False)
class Labels:
    """How noise sources are named.

    Attributes:
        stages: first layer of each stage -> its name, ascending.
        roles: names of the roles.
        role_of: shape (num_qubits,), index into `roles`.
    """

    stages: Mapping[int, str]
    roles: tuple[str, ...]
    role_of: IntArray

    @classmethod
    def plain(cls, num_qubits: int) -> Labels:
        """One stage, one role."""
        return cls({0: "circuit"}, ("qubit",), np.zeros(num_qubits, dtype=np.int64))

    def groups(self, targets: IntArray) -> IntArray:
        """One small number for the roles of each row of targets, shape (g, 1) or (g, 2)."""
        roles = self.role_of[targets]
        if targets.shape[1] == 1:
            return roles[:, 0]
        return len(self.roles) * (1 + roles[:, 0]) + roles[:, 1]

    def describe(self, group: int) -> str:
        """The roles that such a number stands for, such as "signal-noise"."""
        count = len(self.roles)
        if group < count:
            return self.roles[group]
        first, second = divmod(group - count, count)
        return f"{self.roles[first]}-{self.roles[second]}"

    def stage(self, layer: int) -> str:
        """The stage that a layer belongs to."""
        return [name for first, name in self.stages.items() if first <= layer][-1]


def channel_of_layers(
    circuit: LayeredCircuit, noise: NoiseModel | None, *, num_qubits: int, output: int | None, labels: Labels
) -> PauliChannel:
    """The channel from qubit 0 to the output, or that of a circuit with its own observables.

    Args:
        circuit: noise in it counts too.
        noise: adds noise to every gate, measurement and reset; None for no more than is in the circuit.
        num_qubits: qubits of the circuit.
        output: the qubit that ends in the state that qubit 0 began with, all others beginning in |0>; None
            where the circuit holds a reference and the observables 0 (X type) and 1 (Z type).
        labels: names for the sources.

    Raises:
        UsageError: if the noiseless circuit does not bring the state to the output, or its observables are
            not determined.
    """
    walk = _Walk(Sensitivity(num_qubits, circuit.num_measurements), noise, labels)
    if output is not None:
        walk.flips.watch(0, stim.PauliString("_" * output + "X"))
        walk.flips.watch(1, stim.PauliString("_" * output + "Z"))
    elif not any(isinstance(layer, Include) for layer in circuit):
        raise UsageError("circuit: got no observables, expected OBSERVABLE_INCLUDE(0) and (1), or an output qubit.")
    total = Factors()
    sources: list[NoiseSource] = []
    for index in range(len(circuit.layers) - 1, -1, -1):
        layer = circuit.layers[index]
        for group, factors in walk.back(layer):
            total.multiply(factors)
            infidelity = 1 - _probabilities(factors)[0]
            if infidelity:
                name = "OBSERVABLE_INCLUDE" if isinstance(layer, Include) else layer.name
                sources.append(NoiseSource(labels.stage(index), name, labels.describe(group), index, infidelity))
    _check_start(walk.flips, open_input=output is not None)
    sources.sort(key=lambda source: -source.entanglement_infidelity)
    return PauliChannel(*_probabilities(total), sources=tuple(sources))


@dataclass(frozen=True, slots=True, eq=False)
class _Walk:
    """The walk backwards: each step yields the factors of the noise it passes, by group of roles."""

    flips: Sensitivity
    noise: NoiseModel | None
    labels: Labels

    def back(self, layer: Layer) -> Iterator[tuple[int, Factors]]:
        """Move in front of a layer."""
        match layer:
            case Gates():
                yield from self._gates(layer)
                return
            case Measure():
                yield from self._measure(layer)
                return
            case Noise():
                for extra in read_noise(layer):
                    yield from self._located(extra)
            case MeasureProducts() if self.noise is not None and layer.name != "MPP":
                # Products are measured to check a result; a joint measurement of the device is an operation.
                raise UsageError.of("circuit", layer.name, "operations that the noise model has a rule for")
            case MeasureProducts() if layer.flip:
                records = self.flips.records[self.flips.record_range(len(layer.products))]
                groups = np.zeros(len(records), dtype=np.int64)
                yield from record_factors(np.full(len(records), layer.flip), records, groups).items()
            case Reset() if self.noise is not None:
                yield from self._located(self.noise.after_reset(layer.name, layer.qubits))
        self.flips.step_back(layer)

    def _gates(self, gates: Gates) -> Iterator[tuple[int, Factors]]:
        """Noise behind every gate of a layer, each gate's before the next gate that meets its qubits."""
        targets = gates.targets
        if np.bincount(targets.ravel()).max() <= 1:
            yield from self._located(self._after(gates))
            self.flips.step_back(gates)
            return
        center = star_center(gates)
        if center is not None and np.bincount(targets[:, 1 - center]).max() <= 1:
            extra = self._after(gates)
            if extra is not None:
                x, z = self.flips.at(targets)
                x[:, center], z[:, center] = self.flips.star(gates, center)
                yield from noise_factors(extra, x, z, self.labels.groups(targets)).items()
            self.flips.step_back_star(gates, center)
            return
        for row in range(len(targets) - 1, -1, -1):
            yield from self._gates(Gates(gates.name, targets[row : row + 1]))

    def _measure(self, layer: Measure) -> Iterator[tuple[int, Factors]]:
        """Wrong records, and noise around a measurement."""
        qubits = layer.qubits
        if np.bincount(qubits).max() > 1:
            for row in range(len(qubits) - 1, -1, -1):
                yield from self._measure(Measure(layer.name, qubits[row : row + 1], layer.flip))
            return
        records = self.flips.records[self.flips.record_range(len(qubits))]
        groups = self.labels.role_of[qubits]
        if layer.flip:
            yield from record_factors(np.full(len(records), layer.flip), records, groups).items()
        if self.noise is not None:
            yield from record_factors(self.noise.readout(layer.name, qubits), records, groups).items()
            if layer.name.startswith("MR"):
                yield from self._located(self.noise.after_reset(layer.name, qubits))
        self.flips.step_back(layer)
        if self.noise is not None:
            yield from self._located(self.noise.before_measurement(layer.name, qubits))

    def _after(self, gates: Gates) -> PauliNoise | None:
        return None if self.noise is None else self.noise.after(gates.name, gates.targets)

    def _located(self, noise: PauliNoise | None) -> Iterator[tuple[int, Factors]]:
        """Factors of noise at the present position."""
        if noise is not None and noise.probabilities.any():
            yield from noise_factors(noise, *self.flips.at(noise.targets), self.labels.groups(noise.targets)).items()


def _probabilities(factors: Factors) -> tuple[float, float, float, float]:
    """(p_I, p_X, p_Y, p_Z) from the three factors.

    Observable 0 is flipped by Y and Z, observable 1 by X and Y. Differences of nearly equal numbers are
    taken by expm1, so that small probabilities keep their digits.
    """
    a, b, c = _deficits(factors)
    p_x, p_y, p_z = (b + c - a) / 4, (a + b - c) / 4, (a + c - b) / 4
    return 1 - (a + b + c) / 4, max(p_x, 0.0), max(p_y, 0.0), max(p_z, 0.0)


def _deficits(factors: Factors) -> FloatArray:
    """1 - lambda_k, accurate for lambda_k near 1."""
    near: FloatArray = np.where(factors.signs > 0, -np.expm1(factors.log_sizes), 1 + np.exp(factors.log_sizes))
    return near


def _check_start(walk: Sensitivity, *, open_input: bool) -> None:
    """In front of everything, the observables must be those of the input, up to Z on qubits in |0>."""
    expected_x, expected_z = (2, 1) if open_input else (0, 0)
    first = 1 if open_input else 0
    if (
        not walk.determined
        or walk.z[first:].any()
        or (open_input and (walk.x[0] != expected_x or walk.z[0] != expected_z))
    ):
        raise UsageError(
            "circuit: its noiseless form does not bring the input to the output (or leaves its observables "
            "undetermined), expected one that does. Check the clone, the key and the frame."
        )
