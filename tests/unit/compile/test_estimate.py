"""Fidelities: against the exact channel of the written-out noisy circuit, and against an earlier search's."""

from __future__ import annotations

from dataclasses import replace
from math import prod

import numpy as np
import pytest

from qloak.analysis import pauli_channel
from qloak.compile.decoders import roundtrips
from qloak.compile.estimate import clone_fidelities, estimate, estimate_clones
from qloak.compile.noise_table import NoiseTable, noise_table
from qloak.compile.noisy import noisy_roundtrip
from qloak.errors import UsageError
from qloak.noise import load_device
from tests.encoders import ENCODERS, FIDELITIES, KINGSTON, SMALL

DEVICE = KINGSTON.device


@pytest.mark.parametrize("method", ["measured", "mixed", "unitary"])
@pytest.mark.parametrize("name", SMALL)
def test_it_is_the_exact_channel_of_the_noisy_circuit(name: str, method: str):
    for trip in roundtrips(ENCODERS[name], KINGSTON, method=method).values():
        fast = estimate(trip, noise_table(DEVICE))
        slow = pauli_channel(noisy_roundtrip(trip, DEVICE))
        for probability in ("p_i", "p_x", "p_y", "p_z"):
            assert getattr(fast, probability) == pytest.approx(getattr(slow, probability), abs=1e-12)


def test_it_agrees_with_stims_error_model():
    """For weak noise the probabilities of stim's mechanisms combine to the same correlators."""
    trip = roundtrips(ENCODERS["one unit"], KINGSTON)[148]
    model = noisy_roundtrip(trip, DEVICE).detector_error_model(approximate_disjoint_errors=True)
    factors = np.ones(3)
    for error in model:
        if error.type == "error":
            flips = {target.val for target in error.targets_copy() if target.is_logical_observable_id()}
            odd = [0 in flips, 1 in flips, len(flips) == 1]
            factors *= 1 - 2 * error.args_copy()[0] * np.array(odd)
    assert estimate(trip, noise_table(DEVICE)).p_i == pytest.approx((1 + factors.sum()) / 4, abs=2e-4)


@pytest.mark.parametrize("name", FIDELITIES)
def test_it_reproduces_what_an_earlier_search_predicted(name: str):
    """That search spent more pulses; otherwise the model is the same."""
    found = list(clone_fidelities(ENCODERS[name], DEVICE).values())
    assert FIDELITIES[name] - 0.0002 <= sum(found) / len(found) <= FIDELITIES[name] + 0.003


def test_each_source_alone_gives_its_part_of_the_budget():
    """In the product of all factors the three correlators are those of the sources, multiplied."""
    for found in estimate_clones(ENCODERS["two units"], DEVICE).values():
        assert sum(found.budget.values()) > 1 - found.p_i > max(found.budget.values())
        assert found.p_i + found.p_x + found.p_y + found.p_z == pytest.approx(1)
        assert found.entanglement_fidelity == found.p_i
        assert min(found.budget.values()) > 0


def test_readout_alone_has_a_closed_form():
    """The three correlators shrink by 1 - 2 e of reference, clone, and every record they contain."""
    quiet = replace(
        DEVICE,
        one_qubit_errors=np.zeros(DEVICE.num_qubits),
        two_qubit_errors=np.zeros(len(DEVICE.couplers)),
        t1_seconds=np.full(DEVICE.num_qubits, np.inf),
        t2_seconds=np.full(DEVICE.num_qubits, np.inf),
    )
    for trip in roundtrips(ENCODERS["two units"], KINGSTON).values():
        qubits = [operation.qubit for operation in trip.operations if operation.name == "M"]
        flips = DEVICE.readout_flips
        ends = (1 - 2 * flips[trip.reference]) * (1 - 2 * flips[trip.clone])
        x, z = set(trip.frame.z_records.tolist()), set(trip.frame.x_records.tolist())
        correlators = [prod(1 - 2 * flips[qubits[record]] for record in records) for records in (x, z, x ^ z)]
        wanted = (1 + ends * sum(correlators)) / 4
        assert estimate(trip, noise_table(quiet)).p_i == pytest.approx(wanted, abs=1e-12)


def test_waiting_alone_has_a_closed_form():
    """One pair, no clones: reference and source wait for nothing, so only their readout could hurt."""
    trip = next(iter(roundtrips(ENCODERS["one unit"], KINGSTON).values()))
    budget = estimate(trip, noise_table(DEVICE)).budget
    longer = replace(DEVICE, t1_seconds=2 * DEVICE.t1_seconds, t2_seconds=2 * DEVICE.t2_seconds)
    assert estimate(trip, noise_table(longer)).budget["waiting"] == pytest.approx(budget["waiting"] / 2, rel=0.01)


def test_plain_errors_are_weaker_than_benchmarked_ones():
    encoder = ENCODERS["one unit"]
    plain = clone_fidelities(encoder, DEVICE, convention="plain")
    benchmark = clone_fidelities(encoder, DEVICE)
    assert all(plain[clone] > benchmark[clone] for clone in encoder.clones)
    budgets = [
        estimate(roundtrips(encoder, KINGSTON)[138], noise_table(DEVICE, convention=convention)).budget
        for convention in ("plain", "benchmark")
    ]
    assert budgets[1]["two-qubit gates"] == pytest.approx(1.25 * budgets[0]["two-qubit gates"], rel=0.01)


def test_scaled_noise_scales_the_infidelity():
    encoder = ENCODERS["one unit"]
    weak, weaker = (
        estimate_clones(encoder, DEVICE, table=NoiseTable.of(DEVICE, scale=scale))[138].p_i for scale in (2e-4, 1e-4)
    )
    assert 1 - weak == pytest.approx(2 * (1 - weaker), rel=1e-3)


def test_a_circuit_for_another_device_is_refused():
    trip = next(iter(roundtrips(ENCODERS["one unit"], KINGSTON).values()))
    with pytest.raises(UsageError, match="couplers"):
        estimate(trip, noise_table(load_device("torino")))
    with pytest.raises(UsageError, match="convention"):
        NoiseTable.of(DEVICE, convention="mean")  # type: ignore[arg-type]
