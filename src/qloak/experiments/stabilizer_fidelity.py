"""The exact fidelity of a noisy stabilizer state from a circuit whose observables are its generators.

The fidelity with a stabilizer state of r qubits is the mean expectation of its 2^r stabilizers, products of r
generators. Independent errors flip them independently, so each expectation is a product of factors 1 - 2p over the
errors that flip it. stim's detector error model lists the errors and the generators they flip; waiting is written as
independent X, Y and Z errors before, which relaxation and dephasing always are, so that the model is exact.
"""

from __future__ import annotations

from math import sqrt

import numpy as np
import stim

from ..core.types import FloatArray
from ..errors import ProgramError, UsageError

__all__ = ["MAX_GENERATORS", "independent_errors", "stabilizer_fidelity"]

MAX_GENERATORS = 16
"""65536 stabilizers."""

_ROUNDING = 1e-5
"""Part of a channel by which an independent error may come out below 0: circuits as text have six digits."""


def stabilizer_fidelity(circuit: stim.Circuit) -> float:
    """Mean over all products of the circuit's observables of their expectations.

    Args:
        circuit: Clifford gates, measurements, resets and Pauli noise, and the generators as observables, each 0 in
            every noiseless run.

    Raises:
        UsageError: for no observables or too many.
        ProgramError: if one is not determined without noise, or a channel is none of independent Paulis.
    """
    count = circuit.num_observables
    if not 1 <= count <= MAX_GENERATORS:
        raise UsageError.of("circuit", count, f"1 to {MAX_GENERATORS} observables")
    try:
        model = independent_errors(circuit).detector_error_model()
    except ValueError as error:
        raise ProgramError(
            f"circuit: its errors are not independent, or an observable not determined ({error})."
        ) from None
    numbers = np.arange(1 << count, dtype=np.uint32)
    logs: FloatArray = np.zeros(1 << count)
    for instruction in model.flattened():
        if instruction.type != "error":
            continue
        mask = sum(1 << target.val for target in instruction.targets_copy() if target.is_logical_observable_id())
        (probability,) = instruction.args_copy()
        odd = np.bitwise_count(numbers & np.uint32(mask)) & 1
        with np.errstate(divide="ignore", invalid="ignore"):
            logs += np.where(odd, np.log1p(-2 * min(probability, 0.5)), 0.0)
    return float(np.exp(logs).mean())


def independent_errors(circuit: stim.Circuit) -> stim.Circuit:
    """The circuit with every PAULI_CHANNEL_1 as an X, a Y and a Z error that are independent.

    Raises:
        ProgramError: for a channel that is none such.
    """
    result = stim.Circuit()
    for instruction in circuit.flattened():
        if instruction.name != "PAULI_CHANNEL_1":
            result.append(instruction)
            continue
        for letter, probability in zip("XYZ", _independent(*instruction.gate_args_copy()), strict=True):
            if probability > 0:
                result.append(f"{letter}_ERROR", instruction.targets_copy(), probability)
    return result


def _independent(x: float, y: float, z: float) -> tuple[float, float, float]:
    """Probabilities of independent errors that make a channel with these.

    With l_X = 1 - 2 (y + z) the factor of X, and so on, independent errors give l_X = (1 - 2 q_Y)(1 - 2 q_Z).
    """
    factors = 1 - 2 * (y + z), 1 - 2 * (x + z), 1 - 2 * (x + y)
    if min(factors) <= 0:
        raise ProgramError(f"circuit: PAULI_CHANNEL_1({x}, {y}, {z}) is no channel of independent Paulis.")
    l_x, l_y, l_z = factors
    found = [(1 - sqrt(value)) / 2 for value in (l_y * l_z / l_x, l_x * l_z / l_y, l_x * l_y / l_z)]
    if min(found) < -_ROUNDING * (x + y + z):
        raise ProgramError(f"circuit: PAULI_CHANNEL_1({x}, {y}, {z}) is no channel of independent Paulis.")
    return found[0], found[1], found[2]
