"""Any scheme whose qubits are spread over a few parties: exact sums over which parties are left."""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import numpy as np

from ..core import Scheme, classify, gf2
from ..core.supported import SupportedOperators
from ..core.types import BitArray, FloatArray, IntArray
from ..errors import LimitError, UsageError
from ..noise.tables import checked_probability
from .chance import Chance
from .conditions import WalshFactors

__all__ = ["authorized_coalitions", "coalition_odds", "decoded_fidelity", "recoverability_of_parties"]

MAX_PARTIES = 20
"""Most parties whose coalitions are enumerated: 2^20."""

MAX_TABULATED_CHECKS = 20
"""Up to this many stabilizer generators all their products are tabulated; beyond, every coalition takes a rank."""

MAX_RANKED_PARTIES = 12
"""Most parties where every coalition takes a rank."""

MAX_DECODED_QUBITS = 9
"""Largest scheme that is decoded for every pattern of losses."""


def recoverability_of_parties(scheme: Scheme, parties: Sequence[IntArray], lost: Sequence[float]) -> Chance:
    """The chance that the state can be recovered when every party is lost or kept independently, as a whole.

    Args:
        scheme: any scheme.
        parties: the qubits of each, disjoint; qubits of no party are discarded.
        lost: probability that each party is lost, in [0, 1].

    Raises:
        UsageError: if a qubit is with two parties, a probability is none, or their numbers differ.
        LimitError: for too many parties to enumerate.

    Examples:
        >>> five = [np.array([q]) for q in range(5)]
        >>> round(recoverability_of_parties(five_qubit_code(), five, [0.1] * 5).failure, 5)
        0.00856
    """
    if len(lost) != len(parties):
        raise UsageError.of("lost", len(lost), f"{len(parties)} probabilities, one for each party")
    authorized = authorized_coalitions(scheme, parties)
    odds = coalition_odds([Chance.of_failure(float(checked_probability("lost", each))) for each in lost])
    with np.errstate(divide="ignore"):
        return Chance(float(np.log(odds[authorized].sum())), float(np.log(odds[~authorized].sum())))


def coalition_odds(kept: Sequence[Chance]) -> FloatArray:
    """Probability of every set of survivors, shape (2**parties,), bit i of an index for party i."""
    odds = np.ones(1)
    for chance in kept:
        odds = np.concatenate([odds * chance.failure, odds * chance.success])
    return odds


def authorized_coalitions(scheme: Scheme, parties: Sequence[IntArray]) -> BitArray:
    """Which coalitions of parties recover the state, shape (2**parties,), bit i of an index for party i.

    A coalition recovers the state if it holds the support of some representative of each logical generator.
    All representatives are tabulated where there are few; otherwise each coalition takes a rank.

    Raises:
        UsageError: if a qubit is with two parties.
        LimitError: above MAX_PARTIES parties, or MAX_RANKED_PARTIES where the code is large.
    """
    members = np.concatenate([np.zeros(0, dtype=np.int64), *parties])
    if len(np.unique(members)) != len(members):
        raise UsageError.of("parties", [p.tolist() for p in parties], "each qubit with one party only")
    held = SupportedOperators.on(scheme.code, np.sort(members))
    visible, checks = held.split()
    tabulated = len(checks.rows) <= MAX_TABULATED_CHECKS and len(members) <= 60
    most = MAX_PARTIES if tabulated else MAX_RANKED_PARTIES
    if len(parties) > most:
        raise LimitError.of("parties", len(parties), f"at most {most} parties of {len(members)} qubits")
    if not tabulated:
        return _ranked(scheme, parties)
    authorized = np.full(2 ** len(parties), len(visible.rows) == 2 * scheme.code.num_logical)
    masks = [int(np.isin(members, party) @ (1 << np.arange(len(members)))) for party in parties]
    check_x, check_z = (_span(bits[:, members] @ (1 << np.arange(len(members)))) for bits in checks.letters())
    for x, z in zip(*(bits[:, members] @ (1 << np.arange(len(members))) for bits in visible.letters()), strict=True):
        support = (check_x ^ x) | (check_z ^ z)
        needed = reduce(np.bitwise_or, [((support & m) != 0) * (1 << i) for i, m in enumerate(masks)])
        shown = np.zeros_like(authorized)
        shown[needed] = True
        for bit in range(len(parties)):
            halves = shown.reshape(-1, 2, 2**bit)
            halves[:, 1] |= halves[:, 0]
        authorized &= shown
    return authorized


def decoded_fidelity(scheme: Scheme, kept: BitArray, walsh: Sequence[WalshFactors]) -> FloatArray:
    """Entanglement fidelity of the best Pauli correction, lost qubits known and all checks measured.

    Every error has a syndrome and a logical effect. Their joint distribution is the Walsh-Hadamard transform
    of the product of the qubits' factors over the operators that commute with all checks, a lost qubit having
    the factor 0 for X, Y and Z; the likeliest effect of each syndrome is undone. No other correction by a
    Pauli does better, for the noise given.

    Args:
        scheme: at most MAX_DECODED_QUBITS qubits, one logical.
        kept: shape (patterns, qubits), False for a lost qubit.
        walsh: the noise of each qubit that is kept.

    Returns:
        Shape (patterns,).

    Raises:
        LimitError: for a larger scheme.
    """
    code = scheme.code
    if code.num_qubits > MAX_DECODED_QUBITS or code.num_logical != 1:
        raise LimitError.of("scheme", scheme.name, f"one logical on at most {MAX_DECODED_QUBITS} qubits")
    table = code.stabilizers.stacked(code.logicals())
    x, z = (_products(gf2.unpack(words, code.num_qubits)) for words in (table.x, table.z))
    factors = np.ones((len(kept), len(x)))
    for qubit, noise in enumerate(walsh):
        of_letter = np.array([1.0, noise["X"], noise["Z"], noise["Y"]])[x[:, qubit] + 2 * z[:, qubit]]
        nothing = ~(x[:, qubit] | z[:, qubit])
        factors *= np.where(kept[:, qubit, None], of_letter, nothing)
    for bit in range(len(table)):
        halves = factors.reshape(len(kept), -1, 2, 2**bit)
        low, high = halves[:, :, 0].copy(), halves[:, :, 1].copy()
        halves[:, :, 0], halves[:, :, 1] = low + high, low - high
    # The two logical bits stand highest: for each syndrome the best of four.
    best: FloatArray = factors.reshape(len(kept), 4, -1).max(axis=1).sum(axis=1) / len(x)
    return best


def _ranked(scheme: Scheme, parties: Sequence[IntArray]) -> BitArray:
    """Which coalitions recover the state, by the rank of each."""
    every = np.arange(2 ** len(parties))[:, None] >> np.arange(len(parties)) & 1 == 1
    nothing = np.zeros(0, dtype=np.int64)
    holdings = (
        np.concatenate([nothing, *(p for p, is_in in zip(parties, row, strict=True) if is_in)]) for row in every
    )
    return np.array([classify(scheme, np.sort(members), method="rank").authorized for members in holdings])


def _span(generators: IntArray) -> IntArray:
    """The sums modulo 2 of all subsets of some bit masks."""
    group = np.zeros(1, dtype=np.int64)
    for generator in generators.tolist():
        group = np.concatenate([group, group ^ generator])
    return group


def _products(rows: BitArray) -> BitArray:
    """The sums modulo 2 of all subsets of rows, bit i of an index for row i."""
    group = np.zeros((1, rows.shape[1]), dtype=np.bool_)
    for row in rows:
        group = np.vstack([group, group ^ row])
    return group
