"""Fewer qubits for the same circuit: those that are done with make room for those that begin late.

What is written down at one time need not be simulated at one time. Gates on different qubits commute, and noise is in
the circuit already, so the life of each qubit can be drawn together. A register of units side by side needs the
qubits of one unit and one further qubit for each of the others.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from qiskit import QuantumCircuit
    from qiskit.circuit import CircuitInstruction

__all__ = ["narrowed"]


def narrowed(circuit: QuantumCircuit, kept: Collection[int]) -> tuple[QuantumCircuit, dict[int, int]]:
    """The circuit in another order on fewer qubits, which are reset where they are used again.

    Args:
        circuit: all qubits begin in |0>; measured qubits have to be kept.
        kept: qubits that are not used again; all others are of no interest when they are done.

    Returns:
        The circuit, and for each kept qubit its number there.
    """
    steps = [_Step.of(circuit, each) for each in circuit.data]
    last = {qubit: number for number, step in enumerate(steps) for qubit in step.qubits}
    order = list(_order(steps, last))
    ends = {qubit: place for place, number in enumerate(order) for qubit in steps[number].qubits}
    places: dict[int, int] = {}
    free: list[int] = []
    written: list[tuple[CircuitInstruction | None, tuple[int, ...]]] = []
    width = 0
    for now, number in enumerate(order):
        for qubit in steps[number].qubits:
            if qubit in places:
                continue
            if free:
                places[qubit] = free.pop()
                written.append((None, (places[qubit],)))
            else:
                places[qubit], width = width, width + 1
        written.append((circuit.data[number], tuple(places[qubit] for qubit in steps[number].qubits)))
        free += [places[q] for q in steps[number].qubits if ends[q] == now and q not in kept]
    for qubit in kept:
        if qubit not in places:  # nothing is done to it
            places[qubit], width = width, width + 1
    return _written(circuit, written, width), {qubit: places[qubit] for qubit in kept}


@dataclass(frozen=True, slots=True)
class _Step:
    """What an instruction acts on, and what it needs besides.

    Attributes:
        qubits: numbers, in its order.
        bits: classical ones that it reads or writes.
    """

    qubits: tuple[int, ...]
    bits: tuple[int, ...]

    @classmethod
    def of(cls, circuit: QuantumCircuit, step: CircuitInstruction) -> _Step:
        """Of an instruction."""
        condition = getattr(step.operation, "condition", None)
        bits = [*step.clbits, *([condition[0]] if condition else [])]
        qubits = tuple(circuit.find_bit(qubit).index for qubit in step.qubits)
        return cls(qubits, tuple(circuit.find_bit(bit).index for bit in bits))


def _order(steps: list[_Step], last: dict[int, int]) -> Iterator[int]:
    """Numbers of the steps: again and again what ends the qubit whose end needs the fewest new ones."""
    pasts, touched = _pasts(steps)
    written = begun = 0
    waiting = sorted(last)
    while waiting:
        qubit = min(waiting, key=lambda each: (touched[last[each]] & ~begun).bit_count())
        waiting.remove(qubit)
        missing = pasts[last[qubit]] & ~written
        written |= missing
        begun |= touched[last[qubit]]
        while missing:
            lowest = missing & -missing
            yield lowest.bit_length() - 1
            missing ^= lowest


def _pasts(steps: list[_Step]) -> tuple[list[int], list[int]]:
    """For each step, as bits of a number, the steps up to it that it depends on, and the qubits that they touch."""
    pasts: list[int] = []
    touched: list[int] = []
    latest: dict[tuple[str, int], int] = {}
    for number, step in enumerate(steps):
        past, qubits = 1 << number, sum(1 << qubit for qubit in step.qubits)
        wires = [*(("q", qubit) for qubit in step.qubits), *(("c", bit) for bit in step.bits)]
        for wire in wires:
            if wire in latest:
                past |= pasts[latest[wire]]
                qubits |= touched[latest[wire]]
            latest[wire] = number
        pasts.append(past)
        touched.append(qubits)
    return pasts, touched


def _written(
    circuit: QuantumCircuit, steps: list[tuple[CircuitInstruction | None, tuple[int, ...]]], width: int
) -> QuantumCircuit:
    """A circuit of these instructions on these qubits; None resets."""
    from qiskit import QuantumCircuit

    result = QuantumCircuit(width, circuit.num_clbits)
    for step, qubits in steps:
        if step is None:
            result.reset(qubits[0])
            continue
        bits = [circuit.find_bit(bit).index for bit in step.clbits]
        result.append(step.operation, qubits, bits)
    return result
