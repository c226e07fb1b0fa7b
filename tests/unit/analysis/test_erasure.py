"""Sums over coalitions, and the best correction of what is left."""

from __future__ import annotations

import itertools
from fractions import Fraction

import numpy as np
import pytest
import stim

from qloak.analysis import erasure
from qloak.analysis.code_arrangement import five_qubit_code, steane_code
from qloak.analysis.conditions import PERFECT
from qloak.analysis.erasure import authorized_coalitions, decoded_fidelity, recoverability_of_parties
from qloak.core import Custody, CustodyPolicy, EncryptedCloning, IteratedCloning, classify
from qloak.errors import LimitError, UsageError


def singles(count: int) -> list[np.ndarray]:
    return [np.array([q]) for q in range(count)]


def test_five_qubit_code_needs_any_three():
    lost = Fraction(1, 10)
    exact = sum(
        (1 - lost) ** kept * lost ** (5 - kept) * size
        for kept, size in zip(range(6), (1, 5, 10, 10, 5, 1), strict=True)
        if kept < 3
    )
    found = recoverability_of_parties(five_qubit_code(), singles(5), [0.1] * 5)
    assert found.failure == pytest.approx(float(exact), rel=1e-12)


def test_steane_code_needs_a_line():
    authorized = authorized_coalitions(steane_code(), singles(7))
    minimal = [mask for mask in range(128) if authorized[mask] and mask.bit_count() == 3]
    assert len(minimal) == 7
    assert all((first & second).bit_count() == 1 for first, second in itertools.combinations(minimal, 2))
    # No cloning, and nothing in between: of a set and the rest exactly one recovers.
    assert (authorized ^ authorized[::-1]).all()


@pytest.mark.parametrize("n", [2, 3, 4])
@pytest.mark.parametrize("policy", [CustodyPolicy.CLONES, CustodyPolicy.PAIRS])
def test_coalitions_of_a_custody(n, policy):
    custody = Custody.arrange(EncryptedCloning(n), policy)
    parties = list(custody.holdings.values())
    authorized = authorized_coalitions(custody.scheme, parties)
    for mask, found in enumerate(authorized):
        names = [name for i, name in enumerate(custody.parties) if mask >> i & 1]
        assert found == classify(custody.scheme, custody.held_by(names)).authorized


def test_ranks_agree_with_the_table(monkeypatch):
    tree = IteratedCloning(2, 1)
    parties = [tree.clones, *(np.array([q]) for q in range(3, 11) if q not in tree.clones)]
    tabulated = authorized_coalitions(tree, parties)
    monkeypatch.setattr(erasure, "MAX_TABULATED_CHECKS", 0)
    assert np.array_equal(authorized_coalitions(tree, parties), tabulated)
    assert tabulated.any()
    assert not tabulated.all()


def test_nothing_recovers_without_enough_qubits():
    assert not authorized_coalitions(five_qubit_code(), singles(2)).any()


def test_a_party_fails_as_a_whole():
    together = recoverability_of_parties(five_qubit_code(), [np.array([0, 1, 2]), np.array([3, 4])], [0.25, 0.5])
    assert together.success == pytest.approx(0.75)


@pytest.mark.parametrize(
    ("parties", "lost", "message"),
    [
        (singles(5), [0.1] * 4, "lost"),
        (singles(5), [0.1] * 4 + [1.1], "lost"),
        ([np.array([0, 1]), np.array([1])], [0.1, 0.1], "parties"),
    ],
)
def test_bad_parties_are_refused(parties, lost, message):
    with pytest.raises(UsageError, match=message):
        recoverability_of_parties(five_qubit_code(), parties, lost)


def test_too_many_parties_are_refused():
    with pytest.raises(LimitError, match="at most 20 parties"):
        authorized_coalitions(EncryptedCloning(10), singles(21))
    with pytest.raises(LimitError, match="at most 12 parties"):
        authorized_coalitions(EncryptedCloning(20), [*singles(12), np.arange(12, 41)])
    with pytest.raises(LimitError, match="at most 9 qubits"):
        decoded_fidelity(EncryptedCloning(5), np.ones((1, 11), dtype=np.bool_), [PERFECT] * 11)


def decoded_by_hand(scheme, kept: np.ndarray, probabilities: np.ndarray) -> float:
    """The best correction by looking at every error: a lost qubit suffers each Pauli with probability 1/4."""
    code = scheme.code
    checks = [code.stabilizers.to_stim(row) for row in range(len(code.stabilizers))]
    logicals = [code.logical_x.to_stim(0), code.logical_z.to_stim(0)]
    tally: dict[tuple, dict[tuple, float]] = {}
    for letters in itertools.product(range(4), repeat=code.num_qubits):
        chance = np.prod([probabilities[p] if there else 0.25 for p, there in zip(letters, kept, strict=True)])
        error = stim.PauliString(list(letters))
        syndrome = tuple(not error.commutes(check) for check in checks)
        effect = tuple(not error.commutes(logical) for logical in logicals)
        tally.setdefault(syndrome, {}).setdefault(effect, 0.0)
        tally[syndrome][effect] += chance
    return sum(max(effects.values()) for effects in tally.values())


@pytest.mark.parametrize("scheme", [five_qubit_code(), EncryptedCloning(2)], ids=lambda scheme: scheme.name)
def test_best_correction_against_every_error(scheme):
    probabilities = np.array([0.93, 0.01, 0.04, 0.02])
    i, x, y, z = probabilities
    walsh = {"I": 1.0, "X": i + x - y - z, "Y": i - x + y - z, "Z": i - x - y + z}
    kept = np.array([[True] * 5, [False, True, True, True, True], [True, False, False, True, True]])
    found = decoded_fidelity(scheme, kept, [walsh] * 5)
    expected = [decoded_by_hand(scheme, row, probabilities) for row in kept]
    assert found == pytest.approx(expected, abs=1e-13)
    assert found[0] > 0.93  # better than a bare qubit


def test_losses_alone_are_corrected_exactly_where_a_set_is_authorized():
    scheme = steane_code()
    kept = np.arange(128)[:, None] >> np.arange(7) & 1 == 1
    found = decoded_fidelity(scheme, kept, [PERFECT] * 7)
    assert found == pytest.approx(np.where(authorized_coalitions(scheme, singles(7)), 1, 1 / 4), abs=1e-13)
