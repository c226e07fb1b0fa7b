"""Aer against the stabilizer world, both against the exact distribution of outcomes.

Every comparison fails by chance with probability below 1e-9 (see tests.records).
"""

from __future__ import annotations

import numpy as np
import pytest
import stim

from qloak.circuits import roundtrip_circuit
from qloak.core import EncryptedCloning
from qloak.simulators import Engine, Register, WorldEngine
from qloak.simulators.aer import AerEngine
from qloak.simulators.dense import DenseState
from qloak.simulators.dense_engine import DenseEngine, branches
from tests.oracles import random_state
from tests.records import distribution, unlikely_under

CASES = [(n, clone, method) for n, clone in ((2, "S2"), (2, "A"), (3, "S1")) for method in ("unitary", "measured")]
SHOTS = {"world": 600, "dense": 10_000, "aer": 5_000}
ENGINES: list[Engine] = [WorldEngine(), DenseEngine(), AerEngine(method="statevector")]


def story(n: int, clone: str, method: str) -> stim.Circuit:
    """Encrypt half of a two-qubit register, decrypt one clone, then look at everything that carries the state.

    The second register qubit enters where S1 is, so it is moved out of the way first. In the end it and the
    clone are measured together, Y and Z of the clone's relatives besides.
    """
    scheme = EncryptedCloning(n)
    output, reference = scheme.clone_index(clone), 2 * n + 1
    circuit = stim.Circuit(f"SWAP 1 {reference}") + roundtrip_circuit(scheme, clone, method=method)
    others = [q for q in range(n + 1) if q != output]
    return circuit + stim.Circuit(
        f"MPP X{output}*Z{reference}\nMY {output} {reference}\nM {' '.join(map(str, others))}"
    )


@pytest.mark.parametrize("engine", ENGINES, ids=lambda engine: engine.name)
@pytest.mark.parametrize(("n", "clone", "method"), CASES)
def test_outcome_statistics(n, clone, method, engine):
    circuit = story(n, clone, method)
    register = Register.dense(random_state(2, 10 * n))
    start = DenseState.prepare(register.to_statevector(), num_qubits=circuit.num_qubits)
    exact = distribution(branches(start, circuit))
    records = engine.sample(circuit, SHOTS[engine.name], register=register, rng=np.random.default_rng(n))
    assert not unlikely_under(exact, records, failure_probability=1e-9)


def test_the_comparison_notices_a_wrong_circuit():
    """One S gate as its inverse on the clone: the same statistics no longer fit."""
    circuit = story(2, "S1", "unitary")
    register = Register.dense(random_state(2, 20))
    start = DenseState.prepare(register.to_statevector(), num_qubits=circuit.num_qubits)
    wrong = stim.Circuit(str(circuit).replace("S 1 3", "S 1\nS_DAG 3", 1))
    assert wrong != circuit
    records = AerEngine(method="statevector").sample(wrong, 20_000, register=register, rng=np.random.default_rng(1))
    assert unlikely_under(distribution(branches(start, circuit)), records, failure_probability=1e-9)


def test_a_hundred_clones_in_aers_stabilizer_method():
    """The key measured with feed-forward on 201 qubits: the clone shows the basis state that was encrypted."""
    scheme = EncryptedCloning(100)
    for text, basis in (("X 0", "Z"), ("H 0\nS 0", "Y")):
        circuit = stim.Circuit(text) + roundtrip_circuit(scheme, "S7", method="measured")
        circuit += stim.Circuit(f"MPP {basis}7")
        records = AerEngine(method="stabilizer").sample(circuit, 20, rng=np.random.default_rng(3))
        assert (records[:, -1] == (basis == "Z")).all()
