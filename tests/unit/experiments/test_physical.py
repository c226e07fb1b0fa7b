"""Circuits on a device, with what they should show."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from qloak.compile.decoders import roundtrips
from qloak.compile.lower import NativeOperation
from qloak.errors import IntegrityError
from qloak.experiments.physical import BELL_CHECKS, PhysicalCircuit, ghz_checks
from tests.encoders import ENCODERS, KINGSTON

TRIPS = roundtrips(ENCODERS["one unit"], KINGSTON)
TRIP = next(iter(TRIPS.values()))


def bell_pair(flips: str = "II") -> PhysicalCircuit:
    """X and Z are swapped by H = S SQRT_X S up to a phase."""
    half = [NativeOperation("S", 0), NativeOperation("SQRT_X", 0), NativeOperation("S", 0)]
    other = [operation._replace(qubit=1) for operation in half]
    operations = (*half, *other, NativeOperation("CZ", 0, 1), *other)
    return PhysicalCircuit((operations,), (0, 1), (((), ()), ((), ())), flips, BELL_CHECKS)


@pytest.mark.parametrize("trip", TRIPS.values())
def test_a_compiled_circuit_keeps_its_checks(trip):
    physical = PhysicalCircuit.of_roundtrip(trip)
    physical.verify()
    assert physical.ends == (trip.reference, trip.clone)
    assert physical.num_qubits == 6
    assert physical.metrics.two_qubit_gates == sum(operation.name == "CZ" for operation in trip.operations)


def test_json_gives_the_circuit_back():
    physical = PhysicalCircuit.of_roundtrip(TRIP, encoder_operations=5)
    document = physical.to_json()
    again = PhysicalCircuit.from_json(json.loads(json.dumps(document)))
    assert again.to_json() == document
    assert len(again.stages) == 2
    assert again.operations == TRIP.operations


def test_paulis_in_software_change_signs():
    bell_pair().verify()
    assert not bell_pair().is_flipped("XX")
    flipped = bell_pair("XI")
    assert (flipped.is_flipped("XX"), flipped.is_flipped("ZZ"), flipped.is_flipped("Z_")) == (False, True, True)
    assert not bell_pair("YY").is_flipped("ZZ")
    with pytest.raises(IntegrityError, match="-1"):
        flipped.verify()


def test_what_is_not_determined_is_refused():
    with pytest.raises(IntegrityError, match="not determined"):
        replace(bell_pair(), checks=("Z_",)).verify()
    with pytest.raises(IntegrityError, match="number"):
        replace(bell_pair(), flips="I").verify()
    with pytest.raises(IntegrityError, match="number"):
        replace(bell_pair(), checks=("XXX",)).verify()


def test_files_with_other_operations_are_refused():
    document = bell_pair().to_json()
    document["stages"] = [[["CX", 0, 1, False]]]
    with pytest.raises(ValueError, match="native"):
        PhysicalCircuit.from_json(document)


def test_a_reference_that_is_not_ready_is_refused():
    """As in circuits of two stages that were kept with a turn of the reference in the second."""
    (stage,) = bell_pair().stages
    with pytest.raises(IntegrityError, match="after the stage"):
        replace(bell_pair(), stages=(stage, (NativeOperation("S", 0),)))
    replace(bell_pair(), stages=(stage, (NativeOperation("S", 1),)))


def test_generators_of_a_ghz_state():
    assert ghz_checks(1) == ("X",)
    assert ghz_checks(2) == BELL_CHECKS
    assert ghz_checks(4) == ("XXXX", "ZZ__", "Z_Z_", "Z__Z")
