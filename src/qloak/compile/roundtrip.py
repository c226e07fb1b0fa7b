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
        signs: whether constant signs are taken care of. It hardly matters for noise.
    """
    lowering = (lowered or encoder_lowering(encoder)).fork()
    for gate in readout.gates:
        lowering.gate(gate)
    for qubit, letter in readout.measurements:
        lowering.measure(qubit, letter)
    end = _End(encoder.reference, readout.operators.clone, readout.frame)
    return end.settled(lowering, (readout.operators.x_letter, readout.operators.z_letter), signs=signs)


def unitary_roundtrip(encoder: Encoder, decoder: UnitaryDecoder, *, signs: bool = True) -> Roundtrip:
    """Encryption and decoding by gates; `signs` as for `measured_roundtrip`."""
    lowering = encoder_lowering(encoder)
    for gate in decoder.gates:
        lowering.gate(gate)
    end = _End(encoder.reference, decoder.clone, PauliFrame.empty())
    return end.settled(lowering, (decoder.x_letter, decoder.z_letter), signs=signs)


@dataclass(frozen=True, slots=True, eq=False)
class _End:
    """The last step: the clone's letters become X and Z, constant signs included."""

    reference: int
    clone: int
    frame: PauliFrame

    def settled(self, lowering: Lowering, letters: tuple[str, str], *, signs: bool) -> Roundtrip:
        """The whole circuit. Signs are corrected by inverted records, which cost nothing, or else on the clone."""
        trip = self._trip(lowering, letters, exact=False)
        fixed = _with_inverted_records(trip) if signs else trip
        if fixed is not None:
            return fixed
        for x_sign, z_sign in product("+-", repeat=2):
            trip = self._trip(lowering, (x_sign + letters[0], z_sign + letters[1]), exact=True)
            if _parities(trip) == (0, 0):
                return trip
        raise IntegrityError(f"decoder: qubit {self.clone} does not end as the input, whatever the signs.")

    def _trip(self, lowering: Lowering, letters: tuple[SignedLetter, SignedLetter], *, exact: bool) -> Roundtrip:
        final = lowering.fork()
        final.settle(self.clone, *letters, exact=exact)
        return Roundtrip(self.reference, self.clone, tuple(final.operations), self.frame)


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


def _with_inverted_records(trip: Roundtrip) -> Roundtrip | None:
    """Invert at most two records so that both observables are 0; None if no records do."""
    x, z = _parities(trip)
    measured = [i for i, operation in enumerate(trip.operations) if operation.name == "M"]
    effects: dict[tuple[int, int], tuple[int, ...]] = {(0, 0): ()}
    for record, place in enumerate(measured):
        effect = (int(np.isin(record, trip.frame.z_records)), int(np.isin(record, trip.frame.x_records)))
        for (a, b), places in list(effects.items()):
            effects.setdefault((a ^ effect[0], b ^ effect[1]), (*places, place))
    if (x, z) not in effects:
        return None
    operations = list(trip.operations)
    for place in effects[x, z]:
        operations[place] = operations[place]._replace(inverted=not operations[place].inverted)
    return replace(trip, operations=tuple(operations))
