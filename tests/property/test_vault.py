"""Any order of puts, redemptions, refreshes, removals, faults and deaths, against a model of a few lines."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, multiple, rule

from qloak.core import CustodyPolicy
from qloak.errors import ConflictError, KeyConsumedError, LostError, QloakError, UnavailableError, UnknownNameError
from qloak.storage.ledger import ObjectState, Presence
from qloak.storage.provider import Fault
from tests.vaults import Bomb, Crash, Play, rigged

EXACT = 1 - 1e-9
NAMES = ("aurora", "borealis", "cirrus")
POLICIES = st.sampled_from([CustodyPolicy.CLONES, CustodyPolicy.CLONES_AND_SOURCE, CustodyPolicy.PAIRS])


class VaultMachine(RuleBasedStateMachine):
    """The model: what was put and is not known to be lost can be redeemed once, whenever enough providers answer."""

    objects = Bundle("objects")

    @initialize()
    def begin(self):
        self.folder = Path(tempfile.mkdtemp(prefix="qloak-vault-"))
        self.play = Play(self.folder / "vault", providers=NAMES)
        self.states = {}
        self.handles = {}
        self.gone = set()
        self.wiped = False

    def teardown(self):
        if hasattr(self, "play"):
            self.play.vault.close()
            shutil.rmtree(self.folder)

    # --- what a tenant does ----------------------------------------------------------------------------------

    @rule(target=objects, custody=POLICIES, clones=st.sampled_from([2, 3]), death=st.integers(0, 40))
    def put(self, custody, clones, death):
        register = self.play.state()
        known = {record.object_id for record in self.play.all()}
        self._perform(lambda: self.play.put(register, num_clones=clones, custody=custody, min_clones=1), death)
        new = [record for record in self.play.all() if record.object_id not in known]
        for record in new:
            assert record.state in (ObjectState.STORED, ObjectState.ABORTED)
            if record.state is ObjectState.STORED:
                self.states[record.object_id] = register
            elif record.handle is not None:
                assert self.play.fidelity(record, register) > EXACT
        return multiple(*[r.object_id for r in new if r.state is ObjectState.STORED])

    @rule(name=objects, verify=st.sampled_from([1, 1, 2]), death=st.integers(0, 30))
    def redeem(self, name, verify, death):
        record = self._record(name)
        key = f"{name}/{verify}"
        answer = self._perform(lambda: self.play.redeem(record, verify=verify, idempotency_key=key), death)
        now = self._record(name)
        if now.state is ObjectState.REDEEMED:
            assert name not in self.gone
            assert self.handles.setdefault(name, now.handle) == now.handle
            assert self.play.fidelity(now, self.states[name]) > EXACT
        elif isinstance(answer, LostError):
            # Only what was wiped can be lost.
            assert self.wiped
        elif name in self.gone:
            assert answer is None or isinstance(answer, UnknownNameError)
        elif isinstance(answer, ConflictError):
            # Nothing was spent: fewer clones are left than were to be compared.
            assert now.state is ObjectState.STORED
            assert 0 < sum(p.presence in (Presence.AWAY, Presence.HOME) for p in now.present) < verify, answer
        else:
            assert answer is None or isinstance(answer, (UnavailableError, KeyConsumedError)), answer

    @rule(name=objects, death=st.integers(0, 50))
    def refresh(self, name, death):
        record = self._record(name)
        before = self._handles()
        self._perform(lambda: self.play.refresh(record), death)
        assert self._handles() == before

    @rule(name=consumes(objects), death=st.integers(0, 15))
    def remove(self, name, death):
        record = self._record(name)
        self._perform(lambda: self.play.remove(record), death)
        if self._record(name).state in (ObjectState.DELETED, ObjectState.DELETING):
            self.gone.add(name)

    # --- what providers do -----------------------------------------------------------------------------------

    @rule(name=st.sampled_from(NAMES), down=st.booleans())
    def go_offline(self, name, down):
        self.play.vault.fleet.rehearse(name, Fault.OFFLINE, float(down))

    @rule(name=st.sampled_from(NAMES))
    def wipe(self, name):
        self.play.vault.fleet.destroy(name)
        self.play.vault.fleet.rehearse(name, Fault.OFFLINE, 0)
        self.wiped = True

    @rule()
    def tidy(self):
        self.play.vault.free_junk()
        self.play.vault.replay()

    # --- what always holds -----------------------------------------------------------------------------------

    @invariant()
    def nothing_contradicts_itself(self):
        if not hasattr(self, "play"):
            return
        errors = [f for f in self.play.vault.check() if f.severity == "error"]
        if self.wiped:
            errors = [f for f in errors if f.code != "unrecoverable"]
        assert errors == []
        # One register for each redeemed object and none for any other.
        redeemed = {r.handle for r in self.play.all() if r.state is ObjectState.REDEEMED}
        assert {r.handle for r in self.play.vault.workbench.registers("local") if r.origin == "redeemed"} == redeemed

    # --- inside ----------------------------------------------------------------------------------------------

    def _perform(self, call, death):
        """Do it, or die on the way (`death` writes from here, 0 for never) and let the next process finish."""
        try:
            with rigged(self.play.vault, Bomb(death)):
                call()
        except QloakError as error:
            return error
        except Crash:
            self.play.reopen()
        return None

    def _record(self, name):
        (record,) = self.play.vault.ledger.get("local", [name])
        return record

    def _handles(self):
        return {register.handle for register in self.play.vault.workbench.registers("local")}


VaultMachine.TestCase.settings = settings(max_examples=12, stateful_step_count=14, deadline=None)
test_any_order = VaultMachine.TestCase
