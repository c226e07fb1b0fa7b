"""Closed forms for n independent pairs: the chance that the state can be recovered.

For one unit of encrypted cloning with a source qubit A and n pairs (S_i, N_i), each pair independently

    full, with probability f     S_i alone, u     N_i alone, v     empty, e     f + u + v + e = 1, h = u + v

and A present with probability a, the access rule [Gianini2026full] gives

    without A:  (1 - e)^n - h^n
    with A:     1 - (1 - f)^n + h^n                          n even
                1 - (1 - f)^n + (h^n - (v - u)^n)/2          n odd

Here both this and its complement are written as sums of positive terms, so neither loses digits.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Self

from .chance import Chance, log_add, log_power_gap

__all__ = ["PairOdds"]

_NEVER = -math.inf


@dataclass(frozen=True, slots=True)
class PairOdds:
    """What is left of a pair, as natural logarithms of the four probabilities.

    Attributes:
        full: of S_i and N_i.
        signal: of S_i alone.
        noise: of N_i alone.
        empty: of neither.
    """

    full: float
    signal: float
    noise: float
    empty: float

    @classmethod
    def independent(cls, signal: Chance, noise: Chance) -> Self:
        """S_i and N_i survive independently."""
        return cls(
            signal.log_success + noise.log_success,
            signal.log_success + noise.log_failure,
            signal.log_failure + noise.log_success,
            signal.log_failure + noise.log_failure,
        )

    @classmethod
    def of_site(cls, site: Chance, qubit: Chance) -> Self:
        """S_i and N_i are at one site and lost with it, and each of them on its own."""
        both = cls.independent(qubit, qubit)
        up = site.log_success
        return cls(up + both.full, up + both.signal, up + both.noise, log_add(site.log_failure, up + both.empty))

    @property
    def half(self) -> float:
        """Logarithm of h: exactly one of the two."""
        return log_add(self.signal, self.noise)

    def recoverable(self, num_pairs: int, source: Chance) -> Chance:
        """That n such pairs and A determine the state."""
        without = Chance(*self._without_source(num_pairs))
        return Chance.mixture(
            [(source.log_success, Chance(*self._with_source(num_pairs))), (source.log_failure, without)]
        )

    def _without_source(self, n: int) -> tuple[float, float]:
        """Logarithms of P and 1 - P where A is lost: no pair is empty and some pair is full."""
        touched = log_add(self.full, self.half)
        some_empty = log_power_gap(touched, self.empty, n)
        return log_power_gap(self.half, self.full, n), log_add(some_empty, n * self.half)

    def _with_source(self, n: int) -> tuple[float, float]:
        """Logarithms of P and 1 - P where A is there: some pair is full, or all are half with the right parity."""
        some_full = log_power_gap(log_add(self.half, self.empty), self.full, n)
        aligned, leaky = self._aligned(n)
        bad = log_power_gap(self.half, self.empty, n)
        return log_add(some_full, aligned), log_add(bad, leaky)

    def _aligned(self, n: int) -> tuple[float, float]:
        """Logarithms of the chances that all pairs are half: with A enough to recover, and not enough."""
        if n % 2 == 0:
            return n * self.half, _NEVER
        # The chances of an odd and of an even number of signal qubits are (h^n -+ (v - u)^n)/2, and h is
        # |v - u| plus twice the smaller of the two.
        fewer, more = sorted((self.signal, self.noise))
        difference = more + math.log(-math.expm1(fewer - more)) if more > fewer else _NEVER
        rarer = log_power_gap(difference, fewer + math.log(2), n) - math.log(2)
        commoner = log_add(n * self.half, n * difference) - math.log(2)
        return (commoner, rarer) if self.signal > self.noise else (rarer, commoner)
