"""Sweeps of the channel: settings become noise as `pauli_channel` has it."""

from __future__ import annotations

import pytest

from qloak import EncryptedCloning, pauli_channel
from qloak.errors import UnknownNameError, UsageError
from qloak.experiments import Outcome, Runner
from qloak.experiments.channel_sweep import CHANNEL_AXES, ChannelSweep
from qloak.experiments.grid import Grid
from qloak.noise import load_device, uniform_depolarizing


def rows(raw, **settings):
    sweep = ChannelSweep(Grid.of(raw, CHANNEL_AXES), **settings)
    return sweep.rows(Runner().run(sweep.tasks()))


def test_one_row_for_each_point_with_its_settings():
    found = rows({"clones": "2-3", "method": "measured", "two_qubit_error": [0.0, 0.01]})
    assert [(row["clones"], row["two_qubit_error"]) for row in found] == [(2, 0.0), (2, 0.01), (3, 0.0), (3, 0.01)]
    for row in found:
        noise = uniform_depolarizing(row["two_qubit_error"])
        expected = pauli_channel(EncryptedCloning(row["clones"]), noise, method="measured")
        assert row["pauli"] == pytest.approx(
            dict(zip("IXYZ", (expected.p_i, expected.p_x, expected.p_y, expected.p_z), strict=True))
        )
        assert row["entanglement_fidelity"] == row["pauli"]["I"]
        assert row["average_fidelity"] == pytest.approx(expected.average_fidelity)


def test_a_device_gives_its_median_errors():
    (row,) = rows({"clones": 3, "device": "kingston"})
    expected = pauli_channel(EncryptedCloning(3), load_device("kingston").median_model())
    assert row["entanglement_fidelity"] == pytest.approx(expected.entanglement_fidelity, abs=1e-12)


def test_memory_depolarizing_is_that_of_the_channel():
    (row,) = rows({"clones": 5, "memory_depolarizing": 0.99})
    expected = pauli_channel(EncryptedCloning(5), memory_depolarizing=0.99)
    assert row["entanglement_fidelity"] == pytest.approx(expected.entanglement_fidelity, abs=1e-12)


def test_more_noise_and_more_time_are_worse():
    by_noise = rows({"clones": 2, "device": "fez", "noise_scale": [0.5, 1, 1.5]})
    by_time = rows({"clones": 2, "device": "fez", "time_us": [0, 1, 10, 100]})
    for found in (by_noise, by_time):
        values = [row["entanglement_fidelity"] for row in found]
        assert values == sorted(values, reverse=True)
        assert values[0] > values[-1]


def test_scale_one_is_the_device_itself():
    scaled, plain = rows({"clones": 2, "device": "fez", "noise_scale": 1}), rows({"clones": 2, "device": "fez"})
    assert scaled[0]["pauli"] == plain[0]["pauli"]


def test_custody_decides_which_qubits_recover():
    # With pairs, A and one pair of a provider: whatever n, fewer gates than the whole key needs.
    clones, pairs = rows({"clones": 5, "custody": "clones;pairs", "two_qubit_error": 0.01})
    assert pairs["entanglement_fidelity"] > clones["entanglement_fidelity"]


def test_samples_have_shots_and_an_interval():
    (row,) = rows({"clones": 2, "two_qubit_error": 0.01}, engine="stim", shots=500, seed=3)
    low, high = row["interval"]
    assert row["shots"] == 500
    assert low < row["entanglement_fidelity"] < high
    assert sum(row["pauli"].values()) == pytest.approx(1)


def test_letters_are_what_flips_the_correlators():
    sweep = ChannelSweep(Grid.of({"clones": 2}, CHANNEL_AXES), "stim", 10)
    (task,) = sweep.tasks()
    counts = {"00": 4, "01": 3, "10": 2, "11": 1}
    (row,) = sweep.rows({task.id: Outcome(task.id, counts, {})})
    assert row["pauli"] == {"I": 0.4, "X": 0.3, "Y": 0.1, "Z": 0.2}


def test_many_shots_are_several_tasks():
    sweep = ChannelSweep(Grid.of({"clones": 2}, CHANNEL_AXES), "stim", 2_500_000)
    assert [task.shots for task in sweep.tasks()] == [1_000_000, 1_000_000, 500_000]


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ({"method": "unitary"}, "got no clones"),
        ({"clones": 1}, "clones 1: num_clones"),
        ({"clones": 2, "method": "magic"}, "clones 2, method magic: method"),
        ({"clones": 2, "two_qubit_error": 2}, "two_qubit_error: got 2.0"),
        ({"clones": 2, "readout_error": -0.1}, "readout_error"),
        ({"clones": 2, "memory_depolarizing": 1.1}, "memory_depolarizing"),
        ({"clones": 2, "noise_scale": 2}, "a device beside it"),
        ({"clones": 2, "device": "fez", "noise_scale": 0}, "a factor above 0"),
        ({"clones": 2, "device": "fez", "two_qubit_error": 0.1}, "either a device or errors"),
        ({"clones": 2, "time_us": 3}, "T1 and T2 of the memories"),
        ({"clones": 2, "time_us": -3, "t1_us": 1, "t2_us": 1}, "at least 0"),
        ({"clones": 2, "time_us": 3, "t1_us": 1, "t2_us": 3}, "at most 2 T1"),
        ({"clones": 2, "time_us": 3, "t1_us": 0, "t2_us": 3}, "a time above 0"),
    ],
    ids=str,
)
def test_impossible_points_are_refused_by_name(raw, words):
    with pytest.raises(UsageError, match=words):
        rows(raw)


def test_processors_have_noise_of_their_own():
    with pytest.raises(UsageError, match="engine: got 'qiskit', expected one of exact, stim, aer, aer-mps"):
        rows({"clones": 2}, engine="qiskit")


def test_unknown_devices_are_refused():
    with pytest.raises(UnknownNameError, match="device nowhere: device: got 'nowhere'"):
        rows({"clones": 2, "device": "nowhere"})
