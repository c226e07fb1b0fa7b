"""Decoding by a few gates between key and clone before the key is measured.

A readout costs about as much as four gates. Where key qubits carry the same part of an operator, or lie next
to the clone, a gate saves a readout. Gates are chosen one by one for the fidelity of what they leave to be
measured, which is exact and cheap to compute; with none of them this is decoding by measurement.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from ..errors import UsageError
from .encoder import Encoder, PauliGate, layers_of
from .graph import DeviceGraph
from .lower import Lowering
from .noise_table import NoiseTable, noise_table
from .operators import CloneOperators, clone_operators
from .readout import Readout, last_letters, readout_of
from .roundtrip import encoder_lowering, measured_roundtrip
from .trip_noise import estimate

__all__ = ["mixed_readout"]

_MAX_ADDED_LAYERS = 1
_WIDTH = 2
"""Alternatives kept at every step."""
_HOPELESS = 0.01
"""The search ends when the best alternative is worse than the best found by this much fidelity."""
_LETTER_PAIRS = tuple(a + b for a in "XYZ" for b in "XYZ")


@dataclass(frozen=True, slots=True, eq=False)
class _Option:
    """Gates, what they leave of the operators, how that is read, and the fidelity."""

    gates: tuple[PauliGate, ...]
    operators: CloneOperators
    readout: Readout
    fidelity: float


def mixed_readout(encoder: Encoder, clone: int, graph: DeviceGraph, *, max_layers: int | None = None) -> Readout:
    """The best readout found with gates between key and clone in front of it.

    Args:
        encoder: the encoder.
        clone: physical qubit of the clone.
        graph: couplers, and the device whose noise decides.
        max_layers: most two-qubit layers of encoder and decoder together; default one more than the encoder
            has, or what measuring alone takes.

    Raises:
        UsageError: if the clone cannot be read on the couplers of the graph.
    """
    search = _Search(encoder, graph, noise_table(graph.device), encoder_lowering(encoder))
    start = search.option((), clone_operators(encoder)[clone])
    least = max(layers_of([*encoder.gates, *start.readout.gates]))
    limit = max(least, encoder.two_qubit_layers + _MAX_ADDED_LAYERS) if max_layers is None else max_layers
    best, kept = start, [start]
    for _ in range(2 * len(encoder.key)):
        kept = sorted(search.further(kept, limit), key=lambda option: -option.fidelity)[:_WIDTH]
        if not kept or kept[0].fidelity < best.fidelity - _HOPELESS:
            break
        best = max(best, kept[0], key=lambda option: option.fidelity)
    return best.readout


@dataclass(frozen=True, slots=True, eq=False)
class _Search:
    """What stays the same during a search."""

    encoder: Encoder
    graph: DeviceGraph
    table: NoiseTable
    lowered: Lowering

    def option(self, gates: tuple[PauliGate, ...], operators: CloneOperators) -> _Option:
        """An option with its fidelity."""
        readout = readout_of(operators, self.graph, last_letters([*self.encoder.gates, *gates]))
        readout = replace(readout, gates=(*gates, *readout.gates))
        trip = measured_roundtrip(self.encoder, readout, self.lowered, signs=False)
        return _Option(gates, operators, readout, estimate(trip, self.table).p_i)

    def further(self, options: list[_Option], limit: int) -> Iterator[_Option]:
        """All different options with one gate more, within a number of layers."""
        seen = set()
        for option in options:
            for gate in self._gates(option.operators):
                operators = option.operators.after(gate)
                key = (frozenset(operators.x_key.items()), frozenset(operators.z_key.items()))
                readable = len({operators.x_letter, operators.z_letter, "I"}) == 3
                if key not in seen and readable:
                    seen.add(key)
                    try:
                        found = self.option((*option.gates, gate), operators)
                    except UsageError:
                        continue  # its conflicts are not in coupled pairs
                    if max(layers_of([*self.encoder.gates, *found.readout.gates])) <= limit:
                        yield found

    def _gates(self, operators: CloneOperators) -> Iterator[PauliGate]:
        """Gates on couplers between key qubits and clone of which one at least matters."""
        inside = {operators.clone, *self.encoder.key}
        support = {operators.clone, *operators.key_qubits}
        for a in sorted(support):
            for b in self.graph.neighbors[a]:
                if b in inside and not (b in support and b < a):
                    yield from (PauliGate(a, b, letters) for letters in _LETTER_PAIRS)
