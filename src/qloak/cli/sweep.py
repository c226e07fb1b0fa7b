"""`qloak sweep`: the channel or an experiment over a grid of settings."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import UsageError
from .experiment_options import (
    ExecutorOption,
    OutOption,
    RunOptions,
    SchedulerOption,
    WorkersOption,
    engine_named,
    number_of_shots,
    run_tasks,
)
from .files import about, read_bytes, write_bytes
from .options import JsonOption, whole_number
from .output import print_json
from .progress import reporting

if TYPE_CHECKING:
    from ..experiments.bench import Bench
    from ..experiments.grid import Grid, Request

__all__ = ["sweep"]

SCHEMA = "qloak.sweep/1"
_MAX_BYTES = 1_000_000
_SHOWN = 200
_COLUMNS = {"two_qubit_layers", "two_qubit_gates", "fidelity", "chsh", *"01IXYZ"}


def sweep(
    file: Annotated[
        Path | None, typer.Argument(metavar="[FILE]", help="A TOML file that says what to vary; options come first.")
    ] = None,
    *,
    experiment: Annotated[
        str | None, typer.Option("--experiment", metavar="NAME", help="channel, or one of `qloak experiment list`.")
    ] = None,
    grid: Annotated[
        list[str] | None,
        typer.Option("--grid", metavar="NAME=VALUES", help="Values of one setting, such as clones=2-6; repeatable."),
    ] = None,
    engine: Annotated[
        str | None, typer.Option("--engine", metavar="ENGINE", help="exact (default), stim, aer or aer-mps.")
    ] = None,
    shots: Annotated[
        str | None, typer.Option("--shots", metavar="N", help="Shots of each circuit that is sampled; default 10000.")
    ] = None,
    seed: Annotated[str | None, typer.Option("--seed", metavar="SEED", help="Seed of the sampling; default 0.")] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say how many points and tasks there are, and stop.")
    ] = False,
    table: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="Write the rows to a CSV file too.")
    ] = None,
    out: OutOption = None,
    executor: ExecutorOption = None,
    workers: WorkersOption = None,
    scheduler: SchedulerOption = None,
    json: JsonOption = False,
) -> None:
    """Evaluate encrypt, store, recover, or an experiment, at all combinations of some settings.

    With --out every outcome is kept as soon as it is there; the same command again does what is missing.
    """
    from ..experiments.sweep import build_sweep

    wanted = _request(file, experiment, grid or [])
    name = wanted.experiment or "channel"
    points = _grid(wanted, name)
    with reporting("preparing circuits") as report:
        bench = replace(_bench(wanted, engine, shots, seed), report=report)
        planned = build_sweep(name, points, bench, device_of=_device)
        tasks = planned.tasks()
    head = {"schema": SCHEMA, "experiment": name, "engine": bench.engine, "points": len(points), "tasks": len(tasks)}
    if dry_run:
        _dry(head, as_json=json)
        return
    options = RunOptions(out, executor, workers, scheduler)
    rows = planned.rows(run_tasks(tasks, options, about=f"sweep of {name}"))
    if table is not None:
        from ..experiments.row_text import csv_of

        write_bytes("--csv", table, csv_of(rows).encode())
    if json:
        print_json(head | {"rows": rows})
        return
    sys.stdout.write(_table(rows[:_SHOWN]))
    if len(rows) > _SHOWN:
        print(f"… {len(rows) - _SHOWN} more rows; --csv FILE or --json has them all")


def _request(file: Path | None, experiment: str | None, options: Sequence[str]) -> Request:
    """What the file and the options ask for together; options win."""
    from ..experiments.grid import Request

    wanted = Request({})
    if file is not None:
        with about(str(file)):
            wanted = Request.from_toml(read_bytes("FILE", file, max_bytes=_MAX_BYTES))
    given: dict[str, object] = {}
    for text in options:
        name, equals, values = text.partition("=")
        name = name.strip()
        if not (equals and name and values.strip()):
            raise UsageError.of("--grid", text, "NAME=VALUES, such as clones=2-6")
        if name in given:
            raise UsageError.of("--grid", name, "each setting once, its values with commas between them")
        given[name] = values
    return replace(wanted, experiment=experiment or wanted.experiment, grid={**wanted.grid, **given})


def _grid(wanted: Request, name: str) -> Grid:
    from ..experiments.grid import Grid
    from ..experiments.sweep import axes_of

    known = axes_of(name)
    if not wanted.grid:
        raise UsageError(f"--grid: got nothing to vary, expected settings among {', '.join(known)}.")
    return Grid.of(wanted.grid, known)


def _bench(wanted: Request, engine: str | None, shots: str | None, seed: str | None) -> Bench:
    """Everything that does not vary."""
    from ..compile.cache import PlacementCache
    from ..experiments.bench import Bench
    from ..experiments.store import CircuitStore
    from ..noise import load_device

    return Bench(
        load_device("kingston"),
        engine_named(engine or wanted.engine or "exact"),
        _either(None if shots is None else number_of_shots(shots), wanted.shots, 10_000),
        _either(None if seed is None else whole_number("--seed", seed), wanted.seed, 0),
        store=CircuitStore.default(lambda text: print(f"qloak: {text}", file=sys.stderr)),
        placements=PlacementCache.default(),
    )


def _either(*values: int | None) -> int:
    """The first value that is given."""
    return next(value for value in values if value is not None)


def _device(text: str) -> Any:  # noqa: ANN401 - a Device, whose import takes a while
    from .device import resolve_device

    return resolve_device("device", text)


def _dry(head: Mapping[str, object], *, as_json: bool) -> None:
    if as_json:
        print_json({**head, "rows": []})
        return
    print(f"{head['experiment']}: {head['points']} points, {head['tasks']} tasks, engine {head['engine']}")


def _table(rows: Sequence[Mapping[str, object]]) -> str:
    """Columns wide enough for what is in them; of what is inside a row, sizes, channels and figures of merit only."""
    from ..experiments.row_text import columns_of, flat

    lines = [flat(row) for row in rows]
    names = [name for name in columns_of(lines) if "." not in name or name.rpartition(".")[2] in _COLUMNS]
    cells = [names, *([_cell(row.get(name)) for name in names] for row in lines)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(names))]
    return "".join("  ".join(f"{c:>{w}}" for c, w in zip(line, widths, strict=True)) + "\n" for line in cells)


def _cell(value: object) -> str:
    return f"{value:.6g}" if isinstance(value, float) else "" if value is None else str(value)
