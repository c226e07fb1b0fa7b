"""One search of the compiler, with the settings of the command line and a progress bar."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..compile import CompiledCircuit, DeviceGraph, Objective

__all__ = ["Search"]


@dataclass(frozen=True, slots=True, eq=False)
class Search:
    """The settings that all circuits of one command share.

    Attributes:
        graph: where to place.
        method: of decryption.
        objective: what to optimise.
        seed: of the search.
        seconds: time budget of each circuit.
        key_untouched: whether the key is prepared first and never meets the data.
        cached: whether known results are taken, and new ones kept.
    """

    graph: DeviceGraph
    method: str
    objective: Objective
    seed: int = 0
    seconds: float | None = None
    key_untouched: bool = False
    cached: bool = True

    def run(self, num_clones: int, clone: str = "S1", *, about: str = "") -> CompiledCircuit:
        """Compile for one number of clones, with a progress bar on stderr where that is a terminal.

        Args:
            num_clones: how many.
            clone: that the circuit decrypts.
            about: what it is part of, for the bar.
        """
        from ..compile import compile_circuit
        from ..compile.cache import PlacementCache

        with _bar(f"{about}searching a place for {num_clones} clones") as progress:
            return compile_circuit(
                num_clones,
                self.graph,
                method=self.method,  # type: ignore[arg-type]
                clone=clone,
                objective=self.objective,
                key_untouched=self.key_untouched,
                seed=self.seed,
                seconds=self.seconds,
                cache=PlacementCache.default() if self.cached else None,
                warn=lambda text: print(f"qloak: {text}", file=sys.stderr),
                progress=progress,
            )


@contextmanager
def _bar(description: str) -> Iterator[Callable[[float], None] | None]:
    """What to tell the part of the work that is done; None where nobody would see it."""
    if not sys.stderr.isatty():
        yield None  # and a tenth of a second is saved on imports
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(description, total=1.0)
        yield lambda part: bar.update(task, completed=part)
