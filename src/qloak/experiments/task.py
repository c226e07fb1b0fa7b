"""What is computed, as a value with an id: the same work has the same id wherever and whenever it runs."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib import metadata
from typing import Any, Self, TypeAlias

import numpy as np

from .._version import __version__
from ..errors import IntegrityError, UnknownNameError, shorten

__all__ = ["Outcome", "Scalar", "Task", "canonical_json", "software_versions", "text_digest"]

Scalar: TypeAlias = str | int | float | bool

_PACKAGES = {
    "exact": ("stim",),
    "stim": ("stim",),
    "aer": ("stim", "qiskit", "qiskit-aer"),
    "aer-mps": ("stim", "qiskit", "qiskit-aer"),
    "qiskit": ("stim", "qiskit", "qiskit-aer", "qiskit-ibm-runtime"),
}
"""Packages beside Qloak whose version an engine's results depend on."""


@dataclass(frozen=True, slots=True)
class Task:
    """One number-producing piece of work: a circuit, an engine, and what is wanted.

    Attributes:
        experiment: name of the experiment.
        point: what a person calls it, such as {"clones": 5, "clone": "S1"}; the reduction groups by these.
        engine: a name of `evaluate.ENGINES`.
        circuit: stim text, with its Pauli noise in it or as the engine's module says.
        quantity: "counts" of records; from stim and aer also "observables", counts of the observables' flips; from
            exact "channel", the Pauli channel of observables 0 (X type) and 1 (Z type), or "fidelity", that of the
            stabilizer state whose generators the observables are.
        device: name of a calibration; its content is part of the id.
        noise: what noise there is, in words that are always the same.
        decoder: "measured", "unitary" or "none".
        record_bits: records whose histogram is wanted, frame included; none for all.
        shots: number of repetitions, 0 for exact results.
        seed: chosen by the user; another one makes an independent result.
        shard: number of this part of a result that is cut into several.
    """

    experiment: str
    point: Mapping[str, Scalar] = field(hash=False)
    engine: str
    circuit: str
    quantity: str
    device: str = ""
    noise: str = ""
    decoder: str = ""
    record_bits: tuple[int, ...] = ()
    shots: int = 0
    seed: int = 0
    shard: int = 0

    @property
    def id(self) -> str:
        """SHA-256 over `description`, 64 hexadecimal digits."""
        return text_digest(canonical_json(self.description()))

    def description(self) -> dict[str, Any]:
        """Everything that decides the result, as JSON: circuit and calibration by their SHA-256, and versions.

        Raises:
            UnknownNameError: if the engine takes its noise from a device that is not known.
        """
        return {
            "experiment": self.experiment,
            "point": dict(self.point),
            "engine": self.engine,
            "circuit_sha256": text_digest(self.circuit),
            "quantity": self.quantity,
            "device": self.device,
            "device_sha256": self._device_digest(),
            "noise": self.noise,
            "decoder": self.decoder,
            "record_bits": list(self.record_bits),
            "shots": self.shots,
            "seed": self.seed,
            "shard": self.shard,
            "versions": software_versions(self.engine),
        }

    def rng(self) -> np.random.Generator:
        """Random numbers that belong to this task alone, the same wherever it runs."""
        return np.random.default_rng(np.random.SeedSequence(int(self.id, 16), spawn_key=(self.shard,)))

    def sharded(self, shots: int = 1_000_000) -> tuple[Task, ...]:
        """The task cut into independent parts of at most so many shots, whose counts add up to its own."""
        parts = range(0, max(self.shots, 1), shots)
        return tuple(
            replace(self, shots=min(shots, self.shots - first), shard=number) for number, first in enumerate(parts)
        )

    def _device_digest(self) -> str:
        if not self.device or ":" in self.device:
            return ""  # a live processor has no calibration before it runs
        try:
            return _calibration_digest(self.device)
        except UnknownNameError:
            if self.engine in ("exact", "stim"):
                return ""  # the noise is in the circuit, and the name no more than a name
            raise


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came out of a task.

    Attributes:
        task: its id.
        counts: bit string, first wanted record first -> how often; empty for exact results.
        values: for the quantity "channel" the probabilities of I, X, Y and Z; for "fidelity" that name alone.
    """

    task: str
    counts: Mapping[str, int] = field(hash=False)
    values: Mapping[str, float] = field(hash=False)

    def to_json(self) -> dict[str, Any]:
        """As JSON values, in an order that does not depend on how they were found."""
        return {"task": self.task, "counts": dict(sorted(self.counts.items())), "values": dict(self.values)}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Self:
        """The outcome that `to_json` wrote; other keys are ignored.

        Raises:
            IntegrityError: for anything else.
        """
        try:
            task, counts, values = document["task"], dict(document["counts"]), dict(document["values"])
        except (KeyError, TypeError, ValueError) as error:
            raise IntegrityError(f"outcome: got {shorten(document)}, expected task, counts and values.") from error
        whole = all(type(count) is int and count >= 0 for count in counts.values())
        finite = all(type(value) in (int, float) and math.isfinite(value) for value in values.values())
        if not (isinstance(task, str) and whole and finite):
            raise IntegrityError(f"outcome: got {shorten(document)}, expected counts from 0 and finite values.")
        return cls(task, counts, values)


def software_versions(engine: str) -> dict[str, str]:
    """Versions of the packages that an engine's results depend on; "" for what is not installed."""
    return {"qloak": __version__} | {name: _version(name) for name in _PACKAGES.get(engine, ())}


def canonical_json(document: object) -> str:
    """JSON with one text for one value: keys sorted, no spaces, ASCII."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), allow_nan=False)


def text_digest(text: str) -> str:
    """SHA-256 of a text, hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


@cache
def _calibration_digest(name: str) -> str:
    from ..noise import load_device

    return text_digest(load_device(name).to_json())


@cache
def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""
