"""Parallel registers: the qubits of a GHZ state, each encrypted and cloned by a group of five qubits of its own."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ..circuits.metrics import CircuitMetrics, circuit_metrics
from ..errors import UsageError
from .embedding import Embeddings
from .graph import DeviceGraph
from .noise_table import noise_table
from .parallel_circuit import ParallelCircuit, parallel_circuit
from .parallel_fidelity import MAX_EXACT, ghz_fidelity
from .parallel_search import Goal, RegisterSearch, best_clone
from .parallel_tree import GroupTree, LinkKind
from .parallel_verify import verify_parallel
from .unit import SHAPES, load_units

__all__ = ["MAX_GROUPS", "ParallelRegister", "place_parallel"]

MAX_GROUPS = MAX_EXACT
_RELIABLE = ((0.01, 0.04), (0.03, 0.1))
_ROOM = 2.4
_STARTS, _MOVES_PER_GROUP, _MOST_MOVES = 40, 6000, 48_000
_COMPARED = 6


@dataclass(frozen=True, slots=True, eq=False)
class ParallelRegister:
    """A register on a device: preparation, encryption, and decryption of one clone of each qubit by measurement.

    Attributes:
        tree: the groups and their links.
        circuit: verified.
        graph: the device.
        fidelity: exact fidelity with the GHZ state of what comes back, under the device's noise, readout of keys
            and clones included.
        tried: trees that were compared.
        seconds: that the search took.
    """

    tree: GroupTree
    circuit: ParallelCircuit
    graph: DeviceGraph
    fidelity: float
    tried: int
    seconds: float

    @property
    def num_groups(self) -> int:
        """Qubits of the GHZ state."""
        return len(self.tree.groups)

    @property
    def metrics(self) -> CircuitMetrics:
        """Size of the circuit, preparation of the GHZ state included; decryption adds no two-qubit gate."""
        return circuit_metrics(self.circuit.to_stim())

    @property
    def device_qubits(self) -> int:
        """Number of qubits that the circuit acts on."""
        return self.tree.used.bit_count()

    def to_json(self) -> dict[str, object]:
        """The register as JSON."""
        metrics = self.metrics
        return {
            "groups": [
                {
                    "source": group.source,
                    "clones": sorted(group.unit.clones),
                    "decrypted": clone,
                    "key": list(group.unit.key),
                    "linked_to": None if group.parent < 0 else group.parent,
                    "via": None if group.via < 0 else group.via,
                }
                for group, clone in zip(self.tree.groups, self.circuit.clones, strict=True)
            ],
            "links": self.tree.links,
            "two_qubit_layers": metrics.two_qubit_layers,
            "two_qubit_gates": metrics.two_qubit_gates,
            "qubits": self.device_qubits,
            "ghz_fidelity": self.fidelity,
            "tried": self.tried,
            "seconds": self.seconds,
        }


def place_parallel(  # noqa: PLR0913 - one keyword for each choice
    graph: DeviceGraph,
    num_groups: int,
    *,
    links: LinkKind = "measured",
    goal: Goal = "fidelity",
    seed: int = 0,
    seconds: float | None = None,
    progress: Callable[[float], None] | None = None,
) -> ParallelRegister:
    """Prepare a GHZ state on a device and encrypt each of its qubits for two clones.

    Args:
        graph: where to place it.
        num_groups: qubits r of the GHZ state, 1 to 16; one qubit is the state |+>.
        links: how sources with a qubit between them are entangled: "measured" takes a record at the end, which
            the owner of the key adds to the corrections, and few layers; "unitary" takes gates only, more of both.
        goal: what to optimise; errors decide between equal numbers of layers or gates.
        seed: the same seed gives the same register unless there is a time budget.
        seconds: time budget of a search; on a tight device there are several.
        progress: told the part of the work that is done, from 0 to 1.

    Raises:
        UsageError: if so many groups do not fit, saying how many did.
        IntegrityError: if the register found is wrong, which is a fault of the compiler.
    """
    started = time.monotonic()
    if not 1 <= num_groups <= MAX_GROUPS:
        raise UsageError.of("parallel", num_groups, f"1 to {MAX_GROUPS} groups")
    if links not in ("measured", "unitary"):
        raise UsageError.of("links", links, "measured or unitary")
    if goal not in ("fidelity", "depth", "gates"):
        raise UsageError.of("objective", goal, "fidelity, depth or gates")
    if seed < 0:
        raise UsageError.of("seed", seed, "at least 0")
    if seconds is not None and not seconds > 0:
        raise UsageError.of("seconds", seconds, "a time budget above 0")
    graph.require(5 * num_groups, f"{num_groups} groups of five")
    moves = min(_MOVES_PER_GROUP * num_groups, _MOST_MOVES)
    tried = most = 0
    for region in _regions(graph, 6 * num_groups):
        embeddings = Embeddings(region, load_units(*SHAPES))
        search = RegisterSearch(embeddings, num_groups, links=links, goal=goal, seed=seed)
        found = search.run(_STARTS, moves, seconds=math.inf if seconds is None else seconds, progress=progress)
        tried, most = tried + search.tried, max(most, search.most)
        if found:
            break
    else:
        hint = f"Groups were placed at random, then rearranged; at most {most} had room."
        raise UsageError.of("parallel", num_groups, "a number of groups that fits", hint)
    compared = found[: _COMPARED if goal == "fidelity" else 1]
    circuits = [_circuit(tree, embeddings, graph) for tree in compared]
    fidelities = [ghz_fidelity(circuit, noise_table(graph.device)) for circuit in circuits]
    best = max(range(len(compared)), key=fidelities.__getitem__)
    verify_parallel(circuits[best], compared[best], graph)
    spent = time.monotonic() - started
    return ParallelRegister(compared[best], circuits[best], graph, fidelities[best], tried, spent)


def _circuit(tree: GroupTree, embeddings: Embeddings, graph: DeviceGraph) -> ParallelCircuit:
    """The circuit that decrypts the best clone of each group."""
    return parallel_circuit(tree, tuple(best_clone(embeddings, group.unit)[1] for group in tree.groups), graph)


def _regions(graph: DeviceGraph, needed: int) -> Iterator[DeviceGraph]:
    """Connected parts of a graph, the most reliable first, that leave room to choose in; last all that works."""
    for two_qubit, readout in _RELIABLE:
        region = graph.reliable(max_two_qubit_error=two_qubit, max_readout_error=readout).largest_piece().thinned()
        if region.pieces and len(region.pieces[0]) >= _ROOM * needed:
            yield region
    yield graph.largest_piece().thinned()
