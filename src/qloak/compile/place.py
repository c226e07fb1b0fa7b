"""From a device graph and a number of clones to the encoder that serves them best."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from ..errors import UsageError
from .effort import Effort
from .embedding import Embeddings
from .encoder import Encoder
from .filling import Filler
from .graph import DeviceGraph
from .objective import Objective
from .refine import refine
from .search import TreeSearch
from .unit import SHAPES, load_units
from .verify import verify_encoder

__all__ = ["Placement", "place"]

_ROOM = 1.3
_RELIABLE = ((0.01, 0.04), (0.03, 0.1), (0.1, 0.2))
"""Largest errors of couplers and records to be content with, in turn."""
_SEARCH_SHARE = 0.7
_MAX_CLONES = 401


@dataclass(frozen=True, slots=True, eq=False)
class Placement:
    """An encoder on a device, and how it was found.

    Attributes:
        encoder: verified; its clones in order of fidelity, the best first.
        num_clones: how many of the encoder's clones are used: all of them, or, for an even number, all but the
            last, which the owner keeps or discards.
        fidelities: exact entanglement fidelity of each clone by physical qubit, measured decryption.
        layers: two-qubit layers, with the decryption of whichever used clone needs most.
        tried: complete trees that were compared.
        seconds: that the search took.
        timed_out: whether the time budget ended it; then the same seed may give another placement.
    """

    encoder: Encoder
    num_clones: int
    fidelities: Mapping[int, float]
    layers: int
    tried: int
    seconds: float
    timed_out: bool

    @property
    def used_clones(self) -> tuple[int, ...]:
        """Physical qubits of the clones that are used."""
        return self.encoder.clones[: self.num_clones]


def place(  # noqa: PLR0913 - one keyword for each choice
    graph: DeviceGraph,
    num_clones: int,
    *,
    objective: Objective | None = None,
    seed: int = 0,
    effort: Effort | None = None,
    progress: Callable[[float], None] | None = None,
) -> Placement:
    """The best encoder that a search finds for a number of clones.

    An even number n takes n key qubits and n + 1 clones, of which the worst is left out; an odd number n takes
    n - 1 key qubits. Trees of units are grown and annealed on first-order estimates, then changed a little
    further on exact fidelities. Where nearly all qubits are needed, a known tree that fills the graph is the
    start, or else, if none could be grown, one that constraint programming finds. The same seed gives the same
    placement unless the effort has a time budget.

    Args:
        graph: where to place it.
        num_clones: at least 2.
        objective: default: mean fidelity.
        seed: of the random choices.
        effort: default: `Effort.normal`.
        progress: told the part of the work that is done, from 0 to 1.

    Raises:
        UsageError: if the clones do not fit, saying how many would.
        MissingExtraError: without OR-tools, where it would be needed to decide whether they fit.
        IntegrityError: if the encoder found is wrong, which is a fault of the compiler.
    """
    started = time.monotonic()
    if not 2 <= num_clones <= _MAX_CLONES:
        raise UsageError.of("clones", num_clones, f"2 to {_MAX_CLONES}")
    if seed < 0:
        raise UsageError.of("seed", seed, "at least 0")
    num_units, goal = num_clones // 2, objective or Objective()
    graph.require(4 * num_units + 2, f"{num_clones} clones")
    effort = effort or Effort.normal(num_units)
    report = progress or _ignore
    embeddings = Embeddings(_region(graph, 4 * num_units + 2), load_units(*SHAPES))
    filler = Filler(embeddings, num_units, seed=seed)
    tried = most = 0
    for max_layers in goal.limits(num_units):
        search = TreeSearch(embeddings, num_clones, goal, max_layers=max_layers, seed=seed)
        share = None if effort.seconds is None else _SEARCH_SHARE * effort.seconds
        parted = replace(effort, seconds=share)
        found = filler.run(search, parted, progress=lambda part: report(_SEARCH_SHARE * part))
        tried, most = tried + search.tried, max(most, search.most)
        if found or filler.has_decided:
            break
    if not found:
        raise _does_not_fit(embeddings.graph, num_clones, max_layers, most)
    deadline = math.inf if effort.seconds is None else started + effort.seconds
    best = refine(search, graph, found, effort.exact_moves, deadline=deadline)
    encoder = best.tree.to_encoder(best.fidelities)
    verify_encoder(encoder, graph)
    report(1.0)
    return Placement(
        encoder=encoder,
        num_clones=num_clones,
        fidelities=MappingProxyType(best.fidelities),
        layers=best.tree.layers(encoder.clones[:num_clones]),
        tried=tried,
        seconds=time.monotonic() - started,
        timed_out=time.monotonic() > deadline or search.timed_out,
    )


def _ignore(part: float) -> None:
    """Report to nobody."""


def _region(graph: DeviceGraph, needed: int) -> DeviceGraph:
    """The most reliable connected part of a graph that leaves room to choose in, thinned where it is dense."""
    for limits in _RELIABLE:
        region = graph.reliable(max_two_qubit_error=limits[0], max_readout_error=limits[1]).largest_piece().thinned()
        if region.pieces and len(region.pieces[0]) >= _ROOM * needed:
            return region
    return graph.largest_piece().thinned()


def _does_not_fit(region: DeviceGraph, num_clones: int, max_layers: int, most: int) -> UsageError:
    """The error of a search that found nothing: what was tried, what fits."""
    fits = f"{2 * most + 1} clones fit." if most else "Not even one unit fits."
    hint = (
        f"Trees of {num_clones // 2} units were grown at random on {len(region.pieces[0])} connected qubits of "
        f"{region.name}, from every source in up to {max_layers} layers, and none was completed. {fits}"
    )
    return UsageError.of("clones", num_clones, "a number of clones that fits", hint)
