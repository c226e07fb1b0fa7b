"""Checks, leaks, tampering and removal, as the vault and its providers live them."""

from __future__ import annotations

import numpy as np
import pytest
import stim

from qloak.simulators import Register
from qloak.storage.world import encode_register
from qloak.storage.world import operations as ops
from tests.oracles import random_state
from tests.storage_worlds import OWNER, Play, key

BLOCKS = 400
DEVIATION = np.sqrt(BLOCKS * np.log(2 / 1e-10) / 2)
"""Of the heads of BLOCKS coins, exceeded with probability below 1e-10 (Hoeffding)."""

PLUS_MANY = Register.stabilizer(stim.Circuit(f"H {' '.join(map(str, range(BLOCKS)))}"))


@pytest.fixture
def play(tmp_path):
    played = Play(tmp_path)
    yield played
    played.world.close()


def qubit(seed: int = 3) -> Register:
    return Register.dense(random_state(1, seed))


def fidelity(play: Play, register: Register, *handles: str) -> float:
    found = play.state(*handles)
    assert found is not None
    return found.state_fidelity(register)


class TestVerification:
    def test_two_clones_detect_tampering_and_spend_nothing(self, play):
        play.store(qubit())
        play.deal()
        play.do(ops.Strike, "p1", stored="s", letters={1: "Y"})
        play.fetch(1, 2, 3)
        found = play.do(ops.Check, stored="s", qubits=(1, 2, *key(6)), suspects=(1, 2))
        assert found == {"flagged": [0], "corrections": [None], "num_checks": 2}
        assert play.do(ops.Check, stored="s", qubits=(2, 3, *key(6)))["flagged"] == []
        play.do(ops.Recover, stored="s", qubits=(3, *key(6)), handle="out")
        assert fidelity(play, qubit(), "out") == pytest.approx(1)

    @pytest.mark.parametrize("letter", "XYZ")
    def test_three_clones_correct_a_bad_one(self, play, letter):
        register = Register.dense(random_state(3, 8))
        play.store(register)
        play.deal()
        play.do(ops.Strike, "p2", stored="s", letters={2: letter}, block=1)
        play.fetch(1, 2, 3)
        checked = (1, 2, 3, *key(6))
        found = play.do(ops.Check, stored="s", qubits=checked, suspects=(1, 2, 3))
        assert found["num_checks"] == 4
        assert found["flagged"] == [1]
        assert found["corrections"] == [None, {"qubit": 2, "pauli": letter}, None]
        play.do(ops.Strike, stored="s", letters={2: letter}, block=1)
        assert play.do(ops.Check, stored="s", qubits=checked)["flagged"] == []
        play.do(ops.Recover, stored="s", qubits=(2, *key(6)), handle="out")
        assert fidelity(play, register, "out") == pytest.approx(1)

    def test_three_clones_correct_one_that_was_measured(self, play):
        register = Register.dense(random_state(3, 8))
        play.store(register)
        play.deal()
        play.do(ops.Measure, "p2", target="s", letters={2: "Y"})
        play.fetch(1, 2, 3)
        found = play.do(ops.Check, stored="s", qubits=(1, 2, 3, *key(6)), suspects=(1, 2, 3))
        for block, correction in enumerate(found["corrections"]):
            if correction is not None:
                play.do(ops.Strike, stored="s", letters={correction["qubit"]: correction["pauli"]}, block=block)
        # Measured back into the code, the register is whole by any of the three.
        play.do(ops.Recover, stored="s", qubits=(2, *key(6)), handle="out")
        assert fidelity(play, register, "out") == pytest.approx(1)

    def test_a_provider_that_measures_is_flagged_half_of_the_time(self, play):
        play.store(PLUS_MANY)
        play.deal()
        play.do(ops.Measure, "p1", target="s", letters={1: "Z"})
        play.fetch(1, 2)
        flagged = play.do(ops.Check, stored="s", qubits=(1, 2, *key(6)))["flagged"]
        assert abs(len(flagged) - BLOCKS / 2) < DEVIATION

    def test_without_a_second_clone_there_is_nothing_to_check(self, play):
        play.store(qubit())
        assert play.do(ops.Check, stored="s", qubits=(1, *key(6))) == {
            "flagged": [],
            "corrections": [None],
            "num_checks": 0,
        }

    def test_a_spent_register_cannot_be_checked(self, play):
        play.store(qubit())
        play.do(ops.Recover, stored="s", qubits=(1, *key(6)), handle="out")
        assert play.refuse(ops.Check, stored="s", qubits=(2, 3)) == "key-consumed"


class TestLeaks:
    def test_all_providers_of_an_odd_number_of_clones_read_y(self, play):
        # |+i>: Y is +1; the coalition's operator is (-1)^((n-1)/2) Y.
        plus_i = Register.stabilizer(stim.Circuit("H 0\nS 0"))
        for n, outcome in ((3, 1), (5, 0)):
            play.store(plus_i, num_clones=n, stored=f"s{n}")
            play.do(ops.Ship, stored=f"s{n}", parcels=((tuple(range(1, n + 1)), "p1"),))
            letters = dict.fromkeys(range(1, n + 1), "Y")
            for _ in range(3):
                assert play.do(ops.Measure, "p1", target=f"s{n}", letters=letters) == {"outcomes": [outcome]}

    def test_reading_y_collapses_the_owners_register_to_it(self, play):
        play.store(qubit(), num_clones=3)
        play.do(ops.Ship, stored="s", parcels=(((1, 2, 3), "p1"),))
        [read] = play.do(ops.Measure, "p1", target="s", letters={1: "Y", 2: "Y", 3: "Y"})["outcomes"]
        play.do(ops.Ship, "p1", stored="s", parcels=(((2,), OWNER),))
        play.do(ops.Recover, stored="s", qubits=(2, *key(3)), handle="out")
        assert play.do(ops.Measure, target="out", letters={0: "Y"}) == {"outcomes": [1 - read]}

    def test_all_providers_of_an_even_number_read_coins_and_disturb(self, play):
        play.store(PLUS_MANY, num_clones=4)
        play.do(ops.Ship, stored="s", parcels=(((1, 2, 3, 4), "p1"),))
        outcomes = play.do(ops.Measure, "p1", target="s", letters={1: "Y", 2: "Y", 3: "Y", 4: "Y"})["outcomes"]
        assert abs(sum(outcomes) - BLOCKS / 2) < DEVIATION

    def test_junk_after_a_recovery_is_noise(self, play):
        play.store(PLUS_MANY, num_clones=2)
        play.deal(2)
        play.fetch(1)
        play.do(ops.Recover, stored="s", qubits=(1, *key(2)), handle="out")
        first = play.do(ops.Measure, "p2", target="s", letters={2: "X"})["outcomes"]
        assert abs(sum(first) - BLOCKS / 2) < DEVIATION
        assert play.do(ops.Measure, "p2", target="s", letters={2: "X"})["outcomes"] == first
        assert play.do(ops.Measure, target="out", letters={7: "X"}) == {"outcomes": [0]}


class TestRemoval:
    def test_the_owners_qubits_gone_nobody_reads_even_clones(self, play):
        play.store(qubit())
        play.deal()
        assert play.do(ops.Discard, stored="s") == {"discarded": list(key(6))}
        play.fetch(1)
        assert play.refuse(ops.Recover, stored="s", qubits=(1,), handle="out") == "key-consumed"
        with play.world._changing() as (session, _):
            assert session.encrypted("s").wires is None
        play.world.verify("s")

    def test_odd_clones_still_show_y_until_one_is_gone(self, play):
        play.store(Register.stabilizer(stim.Circuit("H 0\nS 0")), num_clones=3)
        play.do(ops.Ship, stored="s", parcels=(((1, 2, 3), "p1"),))
        play.do(ops.Discard, stored="s")
        assert play.do(ops.Measure, "p1", target="s", letters={1: "Y", 2: "Y", 3: "Y"}) == {"outcomes": [1]}
        play.do(ops.Discard, "p1", stored="s", qubits=(3,))
        with play.world._changing() as (session, _):
            assert session.encrypted("s").wires is None

    def test_pairs_stay_readable_by_all_providers_until_one_pair_is_gone(self, play):
        play.store(qubit(), num_clones=4, keep_source=True)
        play.deal(4, pairs=True)
        play.do(ops.Discard, stored="s")
        with play.world._changing() as (session, _):
            assert session.encrypted("s").wires is not None
        play.do(ops.Discard, "p2", stored="s")
        with play.world._changing() as (session, _):
            assert session.encrypted("s").wires is None

    def test_discarding_half_of_an_entangled_register_leaves_the_other_half(self, play):
        bell = Register.stabilizer(stim.Circuit("H 0\nCX 0 1"))
        play.store(bell, num_clones=2, positions=(0,), kept="kept")
        play.do(ops.Discard, stored="s")
        assert play.state("kept").num_qubits == 1

    def test_discarding_nothing_is_fine(self, play):
        play.store(qubit())
        assert play.do(ops.Discard, "p1", stored="s") == {"discarded": []}

    def test_what_a_holder_discards_it_does_not_hold(self, play):
        play.store(qubit())
        play.do(ops.Discard, stored="s", qubits=(1, 2))
        assert play.refuse(ops.Strike, stored="s", letters={1: "X"}) == "forbidden"
        play.do(ops.Recover, stored="s", qubits=(3, *key(6)), handle="out")
        assert fidelity(play, qubit(), "out") == pytest.approx(1)


class TestWorkbench:
    def test_gates_on_a_register(self, play):
        play.do(ops.Prepare, handle="h", state=encode_register(Register.stabilizer(stim.Circuit("I 1"))))
        program = 'OPENQASM 3.0; include "stdgates.inc"; qubit[2] q; ry(0.7) q[0]; cx q[0], q[1];'
        play.do(ops.Apply, handle="h", program=program)
        expected = np.array([np.cos(0.35), 0, 0, np.sin(0.35)], dtype=np.complex128)
        assert fidelity(play, Register.dense(expected), "h") == pytest.approx(1)

    def test_clifford_gates_keep_large_registers(self, play):
        play.do(ops.Prepare, handle="h", state=encode_register(Register.stabilizer(stim.Circuit("I 99"))))
        program = 'OPENQASM 3.0; include "stdgates.inc"; qubit[100] q; h q[0]; cx q[0], q[99];'
        play.do(ops.Apply, handle="h", program=program)
        assert play.do(ops.Measure, target="h", letters={0: "X", 99: "X"}) == {"outcomes": [0]}
        other = 'OPENQASM 3.0; include "stdgates.inc"; qubit[100] q; t q[0];'
        assert play.refuse(ops.Apply, handle="h", program=other) == "over-limit"
        assert play.do(ops.Measure, target="h", letters={0: "Z", 99: "Z"}) == {"outcomes": [0]}

    def test_gates_between_registers_that_were_apart(self, play):
        for name, seed in (("a", 1), ("b", 2)):
            play.do(ops.Prepare, handle=name, state=encode_register(Register.dense(random_state(1, seed))))
        with play.world._changing() as (session, _):
            wires = [wire for name in ("a", "b") for wire in session.find_handle(name).wires]
            session.drop_handle("a")
            session.drop_handle("b")
            session.add_handle("both", OWNER, wires)
        program = 'OPENQASM 3.0; include "stdgates.inc"; qubit[2] q; cx q[0], q[1]; t q[1];'
        play.do(ops.Apply, handle="both", program=program)
        product = np.kron(random_state(1, 2), random_state(1, 1))
        expected = np.diag([1, 1, np.exp(0.25j * np.pi), np.exp(0.25j * np.pi)]) @ product[[0, 3, 2, 1]]
        assert fidelity(play, Register.dense(expected), "both") == pytest.approx(1)
        play.reopened()
        play.do(ops.Give, handle="both", to=OWNER, positions=(1,), given="second", kept="first")
        assert fidelity(play, Register.dense(expected), "first", "second") == pytest.approx(1)

    def test_measuring_and_voiding(self, play):
        bell = Register.stabilizer(stim.Circuit("H 0\nCX 0 1"))
        play.do(ops.Prepare, handle="h", state=encode_register(bell))
        play.do(ops.Give, handle="h", to="p1", positions=(1,), given="b", kept="a")
        first = play.do(ops.Measure, target="a", letters={0: "Z"})
        assert play.do(ops.Measure, "p1", target="b", letters={0: "Z"}) == first
        play.do(ops.Void, handle="a")
        assert play.refuse(ops.Measure, target="a", letters={0: "Z"}) == "unknown-name"
        assert play.do(ops.Measure, "p1", target="b", letters={0: "Z"}) == first
