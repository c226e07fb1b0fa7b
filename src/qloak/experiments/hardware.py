"""The executor for real processors: it asks before it spends, keeps job ids, and takes up what was interrupted."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

from ..errors import QloakError, UsageError
from .engines.processor import JobFailure, Options, Processor
from .engines.qiskit_primitives import Prepared, sampler_options
from .job_file import JobEntry, JobFile
from .task import Outcome, Task

__all__ = ["Cost", "Hardware"]

_JOB_SECONDS = 2.0
_UNTIMED_SECONDS = 20e-6


@dataclass(frozen=True, slots=True)
class Cost:
    """What a submission would use.

    Attributes:
        device: where.
        jobs: number of jobs.
        circuits: number of circuits.
        shots: of all circuits together.
        quantum_seconds: estimated time that the processor is occupied and charged for: every shot with its circuit's
            duration and the delay behind it, and about two seconds for each job.
    """

    device: str
    jobs: int
    circuits: int
    shots: int
    quantum_seconds: float

    def __str__(self) -> str:
        """One line for a person to agree to."""
        return (
            f"{self.device}: {self.jobs} jobs, {self.circuits} circuits, {self.shots} shots, "
            f"about {self.quantum_seconds:.0f} s of processor time"
        )


@dataclass(frozen=True, slots=True, eq=False)
class Hardware:
    """Runs tasks of the engine "qiskit" on one processor.

    `jobs.jsonl` in the folder has every job's id and tasks, `raw.jsonl` the raw counts of all records.

    Attributes:
        processor: where to run.
        folder: for the two files.
        confirm: asked before anything is submitted that costs; False submits nothing.
        circuits_per_job: at most so many circuits in a job.
    """

    processor: Processor
    folder: Path
    confirm: Callable[[Cost], bool]
    circuits_per_job: int = 50

    def map(self, tasks: Iterable[Task]) -> Iterator[Outcome]:
        """Outcomes of tasks, job by job.

        Interrupting is safe: jobs go on, and the same call later fetches them instead of submitting anew. A job that
        failed does not keep the others' outcomes back; its error comes last.

        Raises:
            UsageError: for tasks that do not fit the processor; then nothing has been submitted.
            QloakError: if the cost is not confirmed, the service is not reached, or a job failed.
            IntegrityError: for a file of jobs that is damaged.
        """
        if self.circuits_per_job < 1:
            raise UsageError.of("circuits_per_job", self.circuits_per_job, "at least 1")
        prepared = {task.id: Prepared.of(task, self.processor) for task in tasks}
        file = JobFile.open(self.folder / "jobs.jsonl")
        known = self._known(file, prepared.keys())
        done = {task for entry in known for task in entry.tasks}
        batches = self._batches([each for name, each in prepared.items() if name not in done])
        if batches:
            self._agree(batches)
        try:
            known += [self._submit(file, batch) for batch in batches]
        finally:
            self.processor.close()
        return self._fetch(file, known, prepared)

    def cost(self, tasks: Sequence[Task]) -> Cost:
        """What the tasks would use, were none of them done."""
        return self._cost(self._batches([Prepared.of(task, self.processor) for task in tasks]))

    def _known(self, file: JobFile, wanted: Iterable[str]) -> list[JobEntry]:
        """Jobs that were submitted before, hold something wanted, and can still be asked."""
        found, names = [], set(wanted)
        for entry in file.entries.values():
            if entry.failed or entry.device != self.processor.name or not names & set(entry.tasks):
                continue
            if not entry.job and (job := self.processor.find(entry.tag)):
                file.submitted(entry, job, _now())
            if entry.job and self.processor.has(entry.job):
                found.append(entry)
        return found

    def _batches(self, prepared: Sequence[Prepared]) -> list[list[Prepared]]:
        """Jobs: the same shots and options in each, and not too many circuits."""

        def kind(each: Prepared) -> tuple[int, str]:
            return each.task.shots, json.dumps(sampler_options(each.task), sort_keys=True)

        size = self.circuits_per_job
        batches = []
        for _, group in groupby(sorted(prepared, key=kind), kind):
            same = list(group)
            batches += [same[start : start + size] for start in range(0, len(same), size)]
        return batches

    def _agree(self, batches: list[list[Prepared]]) -> None:
        if self.processor.repetition_seconds and not self.confirm(self._cost(batches)):
            raise QloakError("Nothing was submitted, for the cost was not confirmed.")

    def _cost(self, batches: list[list[Prepared]]) -> Cost:
        each = [one for batch in batches for one in batch]
        seconds = sum(one.task.shots * (self._seconds(one) + self.processor.repetition_seconds) for one in each)
        shots = sum(one.task.shots for one in each)
        return Cost(self.processor.name, len(batches), len(each), shots, seconds + _JOB_SECONDS * len(batches))

    def _seconds(self, one: Prepared) -> float:
        """Duration of one shot."""
        from qiskit.exceptions import QiskitError

        try:
            return float(one.circuit.estimate_duration(self.processor.target))
        except QiskitError:
            # With feed-forward, or without known durations; small beside the delay between shots.
            return _UNTIMED_SECONDS

    def _submit(self, file: JobFile, batch: list[Prepared]) -> JobEntry:
        options: Options = sampler_options(batch[0].task)
        entry = file.submitting(tuple(each.task.id for each in batch), self.processor.name)
        circuits, shots = [each.circuit for each in batch], [each.task.shots for each in batch]
        file.submitted(entry, self.processor.submit(circuits, shots, entry.tag, options), _now())
        return entry

    def _fetch(self, file: JobFile, entries: list[JobEntry], prepared: dict[str, Prepared]) -> Iterator[Outcome]:
        problem: QloakError | None = None
        for entry in entries:
            counts = self.processor.counts(entry.job)
            if isinstance(counts, JobFailure):
                file.failed(entry, counts.reason)
                hint = "Run again to submit its tasks anew."
                problem = QloakError(f"job {entry.job}: it gave no results ({counts.reason}). {hint}")
                continue
            for name, raw in zip(entry.tasks, counts, strict=True):
                if name in prepared:
                    self._keep({"task": name, "job": entry.job, "device": entry.device, "counts": raw})
                    yield prepared[name].outcome(raw)
        if problem is not None:
            raise problem

    def _keep(self, line: dict[str, object]) -> None:
        with (self.folder / "raw.jsonl").open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
