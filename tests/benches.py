"""Experiments' settings that tests share: one device, few transpiler seeds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from qloak.compile.cache import PlacementCache
from qloak.experiments.bench import Bench
from qloak.experiments.experiment import Experiment, Row
from qloak.experiments.runner import Runner
from qloak.experiments.store import CircuitStore
from tests.encoders import KINGSTON

__all__ = ["bench", "rows_of"]


def bench(engine: str = "exact", *, cache: Path | None = None, **more: Any) -> Bench:
    """On Kingston, one transpiler seed.

    Args:
        engine: its name.
        cache: where placed circuits are kept, so that tests place each once.
        more: what else `Bench` takes.
    """
    if cache is not None:
        more = {"store": CircuitStore(cache / "circuits"), "placements": PlacementCache(cache / "placements"), **more}
    return Bench(KINGSTON.device, engine, **{"transpiler_seeds": 1, **more})


def rows_of(experiment: Experiment) -> list[Row]:
    """Evaluated here and now."""
    return experiment.rows(Runner().run(experiment.tasks()))
