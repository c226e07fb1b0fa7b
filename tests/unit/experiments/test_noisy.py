"""A device's noise in an experiment's circuit."""

from __future__ import annotations

from dataclasses import replace
from math import exp

import numpy as np
import pytest

from qloak.analysis import pauli_channel
from qloak.compile import line
from qloak.compile.decoders import roundtrips
from qloak.compile.estimate import estimate
from qloak.compile.lower import NativeOperation
from qloak.compile.noise_table import noise_table
from qloak.compile.parallel import place_parallel
from qloak.compile.roundtrip import encoder_lowering
from qloak.errors import UsageError
from qloak.experiments.noisy import ORDERS, noisy_circuit, scaled_device
from qloak.experiments.physical import BELL_CHECKS, PhysicalCircuit
from qloak.experiments.stabilizer_fidelity import stabilizer_fidelity
from tests.encoders import ENCODERS, KINGSTON

DEVICE = KINGSTON.device
ENCODER = ENCODERS["one unit"]
TRIPS = roundtrips(ENCODER, KINGSTON)


def staged(clone: int) -> PhysicalCircuit:
    border = len(encoder_lowering(ENCODER).operations)
    return PhysicalCircuit.of_roundtrip(TRIPS[clone], encoder_operations=border)


def fidelity(physical: PhysicalCircuit, order: str = "together") -> float:
    return pauli_channel(noisy_circuit(physical, DEVICE, order=order)).p_i  # type: ignore[arg-type]


@pytest.mark.parametrize("clone", TRIPS)
def test_read_together_it_is_the_compilers_estimate(clone: int):
    """`compile.trip_noise` walks through native operations and never sees a circuit of stim."""
    expected = estimate(TRIPS[clone], noise_table(DEVICE)).entanglement_fidelity
    assert fidelity(staged(clone)) == pytest.approx(expected, abs=1e-12)
    assert fidelity(PhysicalCircuit.of_roundtrip(TRIPS[clone])) == pytest.approx(expected, abs=1e-12)


def test_a_register_has_the_fidelity_that_the_compiler_found():
    register = place_parallel(KINGSTON, 3)
    physical = PhysicalCircuit.of_parallel(register.circuit)
    physical.verify()
    found = stabilizer_fidelity(noisy_circuit(physical, DEVICE))
    assert found == pytest.approx(register.fidelity, abs=1e-12)


@pytest.mark.parametrize("scale", [0.5, 1.0, 1.5])
def test_scaled_devices_scale_the_noise(scale: float):
    """The compiler scales strengths, the device here its published numbers."""
    trip = next(iter(TRIPS.values()))
    physical = PhysicalCircuit.of_roundtrip(trip)
    found = pauli_channel(noisy_circuit(physical, scaled_device(DEVICE, scale))).p_i
    assert found == pytest.approx(estimate(trip, noise_table(DEVICE, scale=scale)).entanglement_fidelity, abs=1e-9)


def half_turn(qubit: int) -> list[NativeOperation]:
    """H up to a phase."""
    return [NativeOperation("S", qubit), NativeOperation("SQRT_X", qubit), NativeOperation("S", qubit)]


@pytest.mark.parametrize("order", ORDERS)
def test_waiting_has_the_closed_form(order: str):
    """A Bell pair on two qubits that only relax and dephase, its clone turned by H and back, which takes two pulses.

    XX and YY shrink by e^(-t/T2) of every wait, ZZ by e^(-t/T1); the state on the clone is read in its own basis
    but for the middle of the two pulses, which follow each other.
    """
    t1, t2, pulse, readout = 100e-6, 80e-6, 1e-6, 20e-6
    zeros = np.zeros(2)
    device = replace(
        line(2).device,
        t1_seconds=np.array([t1, t1]),
        t2_seconds=np.array([t2, t2]),
        one_qubit_errors=zeros,
        one_qubit_seconds=np.array([pulse, pulse]),
        one_given_zero=zeros,
        zero_given_one=zeros,
        readout_seconds=np.array([readout, readout]),
        two_qubit_errors=np.zeros(1),
        two_qubit_seconds=np.array([0.0]),
    )
    first = (*half_turn(0), *half_turn(1), NativeOperation("CZ", 0, 1), *half_turn(1))
    second = (*half_turn(1), *half_turn(1))
    physical = PhysicalCircuit((first, second), (0, 1), (((), ()), ((), ())), "II", BELL_CHECKS)
    physical.verify()
    # The reference waits for the clone's third pulse; then for the decryption, or the clone for the reference, or both.
    waits = {
        "together": pulse + 2 * pulse,
        "reference-first": pulse + readout,
        "clone-first": pulse + 2 * pulse + readout,
    }
    time = waits[order]
    found = pauli_channel(noisy_circuit(physical, device, order=order))  # type: ignore[arg-type]
    assert found.p_i == pytest.approx((1 + 2 * exp(-time / t2) + exp(-time / t1)) / 4, abs=1e-12)


def test_an_order_needs_its_stages():
    physical = PhysicalCircuit.of_roundtrip(next(iter(TRIPS.values())))
    with pytest.raises(UsageError, match="stages"):
        fidelity(physical, "reference-first")
    with pytest.raises(UsageError, match="order"):
        fidelity(physical, "last")
    assert fidelity(physical, "clone-first") < fidelity(physical)


def test_registers_are_read_together():
    register = PhysicalCircuit.of_parallel(place_parallel(KINGSTON, 3).circuit)
    with pytest.raises(UsageError, match="reference"):
        fidelity(register, "clone-first")
