"""The access structure: closed rule, GF(2) ranks, and entropies of dense states as a third opinion."""

from __future__ import annotations

import numpy as np
import pytest

from qloak.core import (
    Access,
    AccessClass,
    AccessCounts,
    CodeScheme,
    EncryptedCloning,
    IteratedCloning,
    classify,
    count_access,
)
from qloak.core.access import MAX_ENUMERATED_QUBITS
from qloak.errors import LimitError, UnknownNameError, UsageError
from tests.oracles import encrypted_reference_state

COUNTS = {2: (16, 0, 16), 3: (60, 8, 60), 4: (256, 0, 256), 5: (1008, 32, 1008)}
"""Uninformative, partial, authorized."""


def every_subset(num_qubits: int) -> list[np.ndarray]:
    return [np.flatnonzero(subset >> np.arange(num_qubits) & 1) for subset in range(2**num_qubits)]


def entropy(state: np.ndarray, qubits: list[int]) -> float:
    """Von Neumann entropy in bits of some qubits of a pure state, from the Schmidt coefficients of the cut."""
    num_qubits = state.size.bit_length() - 1
    axes = [num_qubits - 1 - q for q in qubits]
    cut = np.moveaxis(state.reshape((2,) * num_qubits), axes, range(len(axes))).reshape(2 ** len(axes), -1)
    weights = np.linalg.svd(cut, compute_uv=False) ** 2
    weights = weights[weights > 1e-12]
    return float(-(weights * np.log2(weights)).sum())


@pytest.mark.parametrize("n", COUNTS)
class TestEverySubset:
    def test_rule_and_rank_agree_in_class_and_leaks(self, n):
        scheme = EncryptedCloning(n)
        for holding in every_subset(2 * n + 1):
            assert classify(scheme, holding, method="rule") == classify(scheme, holding, method="rank"), holding

    def test_complements(self, n):
        """A set and the rest share 2 bits: class(rest) = 2 - class(set)."""
        scheme = EncryptedCloning(n)
        everything = np.arange(2 * n + 1)
        for holding in every_subset(2 * n + 1):
            rest = np.setdiff1d(everything, holding)
            assert classify(scheme, holding).information_bits + classify(scheme, rest).information_bits == 2

    @pytest.mark.parametrize("method", ["rule", "rank", "auto"])
    def test_counts(self, n, method):
        uninformative, partial, authorized = COUNTS[n]
        assert count_access(EncryptedCloning(n), method=method) == AccessCounts(authorized, partial, uninformative)

    def test_only_y_ever_leaks(self, n):
        scheme = EncryptedCloning(n)
        found = {classify(scheme, holding).leaks for holding in every_subset(2 * n + 1)}
        assert found == {(), ("X", "Z"), *([("Y",)] if n % 2 else [])}

    def test_a_larger_set_never_learns_less(self, n):
        bits = [classify(EncryptedCloning(n), holding).information_bits for holding in every_subset(2 * n + 1)]
        for qubit in range(2 * n + 1):
            assert all(bits[subset] <= bits[subset | 1 << qubit] for subset in range(len(bits)))


@pytest.mark.parametrize("n", (2, 3, 4))
def test_information_is_the_mutual_information_with_a_reference(n):
    """I(R:C) = S(R) + S(C) - S(RC), from the written-out state of the encrypted half of a Bell pair."""
    state, reference = encrypted_reference_state(n), 2 * n + 1
    one_bit = entropy(state, [reference])
    assert one_bit == pytest.approx(1, abs=1e-9)
    for holding in every_subset(2 * n + 1):
        held = holding.tolist()
        information = one_bit + entropy(state, held) - entropy(state, [*held, reference])
        assert classify(EncryptedCloning(n), holding).information_bits == pytest.approx(information, abs=1e-9)


class TestMinimalSets:
    @pytest.mark.parametrize("n", (2, 3, 4, 5))
    def test_the_authorized_ones(self, n):
        """n sets A, S_j, N_j; n 2^(n-1) sets of a full pair and one of every other; A and one of every pair.

        For odd n only those of the last kind count that hold an odd number of signal qubits.
        """
        scheme = EncryptedCloning(n)
        authorized = [classify(scheme, holding).authorized for holding in every_subset(2 * n + 1)]
        minimal = [
            subset
            for subset in range(2 ** (2 * n + 1))
            if authorized[subset]
            and not any(authorized[subset & ~(1 << q)] for q in range(2 * n + 1) if subset >> q & 1)
        ]
        pairs = [1 | 1 << j | 1 << n + j for j in range(1, n + 1)]
        with_source = [subset for subset in minimal if subset & 1 and subset not in pairs]
        assert set(pairs) <= set(minimal)
        assert len(with_source) == (2 ** (n - 1) if n % 2 else 2**n)
        assert len([subset for subset in minimal if not subset & 1]) == n * 2 ** (n - 1)
        assert {subset.bit_count() for subset in minimal if subset not in pairs} == {n + 1}

    @pytest.mark.parametrize("n", (2, 3, 4, 5))
    def test_three_qubits_are_the_least_that_tell_anything(self, n):
        bits = {}
        for holding in every_subset(2 * n + 1):
            bits[len(holding)] = max(bits.get(len(holding), 0), classify(EncryptedCloning(n), holding).information_bits)
        assert [bits[size] for size in range(4)] == [0, 0, 0, 2]


@pytest.mark.parametrize(
    ("n", "holding", "expected"),
    [
        (3, "S1,N2,N3", ("Y",)),
        (3, "S1,S2,N3", ()),
        (3, "S1,S2,S3", ("Y",)),
        (3, "A,N*", ("Y",)),
        (3, "A,S1,N2,N3", ("X", "Z")),
        (4, "S*", ()),
        (4, "A,N*", ("X", "Z")),
        (4, "S1,N*", ("X", "Z")),
        (4, "S*,N3", ("X", "Z")),
        (4, "A,S2,N2", ("X", "Z")),
        (4, "A,S*", ("X", "Z")),
        (1001, "S*", ("Y",)),
        (1000, "S7,N*", ("X", "Z")),
        (1000, "", ()),
    ],
)
def test_examples_by_name(n, holding, expected):
    assert classify(EncryptedCloning(n), holding).leaks == expected
    assert classify(EncryptedCloning(n), holding, method="rank").leaks == expected


def test_access_as_a_value():
    access = classify(EncryptedCloning(3), "S1,N2,N3")
    assert access == Access(AccessClass.PARTIAL, ("Y",), 1)
    assert (access.authorized, access.information_bits) == (False, 1.0)
    assert (AccessClass.PARTIAL.value, f"{access.access_class}") == ("partial", "partial")


def test_counts_in_closed_form_at_size():
    """The classes share out all 2^(2n+1) subsets; computed, not enumerated."""
    for n in (100, 101):
        counts = count_access(EncryptedCloning(n))
        assert counts.authorized == counts.uninformative
        assert counts.authorized + counts.partial + counts.uninformative == 2 ** (2 * n + 1)
        assert counts.partial == (2**n if n % 2 else 0)


def test_a_million_clones_by_the_rule():
    scheme = EncryptedCloning(1_000_000)
    assert classify(scheme, "S77,N*").authorized
    assert classify(scheme, "S*").leaks == ()


class TestIterated:
    @pytest.mark.parametrize("n", (2, 3))
    def test_every_clone_and_its_key_recover_and_no_less(self, n):
        scheme = IteratedCloning(n, 1)
        for clone in scheme.clones.tolist():
            key = np.concatenate([step.unit.noises for step in scheme.steps(clone)])
            assert classify(scheme, np.append(key, clone)).authorized
            assert classify(scheme, key).leaks == ()

    def test_all_clones_together_learn_nothing_for_even_n(self):
        scheme = IteratedCloning(2, 1)
        assert classify(scheme, scheme.clones[1:]).leaks == ()
        assert classify(scheme, scheme.clones).authorized  # every qubit that carries data, none of the noise

    def test_a_clone_that_was_opened_by_its_subtree_will_do(self):
        """Composition: S1's own unit is recovered from two of its three parts, then N1 and N2 open it."""
        scheme = IteratedCloning(2, 1)
        assert classify(scheme, "S1,S1.S1,S1.S2,N1,N2").authorized
        assert classify(scheme, "S1,S1.S1,N1,N2").leaks == ()

    def test_the_rule_is_for_the_canonical_scheme(self):
        for asked in (
            lambda m: classify(IteratedCloning(2, 0), "A", method=m),
            lambda m: count_access(IteratedCloning(2, 0), method=m),
        ):
            with pytest.raises(UsageError, match="method: got 'rule', expected rank"):
                asked("rule")

    def test_counts_are_enumerated(self):
        assert count_access(IteratedCloning(3, 0)) == AccessCounts(60, 8, 60)


class TestRefusals:
    def test_unknown_methods(self):
        with pytest.raises(UsageError, match="method: got 'guess', expected auto, rule or rank"):
            classify(EncryptedCloning(2), "A", method="guess")
        with pytest.raises(UsageError, match="method: got 'guess', expected auto, rule or rank"):
            count_access(EncryptedCloning(2), method="guess")

    def test_unknown_and_repeated_qubits(self):
        with pytest.raises(UnknownNameError, match="qubit: got 'S3'"):
            classify(EncryptedCloning(2), "S3")
        with pytest.raises(UsageError, match="each qubit at most once"):
            classify(EncryptedCloning(2), "S1,S1")

    def test_numbers_too_long_to_print(self):
        assert len(str(count_access(EncryptedCloning(7000)).authorized)) == 4215
        with pytest.raises(LimitError, match="num_clones: got 7001, expected at most 7000"):
            count_access(EncryptedCloning(7001))

    def test_enumerations_that_would_not_end(self):
        assert MAX_ENUMERATED_QUBITS == 17
        with pytest.raises(LimitError, match="num_qubits: got 19, expected at most 17"):
            count_access(EncryptedCloning(9), method="rank")

    def test_ranks_beyond_the_size_of_a_code(self):
        with pytest.raises(LimitError, match="num_qubits: got 40001"):
            classify(EncryptedCloning(20_000), "S1", method="rank")


def test_several_logical_qubits():
    """[[4,2,2]]: any two qubits leak two of four bits, any three recover both logical qubits."""
    scheme = CodeScheme.from_strings(
        "[[4,2,2]]", ["XXXX", "ZZZZ"], logical_x=["XXII", "XIXI"], logical_z=["ZIZI", "ZZII"], names=list("abcd")
    )
    assert classify(scheme, "a b").leaks == ("IZ", "XI")
    assert classify(scheme, "a b").access_class is AccessClass.PARTIAL
    assert classify(scheme, "a b c").information_bits == 4
    assert count_access(scheme) == AccessCounts(authorized=5, partial=6, uninformative=5)
