"""Processors of IBM, through qiskit-ibm-runtime (extra `ibm`)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Literal, TypeAlias

from ...errors import QloakError, UnavailableError, UnknownNameError, UsageError
from .local_sampler import raw_counts, sampler_class
from .processor import JobFailure, Options

if TYPE_CHECKING:
    from qiskit import QuantumCircuit
    from qiskit.providers import BackendV2
    from qiskit.transpiler import Target
    from qiskit_ibm_runtime import Batch, QiskitRuntimeService, SamplerV2, Session

__all__ = ["Mode", "Refusals", "RuntimeProcessor"]

Mode: TypeAlias = Literal["job", "batch", "session"]
"""How jobs are run: each by itself, together, or together with the processor reserved."""

_SHOWN_CHARACTERS = 120
_ACCOUNT_HINT = "Save one: QiskitRuntimeService.save_account(token=...)."


class RuntimeProcessor:
    """A processor of IBM.

    Args:
        service: a `QiskitRuntimeService`.
        name: of the backend, such as "ibm_kingston"; the processor's own name is "ibm:" and that, or `alias`.
        mode: of execution.
        alias: as in a task's `device`.
        sampler: makes the sampler from a backend, batch or session and its options; for tests.

    Raises:
        UnknownNameError: if the account has no such backend.
    """

    def __init__(
        self,
        service: QiskitRuntimeService,
        name: str,
        *,
        mode: Mode = "batch",
        alias: str = "",
        sampler: Callable[[BackendV2 | Batch | Session, Options], SamplerV2] | None = None,
    ) -> None:
        self._service = service
        self.name = alias or f"ibm:{name}"
        with Refusals("device", name):
            self._backend = service.backend(name)
        self._mode = mode
        self._opened: BackendV2 | Batch | Session | None = None
        self._make = sampler or _sampler

    @property
    def target(self) -> Target:
        """Its qubits, couplers and instructions."""
        return self._backend.target

    @property
    def repetition_seconds(self) -> float:
        """The backend's default delay between shots."""
        return float(getattr(self._backend, "default_rep_delay", None) or 250e-6)

    def submit(self, circuits: Sequence[QuantumCircuit], shots: Sequence[int], tag: str, options: Options) -> str:
        """Send circuits off as one job; its id.

        Raises:
            UnavailableError: if the service refuses or is not reached.
        """
        with Refusals("job", tag):
            if self._opened is None:
                self._opened = self._open()
            sampler = self._make(self._opened, {"environment": {"job_tags": [tag]}, **options})
            job = sampler.run([(circuit, None, number) for circuit, number in zip(circuits, shots, strict=True)])
            return str(job.job_id())

    def find(self, tag: str) -> str | None:
        """The id of the job that was sent off with a tag, if there is one."""
        with Refusals("job", tag):
            jobs = self._service.jobs(job_tags=[tag], limit=1)
        return str(jobs[0].job_id()) if jobs else None

    def has(self, job: str) -> bool:
        """True: the service keeps jobs."""
        return bool(job)

    def counts(self, job: str) -> list[dict[str, int]] | JobFailure:
        """Wait for a job: raw counts of each circuit, bit 0 first, or why there will never be any.

        Raises:
            UnavailableError: if the service is not reached.
        """
        from qiskit_ibm_runtime import exceptions

        final = (
            exceptions.RuntimeJobFailureError,
            exceptions.RuntimeJobMaxTimeoutError,
            exceptions.RuntimeInvalidStateError,  # cancelled
            exceptions.RuntimeJobNotFound,
        )
        try:
            with Refusals("job", job, passing=final):
                return [raw_counts(each) for each in self._service.job(job).result()]
        except final as error:
            return JobFailure(job, " ".join(str(error).split())[:_SHOWN_CHARACTERS])

    def close(self) -> None:
        """Submit nothing more; what is queued still runs."""
        if self._opened is not None and self._mode != "job":
            with Refusals("device", self.name):
                self._opened.close()
        self._opened = None

    def _open(self) -> BackendV2 | Batch | Session:
        if self._mode == "job":
            return self._backend
        from qiskit_ibm_runtime import Batch, Session

        return (Batch if self._mode == "batch" else Session)(backend=self._backend)


class Refusals:
    """Says in our own errors what the service objects to.

    Args:
        argument: what the call was about, for the message.
        value: its value.
        passing: exceptions that the caller sees to.
    """

    def __init__(self, argument: str, value: str, *, passing: tuple[type[Exception], ...] = ()) -> None:
        self._argument, self._value, self._passing = argument, value, passing

    def __enter__(self) -> None:
        """Nothing to do."""

    def __exit__(self, kind: object, error: BaseException | None, trace: object) -> None:
        """Raise our error in the place of the service's.

        Raises:
            UnknownNameError: for a backend that does not exist.
            UsageError: without a valid account.
            UnavailableError: for any other refusal, or no network.
        """
        if error is None or isinstance(error, (QloakError, *self._passing)):
            return
        from qiskit.exceptions import QiskitError
        from qiskit.providers.exceptions import QiskitBackendNotFoundError
        from qiskit_ibm_runtime.exceptions import IBMAccountError, IBMNotAuthorizedError

        said = " ".join(str(error).split()).strip("\"'")[:_SHOWN_CHARACTERS]
        if isinstance(error, QiskitBackendNotFoundError):
            raise UnknownNameError.of(self._argument, self._value, f"a processor of your account ({said})") from None
        if isinstance(error, IBMAccountError | IBMNotAuthorizedError):
            raise UsageError(f"account: IBM Quantum has none for you here ({said}). {_ACCOUNT_HINT}") from None
        if isinstance(error, QiskitError | OSError | ValueError):
            hint = "Nothing is lost; run again to go on."
            raise UnavailableError(
                f"{self._argument} {self._value}: IBM Quantum refused or was not reached ({said}). {hint}"
            ) from None


def _sampler(opened: BackendV2 | Batch | Session, options: Options) -> SamplerV2:
    return sampler_class()(mode=opened, options=options)
