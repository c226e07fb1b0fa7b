"""Every engine keeps to the protocol: shape, record order, registers, sizes, one source of randomness."""

from __future__ import annotations

import numpy as np
import pytest
import stim

from qloak.simulators import Engine, Register, WorldEngine
from qloak.simulators.aer import AerEngine
from qloak.simulators.dense_engine import DenseEngine

ENGINES: dict[str, Engine] = {"world": WorldEngine(), "dense": DenseEngine(), "aer": AerEngine()}


@pytest.fixture(params=ENGINES)
def engine(request) -> Engine:
    return ENGINES[request.param]


def sample(engine: Engine, text: str, shots: int = 5, *, register: Register | None = None, seed: int = 1) -> np.ndarray:
    return engine.sample(stim.Circuit(text), shots, register=register, rng=np.random.default_rng(seed))


def test_engines_have_different_names():
    assert [engine.name for engine in ENGINES.values()] == list(ENGINES)


def test_records_in_order(engine):
    records = sample(engine, "X 2\nM 0 2 !0\nMX 1\nMZ 2\nM 3", shots=3)
    assert records.dtype == np.bool_
    assert records.shape == (3, 6)
    assert records[:, [0, 1, 2, 4, 5]].tolist() == [[False, True, True, True, False]] * 3


def test_one_shot_and_one_measurement(engine):
    assert sample(engine, "X 0\nM 0", shots=1).tolist() == [[True]]


def test_a_register_enters_on_the_first_qubits(engine):
    bell = Register.stabilizer(stim.Circuit("X 0\nH 0\nCX 0 1"))  # (|00> - |11>) / sqrt 2
    records = sample(engine, "M 2\nMPP X0*X1 Z0*Z1 Y0*Y1", register=bell)
    assert records.tolist() == [[False, True, False, False]] * 5


def test_a_register_larger_than_the_circuit(engine):
    assert sample(engine, "M 0", register=Register.stabilizer(stim.Circuit("X 0\nX 4"))).all()


def test_feed_forward(engine):
    """Teleportation of |i> to qubit 2: measured in the Y basis it is certain."""
    source = Register.dense(np.array([1, 1j]) / np.sqrt(2))
    text = "H 1\nCX 1 2\nCX 0 1\nM 1\nMX 0\nCX rec[-2] 2\nCZ rec[-1] 2\nMY 2"
    records = sample(engine, text, shots=40, register=source)
    assert not records[:, 2].any()
    # 40 fair coins are all equal with probability 2^-39 each.
    assert len(np.unique(records[:, 0])) == len(np.unique(records[:, 1])) == 2


def test_the_generator_decides(engine):
    one, two, other = (sample(engine, "H 0 1 2\nM 0 1 2", shots=60, seed=seed) for seed in (7, 7, 8))
    assert np.array_equal(one, two)
    assert not np.array_equal(one, other)
