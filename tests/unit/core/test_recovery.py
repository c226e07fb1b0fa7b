"""Minimal authorized sets: counts, order, limits, large sizes, refusals."""

from __future__ import annotations

from math import comb

import numpy as np
import pytest

from qloak.core import EncryptedCloning, IteratedCloning, classify
from qloak.core.recovery import describe_holding, minimal_set, recovery_sets
from qloak.errors import LimitError, NotAuthorizedSetError, UnknownNameError, UsageError
from tests.codes import FIVE, SHOR, STEANE, code_scheme


def as_sets(found) -> set[tuple[int, ...]]:
    return {tuple(members.tolist()) for members in found}


class TestCanonicalSets:
    @pytest.mark.parametrize("n", (2, 3, 4, 5, 6, 7))
    def test_counts(self, n):
        """n with A and a pair, n 2^(n-1) without A, and A with one of each pair: 2^n (even n) or 2^(n-1) (odd n)."""
        found = recovery_sets(EncryptedCloning(n), limit=10**6)
        assert not found.more
        assert len(as_sets(found)) == len(found) == n + n * 2 ** (n - 1) + (2**n if n % 2 == 0 else 2 ** (n - 1))
        sizes = [len(members) for members in found]
        assert sizes == sorted(sizes)
        if n > 2:
            assert (sizes.count(3), sizes.count(n + 1)) == (n, len(found) - n)

    @pytest.mark.parametrize("n", (2, 3, 4))
    def test_each_is_authorized_and_no_part_of_it_is(self, n):
        scheme = EncryptedCloning(n)
        for members in recovery_sets(scheme):
            assert classify(scheme, members, method="rank").authorized
            for left_out in members:
                assert not classify(scheme, members[members != left_out], method="rank").authorized

    @pytest.mark.parametrize("n", (2, 3, 4))
    def test_restricted_to_what_is_available(self, n):
        """For every set of available qubits: the minimal sets are those of all qubits that lie within it."""
        scheme = EncryptedCloning(n)
        everything = [set(members.tolist()) for members in recovery_sets(scheme)]
        qubits = np.arange(2 * n + 1)
        for mask in range(2 ** (2 * n + 1)):
            available = qubits[mask >> qubits & 1 == 1]
            expected = {tuple(sorted(s)) for s in everything if s <= set(available.tolist())}
            assert as_sets(recovery_sets(scheme, available)) == expected

    def test_clone_with_key_comes_before_substitutes(self):
        scheme = EncryptedCloning(4)
        first = [[scheme.qubits.name(int(q)) for q in members] for members in recovery_sets(scheme, "S*,N*", limit=5)]
        assert first[:4] == [[f"S{j}", "N1", "N2", "N3", "N4"] for j in range(1, 5)]
        assert first[4] == ["S1", "S2", "N1", "N3", "N4"]

    @pytest.mark.parametrize("n", (2, 3))
    def test_closed_form_equals_the_table(self, n):
        """The same code without its closed form."""
        scheme = EncryptedCloning(n)
        code = scheme.code
        plain = code_scheme(
            "plain",
            *(
                " ".join(row.replace("_", "I") for row in table.to_strings())
                for table in (code.stabilizers, code.logical_x, code.logical_z)
            ),
        )
        assert as_sets(recovery_sets(plain)) == as_sets(recovery_sets(scheme))

    def test_limit_is_honest(self):
        scheme = EncryptedCloning(3)
        assert [recovery_sets(scheme, limit=k).more for k in (1, 18, 19, 20)] == [True, True, False, False]
        assert len(recovery_sets(scheme, limit=18)) == 18

    def test_nothing_recovers_from_an_unauthorized_set(self):
        assert recovery_sets(EncryptedCloning(3), "S1,N2,N3").sets == ()
        assert recovery_sets(FIVE, [0, 1]).sets == ()

    def test_large_schemes_are_listed_lazily(self):
        """There are more than 2^99999 sets."""
        n = 10**5
        scheme = EncryptedCloning(n)
        found = recovery_sets(scheme, "S*,N*", limit=3)
        assert found.more
        assert [len(members) for members in found] == [n + 1] * 3
        left = np.setdiff1d(np.arange(1, 2 * n + 1), [n + 77])
        (only,) = recovery_sets(scheme, left, limit=1)
        assert only.tolist() == [1, 77, *(q for q in range(n + 1, 2 * n + 1) if q != n + 77)]


class TestOtherSchemes:
    @pytest.mark.parametrize(("scheme", "count", "size"), [(FIVE, comb(5, 3), 3), (STEANE, 7, 3), (SHOR, 27, 5)])
    def test_known_codes(self, scheme, count, size):
        """Any three of five; the seven lines of the Fano plane; 27 sets of five in the Shor code."""
        found = recovery_sets(scheme)
        assert [len(members) for members in found] == [size] * count

    def test_sorted_by_size_then_numbers(self):
        found = [members.tolist() for members in recovery_sets(FIVE)]
        assert found == sorted(found)

    def test_partial_subtrees_of_an_iterated_clone(self):
        """A re-encrypted clone counts as held where any of its own minimal sets is."""
        scheme = IteratedCloning(2, 1)
        inner = ["S1,S1.S1,S1.N1", "S1.S1,S1.N1,S1.N2", "S1,S1.S1,S1.S2"]
        for part in inner:
            (only,) = recovery_sets(scheme, f"{part},N1,N2")
            assert len(only) == 5
        assert recovery_sets(scheme, "S1,S1.S1,N1,N2").sets == ()

    def test_too_many_qubits_for_a_table(self):
        scheme = IteratedCloning(2, 2)
        with pytest.raises(LimitError, match="minimal_set"):
            recovery_sets(scheme)
        assert len(recovery_sets(scheme, "N1,N2,S1.N1,S1.N2,S1.S1.S1,S1.S1.N1,S1.S1.N2")) == 1


class TestMinimalSet:
    @pytest.mark.parametrize(
        ("scheme", "available"),
        [
            (FIVE, None),
            (STEANE, [0, 1, 2, 3, 5]),
            (SHOR, None),
            (IteratedCloning(2, 2), None),
            (IteratedCloning(3, 1), None),
        ],
        ids=lambda value: getattr(value, "name", ""),
    )
    def test_is_minimal(self, scheme, available):
        members = minimal_set(scheme, available)
        assert classify(scheme, members).authorized
        for left_out in members:
            assert not classify(scheme, members[members != left_out]).authorized

    @pytest.mark.parametrize(
        ("available", "expected"),
        [
            ("A,S*,N*", "A,S1,N1"),
            ("S2,S3,N*", "S2,N1,N2,N3,N4"),
            ("S1,S2,N2,N3,N4", "S1,S2,N2,N3,N4"),
            ("A,S*", "A,S1,S2,S3,S4"),
            ("A,N*,S4", "A,S4,N4"),
        ],
    )
    def test_smallest_of_the_canonical_scheme(self, available, expected):
        scheme = EncryptedCloning(4)
        wanted = sorted(scheme.qubits.indices(expected.replace("N*", "N1,N2,N3,N4").split(",")).tolist())
        assert minimal_set(scheme, available).tolist() == wanted

    def test_hundred_thousand_and_a_million(self):
        for n in (10**5, 10**6):
            assert len(minimal_set(EncryptedCloning(n))) == 3
            assert len(minimal_set(EncryptedCloning(n), "S5,N*")) == n + 1


class TestRefusals:
    def test_the_message_names_class_and_leak(self):
        with pytest.raises(NotAuthorizedSetError, match=r"S1, N2, N3, which is partial and shows Y") as caught:
            minimal_set(EncryptedCloning(3), "S1,N2,N3")
        assert caught.value.exit_code == 13
        with pytest.raises(NotAuthorizedSetError, match="uninformative and shows nothing"):
            minimal_set(FIVE, [0, 4])
        with pytest.raises(NotAuthorizedSetError, match="no qubit, which is uninformative"):
            minimal_set(EncryptedCloning(2), "")

    def test_long_holdings_are_shortened(self):
        with pytest.raises(NotAuthorizedSetError, match=r"N12, … \(100 qubits\)"):
            minimal_set(EncryptedCloning(100), "N*")

    def test_describe_an_authorized_set(self):
        scheme = EncryptedCloning(2)
        members = np.array([0, 1, 3])
        assert describe_holding(scheme, members, classify(scheme, members)) == (
            "A, S1, N1, which is authorized and determines the state"
        )

    def test_arguments(self):
        with pytest.raises(UsageError, match="limit"):
            recovery_sets(EncryptedCloning(3), limit=0)
        with pytest.raises(UnknownNameError):
            recovery_sets(EncryptedCloning(3), "S4")
        with pytest.raises(UsageError):
            minimal_set(EncryptedCloning(3), "S1,S1")
