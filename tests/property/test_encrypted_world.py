"""The emulated world against a dense vector: whatever holders do, and whatever nature draws."""

from __future__ import annotations

from itertools import count

import numpy as np
import stim
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from qloak.core import AccessClass, EncryptedCloning, classify
from qloak.simulators import Register
from qloak.simulators.block_operators import check_operators, from_text
from qloak.storage.database import read
from qloak.storage.world import HolderInfo
from qloak.storage.world import operations as ops
from qloak.storage.world.history import life_of, noise_letters
from tests.oracles import random_state
from tests.storage_worlds import OWNER, DenseLife, Play, letters_of

CODES = (2, 3)
CERTAIN = 1e-9


class EncryptedQubit(RuleBasedStateMachine):
    """One qubit of a random pair is encrypted with two or three clones; the vault has everything, provider p1 some."""

    play: Play
    """One world for all lives: opening one takes longer than living."""

    lives = count()

    def __init__(self) -> None:
        super().__init__()
        self.over = False

    @initialize(seed=st.integers(0, 2**32 - 1), n=st.sampled_from(CODES))
    def begin(self, seed, n):
        self.play.world._rng = np.random.default_rng(seed)
        self.play.world.register_holder(HolderInfo("p1", t1_seconds=50.0, t2_seconds=30.0, link_error=0.2))
        vector, life = random_state(2, seed), next(self.lives)
        self.stored, self.kept, self.out = f"s{life}", f"kept{life}", f"out{life}"
        register = Register.dense(vector)
        self.play.store(register, num_clones=n, stored=self.stored, keep_source=True, positions=(0,), kept=self.kept)
        self.dense, self.n = DenseLife(vector, n), n
        self.away: set[int] = set()
        self.gone: set[int] = set()

    def qubits(self, data, holder, *, least=1):
        mine = [q for q in range(2 * self.n + 1) if q not in self.gone and (q in self.away) == (holder != OWNER)]
        return data.draw(st.lists(st.sampled_from(mine), unique=True, min_size=least, max_size=4)) if mine else []

    def letters(self, data, holder):
        return {qubit: data.draw(st.sampled_from("XYZ")) for qubit in self.qubits(data, holder)}

    def drawn(self):
        """What nature drew in the last operation; its noise happens to the dense vector."""
        with read(self.play.world._engine) as connection:
            life = life_of(connection, self.stored)
        drawn = life.drawn(life.entries[-1])
        for _, qubit, letter in noise_letters(drawn.noise):
            self.dense.strike({qubit: letter})
        return [(letters_of(from_text(p.operator, 2 * self.n + 1)), bool(p.outcomes[0])) for p in drawn.projections]

    @rule(data=st.data(), holder=st.sampled_from([OWNER, "p1"]))
    @precondition(lambda self: not self.over)
    def strike(self, data, holder):
        letters = self.letters(data, holder)
        if letters:
            self.play.do(ops.Strike, holder, stored=self.stored, letters=letters)
            self.drawn()
            self.dense.strike(letters)

    @rule(data=st.data())
    @precondition(lambda self: not self.over)
    def ship(self, data):
        outwards = data.draw(st.booleans())
        chosen = self.qubits(data, OWNER if outwards else "p1")
        sender, to = (OWNER, "p1") if outwards else ("p1", OWNER)
        self.play.do(ops.Ship, sender, stored=self.stored, parcels=((tuple(chosen), to),))
        self.drawn()
        self.away = self.away | set(chosen) if outwards else self.away - set(chosen)

    @rule(seconds=st.sampled_from([0.5, 5.0, 40.0]))
    def wait(self, seconds):
        self.play.do(ops.Advance, seconds=seconds)

    @rule(better=st.booleans())
    @precondition(lambda self: not self.over)
    def replace_the_memory(self, better):
        t1 = 500.0 if better else 20.0
        self.play.world.register_holder(HolderInfo("p1", t1_seconds=t1, t2_seconds=t1, link_error=0.1))

    @rule(data=st.data(), holder=st.sampled_from([OWNER, "p1"]))
    @precondition(lambda self: not self.over)
    def measure(self, data, holder):
        letters = self.letters(data, holder)
        if not letters:
            return
        [outcome] = self.play.do(ops.Measure, holder, target=self.stored, letters=letters)["outcomes"]
        projections = self.drawn()
        chance = self.dense.chance(letters, bool(outcome))
        assert chance > CERTAIN
        if projections:
            assert projections == [(letters, bool(outcome))]
            assert abs(chance - 0.5) < CERTAIN
        self.dense.project(letters, bool(outcome))

    @rule(data=st.data())
    @precondition(lambda self: not self.over)
    def check(self, data):
        chosen = tuple(sorted(self.qubits(data, OWNER, least=0)))
        result = self.play.do(ops.Check, stored=self.stored, qubits=chosen)
        projections = self.drawn()
        checks = check_operators(self.n, chosen)
        assert result["num_checks"] == len(checks)
        flagged = False
        for operator in checks:
            letters, sign = letters_of(operator), int(operator.sign.real)
            if projections and projections[0][0] == letters:
                outcome = projections.pop(0)[1] ^ (sign == -1)
                assert abs(self.dense.chance(letters, outcome, sign=sign) - 0.5) < CERTAIN
            else:
                chance = self.dense.chance(letters, True, sign=sign)
                outcome = chance > 0.5
                if CERTAIN < chance < 1 - CERTAIN:  # it measured the logical qubit, and only the vault knows
                    outcome = bool(result["flagged"])
            self.dense.project(letters, outcome, sign=sign)
            flagged |= outcome
        assert result["flagged"] == ([0] if flagged else [])

    @rule(data=st.data())
    @precondition(lambda self: not self.over)
    def recover(self, data):
        mine = [q for q in range(2 * self.n + 1) if q not in self.gone | self.away]
        if classify(EncryptedCloning(self.n), mine).access_class is not AccessClass.AUTHORIZED:
            self.play.refuse(ops.Recover, stored=self.stored, qubits=tuple(mine), handle="no")
            return
        again = data.draw(st.booleans())
        chosen = tuple(mine)
        if again:
            fresh = f"s{next(self.lives)}"
            self.play.do(ops.Refresh, stored=self.stored, qubits=chosen, fresh=fresh, num_clones=2, keep_source=True)
            self._compare(chosen, fresh)
            self.stored, self.n = fresh, 2
            self.away, self.gone = set(), set()
        else:
            self.play.do(ops.Recover, stored=self.stored, qubits=chosen, handle=self.out)
            self._compare(chosen, None)
            self.over = True

    def _compare(self, chosen, fresh):
        for letters, outcome in self.drawn():
            assert abs(self.dense.chance(letters, outcome) - 0.5) < CERTAIN
            self.dense.project(letters, outcome)
        rho = self.dense.decoded(chosen)
        with self.play.world._changing() as (session, _):
            wires = session.find_handle(self.out).wires if fresh is None else session.encrypted(fresh).wires
            register = session.joint.extract([*wires, *session.find_handle(self.kept).wires])
        found = register.to_statevector()
        fidelity = float((found.conj() @ rho @ found).real)
        if abs(np.trace(rho @ rho).real - 1) < CERTAIN:
            assert abs(fidelity - 1) < 1e-7
        else:  # nature measured the logical qubit among what was thrown away, and nobody knows the outcome
            assert fidelity > CERTAIN
        if fresh is not None:
            self.dense = DenseLife(found, 2)

    @invariant()
    def the_log_gives_the_state(self):
        if hasattr(self, "stored"):
            self.play.world.verify(self.stored)


def test_an_encrypted_qubit_against_a_dense_vector(tmp_path):
    """Every course of events within reach of a few steps."""
    EncryptedQubit.play = Play(tmp_path, providers=1)
    steps = settings(max_examples=40, stateful_step_count=14)
    run_state_machine_as_test(EncryptedQubit, settings=steps)
    EncryptedQubit.play.world.close()


def test_the_oracle_measures_what_it_says():
    """The dense vector itself: a stabilizer of the code is certain, one of its letters alone a coin."""
    dense = DenseLife(random_state(2, 3), 2)
    for operator in check_operators(2, tuple(range(5))):
        assert abs(dense.chance(letters_of(operator), False, sign=int(operator.sign.real)) - 1) < 1e-12
    assert abs(dense.chance(letters_of(stim.PauliString("X1")), True) - 0.5) < 1e-12
