"""Recovery with error correction: use everything that is stored, not only one clone and its key.

The encrypted state is a superposition of (sigma_mu psi) on A times n copies of mu, one in every pair
(S_i, N_i). Two circuits put psi on A:

    vote      a Bell measurement of every pair reads mu n times; A is corrected by the winner. n two-qubit
              gates in one layer. Corrects errors on the pairs as long as most pairs are right, and leaves
              an error on A as it is.
    syndrome  pair 1 corrects A coherently, all other pairs are compared with it, and the phases of the
              superposition are checked. 3n two-qubit gates for odd n, 3n + 1 for even n; the 2n outcomes
              are all 0 without errors. They are the full syndrome of the [[2n+1, 1, 3]] code, so any one
              faulty qubit is corrected, A included.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import stim

from ..core.cloning import EncryptedCloning
from ..core.types import BitArray, IntArray
from ..errors import LimitError, UsageError
from .decrypt import choice
from .layers import LayeredCircuit
from .storage_errors import Likelihoods, StorageErrors

__all__ = ["Correction", "ErrorCorrectingRecovery", "error_correcting_recovery"]

MAX_EXACT_CLONES = 9
"""Most clones for which a fidelity is summed over all 4^n outcomes."""


class Correction(StrEnum):
    """Which outcomes are used."""

    VOTE = "vote"
    SYNDROME = "syndrome"


@dataclass(frozen=True, slots=True, eq=False)
class ErrorCorrectingRecovery:
    """A circuit on all qubits of the canonical scheme, and the decoders of its outcomes.

    The outcomes are x of pairs 1 .. n, then z of pairs 1 .. n. With `vote` they are those of mu_i. With
    `syndrome` pair i > 1 shows mu_i + mu_k for the pair k that it was compared with, and pair 1 the phases.

    Attributes:
        circuit: acts on the scheme's qubits, 2n measurements.
        num_clones: n.
        method: what the outcomes are.
    """

    circuit: stim.Circuit
    num_clones: int
    method: Correction

    @property
    def output(self) -> int:
        """The qubit that carries the state, up to the Pauli that the decoders return: A."""
        return 0

    def majority(self, outcomes: BitArray) -> tuple[BitArray, BitArray]:
        """The Pauli due on A by majority vote for each of the two bits of mu; a tie goes to pair 1.

        Args:
            outcomes: shape (..., 2n), True for outcome -1.

        Returns:
            Whether X and whether Z is due, each of shape (...).

        Raises:
            UsageError: for another shape, or the syndrome method, whose outcomes are not votes.
        """
        if self.method is not Correction.VOTE:
            raise UsageError.of("method", str(self.method), "vote, for a majority")
        votes = self._by_pair(outcomes)
        for_one = 2 * np.count_nonzero(votes, axis=-2)
        winner: BitArray = np.where(for_one == self.num_clones, votes[..., 0, :], for_one > self.num_clones)
        return winner[..., 0], winner[..., 1]

    def decode(self, outcomes: BitArray, errors: StorageErrors | None = None) -> tuple[BitArray, BitArray]:
        """The most likely Pauli due on A, exactly.

        Args:
            outcomes: shape (..., 2n), True for outcome -1.
            errors: of the stored qubits; default: rare and the same on all, so that the fewest errors that
                explain the outcomes win.

        Returns:
            Whether X and whether Z is due, each of shape (...).

        Raises:
            UsageError: for another shape, or errors of another number of clones.
        """
        rare = StorageErrors.depolarizing(self.num_clones, 1e-4 / self.num_clones)
        best = np.argmax(self._likelihoods(outcomes, rare if errors is None else errors).values, axis=-1)
        return best % 2 == 1, best // 2 == 1

    def fidelity(self, errors: StorageErrors, *, majority: bool = False) -> float:
        """Entanglement fidelity of storage and recovery, the recovery itself being noiseless.

        Exact: summed over all 4^n outcomes, not sampled.

        Args:
            errors: of the stored qubits.
            majority: decode by majority vote instead of maximum likelihood.

        Raises:
            LimitError: above MAX_EXACT_CLONES clones.
            UsageError: for errors of another number of clones, or a majority without votes.
        """
        n = self.num_clones
        if n > MAX_EXACT_CLONES:
            raise LimitError.of("num_clones", n, f"at most {MAX_EXACT_CLONES} to sum over all outcomes")
        outcomes = (np.arange(4**n)[:, None] >> np.arange(2 * n) & 1).astype(np.bool_)
        probabilities = self._likelihoods(outcomes, errors).probabilities()
        x, z = self.majority(outcomes) if majority else self.decode(outcomes, errors)
        return float(np.take_along_axis(probabilities, (x + 2 * z)[:, None], axis=-1).sum())

    def _by_pair(self, outcomes: BitArray) -> BitArray:
        """The outcomes as shape (..., n, 2): x and z of each pair."""
        bits = np.asarray(outcomes, dtype=np.bool_)
        if bits.ndim == 0 or bits.shape[-1] != 2 * self.num_clones:
            raise UsageError.of("outcomes", bits.shape, f"shape (..., {2 * self.num_clones})")
        return np.stack([bits[..., : self.num_clones], bits[..., self.num_clones :]], axis=-1)

    def _likelihoods(self, outcomes: BitArray, errors: StorageErrors) -> Likelihoods:
        """Of the outcomes together with each Pauli due on A."""
        if errors.num_clones != self.num_clones:
            raise UsageError.of("errors", f"{errors.num_clones} clones", f"errors of {self.num_clones} clones")
        bits = self._by_pair(outcomes)
        labels = bits[..., 0] + 2 * bits[..., 1]
        if self.method is Correction.VOTE:
            return errors.of_votes(labels)
        phase = labels[..., 0].copy()
        labels[..., 0] = 0
        for children, parents in reversed(_comparisons(self.num_clones)):
            labels[..., children] ^= labels[..., parents]
        return errors.of_syndrome(labels, phase)


def error_correcting_recovery(
    scheme: EncryptedCloning, *, method: Correction | str = Correction.SYNDROME
) -> ErrorCorrectingRecovery:
    """Recover the state on A from all stored qubits, errors corrected.

    Args:
        scheme: the canonical scheme.
        method: "syndrome" corrects any one faulty qubit; "vote" measures the pairs only, with n gates in one
            layer, and corrects errors on the pairs (for n >= 3) but not on A.

    Raises:
        UsageError: for an unknown method or another scheme.

    Examples:
        >>> everything = error_correcting_recovery(EncryptedCloning(3))
        >>> round(everything.fidelity(StorageErrors.depolarizing(3, 0.01)), 4)
        0.9985
    """
    chosen = choice(Correction, "method", method)
    if not isinstance(scheme, EncryptedCloning):
        raise UsageError.of("scheme", scheme, "the canonical scheme EncryptedCloning")
    unit = scheme.unit
    circuit = LayeredCircuit()
    # mu = X^x Z^z of each pair: z on the signal, x on the noise qubit.
    circuit.pairs("CX", unit.signals, unit.noises)
    circuit.gate("H", unit.signals)
    if chosen is Correction.SYNDROME:
        _append_comparisons(circuit, unit.source, unit.signals, unit.noises)
    circuit.measure("M", np.concatenate([unit.noises, unit.signals]))
    return ErrorCorrectingRecovery(circuit.to_stim(), unit.num_pairs, chosen)


def _append_comparisons(circuit: LayeredCircuit, source: int, signals: IntArray, noises: IntArray) -> None:
    """Correct the source by the first pair, compare the other pairs with it, and turn its phases to outcomes."""
    circuit.pairs("CZ", int(signals[0]), np.array([source]))
    circuit.pairs("CX", int(noises[0]), np.array([source]))
    for children, parents in _comparisons(len(signals)):
        circuit.pairs("CX", signals[parents], signals[children])
        circuit.pairs("CX", noises[parents], noises[children])
    # The first pair is left in (|0> - i|1>)(|0> - i|1>) for odd n, in CZ times that for even n.
    if len(signals) % 2 == 0:
        circuit.pairs("CZ", int(signals[0]), noises[:1])
    circuit.gate("SQRT_X_DAG", np.array([noises[0], signals[0]]))


def _comparisons(num_pairs: int) -> list[tuple[IntArray, IntArray]]:
    """Which pairs are compared with which, layer by layer: (children, parents), every pair but the first once."""
    layers, step = [], 1
    while step < num_pairs:
        children = np.arange(step, num_pairs, 2 * step)
        layers.append((children, children - step))
        step *= 2
    return layers
