"""The channel by all engines: what is sampled agrees with what is exact."""

from __future__ import annotations

import math

import pytest

from qloak.experiments import Runner
from qloak.experiments.channel_sweep import CHANNEL_AXES, ChannelSweep
from qloak.experiments.grid import Grid

GRID = {
    "clones": 2,
    "method": ["unitary", "measured"],
    "custody": "clones;pairs",
    "two_qubit_error": 0.02,
    "one_qubit_error": 0.01,
    "readout_error": 0.03,
    "time_us": 10,
    "t1_us": 100,
    "t2_us": 80,
}


@pytest.mark.parametrize(("engine", "shots"), [("stim", 100_000), ("aer", 4000), ("aer-mps", 500)])
def test_samples_agree_with_the_exact_channel(engine, shots):
    if engine != "stim":
        pytest.importorskip("qiskit_aer")
    # Hoeffding: P(|k/N - p| > e) <= 2 exp(-2 N e^2); four Paulis at four points: 16 of these are 1e-9 together.
    slack = math.sqrt(math.log(2 * 16 / 1e-9) / (2 * shots))
    exact, sampled = (ChannelSweep(Grid.of(GRID, CHANNEL_AXES), name, shots, 1) for name in ("exact", engine))
    expected, found = (sweep.rows(Runner().run(sweep.tasks())) for sweep in (exact, sampled))
    assert len(expected) == len(found) == 4
    for one, other in zip(expected, found, strict=True):
        assert one["entanglement_fidelity"] < 0.9
        for letter in "IXYZ":
            assert abs(one["pauli"][letter] - other["pauli"][letter]) < slack
