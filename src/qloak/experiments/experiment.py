"""What an experiment is, and the kind that most are: rows of paper measured, paper's circuit, our circuit."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

from ..errors import UsageError
from .bench import Bench
from .case import Case, Value
from .task import Outcome, Task

__all__ = ["Arm", "Experiment", "Row", "RowPlan", "TableExperiment", "build_arm"]

Row: TypeAlias = dict[str, Any]
"""JSON values."""


class Experiment(Protocol):
    """Builds tasks, and reduces their outcomes to rows; evaluation is the runner's."""

    @property
    def name(self) -> str:
        """As on the command line."""
        ...

    def tasks(self) -> list[Task]:
        """Everything that is to be evaluated."""
        ...

    def rows(self, outcomes: Mapping[str, Outcome]) -> list[Row]:
        """The rows of the table.

        Args:
            outcomes: of all tasks, by id.
        """
        ...


@dataclass(frozen=True, slots=True, eq=False)
class Arm:
    """One way of doing it.

    Attributes:
        cases: circuits, such as one for each clone; the figure is their mean.
        facts: what else the row says of it.
        limited_by: why there are no cases.
    """

    cases: tuple[Case, ...] = ()
    facts: Mapping[str, object] = field(default_factory=dict)
    limited_by: str = ""

    def tasks(self, bench: Bench) -> Iterator[Task]:
        """Of all cases under all noise."""
        for case in self.cases:
            yield from case.tasks(bench)
        for variant in bench.variants:
            if not self.misfit(bench, variant):
                for case in self.cases:
                    yield from case.tasks(bench, variant)

    def misfit(self, bench: Bench, variant: str) -> str:
        """Why the circuits cannot run under other noise, such as for a coupler that is dead there; or nothing."""
        try:
            for case in self.cases:
                case.tasks(bench, variant)
        except UsageError as error:
            return str(error)
        return ""

    def row(self, bench: Bench, outcomes: Mapping[str, Outcome]) -> Row:
        """Size, figure of merit, and that under other noise."""
        limited: Row = {"limited_by": self.limited_by} if self.limited_by else {}
        if not self.cases:
            return {**self.facts, **limited}
        sizes = [case.physical.metrics for case in self.cases]
        row: Row = {
            "two_qubit_layers": max(size.two_qubit_layers for size in sizes),
            "two_qubit_gates": max(size.two_qubit_gates for size in sizes),
            "qubits": max(case.physical.num_qubits for case in self.cases),
            **self._figures([case.value(bench, outcomes) for case in self.cases]),
            **self.facts,
            **limited,
        }
        robustness: Row = {}
        for variant in bench.variants:
            reason = self.misfit(bench, variant)
            values = [] if reason else [case.value(bench, outcomes, variant) for case in self.cases]
            robustness[variant] = {"limited_by": reason} if reason else self._figures(values)
        return row | ({"robustness": robustness} if robustness else {})

    def _figures(self, values: list[Value]) -> Row:
        """Mean, and extremes where there are several."""
        name = self.cases[0].figure
        row: Row = {name: sum(one.value for one in values) / len(values)}
        if any(one.error for one in values):
            row[f"{name}_error"] = sum(one.error**2 for one in values) ** 0.5 / len(values)
        if len(values) > 1:
            row |= {
                f"{name}_min": min(one.value for one in values),
                f"{name}_max": max(one.value for one in values),
                "clones_scored": len(values),
            }
        return row


def build_arm(build: Callable[[], Arm]) -> Arm:
    """An arm, or one without cases that says why the device has no room for it."""
    try:
        return build()
    except UsageError as error:
        return Arm(limited_by=str(error))


@dataclass(frozen=True, slots=True, eq=False)
class RowPlan:
    """A row to be.

    Attributes:
        values: what is known before, such as the number of clones and what the paper measured.
        arms: by the row's names for them, such as "paper_circuit".
        parts: rows inside the row.
    """

    values: Mapping[str, object]
    arms: Mapping[str, Arm] = field(default_factory=dict)
    parts: Mapping[str, RowPlan] = field(default_factory=dict)

    def tasks(self, bench: Bench) -> Iterator[Task]:
        """Of all arms and parts."""
        for arm in self.arms.values():
            yield from arm.tasks(bench)
        for part in self.parts.values():
            yield from part.tasks(bench)

    def row(self, bench: Bench, outcomes: Mapping[str, Outcome]) -> Row:
        """The row."""
        arms = {name: arm.row(bench, outcomes) for name, arm in self.arms.items()}
        return {**self.values, **arms, **{name: part.row(bench, outcomes) for name, part in self.parts.items()}}


@dataclass(slots=True, eq=False)
class TableExperiment:
    """An experiment whose rows are planned one by one; circuits are placed when its tasks are first asked for.

    Attributes:
        name: as on the command line.
        bench: the setting.
        plan: makes the plans of the rows.
        finish: adds to a row what follows from it.
    """

    name: str
    bench: Bench
    plan: Callable[[Bench], Iterator[RowPlan]]
    finish: Callable[[Row], Row] = lambda row: row
    _plans: list[RowPlan] | None = None

    @property
    def plans(self) -> list[RowPlan]:
        """Plans of all rows."""
        if self._plans is None:
            self._plans = list(self.plan(self.bench))
        return self._plans

    def tasks(self) -> list[Task]:
        """Everything that is to be evaluated, each task once."""
        found = {task.id: task for plan in self.plans for task in plan.tasks(self.bench)}
        return list(found.values())

    def rows(self, outcomes: Mapping[str, Outcome]) -> list[Row]:
        """The rows of the table."""
        return [self.finish(plan.row(self.bench, outcomes)) for plan in self.plans]
