"""Encoders that leave the key untouched: it is prepared first and never meets what depends on the input.

This is encrypted cloning as the papers describe it: whoever keeps the key can take it away before there is anything
to encrypt. It costs layers, for the input has to find its way through all signals; see docs/theory/key-untouched.md.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from random import Random
from types import MappingProxyType
from typing import Self

from ..errors import UsageError
from .encoder import Encoder
from .estimate import clone_fidelities
from .graph import DeviceGraph
from .operators import clone_operators
from .untouched_arms import PREPARATION_LAYERS, Arms
from .untouched_check import check_key_untouched, strict_layers
from .untouched_search import UntouchedSearch, UntouchedSettings
from .verify import verify_encoder

__all__ = ["UntouchedResult", "compile_untouched"]


@dataclass(frozen=True, slots=True, eq=False)
class UntouchedResult:
    """An encoder that leaves the key untouched.

    Attributes:
        encoder: verified; its clones in order of fidelity, the best first, of which the first `num_clones` count.
        num_clones: clones that count.
        causal_layers: two-qubit layers, decryption included, every gate as early as its qubits allow. No gate on
            the key depends on the input, so the key can be set aside first all the same.
        strict_layers: the same with a barrier: the source meets nothing but the reference before the key is done.
        num_gates: two-qubit gates, the decryption of the clone that needs most included.
        fidelities: physical qubit of each clone -> predicted entanglement fidelity.
        tried: encoders whose fidelities were computed.
        timed_out: whether the time budget ended the search.
    """

    encoder: Encoder
    num_clones: int
    causal_layers: int
    strict_layers: int
    num_gates: int
    fidelities: Mapping[int, float]
    tried: int
    timed_out: bool

    @classmethod
    def of(cls, encoder: Encoder, graph: DeviceGraph, num_clones: int, *, tried: int, timed_out: bool) -> Self:
        """Verify an encoder and work out its figures.

        Raises:
            IntegrityError: if the encoder does not have one of the properties that it must have.
        """
        found = clone_fidelities(encoder, graph.device)
        fidelities = dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))
        encoder = replace(encoder, clones=tuple(fidelities))
        verify_encoder(encoder, graph)
        check_key_untouched(encoder)
        operators = clone_operators(encoder)
        pairs = max(len(operators[clone].conflicts) // 2 for clone in encoder.clones[:num_clones])
        # Where both operators of a clone need both qubits of a pump, they are parted by a gate after the third layer.
        after_key = PREPARATION_LAYERS + 1 if pairs else 0
        return cls(
            encoder,
            num_clones,
            causal_layers=max(encoder.two_qubit_layers, after_key),
            strict_layers=max(strict_layers(encoder), after_key),
            num_gates=len(encoder.gates) + pairs,
            fidelities=MappingProxyType(fidelities),
            tried=tried,
            timed_out=timed_out,
        )

    @property
    def mean_fidelity(self) -> float:
        """Mean over the clones that count."""
        return sum(self._counting) / self.num_clones

    @property
    def worst_fidelity(self) -> float:
        """Of the clones that count."""
        return min(self._counting)

    @property
    def _counting(self) -> list[float]:
        return list(self.fidelities.values())[: self.num_clones]


def compile_untouched(
    graph: DeviceGraph,
    num_clones: int,
    *,
    seed: int = 0,
    settings: UntouchedSettings | None = None,
    progress: Callable[[float], None] | None = None,
) -> UntouchedResult:
    """Find an encoder that leaves the key untouched, in the fewest layers that its kind allows.

    Its kind: a path of signals with the source inside, two gates on every coupler that the input passes, key
    qubits hanging off the path. Of all encoders with the fewest layers, with and without the barrier, one with
    good fidelities is searched for.

    Args:
        graph: where to put it.
        num_clones: 2 or more; an even number from 4 on is served by the next odd one.
        seed: of all random choices.
        settings: what to search for, and how long; default the best mean fidelity in a few seconds.
        progress: told the part of the work that is done, from 0 to 1.

    Raises:
        UsageError: for fewer than 2 clones, or more than fit.
    """
    arms = Arms.for_clones(num_clones)
    graph.require(arms.num_qubits, f"{num_clones} clones and an untouched key")
    chosen = settings or UntouchedSettings.normal(num_clones)
    search = UntouchedSearch(graph, num_clones, arms, chosen, Random(seed))
    found = search.run(progress)
    if found is None:
        raise _no_room(graph, num_clones)
    return UntouchedResult.of(found.to_encoder(), graph, num_clones, tried=search.tried, timed_out=search.timed_out)


def _no_room(graph: DeviceGraph, num_clones: int) -> UsageError:
    """The error that says how many clones would fit."""
    quick = UntouchedSettings(draws=1, moves=1)
    for number in range(num_clones - 1, 1, -1):
        if UntouchedSearch(graph, number, Arms.for_clones(number), quick, Random(0)).run() is not None:
            break
    else:
        number = 0
    hint = f"{number} clones would fit." if number else "Not even 2 clones would fit."
    expected = f"room for a path of {Arms.for_clones(num_clones).num_sites} qubits with the key beside it"
    return UsageError.of("device", graph.name, expected, hint)
