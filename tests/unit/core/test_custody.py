"""Custody: every arrangement's table of who recovers what, who learns what, by rule and by rank."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from qloak.core import OWNER, Custody, CustodyPolicy, EncryptedCloning, classify
from qloak.errors import UnknownNameError, UsageError

SIZES = (2, 3, 4, 5, 6)
NOTHING, EVERYTHING, Y = (), ("X", "Z"), ("Y",)


def learns(custody: Custody, parties: list[str], extra: str = "", *, without: str = "") -> tuple[str, ...]:
    """What a coalition learns with some more qubits or without some of its own; both methods must say the same."""
    qubits = custody.scheme.qubits
    holding = np.union1d(custody.held_by(parties), qubits.indices(extra.split()))
    holding = np.setdiff1d(holding, qubits.indices(without.split()))
    rule, rank = (classify(custody.scheme, holding, method=method) for method in ("rule", "rank"))
    assert rule == rank
    return rule.leaks


def proper_coalitions(parties: tuple[str, ...]) -> list[list[str]]:
    """Every set of parties but the full one."""
    return [list(c) for size in range(len(parties)) for c in itertools.combinations(parties, size)]


@pytest.mark.parametrize("n", SIZES)
class TestClones:
    """Provider i holds S_i, the owner the key; A is discarded."""

    @pytest.fixture
    def custody(self, n) -> Custody:
        return Custody.arrange(EncryptedCloning(n), CustodyPolicy.CLONES)

    def test_any_one_provider_and_the_owner_recover(self, custody):
        for provider in custody.providers:
            assert learns(custody, [OWNER, provider]) == EVERYTHING

    def test_nobody_holds_the_source(self, custody, n):
        assert custody.held_by(custody.parties).tolist() == list(range(1, 2 * n + 1))

    def test_the_owner_alone_learns_nothing(self, custody):
        assert learns(custody, [OWNER]) == NOTHING

    def test_some_providers_learn_nothing(self, custody):
        for coalition in proper_coalitions(custody.providers):
            assert learns(custody, coalition) == NOTHING

    def test_all_providers_learn_y_for_odd_n(self, custody, n):
        assert learns(custody, list(custody.providers)) == (Y if n % 2 else NOTHING)

    def test_all_providers_and_one_stolen_key_qubit_read_everything(self, custody, n):
        for j in range(1, n + 1):
            assert learns(custody, list(custody.providers), f"N{j}") == EVERYTHING

    def test_a_missing_key_qubit(self, custody, n):
        """Of the clone's own pair it leaves Y for odd n; of another pair, nothing."""
        for j, k in itertools.product(range(1, n + 1), repeat=2):
            left = learns(custody, [OWNER, f"provider-{j}"], without=f"N{k}")
            assert left == (Y if j == k and n % 2 else NOTHING)


@pytest.mark.parametrize("n", SIZES)
class TestClonesAndSource:
    """As before, and the owner keeps A: a backup, for even n no split of trust."""

    @pytest.fixture
    def custody(self, n) -> Custody:
        return Custody.arrange(EncryptedCloning(n), CustodyPolicy.CLONES_AND_SOURCE)

    def test_any_one_provider_and_the_owner_recover(self, custody):
        for provider in custody.providers:
            assert learns(custody, [OWNER, provider]) == EVERYTHING

    def test_the_owner_alone_reads_for_even_n_and_learns_y_for_odd_n(self, custody, n):
        assert learns(custody, [OWNER]) == (Y if n % 2 else EVERYTHING)

    def test_one_surviving_key_qubit_will_do_if_it_is_the_right_one(self, custody, n):
        """A, S_j and N_j recover; with N_k of another pair only for n = 2, where nothing else is left out."""
        for j, k in itertools.product(range(1, n + 1), repeat=2):
            found = learns(custody, [f"provider-{j}"], f"A N{k}")
            assert found == (EVERYTHING if j == k or n == 2 else NOTHING)

    def test_the_source_and_all_providers_need_no_key(self, custody):
        assert learns(custody, list(custody.providers), "A") == EVERYTHING

    def test_providers_are_as_blind_as_without_it(self, custody, n):
        for coalition in proper_coalitions(custody.providers):
            assert learns(custody, coalition) == NOTHING
        assert learns(custody, list(custody.providers)) == (Y if n % 2 else NOTHING)


@pytest.mark.parametrize("n", (2, 4, 6))
class TestSourceDeposited:
    """A is one more clone at provider n + 1."""

    @pytest.fixture
    def custody(self, n) -> Custody:
        return Custody.arrange(EncryptedCloning(n), CustodyPolicy.CLONES_SOURCE_DEPOSITED)

    def test_any_one_of_n_plus_1_providers_and_the_owner_recover(self, custody, n):
        assert len(custody.providers) == n + 1
        for provider in custody.providers:
            assert learns(custody, [OWNER, provider]) == EVERYTHING

    def test_any_n_providers_learn_nothing_and_all_read_everything(self, custody):
        for coalition in proper_coalitions(custody.providers):
            assert learns(custody, coalition) == NOTHING
        assert learns(custody, list(custody.providers)) == EVERYTHING

    def test_the_owner_alone_learns_nothing(self, custody):
        assert learns(custody, [OWNER]) == NOTHING


@pytest.mark.parametrize("n", SIZES)
class TestPairs:
    """Provider i holds S_i and N_i, the key is the one qubit A."""

    @pytest.fixture
    def custody(self, n) -> Custody:
        return Custody.arrange(EncryptedCloning(n), CustodyPolicy.PAIRS)

    def test_any_one_provider_and_the_owner_recover(self, custody):
        assert custody.held_by([OWNER]).tolist() == [0]
        for provider in custody.providers:
            assert len(custody.held_by([provider])) == 2
            assert learns(custody, [OWNER, provider]) == EVERYTHING

    def test_any_n_minus_1_providers_learn_nothing_and_all_read_everything(self, custody):
        for coalition in proper_coalitions(custody.providers):
            assert learns(custody, coalition) == NOTHING
        assert learns(custody, list(custody.providers)) == EVERYTHING

    def test_the_owner_alone_learns_nothing(self, custody):
        assert learns(custody, [OWNER]) == NOTHING


@pytest.mark.parametrize("policy", list(CustodyPolicy))
def test_every_qubit_has_at_most_one_party(policy):
    custody = Custody.arrange(EncryptedCloning(4), policy)
    held = np.concatenate(list(custody.holdings.values()))
    assert len(np.unique(held)) == len(held)
    assert custody.parties == (OWNER, *custody.providers)
    assert OWNER not in custody.providers


def test_a_policy_by_its_text():
    by_text, by_name = (Custody.arrange(EncryptedCloning(2), policy) for policy in ("pairs", CustodyPolicy.PAIRS))
    assert {p: q.tolist() for p, q in by_text.holdings.items()} == {p: q.tolist() for p, q in by_name.holdings.items()}


def test_provider_names_in_their_order():
    custody = Custody.arrange(EncryptedCloning(2), CustodyPolicy.CLONES_SOURCE_DEPOSITED, providers=("x", "y", "z"))
    assert {party: qubits.tolist() for party, qubits in custody.holdings.items()} == {
        OWNER: [3, 4],
        "x": [1],
        "y": [2],
        "z": [0],
    }
    assert custody.held_by(["z", "x", "z"]).tolist() == [0, 1]
    assert custody.held_by([]).tolist() == []


class TestRefusals:
    def test_depositing_the_source_of_an_odd_scheme(self):
        with pytest.raises(UsageError, match="num_clones: got 3, expected an even number"):
            Custody.arrange(EncryptedCloning(3), CustodyPolicy.CLONES_SOURCE_DEPOSITED)

    @pytest.mark.parametrize("providers", [["a"], ["a", "b", "c"]])
    def test_a_wrong_number_of_providers(self, providers):
        with pytest.raises(UsageError, match="expected 2 names, one for each clone"):
            Custody.arrange(EncryptedCloning(2), CustodyPolicy.CLONES, providers=providers)

    @pytest.mark.parametrize("providers", [["a", "a"], ["a", OWNER]])
    def test_names_that_clash(self, providers):
        with pytest.raises(UsageError, match="names that all differ and are not 'owner'"):
            Custody.arrange(EncryptedCloning(2), CustodyPolicy.CLONES, providers=providers)

    def test_an_unknown_policy(self):
        with pytest.raises(UsageError, match=r"policy: got 'everywhere', expected one of clones clones\+source"):
            Custody.arrange(EncryptedCloning(2), "everywhere")

    def test_an_unknown_party(self):
        custody = Custody.arrange(EncryptedCloning(2), CustodyPolicy.CLONES)
        with pytest.raises(UnknownNameError, match="party: got 'eve', expected one of owner, provider-1, provider-2"):
            custody.held_by(["eve"])

    def test_a_qubit_with_two_parties(self):
        with pytest.raises(UsageError, match="holdings: got 'S1', expected each qubit with one party only"):
            Custody(EncryptedCloning(2), {"x": np.array([1, 2]), "y": np.array([1])})


def test_no_party_at_all():
    assert Custody(EncryptedCloning(2), {}).held_by([]).tolist() == []
