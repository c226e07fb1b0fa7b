"""Encoders on physical qubits: controlled Paulis in layers, the reference included."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

import stim

from ..errors import UsageError

__all__ = ["Encoder", "PauliGate", "layers_of"]

_STIM_NAMES = {
    "ZX": "CX", "ZY": "CY", "ZZ": "CZ", "XX": "XCX", "XY": "XCY", "XZ": "XCZ", "YX": "YCX", "YY": "YCY", "YZ": "YCZ",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class PauliGate:
    """The two-qubit Clifford (1 + P_a + Q_b - P_a Q_b)/2, a CZ between local basis changes.

    Attributes:
        a: first qubit.
        b: second qubit.
        letters: P and Q, such as "XZ".
    """

    a: int
    b: int
    letters: str

    def __post_init__(self) -> None:
        """Refuse anything that is no such gate."""
        if self.letters not in _STIM_NAMES or self.a == self.b or min(self.a, self.b) < 0:
            raise UsageError.of("gate", (self.a, self.b, self.letters), "two qubits and two letters of X, Y, Z")

    @property
    def stim_name(self) -> str:
        """Name of the gate in stim."""
        return _STIM_NAMES[self.letters]

    @property
    def qubits(self) -> tuple[int, int]:
        """Both qubits."""
        return self.a, self.b


@dataclass(frozen=True, eq=False)
class Encoder:
    """An encoder for encrypted cloning on a device; every qubit begins in |0>.

    The first gate entangles the reference with the source; the others do not touch the reference. What the
    source holds after the first gate is the input. Clones and key are named by physical qubit numbers.

    Attributes:
        reference: the qubit that witnesses the input.
        source: the qubit that the input enters on.
        gates: in order of time.
        clones: physical qubits of the clones; clone S_i is clones[i - 1].
        key: physical qubits of the key.
    """

    reference: int
    source: int
    gates: tuple[PauliGate, ...]
    clones: tuple[int, ...]
    key: tuple[int, ...]

    def __post_init__(self) -> None:
        """Check that the parts are disjoint and the reference is touched once, first, with the source."""
        named = (self.reference, *self.clones, *self.key)
        if len(set(named)) != len(named):
            raise UsageError.of("clones", named, "reference, clones and key on different qubits")
        touching = [i for i, gate in enumerate(self.gates) if self.reference in gate.qubits]
        if touching != [0] or set(self.gates[0].qubits) != {self.reference, self.source}:
            raise UsageError.of("gates", touching, "the reference in the first gate only, together with the source")

    @cached_property
    def qubits(self) -> tuple[int, ...]:
        """All physical qubits, ascending."""
        return tuple(sorted({*self.clones, *self.key, *(q for gate in self.gates for q in gate.qubits)}))

    @cached_property
    def layers(self) -> tuple[int, ...]:
        """For each gate the two-qubit layer it runs in, from 1, every gate as early as possible."""
        return layers_of(self.gates)

    @property
    def two_qubit_layers(self) -> int:
        """Two-qubit depth, reference gate included."""
        return max(self.layers, default=0)

    def to_stim(self) -> stim.Circuit:
        """The encoder with controlled Paulis as stim's own gates (not yet native), from |0> on all qubits."""
        circuit = stim.Circuit()
        for gate in self.gates:
            circuit.append(gate.stim_name, gate.qubits)
        return circuit


def layers_of(gates: Iterable[PauliGate], *, busy_until: Sequence[int] | None = None) -> tuple[int, ...]:
    """The as-soon-as-possible layer of each gate, from 1.

    Args:
        gates: in order.
        busy_until: per qubit, the last layer in which it is already in use; default none.
    """
    last: dict[int, int] = dict(enumerate(busy_until)) if busy_until is not None else {}
    layers = []
    for gate in gates:
        layer = max(last.get(gate.a, 0), last.get(gate.b, 0)) + 1
        last[gate.a] = last[gate.b] = layer
        layers.append(layer)
    return tuple(layers)
