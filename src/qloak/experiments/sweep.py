"""Any quantity over a grid of settings: the channel, or any experiment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ..errors import UnknownNameError, UsageError
from ..noise import load_device
from .bench import Bench
from .catalogue import CATALOGUE, build
from .channel_sweep import CHANNEL_AXES, ChannelSweep, DeviceOf
from .experiment import Experiment, Row
from .grid import Axes, Grid
from .noisy import scaled_device
from .task import Outcome, Scalar, Task

__all__ = ["CHANNEL", "ExperimentSweep", "axes_of", "build_sweep"]

CHANNEL = "channel"

_OWN_NOISE = ("exact", "stim")
"""Engines whose circuits carry their noise, so that it can be scaled."""


@dataclass(slots=True, eq=False)
class ExperimentSweep:
    """An experiment of the catalogue under several settings.

    Circuits are placed anew for each of them: a device, or a noise, gets the circuits that suit it.

    Attributes:
        name: of the experiment.
        grid: the points; `clones`, `levels` or `size` are the rows of the experiment.
        bench: settings that do not vary.
        device_of: what the names of devices stand for.
    """

    name: str
    grid: Grid
    bench: Bench
    device_of: DeviceOf = load_device
    _cells: list[tuple[dict[str, Scalar], Experiment]] = field(default_factory=list)

    def tasks(self) -> list[Task]:
        """Of the experiment under all settings."""
        return [task for _, experiment in self._planned() for task in experiment.tasks()]

    def rows(self, outcomes: Mapping[str, Outcome]) -> list[Row]:
        """Rows of the experiment, each behind its settings."""
        return [{**cell, **row} for cell, experiment in self._planned() for row in experiment.rows(outcomes)]

    def _planned(self) -> list[tuple[dict[str, Scalar], Experiment]]:
        if not self._cells:
            by = CATALOGUE[self.name].by
            settings = Grid({name: values for name, values in self.grid.axes.items() if name != by})
            chosen = [int(value) for value in self.grid.axes[by]] if by in self.grid.axes else None
            for cell in settings:
                self._cells.append((cell, build(self.name, self._bench(cell), by=by, values=chosen)))
        return self._cells

    def _bench(self, cell: Mapping[str, Scalar]) -> Bench:
        device = self.device_of(str(cell["device"])) if "device" in cell else self.bench.device
        scale = float(cell.get("noise_scale", 1.0))
        if scale <= 0:
            raise UsageError.of("noise_scale", scale, "a factor above 0")
        if scale != 1:
            if self.bench.engine not in _OWN_NOISE:
                raise UsageError.of("noise_scale", scale, f"one of the engines {', '.join(_OWN_NOISE)}")
            device = scaled_device(device, scale)
        seeds = int(cell.get("transpiler_seeds", self.bench.transpiler_seeds))
        return replace(self.bench, device=device, transpiler_seeds=seeds)


def axes_of(experiment: str) -> Axes:
    """The settings that a sweep can vary.

    Raises:
        UnknownNameError: for an experiment that does not exist.
    """
    if experiment == CHANNEL:
        return CHANNEL_AXES
    if experiment not in CATALOGUE:
        raise UnknownNameError.of("experiment", experiment, f"one of {', '.join((CHANNEL, *CATALOGUE))}")
    return {CATALOGUE[experiment].by: "whole", "device": "name", "noise_scale": "number", "transpiler_seeds": "whole"}


def build_sweep(experiment: str, grid: Grid, bench: Bench, *, device_of: DeviceOf = load_device) -> Experiment:
    """A sweep, which is an experiment itself.

    Args:
        experiment: "channel", or a name of the catalogue.
        grid: the points, with settings of `axes_of`.
        bench: engine, shots, seed, and for experiments everything else that does not vary.
        device_of: what the names of devices stand for.

    Raises:
        UnknownNameError: for an experiment that does not exist.
    """
    if experiment == CHANNEL:
        return ChannelSweep(grid, bench.engine, bench.shots, bench.seed, device_of)
    axes_of(experiment)
    return ExperimentSweep(experiment, grid, bench, device_of)
