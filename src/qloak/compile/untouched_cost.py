"""What the noise of each qubit and coupler costs the clones of an encoder, to first order."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from .encoder import Encoder
from .operators import CloneOperators, clone_operators, input_letters

__all__ = ["NoiseWeights", "noise_weights"]

_BITS = {"X": 1, "Z": 2, "Y": 3}


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
        waits = waiting * sum(self.waiting.values())
        return coupler * sum(self.couplers.values()) + readout * sum(self.readout.values()) + waits


def noise_weights(encoder: Encoder) -> NoiseWeights:
    """The weights of an encoder whose clones are read by measurement, the gates of B-type clones left out."""
    share = 1 / len(encoder.clones)
    couplers: defaultdict[tuple[int, int], float] = defaultdict(float)
    readout = defaultdict(float, {encoder.reference: 1.5})
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
    clone, reference = operators.clone, encoder.reference
    x, z = [0] * (encoder.qubits[-1] + 1), [0] * (encoder.qubits[-1] + 1)
    for pauli, letters in (
        (x, {**operators.x_key, clone: operators.x_letter, reference: at_reference["X"]}),
        (z, {**operators.z_key, clone: operators.z_letter, reference: at_reference["Z"]}),
    ):
        for qubit, letter in letters.items():
            pauli[qubit] = _BITS[letter]
    touched: Counter[tuple[int, int]] = Counter()
    for gate in reversed(encoder.gates):
        a, b = gate.a, gate.b
        different = x[a] != z[a] or x[b] != z[b]
        touched[(a, b) if a < b else (b, a)] += bool(x[a] or x[b]) + bool(z[a] or z[b]) + different
        p, q = _BITS[gate.letters[0]], _BITS[gate.letters[1]]
        for pauli in (x, z):
            # Different letters other than I anticommute; what anticommutes with one side takes on the other letter.
            on_a, on_b = pauli[a] not in (0, p), pauli[b] not in (0, q)
            if on_b:
                pauli[a] ^= p
            if on_a:
                pauli[b] ^= q
    return touched
