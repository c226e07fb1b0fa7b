"""`qloak experiment`: the hardware experiment's tables, predicted for its circuits and for ours."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import UsageError
from .experiment_device import placed_on
from .experiment_files import require_drawing, write_report, write_rows
from .experiment_options import (
    EngineOption,
    ExecutorOption,
    OutOption,
    RunOptions,
    SchedulerOption,
    SeedOption,
    ShotsOption,
    WorkersOption,
    YesOption,
    engine_named,
    number_of_shots,
    run_tasks,
)
from .experiment_view import document_lines
from .options import JsonOption, whole_number
from .output import print_json
from .ranges import whole_numbers

if TYPE_CHECKING:
    from ..experiments import Outcome
    from ..experiments.bench import Bench
    from ..experiments.experiment import Experiment
    from ..experiments.report import Setting

__all__ = ["experiment"]

SCHEMA = "qloak.experiment/1"
SET_SCHEMA = "qloak.experiments/1"
_SCALES = (1.25, 1.5, 2.0)


def experiment(
    name: Annotated[str, typer.Argument(metavar="NAME", help="An experiment, all, or list.")],
    *,
    clones: Annotated[
        str | None, typer.Option("--clones", metavar="RANGE", help="Rows for these n, such as 2-15 or 2,4.")
    ] = None,
    levels: Annotated[
        str | None, typer.Option("--levels", metavar="RANGE", help="Rows of iterated cloning, such as 0-3.")
    ] = None,
    size: Annotated[
        str | None, typer.Option("--size", metavar="RANGE", help="Rows of GHZ states, such as 1-15.")
    ] = None,
    device: Annotated[
        str,
        typer.Option("--device", metavar="NAME", help="A calibration, its file (.json), fake:NAME or ibm:NAME."),
    ] = "kingston",
    calibration: Annotated[
        str | None,
        typer.Option("--calibration", metavar="NAME", help="By which to place circuits on a processor ibm:NAME."),
    ] = None,
    engine: EngineOption = "exact",
    shots: ShotsOption = "10000",
    seed: SeedOption = "0",
    seeds: Annotated[
        str, typer.Option("--seeds", metavar="K", help="Transpiler seeds to try for the paper's circuits.")
    ] = "10",
    robustness: Annotated[
        bool, typer.Option("--robustness", help="Score circuits under more noise and other calibrations too.")
    ] = False,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Place all circuits anew.")] = False,
    out: OutOption = None,
    executor: ExecutorOption = None,
    workers: WorkersOption = None,
    scheduler: SchedulerOption = None,
    yes: YesOption = False,
    json: JsonOption = False,
) -> None:
    """Predict the hardware experiment's tables: measured, its own circuits, ours, under the same noise.

    Exact by default, by the calibration; other engines sample. With --out the results are kept and a run that was
    stopped goes on where it was; placed circuits are kept in the user's cache either way. Of all experiments, --out
    gets figures and a report, too.
    """
    if name == "list":
        _list(as_json=json)
        return
    wanted = _Wanted(clones, levels, size)
    where, processor = placed_on(device, calibration, engine_named(engine))
    if robustness and engine != "exact":
        raise UsageError.of("--robustness", engine, "the engine exact")
    options = RunOptions(out, executor, workers, scheduler, device=processor, yes=yes)
    if name == "all" and out is not None:
        require_drawing()
    from ..experiments.bench import Bench

    with _reports() as report:
        bench = Bench(
            where,
            engine,
            number_of_shots(shots),
            whole_number("--seed", seed),
            processor=processor,
            transpiler_seeds=whole_number("--seeds", seeds),
            scales=_SCALES if robustness else (),
            compared=Bench.comparable(where) if robustness else (),
            report=report,
            **({} if no_cache else _caches()),
        )
        chosen = wanted.all_of(bench) if name == "all" else [wanted.one(name, bench)]
        tasks = [task for each in chosen for task in each.tasks()]
    outcomes = run_tasks(tasks, options, about="evaluating circuits")
    documents = [_document(each, bench, outcomes) for each in chosen]
    if out is not None:
        write_rows(out, documents)
        if name == "all" and documents:
            given = {"clones": clones, "levels": levels, "size": size, "device": device, "calibration": calibration}
            given |= {"engine": engine, "shots": shots, "seed": seed, "seeds": seeds, "out": str(out)}
            write_report(out, documents, _setting(bench, given, robustness=robustness))
    if json:
        print_json(documents[0] if name != "all" else {"schema": SET_SCHEMA, "experiments": documents})
        return
    for document in documents:
        for line in document_lines(document):
            print(line)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """Which rows the user asks for, as text."""

    clones: str | None
    levels: str | None
    size: str | None

    def values(self) -> dict[str, tuple[int, ...]]:
        """By the name of the option."""
        given = {"clones": self.clones, "levels": self.levels, "size": self.size}
        return {by: whole_numbers(f"--{by}", text) for by, text in given.items() if text is not None}

    def one(self, name: str, bench: Bench) -> Experiment:
        """One experiment."""
        from ..experiments.catalogue import build

        values = self.values()
        if len(values) > 1:
            raise UsageError.of("--" + next(iter(values)), name, "one kind of rows for one experiment")
        for by, numbers in values.items():
            return build(name, bench, by=by, values=numbers)
        return build(name, bench)

    def all_of(self, bench: Bench) -> list[Experiment]:
        """All that the engine can do, each with the rows of its kind that it takes."""
        from ..experiments.catalogue import CATALOGUE, build

        values = self.values()
        found = []
        for name, entry in CATALOGUE.items():
            low, high = entry.span
            fitting = [value for value in values.get(entry.by, entry.default) if low <= value <= high]
            if fitting and (bench.is_exact or not entry.exact_only):
                found.append(build(name, bench, by=entry.by, values=fitting))
        return found


def _list(*, as_json: bool) -> None:
    from ..experiments.catalogue import CATALOGUE

    if as_json:
        entries = [{"name": name, "summary": each.summary, "by": each.by} for name, each in CATALOGUE.items()]
        print_json({"schema": "qloak.experiment-list/1", "experiments": entries})
        return
    for name, each in CATALOGUE.items():
        print(f"{name:<16} --{each.by:<7} {each.summary}")


def _caches() -> dict[str, Any]:
    """Where placed circuits are kept."""
    from ..compile.cache import PlacementCache
    from ..experiments.store import CircuitStore

    store = CircuitStore.default(lambda text: print(f"qloak: {text}", file=sys.stderr))
    return {"store": store, "placements": PlacementCache.default()}


def _setting(bench: Bench, given: Mapping[str, str | None], *, robustness: bool) -> Setting:
    """What the report says of how to repeat it: every option on which numbers depend."""
    from ..experiments.report import Setting

    words = [word for name, value in given.items() if value is not None for word in (f"--{name}", value)]
    command = shlex.join(["qloak", "experiment", "all", *words, *(["--robustness"] if robustness else [])])
    return Setting(command, bench.shots, bench.seed, bench.transpiler_seeds)


def _document(experiment: Experiment, bench: Bench, outcomes: Mapping[str, Outcome]) -> dict[str, Any]:
    from ..experiments.deviation import deviations

    rows = experiment.rows(outcomes)
    return {
        "schema": SCHEMA,
        "experiment": experiment.name,
        "device": bench.where,
        "snapshot": bench.device.snapshot,
        "engine": bench.engine,
        "rows": rows,
        "deviations": deviations(rows),
    }


@contextmanager
def _reports() -> Iterator[Callable[[str], None]]:
    """What is being placed, on one line of stderr where that is a terminal."""
    from rich.console import Console

    console = Console(stderr=True)
    if not console.is_terminal:
        yield lambda _: None
        return
    with console.status("placing circuits") as status:
        yield lambda text: status.update(f"placing circuits: {text}")
