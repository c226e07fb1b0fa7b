"""A register behind encrypted cloning, from encryption to the one redemption."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from ..circuits import Decryption, Method, decryption, encryption_circuit
from ..core import CloningScheme, classify, parse_holding
from ..core.qubits import qubit_index
from ..core.types import BitArray, FloatArray, IntArray
from ..errors import KeyConsumedError, NotAuthorizedSetError, UsageError
from .register import Register
from .world import StabilizerWorld

__all__ = ["EncryptedRegister", "Phase", "Redemption"]


_SPENT = "The decryption key is spent: this register has been redeemed, and a key opens once."


class Phase(StrEnum):
    """Where in its life an encrypted register is; it only ever moves forward."""

    ENCRYPTED = "encrypted"
    SPENT = "spent"


@dataclass(frozen=True, slots=True, eq=False)
class Redemption:
    """What a decryption brought back.

    Attributes:
        outputs: world numbers of the qubits that carry the stored qubits, in register order.
        register: the exact state of kept and recovered qubits together, stored qubits first; None where
            the outputs do not hold the whole state.
        outcomes: key measurement outcomes, one array for each stored qubit; empty for the unitary method.
    """

    outputs: tuple[int, ...]
    register: Register | None
    outcomes: tuple[BitArray, ...]


class EncryptedRegister:
    """An emulated register, every stored qubit encrypted into clones by its own copy of one scheme.

    Args:
        register: the state; its first qubits are stored, the last `num_kept` stay with the user.
        scheme: the canonical scheme or an iterated one.
        rng: decides measurement outcomes.
        num_kept: qubits of the register that the user keeps, such as the other half of a Bell pair.

    Raises:
        UsageError: if no qubit is left to store.

    References:
        [YamaguchiKempf2026]
    """

    def __init__(
        self, register: Register, scheme: CloningScheme, *, rng: np.random.Generator, num_kept: int = 0
    ) -> None:
        if not 0 <= num_kept < register.num_qubits:
            raise UsageError.of("num_kept", num_kept, f"a number from 0 to {register.num_qubits - 1}")
        self.scheme = scheme
        self.num_stored = register.num_qubits - num_kept
        self.phase = Phase.ENCRYPTED
        self.world = StabilizerWorld(register, rng=rng)
        self.kept = tuple(range(self.num_stored, register.num_qubits))
        self._lost: set[int] = set()
        fresh = len(scheme.qubits) - 1
        # Scheme qubit 0 is the stored qubit itself, the others are ancillas of its own.
        self._places = [np.array([q, *self.world.add_qubits(fresh)]) for q in range(self.num_stored)]
        circuit = encryption_circuit(scheme)
        for places in self._places:
            self.world.run(circuit, places.tolist())

    @property
    def lost(self) -> IntArray:
        """Numbers of the scheme's qubits that are lost, ascending."""
        return np.array(sorted(self._lost), dtype=np.int64)

    def bloch_vectors(self, qubit: str | int) -> FloatArray:
        """What the holder of one of the scheme's qubits sees: shape (num_stored, 3)."""
        index = qubit_index(self.scheme.qubits, qubit)
        return np.array([self.world.bloch_vector(int(places[index])) for places in self._places])

    def expectations(self, letters: dict[int, str]) -> list[float]:
        """Exact mean of a Pauli observable on the scheme's qubits, such as {1: "Y", 2: "Y"}, per stored qubit."""
        return [self.world.expectation({int(p[q]): letter for q, letter in letters.items()}) for p in self._places]

    def lose(self, qubits: str | Iterable[str] | IntArray) -> None:
        """Lose some of the scheme's qubits, for every stored qubit: nobody can act on them any more.

        Raises:
            UsageError: for a qubit that does not exist or is given twice.
        """
        self._lost |= set(parse_holding(self.scheme.qubits, qubits).tolist())

    def redeem(self, clone: str | int, *, method: Method | str = Method.UNITARY) -> Redemption:
        """Recover the register from one clone and its key, which spends the key.

        Raises:
            KeyConsumedError: if it has been redeemed before.
            NotAuthorizedSetError: if the clone or a qubit of its key is lost; nothing is spent.
            UnknownNameError: if there is no such clone.
        """
        if self.phase is Phase.SPENT:
            raise KeyConsumedError(_SPENT)
        needed = self.holding_of(clone)
        missing = np.intersect1d(needed, self.lost)
        if len(missing):
            rest = classify(self.scheme, np.setdiff1d(needed, missing))
            names = ", ".join(self.scheme.qubits.name(int(q)) for q in missing)
            raise NotAuthorizedSetError(
                f"clone {clone}: {names} of this clone and its key is lost; what is left of them is "
                f"{rest.access_class}. Choose another clone or recover by another set of qubits."
            )
        return self._decrypt(decryption(self.scheme, clone, method=method))

    def attempt(self, clone: str | int, *, method: Method | str = Method.UNITARY) -> Redemption:
        """Run the decryption of a clone even though qubits are lost, a fresh |0> in the place of each.

        The key is spent by the attempt.

        Raises:
            KeyConsumedError: if it has been redeemed before.
        """
        if self.phase is Phase.SPENT:
            raise KeyConsumedError(_SPENT)
        plan = decryption(self.scheme, clone, method=method)
        for places in self._places:
            places[self.lost] = self.world.add_qubits(len(self._lost))
        return self._decrypt(plan)

    def holding_of(self, clone: str | int) -> IntArray:
        """The clone and its key, as numbers of the scheme's qubits, ascending."""
        noises = [step.unit.noises for step in self.scheme.steps(clone)]
        return np.unique(np.concatenate([[self.scheme.clone_index(clone)], *noises]))

    def _decrypt(self, plan: Decryption) -> Redemption:
        """Run one decryption for every stored qubit."""
        self.phase = Phase.SPENT
        outcomes = tuple(self.world.run(plan.circuit, places.tolist()) for places in self._places)
        outputs = tuple(int(places[plan.output]) for places in self._places)
        return Redemption(outputs, self.world.take([*outputs, *self.kept]), outcomes)
