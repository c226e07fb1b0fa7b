"""The ledger against a model of it, whatever is asked in whatever order."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from qloak.errors import ConflictError, IdempotencyError, QloakError, UnknownNameError
from qloak.storage.ids import new_id
from qloak.storage.ledger import TRANSITIONS, ObjectRecord, ObjectState, RegisterRecord, Repeated, SqlLedger
from qloak.storage.ledger.checks import Severity, check
from tests.ledgers import new_object, prepared, step

TENANT = st.sampled_from(["alice", "bob"])
KEY = st.none() | st.sampled_from(["k1", "k2", "k3"])
NUMBER = st.integers(0, 30)
MOVING = (ObjectState.STORING, ObjectState.REDEEMING, ObjectState.REFRESHING, ObjectState.DELETING)


class LedgerMachine(RuleBasedStateMachine):
    """Several clients with views of any age, and restarts; the model is a dictionary."""

    @initialize()
    def open(self):
        self.folder = tempfile.TemporaryDirectory(prefix="qloak-ledger-")
        self.path = Path(self.folder.name) / "vault.db"
        self.ledger = SqlLedger.open(self.path, worker="w")
        self.objects: dict[str, ObjectRecord] = {}
        self.views: list[ObjectRecord] = []
        self.live: dict[str, str] = {}
        self.keys: dict[tuple[str, str], tuple[str, str]] = {}

    def teardown(self):
        if hasattr(self, "ledger"):
            errors = [finding for finding in check(self.ledger) if finding.severity is Severity.ERROR]
            self.ledger.close()
            self.folder.cleanup()
            assert errors == []

    @rule(tenant=TENANT)
    def prepare(self, tenant):
        self.live[prepared(self.ledger, tenant)[0]] = tenant

    @rule(tenant=TENANT, key=KEY, number=NUMBER, digest=st.sampled_from(["a", "b"]))
    def put(self, tenant, key, number, digest):
        handles = sorted(self.live)
        handle = handles[number % len(handles)] if handles else None
        new = new_object(tenant, key=key, digest=digest, voids=handle, num_clones=2)
        (outcome,) = self.ledger.create([new])
        known = self.keys.get((tenant, str(key)))
        if known is not None:
            self.expect_repeated(outcome, known, digest)
        elif handle is not None and self.live[handle] != tenant:
            assert isinstance(outcome, UnknownNameError)
        else:
            self.live.pop(str(handle), None)
            self.accept(outcome, key, digest)

    @rule(number=NUMBER, state=st.sampled_from(ObjectState), key=KEY, gives=st.booleans())
    def change(self, number, state, key, gives):
        if not self.views:
            return
        seen = self.views[number % len(self.views)]
        wanted = step(seen, state, intent={"to": state} if state in MOVING else None, key=key)
        register = RegisterRecord(new_id(), seen.tenant, 1, "redeemed", seen.object_id)
        if gives and state is ObjectState.REDEEMED and seen.handle is None:
            wanted = replace(wanted, registers=(register,), record=replace(wanted.record, handle=register.handle))
        elif state is ObjectState.REDEEMED and seen.handle is None:
            return
        (outcome,) = self.ledger.change([wanted])
        now = self.objects[seen.object_id]
        known = self.keys.get((seen.tenant, str(key)))
        if known is not None:
            self.expect_repeated(outcome, known, "redeem")
        elif now.revision != seen.revision or state not in TRANSITIONS[now.state]:
            assert isinstance(outcome, ConflictError)
        else:
            if wanted.registers:
                self.live[register.handle] = seen.tenant
            self.accept(outcome, key, "redeem")

    @rule()
    def restart(self):
        self.ledger.close()
        self.ledger = SqlLedger.open(self.path, worker="w")
        for record in self.ledger.unfinished():
            former = self.objects[record.object_id]
            assert record == replace(former, revision=former.revision + 1, worker=self.ledger.worker)
            self.objects[record.object_id] = record
        self.views = list(self.objects.values())

    @rule()
    def seal(self):
        self.ledger.audit.seal(5)

    @invariant()
    def what_is_read_is_what_was_written(self):
        if not hasattr(self, "ledger"):
            return
        for tenant in ("alice", "bob"):
            mine = {object_id: record for object_id, record in self.objects.items() if record.tenant == tenant}
            assert self.ledger.page(tenant) == [mine[object_id] for object_id in sorted(mine)]
            handles = {register.handle for register in self.ledger.registers(tenant)}
            assert handles == {handle for handle, owner in self.live.items() if owner == tenant}

    def accept(self, outcome, key, digest):
        """It was done: the model follows."""
        assert isinstance(outcome, ObjectRecord), outcome
        before = self.objects.get(outcome.object_id)
        assert before is None or outcome.state in TRANSITIONS[before.state]
        self.objects[outcome.object_id] = outcome
        self.views.append(outcome)
        if key is not None:
            self.keys[(outcome.tenant, key)] = (digest, outcome.object_id)

    def expect_repeated(self, outcome: ObjectRecord | Repeated | QloakError, known: tuple[str, str], digest: str):
        """A key that was used is answered with its object, or refused for another request."""
        if known[0] != digest:
            assert isinstance(outcome, IdempotencyError)
        else:
            assert outcome == Repeated(self.objects[known[1]])


LedgerMachine.TestCase.settings = settings(max_examples=10, stateful_step_count=20)
TestLedger = LedgerMachine.TestCase
