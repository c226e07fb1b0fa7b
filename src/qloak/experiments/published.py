"""Hardware jobs that others published, analysed again.

A low fidelity alone does not tell a missing key from a broken machine: both give 1/4. What tells them apart is a
control, the same experiment on the same machine with the key used honestly. If that recovers the state, a missing
recovery elsewhere in the run means a missing key; if it does not, the run shows nothing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from typing import Any, Literal, TypeAlias

from .estimators import Counts, Estimate, bell_fidelity, parity_fidelity
from .task import Outcome, Task

__all__ = ["PublishedJobs", "PublishedResult", "Verdict", "published_results", "reanalysed"]

Verdict: TypeAlias = Literal["recovered", "failed", "key missing", "inconclusive"]
"""recovered: entanglement came back. failed: the key was used and it did not. key missing: nothing came back because
nobody decrypted, as the control shows. inconclusive: nothing came back, and nothing does on this machine."""

WITNESS = 0.5
"""Entanglement fidelity that no separable state of reference and clone exceeds."""

_ROUNDING = 1e-6
_PAULIS = {"00": "I", "01": "X", "10": "Z", "11": "Y"}


@dataclass(frozen=True, slots=True)
class PublishedResult:
    """One published fidelity and what its counts say.

    Attributes:
        run: name of the experiment.
        label: which part of it.
        backend: such as "ibm_fez".
        utc: when it ran, ISO 8601.
        jobs: job ids, in the order of the settings.
        key: whether the circuit decrypts with the key.
        stated: the published entanglement fidelity.
        estimate: ours, from the raw counts.
        verdict: what it shows.
        pauli: the Pauli on the clone after which the Bell fidelity is largest, "I" where none helps; "" for parity
            oscillations, which do not tell.
        corrected: the estimate after that Pauli. A large value of a failed run means a systematic error, not noise.
    """

    run: str
    label: str
    backend: str
    utc: str
    jobs: tuple[str, ...]
    key: bool
    stated: float
    estimate: Estimate
    verdict: Verdict
    pauli: str
    corrected: Estimate

    @property
    def agrees(self) -> bool:
        """Whether our estimate is the published value, up to its rounding."""
        return abs(self.estimate.value - self.stated) <= _ROUNDING

    def to_json(self) -> dict[str, object]:
        """As a JSON object."""
        return {
            "run": self.run,
            "label": self.label,
            "backend": self.backend,
            "utc": self.utc,
            "jobs": list(self.jobs),
            "key": self.key,
            "stated": self.stated,
            "estimate": self.estimate.to_json(),
            "agrees": self.agrees,
            "verdict": self.verdict,
            "best_pauli": self.pauli,
            "after_best_pauli": self.corrected.to_json(),
        }


def published_results() -> list[PublishedResult]:
    """All published jobs, analysed by our estimators and judged by the controls among them."""
    document = _document()
    results = [
        _result(run, part, [run["counts"][job] for job in part["jobs"]])
        for run in document["runs"]
        for part in run["results"]
    ]
    return reanalysed(results)


class PublishedJobs:
    """The re-analysis in the form of an experiment: nothing to evaluate, one row for each published fidelity."""

    name = "published"

    def tasks(self) -> list[Task]:
        """None: the counts are there."""
        return []

    def rows(self, outcomes: Mapping[str, Outcome]) -> list[dict[str, object]]:
        """The results as JSON values; `outcomes` is not looked at."""
        del outcomes
        return [result.to_json() for result in published_results()]


def reanalysed(results: Iterable[PublishedResult]) -> list[PublishedResult]:
    """The results with verdicts that take the controls into account.

    The control of a result without the key is any result with the key on the same backend in the same run, or if the
    run has none, in any run.
    """
    listed = list(results)
    return [replace(result, verdict=_verdict(result, listed)) for result in listed]


def _verdict(result: PublishedResult, others: Sequence[PublishedResult]) -> Verdict:
    if result.estimate.low > WITNESS:
        return "recovered"
    if result.key:
        return "failed"
    controls = [each for each in others if each.key and each.backend == result.backend]
    controls = [each for each in controls if each.run == result.run] or controls
    recovered = controls and all(each.estimate.low > WITNESS for each in controls)
    return "key missing" if recovered else "inconclusive"


def _result(run: Mapping[str, Any], part: Mapping[str, Any], counts: Sequence[Counts]) -> PublishedResult:
    if len(counts) == 1:
        estimate = bell_fidelity(counts[0])
        # Each wrong Bell state is the right one behind one Pauli on the clone.
        best = max(_PAULIS, key=lambda outcome: counts[0].get(outcome, 0))
        pauli, corrected = _PAULIS[best], bell_fidelity(_relabelled(counts[0], best))
    else:
        estimate = corrected = parity_fidelity(counts[0], counts[1:])
        pauli = ""
    return PublishedResult(
        run=run["name"],
        label=part["label"],
        backend=run["backend"],
        utc=run["utc"],
        jobs=tuple(part["jobs"]),
        key=part["key"],
        stated=part["stated"],
        estimate=estimate,
        verdict="inconclusive",
        pauli=pauli,
        corrected=corrected,
    )


def _relabelled(counts: Counts, origin: str) -> dict[str, int]:
    """The counts with outcome `origin` as 00."""
    shift = int(origin, 2)
    return {format(int(outcome, 2) ^ shift, "02b"): number for outcome, number in counts.items()}


@cache
def _document() -> dict[str, Any]:
    text = (resources.files(__package__) / "data" / "public_jobs.json").read_text(encoding="utf-8")
    document: dict[str, Any] = json.loads(text)
    return document
