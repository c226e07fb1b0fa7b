"""Measured decryption of one unit: measure the key, touch the clone with one Clifford and one Pauli.

On {S_j} and the key the logical operators are unique up to sign,

    n odd :  X -> Z_Sj Y_Nj prod X_Nk      Y -> Y_Sj prod Y_Nk
    n even:  X -> Y_Sj Z_Nj prod X_Nk      Y -> Z_Sj X_Nj prod Y_Nk      (products over k != j)
    n even, the source A as the clone:  X -> Z_A prod Y_N      Y -> X_A prod Z_N

so measuring a commuting set that contains both key parts leaves the state on the clone up to the
Clifford that maps the letters on the clone to X and Y, and a Pauli.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..core import Step
from ..core.types import IntArray
from .frame import PauliFrame
from .layers import LayeredCircuit

__all__ = ["MeasuredStep", "measured_step"]


@dataclass(frozen=True, slots=True, eq=False)
class MeasuredStep:
    """The measured inverse of one unit.

    Attributes:
        circuit: key measurements, then the fixed Clifford and the constant Pauli on the clone.
        clifford: stim name of that Clifford, through which earlier corrections pass.
        frame: the corrections this step adds.
    """

    circuit: LayeredCircuit
    clifford: str
    frame: PauliFrame


@dataclass(slots=True, eq=False)
class _Parities:
    """The two key parts as outcomes: their record numbers and constant signs.

    `x` and `y` are the key parts of the logical X and Y; a sign bit True means that the logical operator
    is minus (letter on the clone) times (-1)^parity.
    """

    x: IntArray
    y: IntArray
    x_minus: bool
    y_minus: bool


def measured_step(step: Step, carrier: int) -> MeasuredStep:
    """Undo one unit by measuring its key: floor(n/2) two-qubit gates in one layer, none on the clone.

    Args:
        step: the unit and which of its clones this is.
        carrier: the qubit that holds the clone.
    """
    n = step.unit.num_pairs
    noises = step.unit.noises
    circuit = LayeredCircuit()
    if step.slot == 0:
        parities, clifford = _source_key(circuit, noises), "C_XYZ"
    elif n % 2:
        parities, clifford = _odd_key(circuit, noises, step.slot - 1), "SQRT_Y"
    else:
        parities, clifford = _even_key(circuit, noises, step.slot - 1), "C_ZYX"
    output = np.array([carrier])
    circuit.gate(clifford, output)
    # A minus on X asks for Z or Y, a minus on Y for Z or X: Z by the sign of X, X by both signs.
    if parities.x_minus:
        circuit.gate("Z", output)
    if parities.x_minus != parities.y_minus:
        circuit.gate("X", output)
    frame = PauliFrame(x_records=np.setxor1d(parities.x, parities.y, assume_unique=True), z_records=parities.x)
    return MeasuredStep(circuit, clifford, frame)


def _odd_key(circuit: LayeredCircuit, noises: IntArray, j: int) -> _Parities:
    """Y on N_j, Bell measurements on pairs of the others."""
    n = len(noises)
    others = np.delete(noises, j)
    first, second = others[0::2], others[1::2]
    pairs = len(first)
    circuit.pairs("CX", first, second)
    circuit.measure("MY", noises[j : j + 1])
    circuit.measure("MX", first)
    circuit.measure("M", second)
    x = np.arange(pairs + 1)
    y = np.arange(1, 2 * pairs + 1)
    return _Parities(x, y, x_minus=True, y_minus=_minus(n % 4 == 3, pairs))


def _even_key(circuit: LayeredCircuit, noises: IntArray, j: int) -> _Parities:
    """Z_Nj X_Nl and X_Nj Y_Nl with one further key qubit l, Bell measurements on pairs of the rest."""
    n = len(noises)
    others = np.delete(noises, j)
    rest = others[1:]
    first, second = rest[0::2], rest[1::2]
    pairs = len(first)
    circuit.pairs("CZ", int(noises[j]), others[:1])
    circuit.pairs("CX", first, second)
    # Behind the CZ, Z_Nj X_Nl is X_Nl and X_Nj Y_Nl is -Y_Nj X_Nl.
    circuit.measure("MY", noises[j : j + 1])
    circuit.measure("MX", np.concatenate([others[:1], first]))
    circuit.measure("M", second)
    x = np.arange(1, pairs + 2)
    y = np.arange(2 * pairs + 2)
    return _Parities(x, y, x_minus=True, y_minus=_minus(n % 4 == 0, pairs + 1))


def _source_key(circuit: LayeredCircuit, noises: IntArray) -> _Parities:
    """Bell measurements on n/2 pairs of the key; the clone is A."""
    n = len(noises)
    first, second = noises[0::2], noises[1::2]
    pairs = len(first)
    circuit.pairs("CX", first, second)
    circuit.measure("MX", first)
    circuit.measure("M", second)
    x = np.arange(2 * pairs)
    y = np.arange(pairs, 2 * pairs)
    return _Parities(x, y, x_minus=_minus(n % 4 == 2, pairs), y_minus=True)


def _minus(minus: bool, flips: int) -> bool:
    """A sign with `flips` further minus signs, one for each Y Y = -(X X)(Z Z) read off a pair."""
    return minus ^ (flips % 2 == 1)
