"""Encrypted cloning with its clones at providers: one round under each custody, and the iterated tree."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from ..circuits import encryption_circuit
from ..circuits.recover import recovery_circuit
from ..core import OWNER, AccessClass, Custody, CustodyPolicy, EncryptedCloning, classify
from ..core.cloning import check_num_clones
from ..errors import UsageError
from ..noise import NoiseModel
from .arrangement import Readers, Retrieval
from .chance import Chance
from .conditions import PERFECT, Situation, WalshFactors
from .pair_noise import UnitNoise, mean_walsh_factors
from .pair_survival import PairOdds
from .scenario import pauli_channel

__all__ = ["CloningArrangement", "IteratedArrangement"]

_Routes = tuple[WalshFactors, WalshFactors, WalshFactors]
_NEVER = Chance.certain(success=False)


@dataclass(frozen=True, slots=True)
class CloningArrangement:
    """The canonical scheme, one signal qubit at each provider.

    Recovered is by the smallest set that is left, as `core.recovery.minimal_set` chooses it: A with one pair
    where A is there, else a pair with one member of every other pair, its noise qubit where it is there.

    Attributes:
        num_clones: n.
        policy: who holds what.
        gates: noise of the circuits, None for perfect ones. Their channel is exact for the sets {A, S_1, N_1},
            {S_1, all N} and {A, all S} and is taken for every set of the same kind.

    Raises:
        UsageError: for an unknown policy, a number of clones below 2, or an odd one where A is deposited.
    """

    num_clones: int
    policy: CustodyPolicy
    gates: NoiseModel | None = None

    scheme_name = "encrypted cloning"
    levels = None

    def __post_init__(self) -> None:
        check_num_clones(self.num_clones)
        try:
            object.__setattr__(self, "policy", CustodyPolicy(self.policy))
        except ValueError:
            raise UsageError.of("policy", self.policy, f"one of {', '.join(CustodyPolicy)}") from None
        if self.num_clones % 2 and self.policy is CustodyPolicy.CLONES_SOURCE_DEPOSITED:
            raise UsageError.of("num_clones", self.num_clones, "an even number where A is deposited")

    @property
    def custody(self) -> str:
        """The policy."""
        return self.policy.value

    @property
    def num_qubits(self) -> int:
        """2n + 1, of which A is discarded after the encryption where nobody keeps it."""
        return 2 * self.num_clones + 1

    @property
    def num_key_qubits(self) -> int:
        """What the owner keeps: all noise qubits, with or without A, or A alone."""
        n = self.num_clones
        return {CustodyPolicy.CLONES_AND_SOURCE: n + 1, CustodyPolicy.PAIRS: 1}.get(self.policy, n)

    @property
    def num_providers(self) -> int:
        """One for each clone handed out."""
        return self.num_clones + (self.policy is CustodyPolicy.CLONES_SOURCE_DEPOSITED)

    @property
    def readers(self) -> Readers:
        """Who can read what."""
        return _readers(self.policy, self.num_clones % 2)

    def retrieve(self, situation: Situation) -> Retrieval:
        """What comes back."""
        stored = situation.provider & situation.stored
        source, source_walsh, noise_walsh = _NEVER, situation.key_walsh, situation.key_walsh
        odds = PairOdds.independent(stored, situation.key)
        match self.policy:
            case CustodyPolicy.CLONES_AND_SOURCE:
                source = situation.key
            case CustodyPolicy.CLONES_SOURCE_DEPOSITED:
                source, source_walsh = stored, situation.stored_walsh
            case CustodyPolicy.PAIRS:
                odds = PairOdds.of_site(situation.provider, situation.stored)
                source, noise_walsh = situation.key, situation.stored_walsh
        routes = (PERFECT, PERFECT, PERFECT) if self.gates is None else _gate_factors(self.num_clones, self.gates)
        noise = UnitNoise(source_walsh, situation.stored_walsh, noise_walsh, routes)
        means = mean_walsh_factors(odds, self.num_clones, source, noise=noise)
        return Retrieval.from_walsh(odds.recoverable(self.num_clones, source), means)


@dataclass(frozen=True, slots=True)
class IteratedArrangement:
    """The full tree of iterated cloning, every clone at a provider of its own, all keys with the owner.

    A carrier of the tree is there if its subtree recovers it, and subtrees are independent, so the closed
    forms of one unit apply level after level. In each unit A with a pair is preferred to a clone with the
    whole key where it takes fewer qubits, opened subtrees included. For even n the chance is exact. For odd n,
    where A is no clone and is discarded, a subtree that shows Y only counts as lost, so the true chance is a
    little higher.

    Attributes:
        num_clones: n.
        levels: further rounds, at least 1.

    Raises:
        UsageError: for a number of clones below 2 or of levels below 1.
    """

    num_clones: int
    levels: int

    scheme_name = "iterated cloning"
    custody = "clones"

    def __post_init__(self) -> None:
        check_num_clones(self.num_clones)
        if not 1 <= self.levels <= 40:
            raise UsageError.of("levels", self.levels, "a whole number from 1 to 40")

    @property
    def num_providers(self) -> int:
        """One for each clone of the last round."""
        return int(self._carriers ** (self.levels + 1))

    @property
    def num_key_qubits(self) -> int:
        """As many as n for every unit of every round."""
        return self.num_clones * sum(int(self._carriers**level) for level in range(self.levels + 1))

    @property
    def num_qubits(self) -> int:
        """The input's qubit and a pair for every key qubit."""
        return 1 + 2 * self.num_key_qubits

    @property
    def readers(self) -> Readers:
        """Who can read what: as in one round where A is a clone too, or is discarded."""
        everyone = AccessClass.PARTIAL if self.num_clones % 2 else AccessClass.AUTHORIZED
        return Readers(AccessClass.UNINFORMATIVE, everyone, AccessClass.UNINFORMATIVE)

    @property
    def _carriers(self) -> int:
        """Clones that one unit makes."""
        return self.num_clones + 1 - self.num_clones % 2

    def retrieve(self, situation: Situation) -> Retrieval:
        """What comes back."""
        n = self.num_clones
        carrier, walsh = situation.provider & situation.stored, situation.stored_walsh
        means: dict[str, float] = {}
        qubits = 1  # that it takes to open a carrier if nothing is lost
        for _ in range(self.levels + 1):
            odds = PairOdds.independent(carrier, situation.key)
            source = _NEVER if n % 2 else carrier
            noise = UnitNoise(walsh, walsh, situation.key_walsh)
            source_first = n % 2 == 0 and 2 * qubits + 1 <= qubits + n
            means = mean_walsh_factors(odds, n, source, noise=noise, source_first=source_first)
            qubits = 2 * qubits + 1 if source_first else qubits + n
            carrier = odds.recoverable(n, source)
            total = carrier.success
            walsh = {"I": 1.0} | {letter: mean / total if total else 0.0 for letter, mean in means.items()}
        return Retrieval.from_walsh(carrier, means)


@lru_cache(maxsize=16)
def _readers(policy: CustodyPolicy, parity: int) -> Readers:
    """Who can read what, which depends on n by its parity only."""
    custody = Custody.arrange(EncryptedCloning(2 + parity), policy)
    coalitions = (custody.providers[:1], custody.providers, [OWNER])
    return Readers(*(classify(custody.scheme, custody.held_by(each)).access_class for each in coalitions))


@lru_cache(maxsize=256)
def _gate_factors(num_clones: int, gates: NoiseModel) -> _Routes:
    """Walsh factors of encryption and recovery circuits, for the three kinds of sets."""
    scheme = EncryptedCloning(num_clones)

    def factors(holding: str) -> WalshFactors:
        recovery = recovery_circuit(scheme, holding)
        circuit = encryption_circuit(scheme) + recovery.circuit
        channel = pauli_channel(circuit, gates, output=recovery.output)
        return {
            "I": 1.0,
            "X": 1 - 2 * float(channel.p_y + channel.p_z),
            "Y": 1 - 2 * float(channel.p_x + channel.p_z),
            "Z": 1 - 2 * float(channel.p_x + channel.p_y),
        }

    return factors("A,S1,N1"), factors("S1,N*"), factors("A,S*")
