"""The child that does a job: python -m qloak.service.jobs.work FOLDER.

A job is done in parts, so that its rows can be seen while it runs: each value of the experiment's rows, or a few points
of a sweep. Whatever stops it, the next one goes on behind the last finished part, and within a part behind the last
finished task.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ...errors import LimitError, MissingExtraError, QloakError
from .child import enter_child
from .folder import JobFolder
from .record import Progress
from .request import JobRequest

if TYPE_CHECKING:
    from ...experiments.bench import Bench
    from ...experiments.experiment import Experiment
    from ...experiments.task import Outcome, Task

__all__ = ["main"]

_CHANNELS_IN_A_PART: Final = 8
_REPORT_SECONDS: Final = 0.2


def main(path: str) -> int:
    """Do the job, or what is left of it; the exit code.

    Args:
        path: of its folder.
    """
    folder = JobFolder(Path(path))
    try:
        _work(folder, folder.load().request)
    except QloakError as error:
        folder.save_failure(error.code, str(error))
        return error.exit_code
    except MemoryError:
        folder.save_failure(LimitError.code, "The experiment needs more memory than it may have. Ask for less of it.")
        return 1
    return 0


def _work(folder: JobFolder, request: JobRequest) -> None:
    from ...experiments.runner import Runner

    tell = _Teller(folder)
    bench = _bench(request, tell.doing)
    parts = list(_parts(request, bench))
    known = folder.parts()
    tell(done=len(known), total=len(parts))
    runner = Runner(folder.results)
    for number, part in enumerate(parts):
        if number in known:
            continue
        outcomes = runner.run(part.tasks())
        folder.add_part(number, part.rows(outcomes))
        known[number] = []
        tell(done=len(known), total=len(parts))
    tell.doing("drawing figures")
    folder.save_figures(_figures(request, bench, folder.rows()))
    tell(done=len(parts), total=len(parts))


class _Teller:
    """Writes how far the job is, not too often."""

    def __init__(self, folder: JobFolder) -> None:
        self._folder = folder
        self._progress = Progress()
        self._last = 0.0

    def __call__(self, *, done: int, total: int) -> None:
        self._write(Progress(done, total))

    def doing(self, text: str) -> None:
        """What is being done."""
        if time.monotonic() - self._last > _REPORT_SECONDS:
            self._write(Progress(self._progress.done, self._progress.total, text))

    def _write(self, progress: Progress) -> None:
        self._progress = progress
        self._last = time.monotonic()
        self._folder.save_progress(progress)


def _bench(request: JobRequest, report: Callable[[str], None]) -> Bench:
    from ...compile.cache import PlacementCache
    from ...experiments.bench import Bench
    from ...experiments.store import CircuitStore
    from ...noise import load_device

    return Bench(
        load_device(request.where),
        request.engine,
        request.shots,
        request.seed,
        transpiler_seeds=request.transpiler_seeds,
        store=CircuitStore.default(report),
        placements=PlacementCache.default(),
        report=report,
    )


def _parts(request: JobRequest, bench: Bench) -> Iterator[Experiment]:
    """Experiments whose rows, one after the other, are those of the request."""
    from ...experiments.catalogue import CATALOGUE, build
    from ...experiments.grid import Grid
    from ...experiments.sweep import CHANNEL, build_sweep

    if request.experiment == CHANNEL:
        single = [Grid({name: (value,) for name, value in point.items()}) for point in request.points]
        sweeps = [build_sweep(CHANNEL, grid, bench) for grid in single]
        for first in range(0, len(sweeps), _CHANNELS_IN_A_PART):
            yield _Several(sweeps[first : first + _CHANNELS_IN_A_PART])
        return
    entry = CATALOGUE[request.experiment]
    axes = dict(request.points.axes)
    values = [int(value) for value in axes.pop(entry.by, tuple(entry.default))]
    for cell in Grid(axes):
        for value in values:
            if not cell:
                yield build(request.experiment, bench, by=entry.by, values=[value])
            else:
                point = {name: (each,) for name, each in {**cell, entry.by: value}.items()}
                yield build_sweep(request.experiment, Grid(point), bench)


@dataclass(frozen=True, slots=True, eq=False)
class _Several:
    """Experiments as one."""

    experiments: Sequence[Experiment]

    name = "several"

    def tasks(self) -> list[Task]:
        """Of all of them."""
        return [task for each in self.experiments for task in each.tasks()]

    def rows(self, outcomes: Mapping[str, Outcome]) -> list[dict[str, Any]]:
        """Of all of them."""
        return [row for each in self.experiments for row in each.rows(outcomes)]


def _figures(request: JobRequest, bench: Bench, rows: list[dict[str, Any]]) -> list[tuple[str, bytes]]:
    """Captions and drawings of an experiment of the catalogue; none where they cannot be drawn."""
    from ...experiments.figures import draw_all

    others = set(request.grid) - {"clones", "levels", "size"}
    if request.experiment == "channel" or others:
        return []
    document = {
        "experiment": request.experiment,
        "device": bench.where,
        "snapshot": bench.device.snapshot,
        "engine": bench.engine,
        "rows": rows,
    }
    try:
        return [(each.caption, each.svg) for each in draw_all([document])]
    except MissingExtraError:
        return []


if __name__ == "__main__":
    enter_child()
    raise SystemExit(main(sys.argv[1]))
