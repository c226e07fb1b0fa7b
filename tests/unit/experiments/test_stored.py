"""A clone's whole life as one circuit."""

from __future__ import annotations

import numpy as np
import pytest

from qloak import pauli_channel
from qloak.errors import UsageError
from qloak.experiments.stored import StoredClone, waiting_noise
from qloak.noise import load_device, uniform_depolarizing


@pytest.mark.parametrize("custody", ["clones", "clones+source", "clones,source-deposited", "pairs"])
@pytest.mark.parametrize("method", ["unitary", "measured"])
@pytest.mark.parametrize("clones", [2, 4])
def test_without_noise_the_state_comes_back(clones, method, custody):
    circuit = StoredClone(clones, method, custody).circuit()
    assert pauli_channel(circuit).entanglement_fidelity == pytest.approx(1, abs=1e-12)
    assert not circuit.compile_sampler(seed=1).sample(50)[:, -2:].any()


@pytest.mark.parametrize("clones", [2, 3, 6])
@pytest.mark.parametrize("factor", [0.0, 0.5, 0.9])
def test_waiting_alone_has_a_closed_form(clones, factor):
    # With A, S1 and N1, a logical Pauli is that Pauli on A times the label of the Bell state of S1 and N1: three
    # qubits, each of which shrinks it by the factor. So F_e = (1 + 3 L^3)/4, whatever n.
    stored = StoredClone(clones, custody="pairs", waiting=(np.full(3, (1 - factor) / 4),))
    assert pauli_channel(stored.circuit()).entanglement_fidelity == pytest.approx((1 + 3 * factor**3) / 4, abs=1e-12)


def test_channels_follow_each_other():
    # Two depolarizing channels are one whose factor is the product of theirs.
    twice = StoredClone(2, waiting=(np.full(3, 0.1 / 4), np.full(3, 0.2 / 4)))
    once = StoredClone(2, waiting=(np.full(3, (1 - 0.9 * 0.8) / 4),))
    first, second = (pauli_channel(clone.circuit()) for clone in (twice, once))
    assert first.p_i == pytest.approx(second.p_i, abs=1e-12)
    assert first.p_z == pytest.approx(second.p_z, abs=1e-12)


def test_the_reference_and_the_last_measurement_are_noiseless():
    noisy = StoredClone(2, gates=uniform_depolarizing(0.01, 0.01, readout=0.01)).circuit()
    reference = noisy.num_qubits - 1
    touched = {
        target.value
        for instruction in noisy
        if instruction.name.startswith(("DEPOLARIZE", "PAULI_CHANNEL"))
        for target in instruction.targets_copy()
    }
    assert touched
    assert reference not in touched
    (last,) = [instruction for instruction in noisy if instruction.name == "M"]
    assert last.gate_args_copy() == []


def test_waiting_has_the_probabilities_of_relaxation():
    # One T1 of pure relaxation, T2 = 2 T1: p_X = p_Y = (1 - 1/e)/4, p_Z = (1 - e^(-1/2))/2 - p_X.
    p_x = (1 - np.exp(-1)) / 4
    expected = [p_x, p_x, (1 - np.exp(-0.5)) / 2 - p_x]
    assert waiting_noise(1e-4, t1_seconds=1e-4, t2_seconds=2e-4) == pytest.approx(expected, abs=1e-12)


def test_times_of_a_device_apply_where_none_are_given():
    device = load_device("kingston")
    medians = device.medians()
    t2 = min(medians.t2_seconds, 2 * medians.t1_seconds)
    expected = waiting_noise(1e-5, t1_seconds=medians.t1_seconds, t2_seconds=t2)
    assert waiting_noise(1e-5, device=device) == pytest.approx(expected)
    other = waiting_noise(1e-5, device=device, t1_seconds=1.0)
    assert other == pytest.approx(waiting_noise(1e-5, t1_seconds=1.0, t2_seconds=t2))


@pytest.mark.parametrize("given", [{}, {"t1_seconds": 1e-4}, {"t2_seconds": 1e-4}], ids=str)
def test_waiting_without_memory_times_is_refused(given):
    with pytest.raises(UsageError, match="T1 and T2 of the memories"):
        waiting_noise(1e-5, **given)


@pytest.mark.parametrize(
    ("clone", "words"),
    [
        (StoredClone(1), "from 2 to"),
        (StoredClone(2, "magic"), "method"),
        (StoredClone(2, custody="nobody"), "custody: got 'nobody'"),
        (StoredClone(3, custody="clones,source-deposited"), "an even number"),
    ],
    ids=str,
)
def test_impossible_clones_are_refused(clone, words):
    with pytest.raises(UsageError, match=words):
        clone.circuit()
