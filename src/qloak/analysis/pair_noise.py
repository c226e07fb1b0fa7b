"""Closed forms for n independent pairs: the noise of what is recovered, averaged over what survives.

A recovery reads each logical Pauli L off one operator on the surviving qubits. Noise on a qubit multiplies
the mean value of that operator by the qubit's Walsh factor for the operator's letter there, so the channel
is a product over the qubits used. With the letters (near, far) of L, besides L itself, and t and p numbers
of signal qubits that stand in for lost noise qubits, the operators are (`core.canonical`)

    route 1   A and a full pair:                     L on each of the three
    route 2   a full pair j, one of every other:     L on the others; near on N_j and far on S_j if
                                                     n - 1 - t is even, otherwise exchanged
    route 3   A and one of every pair, all half:     far on the members and near on A if p is odd,
                                                     otherwise exchanged (n even only)

Sums over which pairs are full, half or empty turn into powers, since the pairs are independent; the parity
of t and p is half the sum and half the difference of two of them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from .chance import Chance
from .conditions import PERFECT, WalshFactors
from .pair_survival import PairOdds

__all__ = ["UnitNoise", "mean_walsh_factors"]

_LETTERS = (
    {"X": ("Y", "Z"), "Y": ("Z", "X"), "Z": ("X", "Y")},
    {"X": ("Y", "Z"), "Y": ("I", "Y"), "Z": ("Y", "X")},
)
"""[n % 2][L] -> (near, far); each is the product of the other with L."""


@dataclass(frozen=True, slots=True)
class UnitNoise:
    """The noise of the qubits of one unit, given that they are there.

    Attributes:
        source: of A.
        signal: of every S_i.
        noise: of every N_i.
        routes: of the gates of routes 1, 2 and 3, from the input's encryption to the output.
    """

    source: WalshFactors
    signal: WalshFactors
    noise: WalshFactors
    routes: tuple[WalshFactors, WalshFactors, WalshFactors] = (PERFECT, PERFECT, PERFECT)


def mean_walsh_factors(
    odds: PairOdds, num_pairs: int, source: Chance, *, noise: UnitNoise, source_first: bool = True
) -> dict[str, float]:
    """Mean of the recovered state's Walsh factors, counting 0 where it cannot be recovered.

    Args:
        odds: what is left of each pair.
        num_pairs: n.
        source: that A is there.
        noise: of the qubits.
        source_first: whether route 1 is taken where both it and route 2 are open, or route 2.

    Returns:
        For each of X, Y and Z the sum over recoverable cases of probability times factor.
    """
    n = num_pairs
    f, u, v, e = (math.exp(x) for x in (odds.full, odds.signal, odds.noise, odds.empty))
    a, no_a = source.success, source.failure
    some_full = f * _slope(u + v + e, f, n)
    full_and_touched = f * _slope(u + v, f, n)
    trio = a * (some_full if source_first else max(some_full - full_and_touched, 0.0))
    means = {}
    for letter, (near, far) in _LETTERS[n % 2].items():
        A, S, N = noise.source, noise.signal, noise.noise
        gates = [route[letter] for route in noise.routes]
        first = trio * A[letter] * S[letter] * N[letter]
        # All members but one carry L: the full pair chosen leaves its own factor out, hence the slope.
        steps = (v * N[letter], u * S[letter], f * N[letter])
        even, odd = _by_parity(*(f * _slope(steps[0] + sign * steps[1], steps[2], n) for sign in (1, -1)))
        straight, exchanged = (even, odd) if n % 2 else (odd, even)
        second = (no_a if source_first else 1.0) * (straight * N[near] * S[far] + exchanged * N[far] * S[near])
        even, odd = _by_parity(*((v * N[far] + sign * u * S[far]) ** n for sign in (1, -1)))
        third = a * A[near] * odd
        if n % 2 == 0:
            even, _ = _by_parity(*((v * N[near] + sign * u * S[near]) ** n for sign in (1, -1)))
            third += a * A[far] * even
        means[letter] = gates[0] * first + gates[1] * second + gates[2] * third
    return means


def _by_parity(plus: float, minus: float) -> tuple[float, float]:
    """The terms of even and of odd degree in x of a polynomial, from its values at x and -x."""
    return (plus + minus) / 2, (plus - minus) / 2


def _slope(base: float, step: float, exponent: int) -> float:
    """((b + s)^n - b^n) / s, accurate for small s too."""
    if step < 0:
        base, step = base + step, -step
    if step == 0:
        return float(exponent * base ** (exponent - 1))
    if base > 0:
        return (base + step) ** exponent * -math.expm1(-exponent * math.log1p(step / base)) / step
    if base < -step:
        return base**exponent * math.expm1(exponent * math.log1p(step / base)) / step
    return ((base + step) ** exponent - base**exponent) / step
