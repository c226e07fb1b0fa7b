"""What can run circuits in jobs: one protocol for processors of IBM and for models of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

if TYPE_CHECKING:
    from qiskit import QuantumCircuit
    from qiskit.transpiler import Target

__all__ = ["JobFailure", "Options", "Processor"]

Options: TypeAlias = dict[str, Any]
"""Options of the sampler, such as {"dynamical_decoupling": {"enable": True, "sequence_type": "XY4"}}."""


@dataclass(frozen=True, slots=True)
class JobFailure:
    """A job that failed, was cancelled or is gone.

    Attributes:
        job: its id.
        reason: what the service says.
    """

    job: str
    reason: str


class Processor(Protocol):
    """Something that runs circuits in jobs; each circuit is named by the id of its task."""

    @property
    def name(self) -> str:
        """As in a task's `device`."""
        ...

    @property
    def target(self) -> Target:
        """Its qubits, couplers and instructions."""
        ...

    @property
    def repetition_seconds(self) -> float:
        """Time between the end of one shot and the beginning of the next; 0 if shots cost nothing."""
        ...

    def submit(self, circuits: Sequence[QuantumCircuit], shots: Sequence[int], tag: str, options: Options) -> str:
        """Send circuits off as one job; its id."""
        ...

    def find(self, tag: str) -> str | None:
        """The id of the job that was sent off with a tag, if there is one."""
        ...

    def has(self, job: str) -> bool:
        """Whether a job's results can still be asked for."""
        ...

    def counts(self, job: str) -> list[dict[str, int]] | JobFailure:
        """Wait for a job: raw counts of each circuit, bit 0 first, or why there will never be any."""
        ...

    def close(self) -> None:
        """Submit nothing more."""
        ...
