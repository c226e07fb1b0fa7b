"""Compiled circuits under other noise than they were tuned on."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from qloak.analysis import pauli_channel
from qloak.compile.compiled import CompiledCircuit
from qloak.compile.noisy import noisy_roundtrip
from qloak.compile.robustness import missing_couplers, score
from qloak.errors import UsageError
from qloak.noise import Device, load_device
from tests.encoders import ENCODERS, KINGSTON

DEVICE = KINGSTON.device


@pytest.fixture(scope="module")
def compiled() -> CompiledCircuit:
    """Five clones, of which four count."""
    return CompiledCircuit.of(ENCODERS["two units"], KINGSTON, num_clones=4)


def _exact(compiled: CompiledCircuit, device: Device) -> list[float]:
    """Fidelities of the clones that count, from the written noise."""
    trips = [compiled.trips[qubit] for qubit in compiled.clones.values()]
    return [pauli_channel(noisy_roundtrip(trip, device)).entanglement_fidelity for trip in trips]


def test_at_home_it_is_the_prediction(compiled: CompiledCircuit):
    found, values = score(compiled), list(compiled.fidelities.values())
    assert (found.min, found.max) == (min(values), max(values))
    assert found.mean == pytest.approx(np.mean(values))
    assert (found.device, found.scale) == ("kingston", 1.0)


def test_scaled_noise_is_a_device_with_scaled_numbers(compiled: CompiledCircuit):
    worse = replace(
        DEVICE,
        one_qubit_errors=np.where(DEVICE.dead_qubits, DEVICE.one_qubit_errors, 1.5 * DEVICE.one_qubit_errors),
        two_qubit_errors=np.where(DEVICE.dead_couplers, DEVICE.two_qubit_errors, 1.5 * DEVICE.two_qubit_errors),
        one_given_zero=np.minimum(1.5 * DEVICE.one_given_zero, 1),
        zero_given_one=np.minimum(1.5 * DEVICE.zero_given_one, 1),
        t1_seconds=DEVICE.t1_seconds / 1.5,
        t2_seconds=DEVICE.t2_seconds / 1.5,
    )
    values, found = _exact(compiled, worse), score(compiled, scale=1.5)
    assert (found.min, found.mean, found.max) == pytest.approx((min(values), np.mean(values), max(values)), abs=1e-12)


def test_without_noise_every_clone_comes_back(compiled: CompiledCircuit):
    found = score(compiled, scale=0)
    assert (found.min, found.max) == pytest.approx((1, 1), abs=1e-12)


def test_more_noise_is_worse(compiled: CompiledCircuit):
    means = [score(compiled, scale=scale).mean for scale in (1, 1.25, 1.5, 3)]
    assert means == sorted(means, reverse=True)


@pytest.mark.parametrize("name", ["fez", "marrakesh"])
def test_on_another_calibration(compiled: CompiledCircuit, name: str):
    device = load_device(name)
    if missing := missing_couplers(compiled, device):
        with pytest.raises(UsageError, match=f"{missing[0][0]}-{missing[0][1]}"):
            score(compiled, device=device)
        return
    values, found = _exact(compiled, device), score(compiled, device=device)
    assert (found.min, found.mean, found.max) == pytest.approx((min(values), np.mean(values), max(values)), abs=1e-12)
    assert (found.device, found.snapshot) == (name, device.snapshot)


def test_a_dead_coupler_is_found_and_refused(compiled: CompiledCircuit):
    gate = compiled.encoder.gates[0]
    pair = (min(gate.qubits), max(gate.qubits))
    here = (DEVICE.couplers == pair).all(axis=1)
    worse = replace(DEVICE, name="broken", two_qubit_errors=np.where(here, 1.0, DEVICE.two_qubit_errors))
    assert missing_couplers(compiled, DEVICE) == ()
    assert missing_couplers(compiled, worse) == (pair,)
    with pytest.raises(UsageError, match=f"broken.*{pair[0]}-{pair[1]}"):
        score(compiled, device=worse)


def test_a_device_without_these_qubits_is_refused(compiled: CompiledCircuit):
    from qloak.compile import line

    with pytest.raises(UsageError, match="couplers of the circuit"):
        score(compiled, device=line(4).device)


@pytest.mark.parametrize("scale", [-1, float("nan"), float("inf"), 1e9])
def test_an_impossible_scale_is_refused(compiled: CompiledCircuit, scale: float):
    with pytest.raises(UsageError, match="scale"):
        score(compiled, scale=scale)
