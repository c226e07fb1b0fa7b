"""How much is lost by treating noise as Pauli channels: the same circuits under physical noise, sampled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from importlib.util import find_spec

from ..errors import UsageError
from ..noise import available_devices
from .arms import our_circuits, paper_arm
from .bench import Bench
from .case import Case
from .experiment import Arm, Row, build_arm
from .ladders import chain
from .task import Outcome, Task

__all__ = ["KrausComparison"]

_ENGINE = "aer"
_MOST_SHOTS = 2000
"""State vectors are run shot by shot: more would take long, and the standard error is below 0.01 already."""


@dataclass(frozen=True, slots=True, eq=False)
class KrausComparison:
    """Rows by `clones`: `fidelity` of the Pauli model, exact, and `untwirled`, by Aer with its standard error.

    Physical noise: relaxation and dephasing of waiting qubits as they are, gates that relax and are depolarizing for
    the rest of their published error, readout errors with a direction each. Our circuit is that of clone S1.

    Attributes:
        bench: with the engine "exact"; its seed and, to 2000, its shots are those of the sampling.
        sizes: numbers of clones.
    """

    bench: Bench
    sizes: Sequence[int]
    _arms: dict[tuple[int, str], Arm] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        """Check the engine."""
        if not self.bench.is_exact:
            raise UsageError.of("engine", self.bench.engine, "exact for the comparison with physical noise")

    @property
    def name(self) -> str:
        """As on the command line."""
        return "kraus"

    @property
    def limited_by(self) -> str:
        """Why physical noise is not sampled here, or nothing."""
        if self.bench.device.name not in available_devices():
            return "Physical noise is sampled by calibrations that ship."
        return "" if find_spec("qiskit_aer") else "Physical noise is sampled by Qiskit Aer: install the extra aer."

    def tasks(self) -> list[Task]:
        """The exact channel of every circuit, and its settings by Aer."""
        return [task for size in self.sizes for arm in self._both(size).values() for task in self._of(arm)]

    def rows(self, outcomes: Mapping[str, Outcome]) -> list[Row]:
        """The rows of the table."""
        return [
            {"clones": size, **{name: self._row(arm, outcomes) for name, arm in self._both(size).items()}}
            for size in self.sizes
        ]

    def _of(self, arm: Arm) -> Iterator[Task]:
        for case in arm.cases:
            yield from case.tasks(self._exact)
            if not self.limited_by:
                yield from _physical(case).tasks(self._sampled)

    def _row(self, arm: Arm, outcomes: Mapping[str, Outcome]) -> Row:
        row = arm.row(self._exact, outcomes)
        if not arm.cases:
            return row
        if self.limited_by:
            return row | {"limited_by": self.limited_by}
        found = _physical(arm.cases[0]).value(self._sampled, outcomes)
        return row | {"untwirled": {"value": found.value, "error": found.error}}

    @property
    def _exact(self) -> Bench:
        return replace(self.bench, scales=(), compared=())

    @property
    def _sampled(self) -> Bench:
        return replace(self._exact, engine=_ENGINE, shots=min(self.bench.shots, _MOST_SHOTS))

    def _both(self, size: int) -> dict[str, Arm]:
        for name, make in (("paper_circuit", self._paper), ("our_circuit", self._ours)):
            if (size, name) not in self._arms:
                self._arms[size, name] = make(size)
        return {name: self._arms[size, name] for name in ("paper_circuit", "our_circuit")}

    def _paper(self, size: int) -> Arm:
        return paper_arm(self._exact, self.name, {"clones": size}, partial(chain, size))

    def _ours(self, size: int) -> Arm:
        def make() -> Arm:
            circuit = our_circuits(self.bench, size)["S1"]
            return Arm((Case(self.name, {"clones": size, "arm": "ours", "clone": "S1"}, circuit, "measured"),))

        return build_arm(make)


def _physical(case: Case) -> Case:
    """The same circuit with tasks of its own."""
    return replace(case, _known={})
