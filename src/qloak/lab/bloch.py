"""Exact Bloch vectors of every qubit of a Clifford circuit whose qubit 0 begins in any state, all others in |0>.

A Pauli operator at the end is, seen from the beginning, one Pauli string: its mean is a component of the input where
the string is I or Z on every other qubit, and 0 where it is not. That is one tableau for all qubits, so the cost does
not grow with the state's 2^m amplitudes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, TypeAlias

import stim

__all__ = ["Bloch", "Seen", "look"]

Bloch: TypeAlias = tuple[float, float, float]
"""(<X>, <Y>, <Z>)."""

_COHERENT: Final = {
    ("CX", "M"): "CX",
    ("CX", "MX"): "XCX",
    ("CX", "MY"): "YCX",
    ("CZ", "M"): "CZ",
    ("CZ", "MX"): "XCZ",
    ("CZ", "MY"): "YCZ",
}
"""Correction and kind of the measurement that decides on it -> gate that does the same before the measurement."""

_LETTERS: Final = {"M": "Z", "MX": "X", "MY": "Y"}


@dataclass(frozen=True, slots=True)
class Seen:
    """What is seen of each qubit at the end of a circuit.

    Attributes:
        bloch: of each qubit alone; of a measured one the mean over outcomes.
        measured: numbers of the qubits that have been measured.
    """

    bloch: tuple[Bloch, ...]
    measured: frozenset[int]


def look(circuit: stim.Circuit, state: Bloch, *, num_qubits: int) -> Seen:
    """Bloch vectors of all qubits.

    Args:
        circuit: Clifford gates, measurements of single qubits that are not acted on afterwards, and Paulis that
            outcomes decide on: what `circuits` builds.
        state: Bloch vector of the input, on qubit 0.
        num_qubits: of the scheme; at least those of the circuit.
    """
    coherent, measured = _deferred(circuit)
    # An identity on the last qubit, so that the tableau is over all of them.
    coherent.append("I", [num_qubits - 1])
    backwards = coherent.to_tableau().inverse()
    vectors = []
    for qubit in range(num_qubits):
        outputs = (backwards.x_output(qubit), backwards.y_output(qubit), backwards.z_output(qubit))
        letter = measured.get(qubit)
        # A measurement leaves nothing of the other two components.
        x, y, z = (
            0.0 if letter not in (None, name) else _mean(string, state)
            for name, string in zip("XYZ", outputs, strict=True)
        )
        vectors.append((x, y, z))
    return Seen(tuple(vectors), frozenset(measured))


def _mean(string: stim.PauliString, state: Bloch) -> float:
    """Mean of a Pauli string in the state at the beginning."""
    xs, _ = string.to_numpy()
    if xs[1:].any():
        return 0.0
    value = float(string.sign.real) * (1.0, *state)[string[0]]
    return value + 0.0  # no minus zero


def _deferred(circuit: stim.Circuit) -> tuple[stim.Circuit, dict[int, str]]:
    """The circuit with corrections as gates on what is still to be measured, and measured qubits with their letters."""
    coherent = stim.Circuit()
    outcomes: list[tuple[str, int]] = []
    for instruction in circuit.flattened():
        if instruction.name in _LETTERS:
            outcomes += [(instruction.name, target.value) for target in instruction.targets_copy()]
            continue
        for group in instruction.target_groups():
            if group and group[0].is_measurement_record_target:
                kind, qubit = outcomes[group[0].value]
                coherent.append(_COHERENT[instruction.name, kind], [qubit, group[1].value])
            else:
                coherent.append(instruction.name, group)
    return coherent, {qubit: _LETTERS[kind] for kind, qubit in outcomes}
