"""Sweeps of experiments."""

from __future__ import annotations

import pytest

from qloak.errors import UnknownNameError, UsageError
from qloak.experiments import catalogue
from qloak.experiments import sweep as module
from qloak.experiments.bench import Bench
from qloak.experiments.channel_sweep import CHANNEL_AXES, ChannelSweep
from qloak.experiments.grid import Grid
from qloak.experiments.noisy import scaled_device
from qloak.experiments.sweep import axes_of, build_sweep
from qloak.noise import load_device


@pytest.fixture
def bench():
    return Bench(load_device("kingston"))


class Fake:
    """An experiment that tells what it was made with."""

    def __init__(self, name, bench, *, by, values):
        self.made = (name, bench, by, values)

    def tasks(self):
        return [self.made]

    def rows(self, _):
        return [{"clones": value} for value in self.made[3] or (2,)]


def test_the_channel_is_swept_by_its_own(bench):
    assert axes_of("channel") == CHANNEL_AXES
    assert isinstance(build_sweep("channel", Grid({"clones": (2,)}), bench), ChannelSweep)


@pytest.mark.parametrize("name", catalogue.CATALOGUE)
def test_every_experiment_can_be_swept(name):
    assert set(axes_of(name)) == {catalogue.CATALOGUE[name].by, "device", "noise_scale", "transpiler_seeds"}


def test_an_experiment_is_built_for_every_setting(bench, monkeypatch):
    monkeypatch.setattr(module, "build", Fake)
    axes = {"clones": (2, 3), "device": ("kingston", "fez"), "noise_scale": (1.0, 1.5), "transpiler_seeds": (4,)}
    sweep = build_sweep("fidelity", Grid(axes), bench)
    made = sweep.tasks()
    assert [(name, by, values) for name, _, by, values in made] == [("fidelity", "clones", [2, 3])] * 4
    devices = [each.device.name for _, each, _, _ in made]
    assert devices == ["kingston", "kingston x1.5", "fez", "fez x1.5"]
    assert made[1][1].device.to_json() == scaled_device(load_device("kingston"), 1.5).to_json()
    assert all(each.transpiler_seeds == 4 for _, each, _, _ in made)
    assert sweep.rows({})[3] == {"device": "kingston", "noise_scale": 1.5, "transpiler_seeds": 4, "clones": 3}


def test_without_rows_the_experiment_takes_its_own(bench, monkeypatch):
    monkeypatch.setattr(module, "build", Fake)
    ((_, _, _, values),) = build_sweep("fidelity", Grid({"device": ("fez",)}), bench).tasks()
    assert values is None


def test_noise_is_scaled_only_where_circuits_carry_it(monkeypatch):
    monkeypatch.setattr(module, "build", Fake)
    sampled = Bench(load_device("kingston"), "aer")
    with pytest.raises(UsageError, match="exact, stim"):
        build_sweep("fidelity", Grid({"noise_scale": (2.0,)}), sampled).tasks()
    with pytest.raises(UsageError, match="above 0"):
        build_sweep("fidelity", Grid({"noise_scale": (0.0,)}), sampled).tasks()


def test_unknown_experiments_are_refused(bench):
    for make in (axes_of, lambda name: build_sweep(name, Grid({}), bench)):
        with pytest.raises(UnknownNameError, match="'astrology', expected one of channel, fidelity"):
            make("astrology")
