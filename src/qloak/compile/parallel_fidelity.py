"""The exact fidelity of a noisy GHZ state that comes back from a parallel register.

A GHZ state of r qubits is the average of its 2^r stabilizers, and so is the fidelity with it the average of their
expectations. Under Pauli noise each of these is a product of one factor for each place where an error would flip
it. A walk backwards through the circuit finds, for every place, which of the r generators an error there flips; a
stabilizer made of several is flipped if an odd number of them is. So all 2^r products grow together, as arrays of
logarithms.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from ..core.types import BitArray, FloatArray
from .noise_table import NoiseTable
from .parallel_circuit import ParallelCircuit

__all__ = ["MAX_EXACT", "ghz_fidelity", "stabilizer_expectations"]

MAX_EXACT = 16
"""Qubits of the largest state that is computed: 65536 stabilizers."""

_Words: TypeAlias = NDArray[np.uint32]


def ghz_fidelity(circuit: ParallelCircuit, table: NoiseTable) -> float:
    """Fidelity <GHZ| rho |GHZ> of the decrypted clones, their own readout included, as if by one measurement."""
    return float(stabilizer_expectations(circuit, table).mean())


def stabilizer_expectations(circuit: ParallelCircuit, table: NoiseTable) -> FloatArray:
    """Expectation of every product of the circuit's checks, every operation as late as possible.

    Returns:
        Shape (2^r,): at index s the product of the checks whose bits are set in s; 1 without noise.
    """
    walk = _Walk(circuit, table)
    for operation in reversed(circuit.operations):
        if operation.name == "CZ":
            walk.gate(operation.qubit, operation.other)
        elif operation.name == "M":
            walk.measurement(operation.qubit)
        else:
            walk.pulse(operation.name, operation.qubit)
    expectations: FloatArray = np.exp(walk.logs)
    return expectations


class _Walk:
    """The present position on the way back.

    Attributes:
        logs: shape (2^r,), logarithms of the expectations so far.
    """

    def __init__(self, circuit: ParallelCircuit, table: NoiseTable) -> None:
        self._table = table
        size, checks = len(table.pulse), len(circuit.clones)
        self.logs: FloatArray = np.zeros(1 << checks)
        # Bit k of these: whether an X or a Z error there flips check k.
        self._x, self._z = [0] * size, [0] * size
        self._free = [0.0] * size
        self._records = [0] * sum(operation.name == "M" for operation in circuit.operations)
        for check, records in enumerate(circuit.check_records()):
            for record in records.tolist():
                self._records[record] |= 1 << check
        for number, clone in enumerate(circuit.clones):
            self._z[clone] = 1
            self._x[clone] = 1 << number if number else (1 << checks) - 2
            self._free[clone] = table.readout_seconds[clone]
            self._add(table.readout[clone], self._x[clone], self._z[clone])

    def gate(self, a: int, b: int) -> None:
        """Move in front of a CZ and its depolarizing error."""
        x, z, free = self._x, self._z, self._free
        begin = max(free[a], free[b])
        for qubit in (a, b):
            if free[qubit] < begin:
                self._wait(qubit, begin - free[qubit])
        free[a] = free[b] = begin + self._table.coupler_seconds[a, b]
        self._add(self._table.coupler[a, b], x[a], z[a], x[b], z[b])
        x[a], x[b] = x[a] ^ z[b], x[b] ^ z[a]

    def pulse(self, name: str, qubit: int) -> None:
        """Move in front of a gate on one qubit; rotations about Z take neither time nor errors."""
        if name in ("SQRT_X", "X"):
            self._add(self._table.pulse[qubit], self._x[qubit], self._z[qubit])
            self._free[qubit] += self._table.pulse_seconds[qubit]
        if name == "SQRT_X":
            self._z[qubit] ^= self._x[qubit]
        elif name in ("S", "S_DAG"):
            self._x[qubit] ^= self._z[qubit]

    def measurement(self, qubit: int) -> None:
        """Move in front of a measurement of Z and its wrong records."""
        flips = self._records.pop()
        self._add(self._table.readout[qubit], flips)
        self._free[qubit] = self._table.readout_seconds[qubit]
        self._x[qubit] ^= flips

    def _wait(self, qubit: int, seconds: float) -> None:
        """What X and Y errors flip, but Z does not, holds Z and decays with T1; all else that is held, with T2."""
        by_x, by_z = self._odd(self._x[qubit]), self._odd(self._z[qubit])
        energy, phase = self._table.rates[qubit]
        self.logs -= seconds * np.where(by_z, phase, np.where(by_x, energy, 0.0))

    def _add(self, log: float, *flips: int) -> None:
        """An error that randomises every product that any of some Paulis flips."""
        hit = np.zeros(len(self.logs), dtype=np.bool_)
        for mask in {*flips} - {0}:
            hit |= self._odd(mask)
        self.logs += log * hit

    def _odd(self, mask: int) -> BitArray:
        """The products that hold an odd number of the checks in a mask."""
        return _odd(len(self.logs), mask)


@lru_cache(maxsize=256)
def _odd(size: int, mask: int) -> BitArray:
    """For every number below `size` whether it shares an odd number of bits with a mask."""
    numbers: _Words = np.arange(size, dtype=np.uint32)
    odd: BitArray = (np.bitwise_count(numbers & np.uint32(mask)) & 1).astype(np.bool_)
    return odd
