"""The stabilizer world in step with a state vector, through whatever is done to it; and any redemption."""

from __future__ import annotations

import itertools

import numpy as np
import stim
from hypothesis import given, settings
from hypothesis import strategies as st

from qloak.core import EncryptedCloning
from qloak.simulators import EncryptedRegister, Register, StabilizerWorld
from qloak.simulators.dense import DenseState
from qloak.simulators.dense_engine import branches

NUM_QUBITS = 4
WORDS = [dict(enumerate(word)) for word in itertools.product("_XYZ", repeat=NUM_QUBITS)][1:]
OBSERVABLES = [{q: letter for q, letter in word.items() if letter != "_"} for word in WORDS]

QUBIT = st.integers(0, NUM_QUBITS - 1)
PAIR = st.permutations(range(NUM_QUBITS)).map(lambda order: order[:2])
ONE = st.builds(lambda g, q: ("gate", f"{g} {q}"), st.sampled_from(["H", "S", "X", "SQRT_Y_DAG", "C_ZYX"]), QUBIT)
TWO = st.builds(
    lambda g, p: ("gate", f"{g} {p[0]} {p[1]}"), st.sampled_from(["CX", "CZ", "CY", "ISWAP", "SQRT_XX"]), PAIR
)
MEASURE = st.tuples(st.just("measure"), st.sampled_from(OBSERVABLES))
FLIP = st.tuples(st.just("flip"), st.sampled_from(OBSERVABLES))
RESET = st.tuples(st.just("reset"), QUBIT)
STEPS = st.lists(ONE | TWO | TWO | MEASURE | FLIP | RESET, max_size=14)

REGISTERS = st.builds(
    lambda seed, size: Register.random(size, np.random.default_rng(seed)), st.integers(0, 10**6), st.integers(1, 3)
) | st.builds(
    lambda gates: Register.stabilizer(stim.Circuit("\n".join(gates)), num_qubits=3),
    st.lists(st.sampled_from(["H 0", "S 1", "CX 0 1", "CX 1 2", "H 2", "X 0", "CZ 0 2"]), max_size=8),
)


def means(world: StabilizerWorld) -> np.ndarray:
    return np.array([world.expectation(letters) for letters in OBSERVABLES])


def dense_means(state: DenseState) -> np.ndarray:
    return np.array([state.expectation(stim.PauliString(letters)) for letters in OBSERVABLES])


@settings(max_examples=60)
@given(REGISTERS, STEPS, st.integers(0, 10**6))
def test_in_step_with_a_state_vector(register, steps, seed):
    """Whatever the world's outcomes are, the vector that has the same ones has the same 255 mean values."""
    world = StabilizerWorld(register, rng=np.random.default_rng(seed), num_ancillas=NUM_QUBITS - register.num_qubits)
    state = DenseState.prepare(register.to_statevector(), num_qubits=NUM_QUBITS)
    for kind, what in steps:
        if kind == "gate":
            world.run(stim.Circuit(what))
            (branch,) = branches(state, stim.Circuit(what))
            state = branch.state
        elif kind == "measure":
            before = state.expectation(stim.PauliString(what))
            assert abs(world.expectation(what) - before) < 1e-9
            state = state.postselect(stim.PauliString(what), world.measure(what))
        elif kind == "flip":
            world.apply_pauli(what)
            state = state.apply_pauli(stim.PauliString(what))
        else:
            # The outcome that a reset forgets is the one whose state the world is in.
            world.reset([what])
            ends = [branch.state for branch in branches(state, stim.Circuit(f"R {what}"))]
            state = min(ends, key=lambda end: abs(dense_means(end) - means(world)).max())
    assert np.allclose(means(world), dense_means(state), atol=1e-8)


@settings(max_examples=60)
@given(REGISTERS, st.lists(ONE | TWO, max_size=10), st.permutations(range(NUM_QUBITS)))
def test_what_is_taken_is_what_was_there(register, gates, order):
    """Qubits that hold the register are found to, and their state is that of the vector."""
    k = register.num_qubits
    text = "\n".join(gate for _, gate in gates)
    world = StabilizerWorld(register, rng=np.random.default_rng(1), num_ancillas=NUM_QUBITS - k)
    world.run(stim.Circuit(text))
    (branch,) = branches(DenseState.prepare(register.to_statevector(), num_qubits=NUM_QUBITS), stim.Circuit(text))
    rho = branch.state.reduced_density_matrix(order[:k])
    taken = world.take(order[:k])
    # The other way round needs not hold: a particular state may be a product by chance.
    if taken is not None:
        vector = taken.to_statevector()
        assert np.allclose(rho, np.outer(vector, vector.conj()), atol=1e-9)


@settings(max_examples=60)
@given(
    st.integers(2, 12), st.integers(1, 3), st.sampled_from(["unitary", "measured"]), st.integers(0, 10**6), st.data()
)
def test_any_clone_of_any_register_opens_by_either_method_once(n, size, method, seed, data):
    rng = np.random.default_rng(seed)
    register = Register.random(size, rng)
    kept = data.draw(st.integers(0, size - 1))
    scheme = EncryptedCloning(n)
    clone = int(data.draw(st.sampled_from(scheme.clones.tolist())))
    stored = EncryptedRegister(register, scheme, rng=rng, num_kept=kept)
    stored.lose(np.setdiff1d(np.arange(n + 1), [clone]))
    result = stored.redeem(clone, method=method)
    assert result.register is not None
    assert abs(result.register.state_fidelity(register) - 1) < 1e-12
