"""Encoder, decoder and checks as one native circuit on physical qubits."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from typing import Literal, TypeAlias

import numpy as np
import stim

from ..circuits import PauliFrame
from ..errors import IntegrityError
from .encoder import Encoder
from .lower import Lowering, NativeOperation, SignedLetter, stim_of
from .operators import input_letters
from .readout import Readout
from .unitary import UnitaryDecoder

__all__ = ["Method", "Roundtrip", "encoder_lowering", "measured_roundtrip", "unitary_roundtrip"]

Method: TypeAlias = Literal["measured", "mixed", "unitary"]
"""How a clone is decrypted: by measuring the key, by gates between key and clone, or by a few such gates and
measurements of what is left of the key."""


@dataclass(frozen=True, slots=True, eq=False)
class Roundtrip:
    """A native circuit that encrypts and decrypts one clone; all qubits begin in |0>.

    It ends with reference and clone in the Bell state |00> + |11>, up to the frame's Pauli on the clone.

    Attributes:
        reference: physical qubit.
        clone: physical qubit.
        operations: native gates and measurements of key qubits.
        frame: corrections on the clone, by record numbers.
    """

    reference: int
    clone: int
    operations: tuple[NativeOperation, ...]
    frame: PauliFrame

    def checks(self) -> stim.Circuit:
        """The two correlators of reference and clone, noiseless, with the frame's records, as observables 0 and 1.

        Observable 0 is the X-type one, observable 1 the Z-type one. To stand behind the operations.
        """
        pair = self.reference, self.clone
        circuit = stim.Circuit("MPP X{0}*X{1} Z{0}*Z{1}".format(*pair))
        measured = sum(operation.name == "M" for operation in self.operations)
        for observable, records in enumerate((self.frame.z_records, self.frame.x_records)):
            numbers = [*records.tolist(), measured + observable]
            targets = [stim.target_rec(number - measured - 2) for number in numbers]
            circuit.append("OBSERVABLE_INCLUDE", targets, observable)
        return circuit

    def to_stim(self) -> stim.Circuit:
        """The operations and the checks."""
        return stim_of(self.operations) + self.checks()


def encoder_lowering(encoder: Encoder) -> Lowering:
    """The encoder in native gates; the first makes reference and source the Bell state |00> + |11>."""
    lowering = Lowering()
    lowering.gate(encoder.gates[0])
    lowering.settle(encoder.reference, *_reference_letters(encoder))
    for gate in encoder.gates[1:]:
        lowering.gate(gate)
    return lowering


def measured_roundtrip(
    encoder: Encoder, readout: Readout, lowered: Lowering | None = None, *, signs: bool = True
) -> Roundtrip:
    """Encryption and decoding by measurement.

    Args:
        encoder: the encoder.
        readout: of the clone.
        lowered: `encoder_lowering(encoder)`, where it is at hand.
        signs: whether constant signs are taken care of, by inverting records. Noise does not depend on them.
    """
    lowering = (lowered or encoder_lowering(encoder)).fork()
    for gate in readout.gates:
        lowering.gate(gate)
    for qubit, letter in readout.measurements:
        lowering.measure(qubit, letter)
    operators = readout.operators
    lowering.settle(operators.clone, operators.x_letter, operators.z_letter, exact=False)
    trip = Roundtrip(encoder.reference, operators.clone, tuple(lowering.operations), readout.frame)
    return _with_inverted_records(trip) if signs else trip


def unitary_roundtrip(encoder: Encoder, decoder: UnitaryDecoder, *, signs: bool = True) -> Roundtrip:
    """Encryption and decoding by gates.

    Args:
        encoder: the encoder.
        decoder: of the clone.
        signs: whether constant signs are taken care of, by the last gate on the clone.
    """
    lowering = encoder_lowering(encoder)
    for gate in decoder.gates:
        lowering.gate(gate)
    for x_sign, z_sign in product("+-", repeat=2):
        final = lowering.fork()
        final.settle(decoder.clone, x_sign + decoder.x_letter, z_sign + decoder.z_letter, exact=signs)
        trip = Roundtrip(encoder.reference, decoder.clone, tuple(final.operations), PauliFrame.empty())
        if not signs or _parities(trip) == (0, 0):
            return trip
    raise IntegrityError(f"decoder: qubit {decoder.clone} does not end as the input, whatever the signs.")


def _reference_letters(encoder: Encoder) -> tuple[SignedLetter, SignedLetter]:
    """The reference's Paulis, signs included, that the first gate correlates with X and Z of the source."""
    gate = encoder.gates[0]
    signed = {}
    for at_reference, letter in input_letters(encoder).items():
        correlator = stim.PauliString({encoder.reference: at_reference, encoder.source: letter})
        simulator = stim.TableauSimulator()
        simulator.do(stim.CircuitInstruction(gate.stim_name, gate.qubits))
        signed[letter] = ("+" if simulator.peek_observable_expectation(correlator) == 1 else "-") + at_reference
    return signed["X"], signed["Z"]


def _parities(trip: Roundtrip) -> tuple[int, int]:
    """Values of the two observables in one noiseless run."""
    circuit = trip.to_stim()
    _, observables = circuit.reference_detector_and_observable_signs()
    return int(observables[0]), int(observables[1])


def _with_inverted_records(trip: Roundtrip) -> Roundtrip:
    """Invert one or two records so that both observables are 0."""
    wrong = _parities(trip)
    if wrong == (0, 0):
        return trip
    measured = [i for i, operation in enumerate(trip.operations) if operation.name == "M"]
    effects = [
        (int(np.isin(record, trip.frame.z_records)), int(np.isin(record, trip.frame.x_records)))
        for record in range(len(measured))
    ]
    # Both operators need the key, and not the same part of it: two different effects occur.
    first = {effect: record for record, effect in reversed(list(enumerate(effects)))}
    if wrong in first:
        chosen = [first[wrong]]
    else:
        chosen = [record for effect, record in first.items() if effect != (0, 0)][:2]
    operations = list(trip.operations)
    for record in chosen:
        place = measured[record]
        operations[place] = operations[place]._replace(inverted=not operations[place].inverted)
    return replace(trip, operations=tuple(operations))
