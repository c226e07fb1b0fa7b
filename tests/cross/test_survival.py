"""Survival, its closed forms against the circuits, the codes and the emulated world."""

from __future__ import annotations

import itertools
import math
from functools import cache

import numpy as np
import pytest
import stim

from qloak.analysis import pauli_channel
from qloak.analysis.cloning_arrangements import CloningArrangement, IteratedArrangement
from qloak.analysis.conditions import Conditions, Memory, Moment, WalshFactors
from qloak.analysis.erasure import recoverability_of_parties
from qloak.analysis.survival import outlook, recoverability
from qloak.circuits import encryption_circuit
from qloak.circuits.recover import recovery_circuit
from qloak.core import OWNER, Custody, CustodyPolicy, EncryptedCloning, IteratedCloning, Role, classify
from qloak.core.recovery import minimal_set
from qloak.errors import NotAuthorizedSetError
from qloak.noise import uniform_depolarizing
from qloak.simulators import Register, StabilizerWorld

MOMENT = Moment(
    provider_lost=0.2,
    stored_qubit_lost=0.1,
    owner_lost=0.05,
    key_qubit_lost=0.3,
    all_providers_lost=0.07,
    stored_walsh={"I": 1.0, "X": 0.93, "Y": 0.9, "Z": 0.86},
    key_walsh={"I": 1.0, "X": 0.95, "Y": 0.88, "Z": 0.91},
)
CASES = [
    (n, policy)
    for n in (2, 3, 4)
    for policy in CustodyPolicy
    if n % 2 == 0 or policy is not CustodyPolicy.CLONES_SOURCE_DEPOSITED
]
SHOTS = 200_000


def probabilities(walsh: WalshFactors) -> list[float]:
    """Of X, Y and Z."""
    x, y, z = (walsh[letter] for letter in "XYZ")
    return [(1 + x - y - z) / 4, (1 - x + y - z) / 4, (1 - x - y + z) / 4]


def keepers(custody: Custody) -> list[str | None]:
    """Who holds each qubit."""
    holder = {int(q): party for party, qubits in custody.holdings.items() for q in qubits}
    return [holder.get(q) for q in range(len(custody.scheme.qubits))]


def odds_of_survivors(custody: Custody, moment: Moment) -> dict[int, float]:
    """Probability of every set of qubits left, as a bit mask, summed over all fates of all sites."""
    holders = keepers(custody)
    totals: dict[int, float] = {}
    for owner_up, any_up, *up in itertools.product((False, True), repeat=2 + len(custody.providers)):
        weight = math.prod(
            1 - lost if stands else lost
            for stands, lost in (
                (owner_up, moment.owner_lost),
                (any_up, moment.all_providers_lost),
                *((stands, moment.provider_lost) for stands in up),
            )
        )
        stands = dict(zip(custody.providers, (any_up and s for s in up), strict=True)) | {OWNER: owner_up, None: False}
        lost = [moment.key_qubit_lost if h == OWNER else moment.stored_qubit_lost for h in holders]
        chances = np.array([stands[h] * (1 - p) for h, p in zip(holders, lost, strict=True)])
        odds = np.ones(1)
        for chance in chances:
            odds = np.concatenate([odds * (1 - chance), odds * chance])
        for mask in np.flatnonzero(odds):
            totals[int(mask)] = totals.get(int(mask), 0.0) + weight * odds[mask]
    return totals


def members(mask: int) -> np.ndarray:
    return np.array([q for q in range(mask.bit_length()) if mask >> q & 1], dtype=np.int64)


@pytest.mark.parametrize(("n", "policy"), CASES)
def test_closed_forms_are_the_sums_over_all_survivors(n, policy):
    # Each recovery is by its own circuit, with its own exact channel.
    scheme = EncryptedCloning(n)
    custody = Custody.arrange(scheme, policy)
    stored = encryption_circuit(scheme)
    for qubit, holder in enumerate(keepers(custody)):
        walsh = MOMENT.key_walsh if holder == OWNER else MOMENT.stored_walsh
        stored.append("PAULI_CHANNEL_1", [qubit], probabilities(walsh))

    @cache
    def fidelity(holding: tuple[int, ...]) -> float:
        recovery = recovery_circuit(scheme, np.array(holding))
        return pauli_channel(stored + recovery.circuit, output=recovery.output).entanglement_fidelity

    success = failure = expected = 0.0
    for mask, odds in odds_of_survivors(custody, MOMENT).items():
        if classify(scheme, members(mask), method="rank").authorized:
            success += odds
            expected += odds * fidelity(tuple(minimal_set(scheme, members(mask)).tolist()))
        else:
            failure += odds
            expected += odds / 4
    found = outlook(CloningArrangement(n, policy), MOMENT)
    assert found.chance.success == pytest.approx(success, abs=1e-13)
    assert found.chance.failure == pytest.approx(failure, abs=1e-13)
    assert found.expected_entanglement_fidelity == pytest.approx(expected, abs=1e-12)


def comes_back(scheme: EncryptedCloning, kept: np.ndarray, register: Register) -> bool:
    """Whether the emulated world gives the state back from some of the qubits, or the others have it.

    The state of a set and of the rest together is pure, so if the rest shows anything of the input, the set does not
    determine it.
    """
    rng = np.random.default_rng(1)
    world = StabilizerWorld(register, rng=rng, num_ancillas=len(scheme.qubits) - 1)
    world.run(encryption_circuit(scheme))
    rest = np.setdiff1d(np.arange(len(scheme.qubits)), kept).tolist()
    try:
        recovery = recovery_circuit(scheme, kept)
    except NotAuthorizedSetError:
        assert len(kept) == 0 or world.depends_on_input(rest)
        return False
    assert not rest or not world.depends_on_input(rest)
    world.run(recovery.circuit)
    returned = world.take([recovery.output])
    assert returned is not None
    overlap = np.vdot(register.state.vector, returned.state.vector)
    assert abs(overlap) ** 2 == pytest.approx(1, abs=1e-12)
    return True


@pytest.mark.parametrize(("n", "policy"), [case for case in CASES if case[0] < 4])
def test_sampled_losses_in_the_emulated_world(n, policy, rng):
    # Hoeffding: a mean of SHOTS coins is off by more than sqrt(ln(2e10)/(2 SHOTS)) = 0.0077 with probability 1e-10;
    # seven such tests fail falsely with probability below 1e-9 together.
    scheme = EncryptedCloning(n)
    custody = Custody.arrange(scheme, policy)
    holders = keepers(custody)
    providers_up = (rng.random((SHOTS, len(custody.providers))) >= MOMENT.provider_lost) & (
        rng.random((SHOTS, 1)) >= MOMENT.all_providers_lost
    )
    owner_up = rng.random(SHOTS) >= MOMENT.owner_lost
    masks = np.zeros(SHOTS, dtype=np.int64)
    for qubit, holder in enumerate(holders):
        if holder == OWNER:
            kept = owner_up & (rng.random(SHOTS) >= MOMENT.key_qubit_lost)
        elif holder is not None:
            up = providers_up[:, custody.providers.index(holder)]
            kept = up & (rng.random(SHOTS) >= MOMENT.stored_qubit_lost)
        else:
            kept = np.zeros(SHOTS, dtype=np.bool_)
        masks |= kept.astype(np.int64) << qubit
    register = Register.random(1, rng)
    patterns, counts = np.unique(masks, return_counts=True)
    returned = sum(
        count
        for mask, count in zip(patterns.tolist(), counts.tolist(), strict=True)
        if comes_back(scheme, members(mask), register)
    )
    margin = math.sqrt(math.log(2e10) / (2 * SHOTS))
    assert abs(returned / SHOTS - recoverability(CloningArrangement(n, policy), MOMENT).success) < margin


@pytest.mark.parametrize(("s", "k"), [(0.7, 0.85), (0.99, 0.6)])
def test_even_trees_are_the_sum_over_all_survivors(s, k):
    tree = IteratedCloning(2, 1)
    lost = [1 - k if role is Role.NOISE else 1 - s for role in tree.qubits.roles]
    exact = recoverability_of_parties(tree, [np.array([q]) for q in range(len(lost))], lost)
    found = recoverability(IteratedArrangement(2, 1), Moment(stored_qubit_lost=1 - s, key_qubit_lost=1 - k))
    assert found.success == pytest.approx(exact.success, rel=1e-12)
    assert found.failure == pytest.approx(exact.failure, rel=1e-12)


def test_odd_trees_fall_little_short():
    # A lost root key of three, each inner key of three lost as a whole: 3 + 3 + 9 parties.
    tree, s, k = IteratedCloning(3, 1), 0.7, 0.8
    roots = tree.qubits.indices(["N1", "N2", "N3"])
    parties = [np.array([q]) for q in (*roots, *tree.clones)]
    keys = [tree.qubits.indices([f"S{i}.N{j}" for j in (1, 2, 3)]) for i in (1, 2, 3)]
    lost = [1 - k] * 3 + [1 - s] * 9 + [0.0] * 3
    exact = recoverability_of_parties(tree, [*parties, *keys], lost)
    # With its own key whole, a subtree returns its carrier if any of its clones is left.
    carrier = 1 - (1 - s) ** 3
    u, v, e = carrier * (1 - k), k * (1 - carrier), (1 - carrier) * (1 - k)
    bound = (1 - e) ** 3 - (u + v) ** 3
    assert bound <= exact.success + 1e-12
    assert exact.success - bound < 0.01


@pytest.mark.parametrize(
    ("n", "holding"),
    [
        (2, "S1,S1.S1,S1.N1,N1,N2"),
        (3, "S1.S1,S1.N1,S1.N2,S1.N3,N1,N2,N3"),
        (4, "A,A.S1,A.N1,S1,S1.S1,S1.N1,N1"),
    ],
)
def test_the_way_through_a_tree_against_its_circuit(n, holding):
    tree = IteratedCloning(n, 1)
    roles = np.array([role is Role.NOISE for role in tree.qubits.roles])
    circuit = encryption_circuit(tree)
    circuit.append("PAULI_CHANNEL_1", np.flatnonzero(roles).tolist(), probabilities(MOMENT.key_walsh))
    circuit.append("PAULI_CHANNEL_1", np.flatnonzero(~roles).tolist(), probabilities(MOMENT.stored_walsh))
    recovery = recovery_circuit(tree, holding)
    channel = pauli_channel(circuit + recovery.circuit, output=recovery.output)
    noisy = Moment(stored_walsh=MOMENT.stored_walsh, key_walsh=MOMENT.key_walsh)
    found = outlook(IteratedArrangement(n, 1), noisy)
    assert found.expected_entanglement_fidelity == pytest.approx(channel.entanglement_fidelity, abs=1e-12)


@pytest.mark.parametrize(
    ("policy", "holding"),
    [(CustodyPolicy.CLONES, "S1,N*"), (CustodyPolicy.CLONES_AND_SOURCE, "A,S1,N1"), (CustodyPolicy.PAIRS, "A,S1,N1")],
)
@pytest.mark.parametrize("n", [2, 3, 6, 7])
def test_noisy_gates_and_waiting_against_the_circuit(n, policy, holding):
    scheme, gates = EncryptedCloning(n), uniform_depolarizing(two_qubit=0.004, one_qubit=0.001)
    conditions = Conditions(provider_memory=Memory(40.0, 30.0), owner_memory=Memory(100.0, 170.0))
    moment = conditions.at(1.0)
    stored = gates.noisy_circuit(encryption_circuit(scheme))
    for qubit, holder in enumerate(keepers(Custody.arrange(scheme, policy))):
        walsh = moment.key_walsh if holder == OWNER else moment.stored_walsh
        stored.append("PAULI_CHANNEL_1", [qubit], probabilities(walsh))
    recovery = recovery_circuit(scheme, holding)
    circuit: stim.Circuit = stored + gates.noisy_circuit(recovery.circuit)
    channel = pauli_channel(circuit, output=recovery.output)
    found = outlook(CloningArrangement(n, policy, gates=gates), moment)
    assert found.expected_entanglement_fidelity == pytest.approx(channel.entanglement_fidelity, abs=1e-12)
