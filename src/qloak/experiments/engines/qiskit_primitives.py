"""Counts by Qiskit's V2 sampler: from processors of IBM, or from models of them on this machine.

A task's circuit is noiseless, on the physical qubits of `task.device`, which is "ibm:NAME" or "fake:NAME". It is put in
the processor's instructions without moving anything, so that it is the circuit that was compiled; corrections that
records decide are made in software. Models run as any other task. Real processors cost money and may take days, so
they are run by `hardware.Hardware`, which asks first and keeps job ids.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
import stim

from ...errors import QloakError, UsageError
from ..task import Outcome, Task
from .isa import isa_circuit
from .processor import JobFailure, Options, Processor
from .processors import connect
from .software_frame import SoftwareFrame

if TYPE_CHECKING:
    from qiskit import QuantumCircuit

__all__ = ["Prepared", "run", "sampler_options"]


@dataclass(frozen=True, slots=True, eq=False)
class Prepared:
    """A task made ready for a processor.

    Attributes:
        task: the task.
        circuit: in the processor's instructions, named by the task's id.
        frame: how records become the wanted bits.
    """

    task: Task
    circuit: QuantumCircuit
    frame: SoftwareFrame

    @classmethod
    def of(cls, task: Task, processor: Processor) -> Prepared:
        """Check and convert a task.

        Raises:
            UsageError: if the task is for another processor, not counts, without shots, or its circuit does not
                fit the processor.
            ProgramError: for circuits with noise or that have no counterpart.
        """
        if task.device != processor.name:
            raise UsageError.of("device", task.device, f"{processor.name}, which this processor is")
        if task.quantity != "counts":
            raise UsageError.of("quantity", task.quantity, "counts, for the engine qiskit")
        if task.shots < 1:
            raise UsageError.of("shots", task.shots, "at least 1")
        frame = SoftwareFrame.of(stim.Circuit(task.circuit), task.record_bits)
        circuit = isa_circuit(frame.circuit, processor.target)
        circuit.name = task.id
        return cls(task, circuit, frame)

    def outcome(self, raw: Mapping[str, int]) -> Outcome:
        """The outcome from raw counts, record 0 first."""
        records = np.array([[bit == "1" for bit in key] for key in raw], dtype=np.bool_).reshape(len(raw), -1)
        return Outcome(self.task.id, self.frame.histogram(records, raw.values()), {})


def run(task: Task) -> Outcome:
    """Evaluate a task on the model of a processor.

    Raises:
        UsageError: for a real processor, and as for `Prepared.of`.
        MissingExtraError: without qiskit-ibm-runtime or qiskit-aer.
        UnknownNameError: for a model that is not there.
    """
    if task.device.startswith("ibm:"):
        hint = "Real processors are run with --executor hardware, which asks before it submits."
        raise UsageError.of("device", task.device, "a model such as fake:kingston", hint)
    processor = _model(task.device)
    prepared = Prepared.of(task, processor)
    job = processor.submit([prepared.circuit], [task.shots], task.id, sampler_options(task))
    counts = processor.counts(job)
    if isinstance(counts, JobFailure):
        raise QloakError(f"job {job}: it gave no results ({counts.reason}).")
    return prepared.outcome(counts[0])


def sampler_options(task: Task) -> Options:
    """What a task's point asks of the sampler: `dynamical_decoupling`, such as "XY4", and `twirling`."""
    options: Options = {}
    if sequence := task.point.get("dynamical_decoupling"):
        options["dynamical_decoupling"] = {"enable": True, "sequence_type": str(sequence)}
    if task.point.get("twirling"):
        options["twirling"] = {"enable_gates": True, "enable_measure": True}
    return options


@lru_cache(maxsize=4)
def _model(device: str) -> Processor:
    """A model, whose calibration takes seconds to read."""
    return connect(device)
