"""Laws of the experiments: the exact channel is what samples converge to, grids are products."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qloak import EncryptedCloning, NoiseModel, pauli_channel
from qloak.experiments import Runner
from qloak.experiments.channel_sweep import ChannelSweep
from qloak.experiments.grid import Grid
from qloak.experiments.stored import StoredClone
from qloak.noise import uniform_depolarizing

METHODS = st.sampled_from(["unitary", "measured"])
CUSTODIES = st.sampled_from(["clones", "clones+source", "pairs"])
ERRORS = st.floats(0, 0.02)


def rates(two: float, one: float, readout: float) -> NoiseModel:
    return uniform_depolarizing(two, one, readout=readout)


@given(clones=st.integers(2, 7), method=METHODS, two=ERRORS, one=ERRORS, readout=ERRORS, factor=st.floats(0.5, 1))
def test_a_stored_clone_has_the_channel_of_its_scheme(clones, method, two, one, readout, factor):
    noise = rates(two, one, readout)
    waiting = (np.full(3, (1 - factor) / 4),)
    found = pauli_channel(StoredClone(clones, method, "clones", noise, waiting).circuit())
    scheme = EncryptedCloning(clones)
    expected = pauli_channel(scheme, noise, clone="S1", method=method, memory_depolarizing=factor)
    for name in ("p_i", "p_x", "p_y", "p_z"):
        assert getattr(found, name) == pytest.approx(getattr(expected, name), abs=1e-12)


@given(clones=st.integers(2, 4), method=METHODS, custody=CUSTODIES, seed=st.integers(0, 2**31), noisy=st.booleans())
@settings(max_examples=25)
def test_samples_agree_with_the_exact_channel(clones, method, custody, seed, noisy):
    # Hoeffding: P(|k/N - p| > e) <= 2 exp(-2 N e^2). Four Paulis in each of at most 100 examples of a run: with e
    # below a run fails by chance with probability at most 400 * 2.5e-12 = 1e-9.
    shots = 20_000
    slack = math.sqrt(math.log(2 / 2.5e-12) / (2 * shots))
    axes = {"clones": (clones,), "method": (method,), "custody": (custody,), "memory_depolarizing": (0.95,)}
    if noisy:
        axes |= {"two_qubit_error": (0.02,), "one_qubit_error": (0.01,), "readout_error": (0.03,)}
    rows = []
    for engine in ("exact", "stim"):
        sweep = ChannelSweep(Grid(axes), engine, shots, seed)
        rows += sweep.rows(Runner().run(sweep.tasks()))
    for letter in "IXYZ":
        assert abs(rows[0]["pauli"][letter] - rows[1]["pauli"][letter]) < slack


@given(sizes=st.lists(st.integers(1, 4), min_size=1, max_size=4))
def test_a_grid_is_a_product(sizes):
    grid = Grid({f"axis{k}": tuple(range(size)) for k, size in enumerate(sizes)})
    points = [tuple(point.values()) for point in grid]
    assert len(grid) == len(points) == len(set(points)) == math.prod(sizes)
    assert points == sorted(points)
