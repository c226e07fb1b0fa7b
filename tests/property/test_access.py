"""The access rule at sizes where the subsets are too many to try: random subsets up to n = 12, and laws."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from qloak.core import EncryptedCloning, IteratedCloning, classify


@st.composite
def holdings(draw, max_clones: int = 12):
    """A scheme and some of its qubits, each pair empty, half or full as it comes."""
    n = draw(st.integers(2, max_clones))
    members = draw(st.sets(st.integers(0, 2 * n)))
    return EncryptedCloning(n), np.array(sorted(members), dtype=np.int64)


@st.composite
def aligned(draw, max_clones: int = 12):
    """Exactly one of each pair, with A or without: where parity decides."""
    n = draw(st.integers(2, max_clones))
    shifts = draw(st.lists(st.sampled_from([0, n]), min_size=n, max_size=n))
    source = [0] if draw(st.booleans()) else []
    return EncryptedCloning(n), np.array(sorted([*source, *(i + s for i, s in enumerate(shifts, start=1))]))


def bits(scheme, members) -> float:
    return classify(scheme, members).information_bits


@given(holdings() | aligned())
def test_rule_and_rank_agree(drawn):
    scheme, members = drawn
    assert classify(scheme, members, method="rule") == classify(scheme, members, method="rank")


@given(holdings(200) | aligned(200))
def test_a_set_and_the_rest_share_two_bits(drawn):
    scheme, members = drawn
    rest = np.setdiff1d(np.arange(len(scheme.qubits)), members)
    assert bits(scheme, members) + bits(scheme, rest) == 2


@given(holdings(200) | aligned(200), st.data())
def test_one_more_qubit_never_hurts(drawn, data):
    scheme, members = drawn
    more = np.union1d(members, [data.draw(st.integers(0, len(scheme.qubits) - 1))])
    assert bits(scheme, members) <= bits(scheme, more)


@given(holdings(50) | aligned(50), st.randoms(use_true_random=False))
def test_pairs_are_all_alike(drawn, random):
    scheme, members = drawn
    n = scheme.num_clones
    order = random.sample(range(1, n + 1), n)
    renamed = [0 if q == 0 else order[(q - 1) % n] + (n if q > n else 0) for q in members.tolist()]
    assert classify(scheme, members) == classify(scheme, np.array(sorted(renamed), dtype=np.int64))


@given(holdings(50) | aligned(50))
def test_for_even_n_signal_and_noise_play_the_same_part(drawn):
    scheme, members = drawn
    n = scheme.num_clones
    if n % 2:
        return
    exchanged = [0 if q == 0 else q + n if q <= n else q - n for q in members.tolist()]
    assert classify(scheme, members) == classify(scheme, np.array(sorted(exchanged), dtype=np.int64))


@given(aligned(300))
def test_only_odd_n_leaks_and_only_y(drawn):
    scheme, members = drawn
    leaks = classify(scheme, members).leaks
    assert leaks in ((), ("Y",), ("X", "Z"))
    assert leaks != ("Y",) or scheme.num_clones % 2


@settings(max_examples=60)
@given(st.sampled_from([(2, 1), (2, 2), (4, 1)]), st.data())
def test_trees_compose(size, data):
    """For even n a carrier of an inner unit is at hand iff what is held of the unit recovers it: no half measures."""
    scheme = IteratedCloning(*size)
    held = data.draw(st.sets(st.integers(0, len(scheme.qubits) - 1), min_size=len(scheme.qubits) // 3))
    available = set(held)
    for units in reversed(scheme.rounds):
        for unit in units:
            parts = [unit.source, *unit.signals.tolist(), *unit.noises.tolist()]
            members = np.array([i for i, qubit in enumerate(parts) if qubit in available], dtype=np.int64)
            inner = classify(EncryptedCloning(unit.num_pairs), members, method="rule")
            available.discard(unit.source)
            available |= {unit.source} if inner.authorized else set()
    expected = 2.0 if 0 in available else 0.0
    assert bits(scheme, np.array(sorted(held), dtype=np.int64)) == expected
