"""What each arrangement promises: closed values, counts, readers, and what is refused."""

from __future__ import annotations

import math

import numpy as np
import pytest

from qloak.analysis.arrangement import SingleCopy
from qloak.analysis.cloning_arrangements import CloningArrangement, IteratedArrangement
from qloak.analysis.code_arrangement import CodeArrangement, five_qubit_code, steane_code
from qloak.analysis.conditions import Conditions, Memory, Moment
from qloak.analysis.survival import outlook, recoverability, timeline
from qloak.core import OWNER, AccessClass, Custody, CustodyPolicy, EncryptedCloning, IteratedCloning, classify
from qloak.errors import UsageError

NOTHING, PART, EVERYTHING = AccessClass.UNINFORMATIVE, AccessClass.PARTIAL, AccessClass.AUTHORIZED
ARRANGEMENTS = [
    SingleCopy(at_owner=True),
    SingleCopy(at_owner=False),
    CodeArrangement(five_qubit_code()),
    CodeArrangement(steane_code()),
    *(CloningArrangement(4, policy) for policy in CustodyPolicy),
    CloningArrangement(5, CustodyPolicy.CLONES_AND_SOURCE),
    IteratedArrangement(2, 2),
    IteratedArrangement(3, 1),
]


def failure(arrangement, **losses: float) -> float:
    return recoverability(arrangement, Moment(**losses)).failure


@pytest.mark.parametrize("arrangement", ARRANGEMENTS, ids=str)
class TestEveryArrangement:
    def test_without_losses_and_noise_nothing_is_lost(self, arrangement):
        result = outlook(arrangement, Moment())
        assert (result.chance.success, result.chance.failure) == (1, 0)
        assert result.expected_entanglement_fidelity == pytest.approx(1, abs=1e-14)
        assert result.recovered_entanglement_fidelity == pytest.approx(1, abs=1e-14)

    def test_without_anything_left_a_quarter_is_left(self, arrangement):
        result = outlook(arrangement, Moment(owner_lost=1, all_providers_lost=1))
        assert (result.chance.success, result.chance.failure) == (0, 1)
        assert result.expected_entanglement_fidelity == 1 / 4
        assert result.recovered_entanglement_fidelity is None

    def test_a_memory_that_forgets_leaves_a_quarter(self, arrangement):
        memory = Memory(1.0, 2.0)
        forgotten = outlook(arrangement, Conditions(provider_memory=memory, owner_memory=memory).at(2000.0))
        assert forgotten.chance.success == 1
        assert forgotten.expected_entanglement_fidelity == pytest.approx(1 / 4, abs=1e-14)

    def test_over_time_it_only_gets_worse(self, arrangement):
        memory = Memory(300.0, 200.0, loss_per_second=0.001)
        conditions = Conditions(90.0, 500.0, 900.0, provider_memory=memory, owner_memory=memory)
        outlooks = timeline(arrangement, conditions, np.linspace(0, 400, 15))
        failures = [o.chance.failure for o in outlooks]
        fidelities = [o.expected_entanglement_fidelity for o in outlooks]
        assert failures == sorted(failures)
        assert fidelities == sorted(fidelities, reverse=True)
        for each in outlooks:
            assert each.chance.success + each.chance.failure == pytest.approx(1, abs=1e-13)
            assert 1 / 4 <= each.expected_entanglement_fidelity <= each.recovered_entanglement_fidelity <= 1


class TestClosedValues:
    def test_single_copies(self):
        assert failure(SingleCopy(at_owner=True), owner_lost=0.1, key_qubit_lost=0.2) == pytest.approx(1 - 0.72)
        assert failure(SingleCopy(at_owner=True), provider_lost=1, all_providers_lost=1) == 0
        away = SingleCopy(at_owner=False)
        lost = failure(away, provider_lost=0.1, stored_qubit_lost=0.2, all_providers_lost=0.5)
        assert lost == pytest.approx(1 - 0.36)
        assert failure(away, owner_lost=1) == 0

    @pytest.mark.parametrize("n", [2, 6, 30])
    def test_clones_are_lost_with_the_last_provider_or_the_owner(self, n):
        clones = CloningArrangement(n, CustodyPolicy.CLONES)
        assert failure(clones, provider_lost=0.3) == pytest.approx(0.3**n, rel=1e-11)
        assert failure(clones, owner_lost=0.3) == pytest.approx(0.3)
        assert failure(clones, all_providers_lost=0.3) == pytest.approx(0.3)

    def test_an_owner_with_the_source_reads_alone_for_even_n(self):
        assert failure(CloningArrangement(4, CustodyPolicy.CLONES_AND_SOURCE), all_providers_lost=1) == 0
        assert failure(CloningArrangement(5, CustodyPolicy.CLONES_AND_SOURCE), all_providers_lost=1) == 1

    def test_a_deposited_source_makes_the_owner_dispensable(self):
        deposited = CloningArrangement(4, CustodyPolicy.CLONES_SOURCE_DEPOSITED)
        assert failure(deposited, owner_lost=1, provider_lost=0.1) == pytest.approx(1 - 0.9**5)

    @pytest.mark.parametrize("n", [2, 3, 8])
    def test_pairs_need_the_source_and_one_provider_or_all_providers(self, n):
        pairs = CloningArrangement(n, CustodyPolicy.PAIRS)
        assert failure(pairs, provider_lost=0.2) == pytest.approx(0.2**n, rel=1e-11)
        assert failure(pairs, provider_lost=0.2, owner_lost=1) == pytest.approx(1 - 0.8**n)

    @pytest.mark.parametrize("n", [2, 3, 4, 5, 12])
    def test_equal_depolarizing_memories(self, n):
        # Without losses: the clone with its key for `clones`, A with one pair where A is kept.
        factor = 0.97
        walsh = {"I": 1.0, "X": factor, "Y": factor, "Z": factor}
        moment = Moment(stored_walsh=walsh, key_walsh=walsh)
        expected = (1 + 3 * factor ** (n + 1)) / 4 if n % 2 == 0 else (1 + factor**n + 2 * factor ** (n + 1)) / 4
        clones = outlook(CloningArrangement(n, CustodyPolicy.CLONES), moment)
        assert clones.expected_entanglement_fidelity == pytest.approx(expected, abs=1e-13)
        pairs = outlook(CloningArrangement(n, CustodyPolicy.PAIRS), moment)
        assert pairs.expected_entanglement_fidelity == pytest.approx((1 + 3 * factor**3) / 4, abs=1e-13)

    @pytest.mark.parametrize(("n", "levels", "qubits"), [(2, 1, 5), (2, 4, 11), (4, 1, 7), (4, 2, 11), (12, 2, 15)])
    def test_trees_are_opened_with_few_qubits(self, n, levels, qubits):
        # A with a pair takes 3 of a leaf's unit, 7 of two such units; a clone with its key n more each time.
        factor = 0.99
        walsh = {"I": 1.0, "X": factor, "Y": factor, "Z": factor}
        tree = outlook(IteratedArrangement(n, levels), Moment(stored_walsh=walsh, key_walsh=walsh))
        expected = (1 + 3 * factor**qubits) / 4
        assert tree.expected_entanglement_fidelity == pytest.approx(expected, abs=1e-13)

    def test_ten_thousand_clones(self):
        many = CloningArrangement(10_000, CustodyPolicy.CLONES)
        conditions = Conditions(1.0, provider_memory=Memory(1e3, 1e3), owner_memory=Memory(1e7, 1e7))
        result = outlook(many, conditions.at(1.0))
        assert result.chance.log_failure == pytest.approx(10_000 * math.log(-math.expm1(-1)), rel=1e-12)
        factor = math.exp(-1e-3 - 1e-3)
        assert result.expected_entanglement_fidelity == pytest.approx((1 + 3 * factor) / 4, abs=1e-9)


class TestCounts:
    @pytest.mark.parametrize("policy", list(CustodyPolicy))
    @pytest.mark.parametrize("n", [2, 3, 6, 7])
    def test_cloning(self, n, policy):
        if n % 2 and policy is CustodyPolicy.CLONES_SOURCE_DEPOSITED:
            return
        arrangement = CloningArrangement(n, policy)
        custody = Custody.arrange(EncryptedCloning(n), policy)
        assert arrangement.num_qubits == len(custody.scheme.qubits)
        assert arrangement.num_key_qubits == len(custody.holdings[OWNER])
        assert arrangement.num_providers == len(custody.providers)

    @pytest.mark.parametrize(("n", "levels"), [(2, 1), (2, 3), (3, 1), (3, 2), (4, 1)])
    def test_trees(self, n, levels):
        arrangement, tree = IteratedArrangement(n, levels), IteratedCloning(n, levels)
        assert arrangement.num_qubits == len(tree.qubits)
        assert arrangement.num_providers == tree.num_leaves
        assert 2 * arrangement.num_key_qubits + 1 == len(tree.qubits)


class TestReaders:
    @pytest.mark.parametrize("policy", list(CustodyPolicy))
    @pytest.mark.parametrize("n", [2, 3, 4, 5, 8, 9])
    def test_cloning(self, n, policy):
        if n % 2 and policy is CustodyPolicy.CLONES_SOURCE_DEPOSITED:
            return
        custody = Custody.arrange(EncryptedCloning(n), policy)
        readers = CloningArrangement(n, policy).readers

        def reads(parties):
            return classify(custody.scheme, custody.held_by(parties), method="rank").access_class

        assert {reads([provider]) for provider in custody.providers} == {readers.provider}
        assert reads(custody.providers) == readers.providers
        assert reads([OWNER]) == readers.owner

    @pytest.mark.parametrize("n", [2, 3])
    def test_trees(self, n):
        tree, readers = IteratedCloning(n, 1), IteratedArrangement(n, 1).readers
        keys = np.array(
            [q for q in range(len(tree.qubits)) if ".N" in tree.qubits.name(q) or tree.qubits.name(q)[0] == "N"]
        )
        assert {classify(tree, [q]).access_class for q in tree.clones} == {readers.provider}
        assert classify(tree, np.sort(tree.clones)).access_class == readers.providers
        assert classify(tree, keys).access_class == readers.owner

    def test_others(self):
        assert SingleCopy(at_owner=False).readers.provider == EVERYTHING
        assert SingleCopy(at_owner=True).readers.owner == EVERYTHING
        readers = CodeArrangement(five_qubit_code()).readers
        assert (readers.provider, readers.providers, readers.owner) == (NOTHING, EVERYTHING, NOTHING)


class TestRefusals:
    @pytest.mark.parametrize("bad", [1, 0, -3, "five"])
    def test_number_of_clones(self, bad):
        with pytest.raises(UsageError, match="num_clones"):
            CloningArrangement(bad, CustodyPolicy.CLONES)
        with pytest.raises(UsageError, match="num_clones"):
            IteratedArrangement(bad, 1)

    def test_policy(self):
        with pytest.raises(UsageError, match="policy: got 'bank'"):
            CloningArrangement(4, "bank")
        with pytest.raises(UsageError, match="even"):
            CloningArrangement(5, CustodyPolicy.CLONES_SOURCE_DEPOSITED)
        assert CloningArrangement(4, "pairs").policy is CustodyPolicy.PAIRS

    @pytest.mark.parametrize("levels", [0, -1, 41])
    def test_levels(self, levels):
        with pytest.raises(UsageError, match="levels"):
            IteratedArrangement(2, levels)
