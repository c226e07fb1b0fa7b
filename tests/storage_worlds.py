"""Small worlds for tests, and one encrypted qubit written out as a dense vector to compare them with."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import count

import numpy as np
import stim

from qloak.circuits import recovery_circuit
from qloak.core import EncryptedCloning
from qloak.simulators import Register
from qloak.simulators.dense import DenseState
from qloak.simulators.dense_engine import branches
from qloak.storage.clock import WorldClock
from qloak.storage.world import EmulatedWorld, HolderInfo, encode_register
from qloak.storage.world import operations as ops
from qloak.storage.world.operations import Applied, Operation, Refused
from tests import oracles

OWNER = "vault"


class Play:
    """A world with a vault and providers p1, p2, …, and operations without op_ids to think of."""

    def __init__(self, path, *, seed=1, clock=None, providers=6, **memory) -> None:
        self.clock = clock or WorldClock(0.0)
        self.path = path / "world.db"
        self.seed = seed
        self.world = EmulatedWorld.open(self.path, clock=self.clock, seed=seed)
        self.ids = count()
        self.world.register_holder(HolderInfo(OWNER))
        for i in range(1, providers + 1):
            self.world.register_holder(HolderInfo(f"p{i}", **memory))

    def reopened(self) -> EmulatedWorld:
        """The same world as another process finds it."""
        self.world.close()
        self.world = EmulatedWorld.open(self.path, clock=self.clock, seed=self.seed + 1)
        return self.world

    def op(self, kind: type[Operation], holder: str = OWNER, **fields) -> Operation:
        """An operation with an op_id of its own."""
        return kind(op_id=fields.pop("op_id", f"op-{next(self.ids)}"), holder=holder, **fields)

    def do(self, kind: type[Operation], holder: str = OWNER, **fields):
        """Apply one operation that must happen; its result."""
        [result] = self.world.apply([self.op(kind, holder, **fields)])
        assert isinstance(result, Applied), result
        return result.value

    def refuse(self, kind: type[Operation], holder: str = OWNER, **fields) -> str:
        """Apply one operation that must be refused; its code."""
        [result] = self.world.apply([self.op(kind, holder, **fields)])
        assert isinstance(result, Refused), result
        return result.code

    def store(self, register: Register, *, num_clones=6, stored="s", keep_source=False, positions=(), kept=None):
        """Prepare and encrypt."""
        handle = f"h-{next(self.ids)}"
        self.do(ops.Prepare, handle=handle, state=encode_register(register))
        self.do(
            ops.Encrypt,
            handle=handle,
            stored=stored,
            num_clones=num_clones,
            keep_source=keep_source,
            positions=positions,
            kept=kept,
        )

    def deal(self, num_clones=6, *, stored="s", pairs=False) -> None:
        """Ship clone i, or pair i, to provider i."""
        parcels = tuple(((i, num_clones + i) if pairs else (i,), f"p{i}") for i in range(1, num_clones + 1))
        self.do(ops.Ship, stored=stored, parcels=parcels)

    def fetch(self, *clones: int, stored="s") -> None:
        """Ship clones back."""
        for clone in clones:
            self.do(ops.Ship, f"p{clone}", stored=stored, parcels=(((clone,), OWNER),))

    def state(self, *handles: str) -> Register | None:
        """The joint state of some plain registers; None if they are entangled with others."""
        with self.world._changing() as (session, _):
            return session.joint.extract([wire for handle in handles for wire in session.find_handle(handle).wires])


def key(num_clones: int) -> tuple[int, ...]:
    """Numbers of N_1 .. N_n."""
    return tuple(range(num_clones + 1, 2 * num_clones + 1))


class DenseLife:
    """One encrypted qubit and a kept one, as a vector of 2n + 2 qubits; the kept one is the last.

    Args:
        vector: shape (4,), the stored qubit least significant.
        num_clones: n.
    """

    def __init__(self, vector: oracles.Complex, num_clones: int) -> None:
        self.num_clones = num_clones
        self.num_qubits = 2 * num_clones + 1
        columns = oracles.encrypted_isometry(num_clones)
        self.vector = np.concatenate([columns @ vector[:2], columns @ vector[2:]])

    def strike(self, letters: dict[int, str]) -> None:
        """Apply Paulis."""
        self.vector = oracles.apply_pauli(oracles.on_qubits(letters, self.num_qubits + 1), self.vector)

    def chance(self, letters: dict[int, str], outcome: bool, *, sign: int = 1) -> float:
        """Probability of an outcome, True for -1."""
        return float(np.linalg.norm(self._projected(letters, outcome, sign)) ** 2)

    def project(self, letters: dict[int, str], outcome: bool, *, sign: int = 1) -> None:
        """Go on with an outcome."""
        projected = self._projected(letters, outcome, sign)
        self.vector = projected / np.linalg.norm(projected)

    def _projected(self, letters: dict[int, str], outcome: bool, sign: int) -> oracles.Complex:
        text = oracles.on_qubits(letters, self.num_qubits + 1, sign)
        return (self.vector + (-1) ** outcome * oracles.apply_pauli(text, self.vector)) / 2

    def decoded(self, qubits: Sequence[int]) -> oracles.Complex:
        """Density matrix of output and kept qubit behind the decoder of an authorized set, shape (4, 4)."""
        recovery = recovery_circuit(EncryptedCloning(self.num_clones), np.array(sorted(qubits)))
        after = next(branches(DenseState(self.vector / np.linalg.norm(self.vector)), recovery.circuit)).state
        return oracles.reduced(after.vector, [recovery.output, self.num_qubits])


def letters_of(pauli: stim.PauliString) -> dict[int, str]:
    """Qubit -> letter."""
    return {qubit: "_XYZ"[pauli[qubit]] for qubit in pauli.pauli_indices()}
