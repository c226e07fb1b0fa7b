"""Closed forms of the canonical scheme for any holding: linear in the number of clones, at any size.

What matters of a holding is whether A is in it and, of each pair (S_i, N_i), whether both, one or none
is. Let n be the number of pairs, t and p numbers of signal qubits chosen. Up to permutations the
operators that act as the input's X and Z are

    A and a full pair j              X: +X_A X_Sj X_Nj                 Z: +Z_A Z_Sj Z_Nj
    a full pair j, one member M_k    X: -Y_Sj Z_Nj prod X_Mk           n - t even    (t signals among
    of every other pair                 -Z_Sj Y_Nj prod X_Mk           n - t odd      the members M_k)
                                     Z: +X_Sj Y_Nj prod Z_Mk           t even
                                        +Y_Sj X_Nj prod Z_Mk           t odd
    A and one member of each pair    X: +Y_A prod Z_M                  Z: -Y_A prod X_M                n, p odd
    (p signals among them)           X: (-1)^{n/2} Z_A prod Y_M        Z: -Y_A prod X_M                n, p even
                                     X: +Y_A prod Z_M                  Z: (-1)^{n/2} X_A prod Y_M      n even, p odd

and where only Y is visible

    one member of each pair          Y: (-1)^{(n-1)/2} prod Y_M        n, p odd
    A and one member of each pair    Y: -X_A prod Z_M                  n odd, p even

They follow from the encrypted state: a Pauli on one member of a Bell pair is its transpose on the other,
so exchanging S_i and N_i changes the sign of alpha_2 and nothing else.

References:
    [Mio2026] [Gianini2026full] for the access rule, [YamaguchiKempf2026] for the state.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from typing import Self

import numpy as np
import stim

from .types import BitArray, IntArray

__all__ = ["CanonicalHolding"]

_Letters = list[tuple[str, IntArray | int]]


@dataclass(frozen=True, slots=True, eq=False)
class CanonicalHolding:
    """A set of qubits of the canonical scheme, seen pair by pair.

    Attributes:
        source: whether A is in it.
        signals: shape (n,), whether S_1 .. S_n are.
        noises: shape (n,), whether N_1 .. N_n are.
    """

    source: bool
    signals: BitArray
    noises: BitArray

    @classmethod
    def of(cls, num_clones: int, members: IntArray) -> Self:
        """From qubit numbers A = 0, S_i = i, N_i = n + i."""
        held = np.zeros(2 * num_clones + 1, dtype=np.bool_)
        held[members] = True
        return cls(bool(held[0]), held[1 : num_clones + 1], held[num_clones + 1 :])

    @property
    def full(self) -> IntArray:
        """Pairs of which both members are held, from 0."""
        return np.flatnonzero(self.signals & self.noises)

    @property
    def touches_every_pair(self) -> bool:
        """Whether no pair is missing altogether."""
        return bool((self.signals | self.noises).all())

    def operators(self) -> dict[str, stim.PauliString]:
        """Generators of the visible logical operators: X and Z, or Y alone, or none."""
        n = len(self.signals)
        full = self.full
        if self.source and len(full):
            trio = np.array([0, full[0] + 1, n + full[0] + 1])
            return {letter: self._string([(letter, trio)]) for letter in "XZ"}
        if not self.touches_every_pair:
            return {}
        if len(full):
            return self._pair_operators(int(full[0]))
        return self._aligned_operators()

    def minimal_sets(self) -> Iterator[IntArray]:
        """Every minimal authorized set within the holding, smallest first.

        First A with one pair each; then one full pair and a member of every other pair, or A and a member
        of every pair, in both cases with as few signal qubits in the place of noise qubits as possible first.
        """
        n = len(self.signals)
        if self.source:
            for j in self.full.tolist():
                yield np.array([0, j + 1, n + j + 1])
        if not self.touches_every_pair:
            return
        base = np.where(self.noises, n + 1, 1) + np.arange(n)
        yield from self._pair_sets(base)
        if self.source:
            yield from self._aligned_sets(base)

    def _pair_sets(self, base: IntArray) -> Iterator[IntArray]:
        """A full pair j and one member of every other pair: `base`, with some noise qubits replaced."""
        full = self.full
        for replaced in range(len(full)):
            for position, j in enumerate(full.tolist()):
                for chosen in combinations(np.delete(full, position).tolist(), replaced):
                    yield np.sort(np.append(_with_signals(base, chosen), j + 1))

    def _aligned_sets(self, base: IntArray) -> Iterator[IntArray]:
        """A and one member of every pair; for odd n an odd number of them signals."""
        n = len(self.signals)
        full = self.full
        forced = int(np.count_nonzero(~self.noises))
        for replaced in range(len(full) + 1):
            if n % 2 and (forced + replaced) % 2 == 0:
                continue
            for chosen in combinations(full.tolist(), replaced):
                yield np.append(0, np.sort(_with_signals(base, chosen)))

    def _pair_operators(self, j: int) -> dict[str, stim.PauliString]:
        """X and Z on the pair j and one member of every other pair, N_k where it is held."""
        n = len(self.signals)
        others = np.delete(np.where(self.noises, n + 1, 1) + np.arange(n), j)
        replaced = n - 1 - int(np.count_nonzero(np.delete(self.noises, j)))
        signal, noise = j + 1, n + j + 1
        on_pair = "YZ" if (n - replaced) % 2 == 0 else "ZY"
        x = self._string([(on_pair[0], signal), (on_pair[1], noise), ("X", others)], minus=True)
        on_pair = "XY" if replaced % 2 == 0 else "YX"
        z = self._string([(on_pair[0], signal), (on_pair[1], noise), ("Z", others)])
        return {"X": x, "Z": z}

    def _aligned_operators(self) -> dict[str, stim.PauliString]:
        """What is visible on one member of every pair, with or without A."""
        n = len(self.signals)
        members = np.where(self.noises, n + 1, 1) + np.arange(n)
        odd = int(np.count_nonzero(self.signals)) % 2 == 1
        if not self.source:
            leak = self._string([("Y", members)], minus=n % 4 == 3)
            return {"Y": leak} if n % 2 and odd else {}
        if n % 2 and not odd:
            return {"Y": self._string([("X", 0), ("Z", members)], minus=True)}
        y_and_z = self._string([("Y", 0), ("Z", members)])
        y_and_x = self._string([("Y", 0), ("X", members)], minus=True)
        if n % 2:
            return {"X": y_and_z, "Z": y_and_x}
        if odd:
            return {"X": y_and_z, "Z": self._string([("X", 0), ("Y", members)], minus=n % 4 == 2)}
        return {"X": self._string([("Z", 0), ("Y", members)], minus=n % 4 == 2), "Z": y_and_x}

    def _string(self, letters: _Letters, *, minus: bool = False) -> stim.PauliString:
        """A Pauli string on all 2n + 1 qubits from letters on disjoint qubits."""
        x = np.zeros(2 * len(self.signals) + 1, dtype=np.bool_)
        z = np.zeros_like(x)
        for letter, qubits in letters:
            x[qubits] = letter in "XY"
            z[qubits] = letter in "YZ"
        return stim.PauliString.from_numpy(xs=x, zs=z, sign=-1 if minus else 1)


def _with_signals(members: IntArray, pairs: tuple[int, ...]) -> IntArray:
    """One member of every pair, those of some pairs replaced by their signal qubits."""
    out = members.copy()
    out[list(pairs)] = np.array(pairs, dtype=np.int64) + 1
    return out
