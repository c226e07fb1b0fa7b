"""The stabilizer world and the dense oracle on the same random circuits and random registers."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import stim

from qloak.simulators import Register, StabilizerWorld, WorldEngine
from qloak.simulators.dense import DenseState
from qloak.simulators.dense_engine import branches
from tests.oracles import PAULIS, joint, random_state
from tests.records import distribution, unlikely_under

NUM_QUBITS = 4
ONE_QUBIT = [g.name for g in stim.gate_data().values() if g.is_unitary and g.is_single_qubit_gate]
TWO_QUBIT = [g.name for g in stim.gate_data().values() if g.is_unitary and g.is_two_qubit_gate]
MEASUREMENTS = ("M", "MX", "MY", "MR", "MRX", "MRY", "MXX", "MYY", "MZZ", "MPP")
RESETS = ("R", "RX", "RY")
FEEDBACK = ("CX rec[{r}] {q}", "CY rec[{r}] {q}", "CZ rec[{r}] {q}", "CZ {q} rec[{r}]", "XCZ {q} rec[{r}]")
ALL_PAULIS = [dict(enumerate(word)) for word in itertools.product("_XYZ", repeat=NUM_QUBITS)][1:]


def random_gates(rng: np.random.Generator, count: int) -> stim.Circuit:
    """Every unitary gate of stim has its chance, SPP included."""
    circuit = stim.Circuit()
    for _ in range(count):
        a, b = rng.permutation(NUM_QUBITS)[:2].tolist()
        kind = rng.random()
        if kind < 0.45:
            circuit.append(str(rng.choice(ONE_QUBIT)), [a])
        elif kind < 0.9:
            circuit.append(str(rng.choice(TWO_QUBIT)), [a, b])
        else:
            circuit += stim.Circuit(f"{rng.choice(['SPP', 'SPP_DAG'])} {random_product(rng)}")
    return circuit


def random_product(rng: np.random.Generator) -> str:
    """Targets such as !X0*Z2."""
    qubits = rng.permutation(NUM_QUBITS)[: rng.integers(1, NUM_QUBITS + 1)].tolist()
    return str(rng.choice(["", "!"])) + "*".join(f"{rng.choice(list('XYZ'))}{q}" for q in qubits)


def random_program(rng: np.random.Generator, collapses: tuple[str, ...]) -> stim.Circuit:
    """Gates, measurements and resets of the given kinds, and feed-forward of every form."""
    circuit = stim.Circuit()
    for _ in range(5):
        circuit += random_gates(rng, 4)
        a, b = rng.permutation(NUM_QUBITS)[:2].tolist()
        name = str(rng.choice(collapses))
        inverted = "!" if rng.random() < 0.3 and not name.startswith("R") else ""
        if name == "MPP":
            circuit += stim.Circuit(f"MPP {random_product(rng)}")
        elif len(name) == 3 and name[1] == name[2]:
            circuit += stim.Circuit(f"{name} {inverted}{a} {b}")
        else:
            circuit += stim.Circuit(f"{name} {inverted}{a}")
        if circuit.num_measurements:
            record = -int(rng.integers(1, circuit.num_measurements + 1))
            circuit += stim.Circuit(str(rng.choice(FEEDBACK)).format(r=record, q=b))
    return circuit


def random_register(rng: np.random.Generator) -> Register:
    """Of one to three qubits, dense or stabilizer."""
    k = int(rng.integers(1, 4))
    if rng.random() < 0.5:
        return Register.random(k, rng)
    return Register.stabilizer(stim.Tableau.random(k).to_circuit(), num_qubits=k)


def world_means(world: StabilizerWorld) -> np.ndarray:
    """Mean values of all Pauli observables, the identity left out."""
    return np.array([world.expectation({q: p for q, p in word.items() if p != "_"}) for word in ALL_PAULIS])


def dense_means(state: DenseState) -> np.ndarray:
    return np.array([state.expectation(stim.PauliString("".join(word.values()))) for word in ALL_PAULIS])


def test_gates_on_a_random_register():
    """All 255 mean values of four qubits after random gates."""
    rng = np.random.default_rng(11)
    for _ in range(12):
        register = random_register(rng)
        circuit = random_gates(rng, 12)
        world = StabilizerWorld(register, rng=rng, num_ancillas=NUM_QUBITS - register.num_qubits)
        world.run(circuit)
        start = DenseState.prepare(register.to_statevector(), num_qubits=NUM_QUBITS)
        (branch,) = branches(start, circuit)
        assert np.allclose(world_means(world), dense_means(branch.state), atol=1e-12), str(circuit)


def test_measurements_have_the_same_chances_and_the_same_collapse():
    """In step: before each measurement the mean values agree, after it the states do, whatever came out."""
    rng = np.random.default_rng(12)
    for _ in range(12):
        register = random_register(rng)
        world = StabilizerWorld(register, rng=rng, num_ancillas=NUM_QUBITS - register.num_qubits)
        state = DenseState.prepare(register.to_statevector(), num_qubits=NUM_QUBITS)
        for _ in range(6):
            gates = random_gates(rng, 4)
            world.run(gates)
            state = next(branches(state, gates)).state
            letters = {q: p for q, p in ALL_PAULIS[rng.integers(255)].items() if p != "_"}
            observable = stim.PauliString(letters)
            assert world.expectation(letters) == pytest.approx(state.expectation(observable), abs=1e-12)
            state = state.postselect(observable, world.measure(letters))
        assert np.allclose(world_means(world), dense_means(state), atol=1e-10)


def test_programs_end_in_a_branch_that_exists():
    """Measurements and feed-forward: the record is possible, and the state is that of its branch.

    Without resets, which leave the rest of an entangled state in one of several states at the engine's choice.
    """
    rng = np.random.default_rng(13)
    for _ in range(25):
        register = random_register(rng)
        circuit = random_program(rng, MEASUREMENTS)
        world = StabilizerWorld(register, rng=rng, num_ancillas=NUM_QUBITS - register.num_qubits)
        record = tuple(world.run(circuit).tolist())
        start = DenseState.prepare(register.to_statevector(), num_qubits=NUM_QUBITS)
        (end,) = [branch.state for branch in branches(start, circuit) if branch.record == record]
        assert np.allclose(world_means(world), dense_means(end), atol=1e-9), str(circuit)


@pytest.mark.parametrize(("gate", "after"), [("CX", "X"), ("CY", "Y"), ("CZ", "Z"), ("XCZ", "X"), ("YCZ", "Y")])
@pytest.mark.parametrize("outcome", [False, True])
def test_every_form_of_feed_forward(gate, after, outcome):
    """The Pauli is applied where the outcome is 1; stim lets the result stand on either side of CZ."""
    psi = random_state(1, 5)
    register = Register.dense(joint([(np.eye(2)[int(outcome)], [0]), (psi, [1])]))
    expected = PAULIS["IXYZ".index(after)] @ psi if outcome else psi
    targets = {"CZ": ("rec[-1] 1", "1 rec[-1]"), "XCZ": ("1 rec[-1]",), "YCZ": ("1 rec[-1]",)}
    for target in targets.get(gate, ("rec[-1] 1",)):
        world = StabilizerWorld(register, rng=np.random.default_rng(5))
        assert world.run(stim.Circuit(f"M 0\n{gate} {target}")).tolist() == [outcome]
        assert np.allclose(world.reduced_density_matrix([1]), np.outer(expected, expected.conj()), atol=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_sampled_records_have_the_exact_distribution(seed):
    """World shots against the enumerated branches; fails by chance with probability below 1e-9."""
    rng = np.random.default_rng(100 + seed)
    register = Register.dense(random_state(2, seed))
    circuit = random_program(rng, MEASUREMENTS + RESETS)
    start = DenseState.prepare(register.to_statevector(), num_qubits=NUM_QUBITS)
    exact = distribution(branches(start, circuit))
    records = WorldEngine().sample(circuit, 800, register=register, rng=rng)
    assert not unlikely_under(exact, records, failure_probability=1e-9)
