"""Where Qiskit's V2 sampler runs, by the name of a task's device.

    ibm:NAME    a real processor, by the account that qiskit-ibm-runtime has saved; NAME with "ibm_" or without
    fake:NAME   the model of one that qiskit-ibm-runtime has a snapshot of, run by Aer

Needs the extras `ibm` and, for models, `aer`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from ...errors import MissingExtraError, UsageError
from ...noise.extract import backend_by_name, device_from_backend
from .local_sampler import local_counts
from .processor import Options, Processor
from .runtime_processor import Mode, Refusals, RuntimeProcessor

if TYPE_CHECKING:
    from qiskit import QuantumCircuit
    from qiskit.providers import BackendV2
    from qiskit.transpiler import Target

__all__ = ["LocalProcessor", "connect"]

_REAL, _MODEL = "ibm:", "fake:"


class LocalProcessor:
    """The model of a processor on this machine.

    The circuits and the sampler are those for hardware, but the sampler gets a simulator with our own noise model:
    a fake backend in its place would apply each readout error twice, and the same in both directions.

    Args:
        backend: a fake backend with target and calibration.
        name: as in a task's `device`.
        seed: of the simulator.
    """

    repetition_seconds = 0.0

    def __init__(self, backend: BackendV2, name: str, *, seed: int = 0) -> None:
        self.name = name
        self._backend = backend
        self._device = device_from_backend(backend)
        self._seed = seed
        self._jobs: dict[str, list[dict[str, int]]] = {}

    @property
    def target(self) -> Target:
        """Its qubits, couplers and instructions."""
        return self._backend.target

    def submit(self, circuits: Sequence[QuantumCircuit], shots: Sequence[int], tag: str, options: Options) -> str:
        """Run circuits at once; the job's id.

        Raises:
            UsageError: for options of the sampler, which only hardware has.
        """
        if options:
            raise UsageError.of("options", options, "none for a model: decoupling and twirling act on real noise")
        job = f"local-{tag}"
        self._jobs[job] = [
            local_counts(circuit, self._backend.target, self._device, shots=number, seed=self._seed_of(circuit))
            for circuit, number in zip(circuits, shots, strict=True)
        ]
        return job

    def _seed_of(self, circuit: QuantumCircuit) -> int:
        """A seed of its own for each task, whose id is the circuit's name."""
        return int(hashlib.sha256(f"{self._seed} {circuit.name}".encode()).hexdigest(), 16) % 2**31

    def find(self, tag: str) -> str | None:
        """The id of the job with a tag, if this object ran it."""
        return job if (job := f"local-{tag}") in self._jobs else None

    def has(self, job: str) -> bool:
        """Whether this object ran the job."""
        return job in self._jobs

    def counts(self, job: str) -> list[dict[str, int]]:
        """Raw counts of each circuit, bit 0 first."""
        return self._jobs[job]

    def close(self) -> None:
        """Nothing to do."""


def connect(device: str, *, mode: Mode = "batch", seed: int = 0) -> Processor:
    """The processor of a task's `device`.

    Raises:
        MissingExtraError: without qiskit-ibm-runtime, and for models without qiskit-aer.
        UnknownNameError: for a processor that is not there.
        UsageError: for a name without "ibm:" or "fake:", or without a saved account.
        QloakError: if the service is not reached.
    """
    if device.startswith(_MODEL):
        plain = device.removeprefix(_MODEL).lower().removeprefix("fake")
        return LocalProcessor(backend_by_name("Fake" + plain.replace("_", "")), device, seed=seed)
    if not device.startswith(_REAL):
        raise UsageError.of("device", device, "ibm:NAME, a processor, or fake:NAME, the model of one")
    try:
        from qiskit_ibm_runtime import QiskitRuntimeService
    except ImportError:
        raise MissingExtraError.of("qiskit-ibm-runtime", "ibm") from None
    with Refusals("device", device):
        service = QiskitRuntimeService()
    plain = device.removeprefix(_REAL).removeprefix("ibm_")
    return RuntimeProcessor(service, f"ibm_{plain}", mode=mode, alias=device)
