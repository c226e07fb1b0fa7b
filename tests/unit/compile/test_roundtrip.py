"""Whole circuits: encryption, decryption, checks."""

from __future__ import annotations

import numpy as np
import pytest
import stim

from qloak.compile.decoders import roundtrips
from qloak.compile.encoder import Encoder, PauliGate
from qloak.compile.lower import stim_of
from qloak.compile.roundtrip import encoder_lowering
from qloak.errors import UsageError
from tests.encoders import ENCODERS, KINGSTON, SMALL


@pytest.mark.parametrize("method", ["measured", "mixed", "unitary"])
@pytest.mark.parametrize("name", SMALL)
def test_the_checks_are_zero_in_every_shot(name: str, method: str):
    for trip in roundtrips(ENCODERS[name], KINGSTON, method=method).values():
        circuit = trip.to_stim()
        _, observables = circuit.compile_detector_sampler(seed=1).sample(64, separate_observables=True)
        reference = circuit.reference_detector_and_observable_signs()[1]
        assert observables.shape == (64, 2)
        assert not observables.any()
        assert not reference.any()


@pytest.mark.parametrize("name", SMALL)
def test_records_of_the_key_are_coins_that_say_nothing(name: str):
    """Each single record is random; 200 equal ones happen with probability 2^-199."""
    for trip in roundtrips(ENCODERS[name], KINGSTON).values():
        records = stim_of(trip.operations).compile_sampler(seed=3).sample(200)
        assert ((records.sum(axis=0) > 0) & (records.sum(axis=0) < 200)).all()


@pytest.mark.parametrize("letters", ["XX", "XY", "YX", "YY"])
def test_reference_and_source_begin_in_the_bell_state(letters: str):
    """|00> + |11> has X X = Z Z = +1 and Y Y = -1, signs included, for whatever first gate."""
    unit = ENCODERS["one unit"]
    encoder = Encoder(
        unit.reference, unit.source, (PauliGate(*unit.gates[0].qubits, letters), *unit.gates[1:]), unit.clones, unit.key
    )
    lowering = encoder_lowering(encoder)
    native = stim.TableauSimulator()
    native.do(stim_of(lowering.operations))
    later = stim.Circuit()
    for gate in encoder.gates[1:]:
        later.append(gate.stim_name, gate.qubits)
    for letter, value in (("X", 1), ("Y", -1), ("Z", 1)):
        spread = stim.PauliString({encoder.source: letter}).after(later)
        image = stim.PauliString({encoder.reference: letter}) * spread.sign
        for qubit in spread.pauli_indices():
            text = lowering.image(qubit, "IXYZ"[spread[qubit]])
            image *= stim.PauliString({qubit: text[1]}) * (-1 if text[0] == "-" else 1)
        assert native.peek_observable_expectation(image) == value


def test_without_signs_only_inversions_differ():
    encoder = ENCODERS["two units"]
    exact, loose = (roundtrips(encoder, KINGSTON, signs=signs) for signs in (True, False))
    for clone in encoder.clones:
        assert [o._replace(inverted=False) for o in exact[clone].operations] == [
            o._replace(inverted=False) for o in loose[clone].operations
        ]


def test_the_frame_is_that_of_the_observables():
    for trip in roundtrips(ENCODERS["two units"], KINGSTON).values():
        circuit = trip.to_stim()
        records = circuit.compile_sampler(seed=5).sample(100)
        x_due, z_due = trip.frame.corrections(records[:, :-2])
        assert np.array_equal(records[:, -2], z_due)
        assert np.array_equal(records[:, -1], x_due)


def test_an_unknown_method_is_refused():
    with pytest.raises(UsageError, match="measured, mixed or unitary"):
        roundtrips(ENCODERS["one unit"], KINGSTON, method="both")  # type: ignore[arg-type]
