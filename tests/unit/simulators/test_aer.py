"""The Aer engine's own duties: record order, registers, noise, seeds and refusals."""

from __future__ import annotations

import sys

import numpy as np
import pytest
import stim

from qloak.errors import MissingExtraError, ProgramError, UsageError
from qloak.simulators import Register
from qloak.simulators.aer import AerEngine
from tests.oracles import random_state


def sample(text: str, shots: int = 20, *, register: Register | None = None, **options) -> np.ndarray:
    engine = AerEngine(**options)
    return engine.sample(stim.Circuit(text), shots, register=register, rng=np.random.default_rng(1))


@pytest.mark.parametrize("method", ["automatic", "statevector", "stabilizer"])
def test_records_come_in_the_circuits_order(method):
    records = sample("X 1\nM 2 1 0\nMR !1\nM 1\nH 3\nMX 3 !3", method=method)
    assert records.shape == (20, 7)
    assert records.dtype == np.bool_
    assert (records == np.array([0, 1, 0, 0, 0, 0, 1], dtype=bool)).all()


@pytest.mark.parametrize("method", ["statevector", "stabilizer"])
def test_feed_forward(method):
    """A random bit copied by feed-forward, and the sign of a Bell pair repaired by it."""
    records = sample("H 0\nM 0\nCX rec[-1] 1\nM 1\nH 2\nCX 2 3\nMX 2\nCZ rec[-1] 3\nMX 3", 64, method=method)
    assert np.array_equal(records[:, 0], records[:, 1])
    assert not records[:, 3].any()
    # Each of bits 0 and 2 is constant with probability 2^-63.
    assert 0 < records[:, 0].sum() < 64
    assert 0 < records[:, 2].sum() < 64


@pytest.mark.parametrize(
    "register",
    [
        Register.dense(random_state(2, 1)),
        Register.stabilizer(stim.Circuit("H 0\nCX 0 1\nS 1"), num_qubits=2),
        Register.stabilizer(stim.Circuit("X 0"), num_qubits=3),
    ],
    ids=["dense", "stabilizer", "larger than the circuit"],
)
def test_a_register_enters_on_the_first_qubits(register):
    records = sample("MX 0\nMY 1", 4000, register=register)
    expected = [(1 - register.bloch_vector(0)[0]) / 2, (1 - register.bloch_vector(1)[1]) / 2]
    # Hoeffding, two means: P(any misses by 0.054) <= 4 exp(-2 * 4000 * 0.054^2) < 1e-9.
    assert abs(records.mean(axis=0) - expected).max() < 0.054


def test_a_large_stabilizer_register_with_the_stabilizer_method():
    ghz = stim.Circuit("H 0\n" + "".join(f"CX {q} {q + 1}\n" for q in range(39)))
    records = sample("M 0 20 39", register=Register.stabilizer(ghz), method="stabilizer")
    assert (records == records[:, :1]).all()


def test_noise_model():
    """Readout that always flips."""
    from qiskit_aer.noise import NoiseModel, ReadoutError

    noise = NoiseModel()
    noise.add_all_qubit_readout_error(ReadoutError([[0, 1], [1, 0]]))
    assert sample("M 0 1", noise_model=noise).all()


def test_same_seed_same_shots():
    assert np.array_equal(sample("H 0 1\nM 0 1", 50), sample("H 0 1\nM 0 1", 50))


def test_no_measurements():
    assert sample("H 0").shape == (20, 0)


def test_refusals():
    with pytest.raises(UsageError, match="at least 1"):
        sample("M 0", 0)
    with pytest.raises(UsageError, match="one of automatic"):
        sample("M 0", method="abacus")
    with pytest.raises(ProgramError):
        sample("DEPOLARIZE1(0.1) 0\nM 0")
    with pytest.raises(ProgramError, match="Aer"):
        sample("M 0", register=Register.dense(random_state(1, 1)), method="stabilizer")


def test_without_the_extra(monkeypatch):
    monkeypatch.setitem(sys.modules, "qiskit_aer", None)
    with pytest.raises(MissingExtraError, match=r"qloak\[aer\]"):
        sample("M 0")
