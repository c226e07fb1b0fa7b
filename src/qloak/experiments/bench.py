"""What an experiment is done with: device, engine, effort, and where circuits are kept."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from ..compile import CompiledCircuit, DeviceGraph, compile_circuit
from ..compile.cache import PlacementCache
from ..compile.parallel import place_parallel
from ..errors import UsageError
from ..noise import Device, available_devices, load_device
from .channel_figures import channel_of, fidelity_of
from .ladders import LogicalCircuit
from .noisy import noisy_circuit, scaled_device
from .physical import PhysicalCircuit
from .routing import StageRouter
from .stabilizer_fidelity import stabilizer_fidelity
from .store import CircuitStore, Placed, Try

__all__ = ["Bench"]

_COMPARED = ("fez", "aachen")
_MAX_SEEDS = 1000
_REGISTERS, _REGISTER_TRIES = 2, 12


@dataclass(frozen=True, slots=True, eq=False)
class Bench:
    """The setting of an experiment.

    Attributes:
        device: the calibration.
        engine: "exact", "stim", or one that brings its own noise, such as "aer".
        shots: for each setting of each circuit; engine "exact" needs none.
        seed: of sampling.
        processor: what the engine "qiskit" runs on, such as "fake:kingston"; `device` is its calibration.
        transpiler_seeds: how many of Qiskit's seeds are tried for each of the paper's circuits.
        scales: factors on the noise under which circuits are scored again, engine "exact" only.
        compared: other calibrations under which they are.
        store: where placed circuits are kept.
        placements: where our encoders are kept.
        report: told what is being placed.
    """

    device: Device
    engine: str = "exact"
    shots: int = 10_000
    seed: int = 0
    processor: str = ""
    transpiler_seeds: int = 10
    scales: tuple[float, ...] = ()
    compared: tuple[Device, ...] = ()
    store: CircuitStore = field(default_factory=lambda: CircuitStore(None))
    placements: PlacementCache | None = None
    report: Callable[[str], None] = lambda _: None

    def __post_init__(self) -> None:
        """Check the numbers."""
        if type(self.transpiler_seeds) is not int or not 1 <= self.transpiler_seeds <= _MAX_SEEDS:
            raise UsageError.of("transpiler_seeds", self.transpiler_seeds, f"a whole number from 1 to {_MAX_SEEDS}")
        if type(self.shots) is not int or self.shots < 1:
            raise UsageError.of("shots", self.shots, "a whole number of at least 1")

    @property
    def graph(self) -> DeviceGraph:
        """All that works on the device."""
        return DeviceGraph.from_device(self.device)

    @property
    def where(self) -> str:
        """Name of the device in tasks."""
        return self.processor or self.device.name

    @property
    def is_exact(self) -> bool:
        """Whether nothing is sampled."""
        return self.engine == "exact"

    @property
    def variants(self) -> dict[str, Device]:
        """Other noise under which circuits are scored as they are, by what a person calls it."""
        if not self.is_exact:
            return {}
        scaled = {f"noise x{scale:g}": scaled_device(self.device, scale) for scale in self.scales}
        return scaled | {device.name: device for device in self.compared}

    @staticmethod
    def comparable(device: Device) -> tuple[Device, ...]:
        """Other calibrations that ship, of as many qubits."""
        others = (load_device(name) for name in _COMPARED if name in available_devices() and name != device.name)
        return tuple(other for other in others if other.num_qubits == device.num_qubits)

    def paper(self, logical: LogicalCircuit, what: str, *, staged: bool = False) -> Placed:
        """The paper's circuit by Qiskit's level 3: the seed with the best predicted fidelity, and all that were tried.

        Raises:
            UsageError: if the device is too small.
            MissingExtraError: without Qiskit.
        """
        decided_by = {
            "kind": "level 3",
            "stages": [str(stage) for stage in logical.stages],
            "ends": list(logical.ends),
            "checks": list(logical.checks),
            "staged": staged,
            "device": self.device.to_json(),
            "seeds": self.transpiler_seeds,
            "qiskit": _qiskit_version(),
        }
        return self.store.get(decided_by, lambda: self._route(logical, what, staged=staged))

    def ours(self, num_clones: int) -> CompiledCircuit:
        """Our circuit for some clones, decrypted by measurement.

        Raises:
            UsageError: if they do not fit.
        """
        self.report(f"our circuit for {num_clones} clones")
        return compile_circuit(num_clones, self.device, cache=self.placements, warn=self.store.warn)

    def register(self, size: int) -> Placed:
        """Our GHZ register: the best of a few searches.

        Raises:
            UsageError: if it does not fit.
        """
        decided_by = {"kind": "register", "size": size, "device": self.device.to_json(), "searches": _REGISTERS}
        return self.store.get(decided_by, lambda: self._search(size))

    def _route(self, logical: LogicalCircuit, what: str, *, staged: bool) -> Placed:
        router = StageRouter(logical, self.graph, staged=staged)
        found: list[tuple[Try, PhysicalCircuit]] = []
        for seed in range(self.transpiler_seeds):
            self.report(f"paper's circuit, {what}, transpiler seed {seed}")
            physical = router.physical(seed)
            if physical is None:
                continue
            noisy = noisy_circuit(physical, self.device)
            if len(logical.checks) == 2:
                fidelity = fidelity_of(channel_of(noisy))
            else:
                fidelity = stabilizer_fidelity(noisy) if logical.checks else 0.0
            size = physical.metrics
            found.append((Try(seed, size.two_qubit_layers, size.two_qubit_gates, fidelity), physical))
        if not found:
            hint = "Take more of them."
            raise UsageError.of("seeds", self.transpiler_seeds, "one that leaves the reference where it is read", hint)
        best = max(found, key=lambda one: (one[0].fidelity, -one[0].gates, -one[0].seed))
        return Placed(best[1], tuple(one for one, _ in found))

    def _search(self, size: int) -> Placed:
        found: list[tuple[Try, PhysicalCircuit]] = []
        problem: UsageError | None = None
        for seed in range(_REGISTER_TRIES):
            self.report(f"our GHZ register of {size} qubits, seed {seed}")
            try:
                register = place_parallel(self.graph, size, seed=seed)
            except UsageError as error:
                problem = error
                continue
            metrics = register.metrics
            one = Try(seed, metrics.two_qubit_layers, metrics.two_qubit_gates, register.fidelity)
            found.append((one, PhysicalCircuit.of_parallel(register.circuit)))
            if len(found) == _REGISTERS:
                break
        if not found and problem is not None:
            raise problem
        best = max(found, key=lambda one: (one[0].fidelity, -one[0].seed))
        return Placed(best[1], tuple(one for one, _ in found))


def _qiskit_version() -> str:
    """Part of what decides a routed circuit."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("qiskit")
    except PackageNotFoundError:
        return ""  # the router says what is missing
