"""Which experiment is wanted: a name of the catalogue or a sweep, checked before anything is started."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any, Final, Self

from ...errors import LimitError, UnknownNameError, UsageError

if TYPE_CHECKING:
    from ...experiments.grid import Grid

__all__ = ["ENGINES", "MAX_POINTS", "MAX_SHOTS", "JobRequest", "catalogue_document"]

ENGINES: Final = ("exact", "stim", "aer")
MAX_POINTS: Final = 400
MAX_SHOTS: Final = 200_000
_MAX_CLONES: Final = 100
_MAX_SEEDS: Final = 20
_DEVICE: Final = "kingston"


@dataclass(frozen=True, slots=True)
class JobRequest:
    """An experiment and its setting.

    Attributes:
        experiment: "channel", or a name of the catalogue.
        grid: setting -> value, list of values, or text such as "2-15"; none for the experiment's own rows.
        device: a calibration that ships; None for kingston, and for a channel without a device.
        engine: one of ENGINES.
        shots: of each circuit that is sampled.
        seed: of the sampling.
        transpiler_seeds: tried for each of the paper's circuits.
    """

    experiment: str
    grid: Mapping[str, Any] = field(default_factory=dict)
    device: str | None = None
    engine: str = "exact"
    shots: int = 10_000
    seed: int = 0
    transpiler_seeds: int = 5

    def __post_init__(self) -> None:
        """Check everything that can be checked without computing."""
        from ...noise import load_device

        if self.engine not in ENGINES:
            raise UsageError.of("engine", self.engine, f"one of {', '.join(ENGINES)}")
        for name, low, high in (("shots", 1, MAX_SHOTS), ("seed", 0, 2**31), ("transpiler_seeds", 1, _MAX_SEEDS)):
            value = getattr(self, name)
            if type(value) is not int or not low <= value <= high:
                raise UsageError.of(name, value, f"a whole number from {low} to {high}")
        grid = self.points
        for device in {self.device or _DEVICE, *map(str, grid.axes.get("device", ()))}:
            load_device(device)
        if len(grid) > MAX_POINTS:
            raise LimitError.of("grid", f"{len(grid)} points", f"at most {MAX_POINTS} here: qloak sweep takes more")
        if self.experiment == "channel":
            self._check_channel(grid)
        else:
            self._check_rows(grid)

    @property
    def points(self) -> Grid:
        """The grid; one without settings has one point.

        Raises:
            UnknownNameError: for an experiment or a setting that does not exist.
            UsageError: for values that a setting does not take.
        """
        from ...experiments.grid import Grid
        from ...experiments.sweep import CHANNEL, axes_of

        raw = dict(self.grid)
        if self.experiment == CHANNEL and self.device is not None:
            raw.setdefault("device", self.device)
        return Grid.of(raw, axes_of(self.experiment))

    @property
    def where(self) -> str:
        """The device that circuits are placed on where the grid says nothing else."""
        return self.device or _DEVICE

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        return asdict(self)

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """The request that `to_json` wrote."""
        return cls(**values)

    def _check_channel(self, grid: Grid) -> None:
        clones = grid.axes.get("clones")
        if clones is None:
            raise UsageError("grid: got no clones, expected them among the settings, such as clones 2-15.")
        if not all(2 <= int(value) <= _MAX_CLONES for value in clones):
            raise UsageError.of("clones", list(clones), f"values from 2 to {_MAX_CLONES}")

    def _check_rows(self, grid: Grid) -> None:
        from ...experiments.catalogue import CATALOGUE

        entry = CATALOGUE[self.experiment]
        low, high = entry.span
        if not all(low <= int(value) <= high for value in grid.axes.get(entry.by, ())):
            raise UsageError.of(entry.by, list(grid.axes[entry.by]), f"values from {low} to {high}")
        if entry.exact_only and self.engine != "exact":
            raise UsageError.of("engine", self.engine, f"exact, for the experiment {self.experiment}")
        if self.experiment == "published" and self.grid:
            raise UnknownNameError.of("grid", sorted(self.grid)[0], "no settings: its counts are there already")


def catalogue_document() -> dict[str, Any]:
    """What can be asked for, as JSON values."""
    from ...experiments.catalogue import CATALOGUE
    from ...experiments.sweep import CHANNEL, axes_of
    from ...noise import available_devices

    entries: list[dict[str, Any]] = [
        {
            "name": CHANNEL,
            "summary": "the exact channel of encrypt, store, recover over any settings",
            "by": "clones",
            "span": [2, _MAX_CLONES],
            "default": [],
            "engines": list(ENGINES),
            "settings": dict(axes_of(CHANNEL)),
        }
    ]
    for name, each in CATALOGUE.items():
        entries.append(
            {
                "name": name,
                "summary": each.summary,
                "by": each.by,
                "span": list(each.span),
                "default": list(each.default),
                "engines": ["exact"] if each.exact_only else list(ENGINES),
                "settings": {} if name == "published" else dict(axes_of(name)),
            }
        )
    return {
        "experiments": entries,
        "devices": list(available_devices()),
        "limits": {"points": MAX_POINTS, "shots": MAX_SHOTS, "transpiler_seeds": _MAX_SEEDS},
    }
