"""What the noise of each qubit and coupler costs the clones of an encoder, to first order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from .encoder import Encoder
from .operators import CloneOperators, clone_operators, input_letters

__all__ = ["NoiseWeights", "noise_weights"]

_LETTERS = {"X": (1, 0), "Y": (1, 1), "Z": (0, 1)}


@dataclass(frozen=True, slots=True, eq=False)
class NoiseWeights:
    """The mean infidelity of the clones as a sum over places, strengths of errors times these weights.

    Each error that flips one of the three correlators of reference and clone costs a quarter of its factor
    (see `unit_cost`); a wrong record is in two of them, a wrong result on reference or clone in all three.

    Attributes:
        couplers: pair, smaller number first -> weight of what one touch of this coupler costs.
        readout: qubit -> weight of its chance of a wrong record.
        waiting: qubit -> layers that it waits at the end while something depends on it.
    """

    couplers: Mapping[tuple[int, int], float]
    readout: Mapping[int, float]
    waiting: Mapping[int, float]

    def total(self, coupler: float, readout: float, waiting: float) -> float:
        """The mean infidelity where all couplers and all qubits are alike."""
        weights = (self.couplers, self.readout, self.waiting)
        return sum(cost * sum(each.values()) for cost, each in zip((coupler, readout, waiting), weights, strict=True))


def noise_weights(encoder: Encoder) -> NoiseWeights:
    """The weights of an encoder whose clones are read by measurement, the gates of B-type clones left out."""
    share = 1 / len(encoder.clones)
    couplers: Counter[tuple[int, int]] = Counter()
    readout: Counter[int] = Counter({encoder.reference: 1.5})
    for operators in clone_operators(encoder).values():
        for pair, touches in _touches(encoder, operators).items():
            couplers[pair] += share * touches / 4
        readout[operators.clone] += 1.5 * share
        for qubit in operators.key_qubits:
            readout[qubit] += share
    timed = zip(encoder.gates, encoder.layers, strict=True)
    last = {qubit: layer for gate, layer in timed for qubit in gate.qubits}
    end = max(last.values())
    waiting = {qubit: (end - layer) * readout[qubit] for qubit, layer in last.items()}
    return NoiseWeights(couplers, readout, waiting)


def _touches(encoder: Encoder, operators: CloneOperators) -> dict[tuple[int, int], int]:
    """Coupler -> how many of the three correlators act on its qubits, summed over its gates."""
    at_reference = {letter: mine for mine, letter in input_letters(encoder).items()}
    x = {**operators.x_key, operators.clone: operators.x_letter, encoder.reference: at_reference["X"]}
    z = {**operators.z_key, operators.clone: operators.z_letter, encoder.reference: at_reference["Z"]}
    first, second = ({qubit: _LETTERS[letter] for qubit, letter in each.items()} for each in (x, z))
    touched: Counter[tuple[int, int]] = Counter()
    for gate in reversed(encoder.gates):
        a, b = gate.qubits
        parts = [(each.get(a, (0, 0)), each.get(b, (0, 0))) for each in (first, second)]
        idle = ((0, 0), (0, 0))
        touched[min(a, b), max(a, b)] += sum(part != idle for part in parts) + (parts[0] != parts[1])
        for each in (first, second):
            _conjugate(each, a, b, gate.letters)
    return touched


def _conjugate(pauli: dict[int, tuple[int, int]], a: int, b: int, letters: str) -> None:
    """Take a Pauli through a controlled Pauli."""
    sides = [(qubit, pauli.get(qubit, (0, 0)), _LETTERS[letter]) for qubit, letter in zip((a, b), letters, strict=True)]
    turned = [x * other[1] ^ z * other[0] for _, (x, z), other in sides]
    for (qubit, (x, z), letter), other in zip(sides, reversed(turned), strict=True):
        pauli[qubit] = (x ^ other * letter[0], z ^ other * letter[1])
