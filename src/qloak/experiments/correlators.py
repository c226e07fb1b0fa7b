"""Maps of the correlators of the reference with every qubit, before and after a decryption."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product

import stim

from ..core import EncryptedCloning
from ..errors import UsageError
from .arms import our_arm, paper_arm
from .bench import Bench
from .channel_figures import correlators_of
from .experiment import Arm, Row
from .ladders import chain
from .measured import measured_row
from .task import Outcome, Task

__all__ = ["CorrelatorMaps", "noiseless_correlators"]

_MAPS = "correlator_maxima"


def noiseless_correlators(circuit: stim.Circuit, first: int, second: int) -> dict[str, int]:
    """<P Q> of two qubits for all nine pairs of letters, from |0> on all qubits; each is 1, 0 or -1."""
    simulator = stim.TableauSimulator()
    simulator.do(circuit)
    simulator.set_num_qubits(max(simulator.num_qubits, first + 1, second + 1))
    return {
        a + b: simulator.peek_observable_expectation(stim.PauliString({first: a, second: b}))
        for a, b in product("XYZ", repeat=2)
    }


@dataclass(frozen=True, slots=True, eq=False)
class CorrelatorMaps:
    """Rows by `clones`: the nine correlators of the reference with every qubit of the paper's circuit.

    A state's correlators that are 0 without noise stay 0 under any Pauli noise, so that only the decrypted clone
    needs a channel: the others' values are exact. Sampling errors are what a device would show beside that.

    Attributes:
        bench: with the engine "exact".
        sizes: numbers of clones.
    """

    bench: Bench
    sizes: Sequence[int]

    def __post_init__(self) -> None:
        """Check the engine."""
        if not self.bench.is_exact:
            raise UsageError.of("engine", self.bench.engine, "exact for correlator maps")

    @property
    def name(self) -> str:
        """As on the command line."""
        return "correlators"

    def tasks(self) -> list[Task]:
        """The channel of the decrypted clone in both arms."""
        return [task for size in self.sizes for arm in self._arms(size).values() for task in arm.tasks(self.bench)]

    def rows(self, outcomes: Mapping[str, Outcome]) -> list[Row]:
        """The maps: `paper_circuit` and `our_circuit` have one of all qubits before, one after the decryption of S1."""
        rows: list[Row] = []
        for size in self.sizes:
            known = measured_row(_MAPS, clones=size)
            row: Row = {"clones": size, "paper_measured_maximum": None if known is None else known["value"]}
            for name, arm in self._arms(size).items():
                row[name] = self._maps(size, arm, outcomes)
            rows.append(row)
        return rows

    def _arms(self, size: int) -> dict[str, Arm]:
        point = {"clones": size}
        return {
            "paper_circuit": paper_arm(self.bench, self.name, point, partial(chain, size)),
            "our_circuit": our_arm(self.bench, self.name, point, size),
        }

    def _maps(self, size: int, arm: Arm, outcomes: Mapping[str, Outcome]) -> Row:
        if not arm.cases:
            return {"limited_by": arm.limited_by}
        (task,) = arm.cases[0].tasks(self.bench)
        noisy = correlators_of(outcomes[task.id].values)
        before, after = (_map(size, noisy, stages=stages) for stages in (1, 2))
        return {"maximum": max(map(abs, noisy.values())), "before": before, "after": after}


def _map(size: int, noisy: Mapping[str, float], *, stages: int) -> Row:
    """Qubit -> its correlators with the reference; those that are not 0 without noise as they are with it."""
    logical = chain(size)
    circuit = sum(logical.stages[:stages], stim.Circuit())
    names = EncryptedCloning(size).qubits
    found: Row = {}
    for qubit in range(2 * size + 1):
        ideal = noiseless_correlators(circuit, logical.ends[0], qubit)
        found[names.name(qubit)] = {letters: noisy[letters] if value else 0.0 for letters, value in ideal.items()}
    return found
