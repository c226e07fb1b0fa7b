"""Vaults for tests: real parts in a folder, and a way to kill them between two steps."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from qloak.errors import QloakError
from qloak.simulators import Register
from qloak.storage.ledger import ObjectRecord, ObjectState
from qloak.storage.vault import PutRequest, RedeemRequest, StepRequest, Vault, VaultOptions


class Crash(BaseException):
    """The process dies here: nobody catches it."""


class Bomb:
    """A checkpoint that crashes at its `count`-th call, and notes the names that it passed.

    Args:
        count: from 1; 0 for never.
    """

    def __init__(self, count: int = 0) -> None:
        self.left = count
        self.passed: list[str] = []

    def __call__(self, name: str) -> None:
        self.passed.append(name)
        self.left -= 1
        if self.left == 0:
            raise Crash(name)


class Play:
    """A vault that can die and come back.

    Args:
        folder: of the vault.
        options: how it is made.
    """

    def __init__(self, folder: Path, **options) -> None:
        self.folder = folder
        self.rng = np.random.default_rng(1)
        options.setdefault("rate", 0.0)
        self.vault = Vault.init(folder, VaultOptions(**options))

    def reopen(self, checkpoint: Callable[[str], None] | None = None) -> Vault:
        """Leave everything as it is, as a killed process does, and open it again."""
        self.vault.close()
        self.vault = Vault.open(self.folder, **({} if checkpoint is None else {"checkpoint": checkpoint}))
        return self.vault

    def state(self, num_qubits: int = 1) -> Register:
        """A random state."""
        return Register.random(num_qubits, self.rng)

    def put(self, register: Register | None = None, **more) -> ObjectRecord:
        """Store a state."""
        if register is None and "handle" not in more:
            register = self.state()
        return self.vault.put(PutRequest(register=register, **more))

    def redeem(self, record: ObjectRecord, **more) -> ObjectRecord:
        """Redeem an object."""
        return self.vault.redeem(RedeemRequest(object_id=record.object_id, tenant=record.tenant, **more))

    def refresh(self, record: ObjectRecord, **more) -> ObjectRecord:
        """Refresh an object."""
        request = StepRequest(object_id=record.object_id, action="refresh", tenant=record.tenant, **more)
        return self.vault.refresh(request)

    def remove(self, record: ObjectRecord, **more) -> ObjectRecord:
        """Remove an object."""
        return self.vault.remove(StepRequest(object_id=record.object_id, action="rm", tenant=record.tenant, **more))

    def now(self, record: ObjectRecord) -> ObjectRecord:
        """An object as it is by now."""
        (found,) = self.vault.ledger.get(None, [record.object_id])
        assert isinstance(found, ObjectRecord), found
        return found

    def fidelity(self, record: ObjectRecord, register: Register) -> float:
        """Of what a redeemed or aborted object gave back."""
        return self.vault.workbench.fidelity(record.tenant, record.handle, register)

    def all(self) -> list[ObjectRecord]:
        """Every object."""
        return [record for piece in self.vault.ledger.iter_objects() for record in piece]

    def problems(self) -> list[str]:
        """What a check finds, but for notes and providers that do not answer."""
        found = [f for f in self.vault.check() if f.severity != "note" and f.code != "provider-unreachable"]
        return [f"{f.code} {f.subject}: {f.message}" for f in found]


def attempt(call: Callable[[], ObjectRecord]) -> ObjectRecord | QloakError:
    """An answer or the error."""
    try:
        return call()
    except QloakError as error:
        return error


def is_over(record: ObjectRecord) -> bool:
    """Whether nothing is under way."""
    return record.intent is None and record.state not in (
        ObjectState.STORING,
        ObjectState.REDEEMING,
        ObjectState.REFRESHING,
    )


@contextlib.contextmanager
def rigged(vault: Vault, bomb: Bomb) -> Iterator[None]:
    """Let a bomb tick before and after everything that is written anywhere, and at every checkpoint."""
    watched = [(vault.world, "apply"), (vault.ledger, "create"), (vault.ledger, "change")]
    watched.append((vault.ledger, "move_registers"))
    for name in vault.fleet.names:
        watched += [(vault.fleet[name], call) for call in ("accept", "release", "discard")]
    usual = vault._shop.checkpoint
    object.__setattr__(vault._shop, "checkpoint", bomb)
    for owner, name in watched:
        setattr(owner, name, _ticking(getattr(owner, name), bomb, name))
    try:
        yield
    finally:
        object.__setattr__(vault._shop, "checkpoint", usual)
        for owner, name in watched:
            delattr(owner, name)


def _ticking(call, bomb: Bomb, name: str):
    def ticking(*args, **kwargs):
        bomb(f"before {name}")
        answer = call(*args, **kwargs)
        bomb(f"after {name}")
        return answer

    return ticking
