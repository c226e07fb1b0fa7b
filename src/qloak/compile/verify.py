"""What every encoder and every circuit must satisfy before it is handed out, checked by ranks over GF(2).

Entropies of parts of a stabilizer state are ranks: S(C) = rank(stabilizers restricted to C) - |C|. From them
follows the mutual information I(R:C) of any part C with the reference R, in bits: 2 means that C determines the
input, 0 that C knows nothing. The checks use stim's tableau and circuits as they are, nothing of what built them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import NoReturn

import numpy as np
import stim

from ..core import PauliTable, gf2
from ..core.types import IntArray
from ..errors import IntegrityError
from .encoder import Encoder
from .graph import DeviceGraph

__all__ = ["verify_encoder"]


def verify_encoder(encoder: Encoder, graph: DeviceGraph) -> None:
    """Check an encoder: couplers, secrecy of key and clones, recovery of every clone.

    Outputs below are all qubits but reference and key; clones are outputs.

    Raises:
        IntegrityError: naming the first property that does not hold.
    """
    for gate in encoder.gates:
        if not graph.couples(*gate.qubits):
            _refuse(f"qubits {gate.a} and {gate.b} are not coupled")
    _check_reference(encoder)
    state = _State(encoder)
    reference, key, outputs = [encoder.reference], list(encoder.key), state.outputs
    if not set(encoder.clones) <= set(outputs):
        _refuse("a clone is not among the outputs")
    if state.entropy(key) != len(key):
        _refuse("the key is not maximally mixed")
    if state.information(key):
        _refuse("the key alone knows something of the input")
    for clone in encoder.clones:
        if state.information([clone, *key]) != 2:
            _refuse(f"clone and key do not determine the input, for the clone on qubit {clone}")
    for output in outputs:
        if state.information([output]):
            _refuse(f"qubit {output} alone knows something of the input")
        if state.information([other for other in outputs if other != output]):
            _refuse(f"the outputs without qubit {output} know something of the input")
    _check_full_weight(state.kept_by(reference + outputs), [*reference, *outputs])


def _check_reference(encoder: Encoder) -> None:
    """The reference takes part in the first gate only, which is the source's first too."""
    touching = [i for i, gate in enumerate(encoder.gates) if encoder.reference in gate.qubits]
    if touching != [0] or encoder.source not in encoder.gates[0].qubits:
        _refuse("the reference is not touched once, first, together with the source")


def _check_full_weight(rows: PauliTable, qubits: list[int]) -> None:
    """Two independent stabilizers on reference and outputs, both everywhere, with different letters everywhere.

    This is uniqueness: such a state is that of every even encrypted cloning scheme of this size, up to local
    Cliffords on the outputs and a unitary of the key.
    """
    if len(rows) != 2:
        _refuse(f"reference and outputs have {len(rows)} independent stabilizers of their own, expected 2")
    first, second = (rows.to_stim(row) for row in range(2))
    for place, qubit in enumerate(qubits):
        if not first[place] or not second[place] or first[place] == second[place]:
            _refuse(f"the two stabilizers of reference and outputs are not different letters on qubit {qubit}")


def _refuse(what: str) -> NoReturn:
    raise IntegrityError(f"encoder: {what}.")


@dataclass(frozen=True, eq=False)
class _State:
    """The encoded state of all qubits that the encoder names."""

    encoder: Encoder

    @cached_property
    def outputs(self) -> list[int]:
        """All qubits but reference and key."""
        kept = {self.encoder.reference, *self.encoder.key}
        return [qubit for qubit in self.encoder.qubits if qubit not in kept]

    @cached_property
    def _place(self) -> dict[int, int]:
        return {qubit: place for place, qubit in enumerate(self.encoder.qubits)}

    @cached_property
    def _stabilizers(self) -> PauliTable:
        simulator = stim.TableauSimulator()
        simulator.set_num_qubits(len(self._place))
        for gate in self.encoder.gates:
            targets = [self._place[qubit] for qubit in gate.qubits]
            simulator.do(stim.CircuitInstruction(gate.stim_name, targets))
        return PauliTable.from_stim(simulator.canonical_stabilizers(), len(self._place))

    def entropy(self, qubits: Iterable[int]) -> int:
        """S of some qubits, in bits."""
        columns = self._columns(qubits)
        return gf2.rank(self._stabilizers.restricted(columns), 2 * len(columns)) - len(columns)

    def information(self, qubits: list[int]) -> int:
        """I(R : qubits), in bits."""
        reference = [self.encoder.reference]
        return self.entropy(reference) + self.entropy(qubits) - self.entropy(reference + qubits)

    def kept_by(self, qubits: list[int]) -> PauliTable:
        """Independent stabilizers that act on some qubits only, on these qubits."""
        others = self._columns(qubit for qubit in self.encoder.qubits if qubit not in qubits)
        combinations = gf2.null_combinations(self._stabilizers.restricted(others), 2 * len(others))
        rows = [self._stabilizers.product(np.flatnonzero(row)) for row in combinations]
        columns = self._columns(qubits)
        strings = (row.to_stim(0) for row in rows)
        return PauliTable.from_stim((_selected(string, columns) for string in strings), len(columns))

    def _columns(self, qubits: Iterable[int]) -> IntArray:
        return np.array([self._place[qubit] for qubit in qubits], dtype=np.int64)


def _selected(string: stim.PauliString, columns: IntArray) -> stim.PauliString:
    """The letters on some qubits, sign left out."""
    return stim.PauliString([string[int(column)] for column in columns])
