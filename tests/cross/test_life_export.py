"""The life of an encrypted register, exported as a circuit and run by Qiskit Aer, against the world itself."""

from __future__ import annotations

import numpy as np
import pytest
import stim

from qloak.circuits.formats import from_qpy
from qloak.errors import ConflictError, LimitError, UnknownNameError, UsageError
from qloak.simulators import Register
from qloak.simulators.block_operators import check_operators
from qloak.storage.world import HolderInfo
from qloak.storage.world import operations as ops
from tests.oracles import random_state
from tests.storage_worlds import OWNER, Play, key

qasm3 = pytest.importorskip("qiskit.qasm3")
aer = pytest.importorskip("qiskit_aer")

SHOTS = 4_000
BOUND = 2 * np.sqrt(np.log(2 / 2e-11) / (2 * SHOTS))
"""Hoeffding: a mean of SHOTS outcomes +-1 is further off with probability below 2e-11; fewer than 50 are compared."""


@pytest.fixture
def play(tmp_path):
    played = Play(tmp_path)
    yield played
    played.world.close()


def bloch(register: Register) -> dict[str, float]:
    return dict(zip("XYZ", register.bloch_vector(), strict=True))


def mean(text: str, qubit: int, letter: str) -> float:
    """Mean of a Pauli on one qubit behind an exported program, by Aer."""
    from qiskit import QuantumCircuit, transpile
    from qiskit.circuit import ClassicalRegister

    program: QuantumCircuit = qasm3.loads(text)
    extra = ClassicalRegister(1, "last")
    program.add_register(extra)
    if letter == "Y":
        program.sdg(qubit)
    if letter in "XY":
        program.h(qubit)
    program.measure(qubit, extra[0])
    simulator = aer.AerSimulator(method="statevector")
    counts = simulator.run(transpile(program, simulator), shots=SHOTS, seed_simulator=11).result().get_counts()
    # Qiskit writes the register added last first.
    ones = sum(count for bits, count in counts.items() if bits[0] == "1")
    return 1 - 2 * ones / SHOTS


def continued(with_input: str, later: str) -> str:
    """A later export, with the preparation of an earlier one: a recovery purges the input, so none has both."""
    gates = [line for line in with_input.splitlines() if line.startswith(("ry(", "rz("))]
    assert len(gates) == 2
    lines = later.splitlines()
    at = next(i for i, line in enumerate(lines) if not line.startswith(("OPENQASM", "include", "qubit", "bit")))
    return "\n".join([*lines[:at], *gates, *lines[at:]]) + "\n"


@pytest.mark.parametrize(("n", "clone"), [(2, 1), (3, 2)])
def test_a_quiet_life(play, n, clone):
    register = Register.dense(random_state(1, 5))
    play.store(register, num_clones=n)
    play.deal(n)
    play.fetch(clone)
    text = play.world.export("s", form="qasm3", with_input=True)
    play.do(ops.Recover, stored="s", qubits=(clone, *key(n)), handle="out")
    whole = continued(text, play.world.export("s", form="qasm3"))
    for letter in "XYZ":
        assert abs(mean(whole, clone, letter) - bloch(register)[letter]) < BOUND


def test_a_life_with_noise_tampering_loss_and_an_insider(play):
    register = Register.dense(random_state(1, 6))
    play.world.register_holder(HolderInfo("p1", t1_seconds=5.0, t2_seconds=5.0, link_error=0.5))
    play.world.register_holder(HolderInfo("p3", link_loss=1.0))
    play.store(register, num_clones=3)
    play.deal(3)
    play.do(ops.Advance, seconds=20.0)
    play.do(ops.Strike, "p1", stored="s", letters={1: "X"})
    play.do(ops.Measure, "p2", target="s", letters={2: "Z"})
    play.fetch(1)
    with_input = play.world.export("s", form="qasm3", with_input=True)
    play.do(ops.Recover, stored="s", qubits=(1, *key(3)), handle="out")
    whole = continued(with_input, play.world.export("s", form="qasm3"))
    # The same Paulis were drawn for both, so the world's state is what Aer samples from.
    expected = bloch(play.state("out"))
    for letter in "XYZ":
        assert abs(mean(whole, 1, letter) - expected[letter]) < BOUND


def test_what_all_providers_of_three_clones_read(play):
    register = Register.dense(random_state(1, 7))
    play.store(register, num_clones=3)
    text = play.world.export("s", form="qasm3", with_input=True)
    for letter, expected in (("Y", -bloch(register)["Y"]), ("X", 0.0), ("Z", 0.0)):
        # The parity of three single measurements, gathered on S_3.
        turn = {"X": "h q[{0}];", "Y": "sdg q[{0}]; h q[{0}];", "Z": ""}[letter]
        gathered = "".join(turn.format(i) for i in (1, 2, 3)) + "cx q[1], q[3]; cx q[2], q[3];"
        assert abs(mean(text + gathered + "\n", 3, "Z") - expected) < BOUND
    play.do(ops.Ship, stored="s", parcels=(((1, 2, 3), "p1"),))
    [outcome] = play.do(ops.Measure, "p1", target="s", letters={1: "Y", 2: "Y", 3: "Y"})["outcomes"]
    assert outcome in (0, 1)


@pytest.mark.parametrize("method", ("unitary", "measured"))
def test_an_open_life_in_stim_keeps_the_reference_correlated(play, method):
    play.store(Register.stabilizer(stim.Circuit("H 0\nCX 0 1")), num_clones=4)
    play.deal(4)
    play.fetch(1, 2)
    play.do(ops.Check, stored="s", qubits=(1, 2, *key(4)))
    assert "OBSERVABLE" not in play.world.export("s", form="stim")
    play.do(ops.Recover, stored="s", qubits=(2, *key(4)), handle="out", method=method)
    circuit = stim.Circuit(play.world.export("s", form="stim"))
    assert circuit.num_observables == 2
    _, observables = circuit.compile_detector_sampler(seed=1).sample(64, separate_observables=True)
    assert not observables.any()
    assert not circuit.reference_sample()[-4:].any()


def test_a_strike_shows_in_the_exported_correlations(play):
    play.store(Register.stabilizer(stim.Circuit("I 0")), num_clones=4)
    play.do(ops.Strike, stored="s", letters={2: "X"})
    play.do(ops.Recover, stored="s", qubits=(2, *key(4)), handle="out")
    circuit = stim.Circuit(play.world.export("s", form="stim"))
    # X on a clone of an even number comes out as Z: the X correlator turns around, the Z correlator does not.
    assert circuit.compile_sampler(seed=1).sample(8)[:, -2:].tolist() == [[True, False]] * 8


def test_stabilizer_inputs_in_every_form(play):
    bell = Register.stabilizer(stim.Circuit("H 0\nCX 0 1\nS 1"))
    play.store(bell, num_clones=2)
    text = play.world.export("s", form="stim", with_input=True)
    from_file = from_qpy(play.world.export("s", form="qpy", with_input=True))
    for circuit in (stim.Circuit(text), from_file):
        simulator = stim.TableauSimulator()
        simulator.do_circuit(circuit)
        assert circuit.num_qubits == 10
        for check in check_operators(2, (1, 2, 3, 4)):  # the source has been discarded
            for block in (0, 5):
                moved = stim.PauliString(block) + check
                assert simulator.peek_observable_expectation(moved) == 1
    assert qasm3.loads(play.world.export("s", form="qasm3", with_input=True)).num_qubits == 10


def test_a_dense_input_of_two_qubits(play):
    register = Register.dense(random_state(2, 4))
    play.store(register, num_clones=2, keep_source=True)
    play.world.export("s", form="qpy", with_input=True)
    text = play.world.export("s", form="qasm3", with_input=True)
    # Undo the encryption by all signals and the source: the exact state is on both A again.
    from qiskit.quantum_info import Statevector, partial_trace

    from qloak.circuits import inverse_encryption_circuit
    from qloak.circuits.formats import to_qiskit
    from qloak.core import EncryptedCloning

    program = qasm3.loads(text)
    for block in (0, 5):
        undo = to_qiskit(inverse_encryption_circuit(EncryptedCloning(2)))
        program.compose(undo, range(block, block + undo.num_qubits), inplace=True)
    rho = partial_trace(Statevector(program), [q for q in range(10) if q not in (0, 5)]).data
    vector = register.to_statevector()
    assert float((vector.conj() @ rho @ vector).real) == pytest.approx(1)


def test_what_cannot_be_exported(play):
    play.store(Register.dense(random_state(1, 1)), num_clones=2)
    with pytest.raises(UsageError, match="form"):
        play.world.export("s", form="pdf")
    with pytest.raises(UsageError, match="qasm3 or qpy"):
        play.world.export("s", form="stim", with_input=True)
    with pytest.raises(UnknownNameError):
        play.world.export("none", form="stim")
    play.do(ops.Recover, stored="s", qubits=(1, *key(2)), handle="out")
    with pytest.raises(ConflictError, match="gone"):
        play.world.export("s", form="qasm3", with_input=True)
    play.store(Register.dense(random_state(2, 1)), num_clones=2, stored="t", positions=(0,), kept="k")
    with pytest.raises(ConflictError, match="entangled"):
        play.world.export("t", form="qasm3", with_input=True)
    play.store(Register.stabilizer(stim.Circuit("I 99")), num_clones=100, stored="u")
    with pytest.raises(LimitError):
        play.world.export("u", form="stim")
    play.store(Register.stabilizer(stim.Circuit("I 100")), num_clones=2, stored="v")
    with pytest.raises(LimitError, match="input"):
        play.world.export("v", form="stim", with_input=True)
    assert OWNER in {line["holder"] for line in play.world.history("v")}
