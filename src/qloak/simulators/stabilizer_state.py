"""Stabilizer states of any number of qubits, with the same operations as dense states."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np
import stim

from ..core import gf2
from ..core.types import ComplexArray
from ..errors import ProgramError, UsageError

__all__ = ["StabilizerState"]


@dataclass(frozen=True, slots=True, eq=False)
class StabilizerState:
    """The state U|0...0> of a Clifford U, global phase not kept.

    Operations return a new state and leave this one as it is.

    Attributes:
        inverse: tableau of U^dagger, which pulls observables back to |0...0>.
    """

    inverse: stim.Tableau

    @classmethod
    def prepared_by(cls, circuit: stim.Circuit, *, num_qubits: int) -> Self:
        """The state that a unitary Clifford circuit makes of |0...0>.

        Raises:
            ProgramError: if the circuit measures, resets or has noise.
        """
        padded = stim.Circuit()
        if num_qubits:
            padded.append("I", [num_qubits - 1])
        try:
            return cls((padded + circuit).to_tableau().inverse())
        except ValueError:
            raise ProgramError("circuit: got measurements, resets or noise, expected unitary gates alone.") from None

    @classmethod
    def stabilized_by(cls, generators: Sequence[stim.PauliString]) -> Self:
        """The state of n qubits with these n independent commuting stabilizers.

        Measuring all of them gives the state up to signs, and a Pauli puts those right; for hundreds of qubits that
        is far faster than `stim.Tableau.from_stabilizers`.
        """
        simulator = stim.TableauSimulator(seed=0)
        simulator.set_num_qubits(len(generators))
        minus = np.array([simulator.measure_observable(row) for row in generators], dtype=np.bool_)
        inverse = simulator.current_inverse_tableau()
        # Each generator is a product of Z on some of the |0>s; flipping a |0> turns those that contain it around.
        factors = np.array([inverse(row).to_numpy()[1] for row in generators])
        flips = stim.PauliString.from_numpy(xs=gf2.solve(factors, minus), zs=np.zeros(len(generators), dtype=np.bool_))
        simulator.do_pauli_string(inverse.inverse()(flips))
        return cls(simulator.current_inverse_tableau())

    @property
    def num_qubits(self) -> int:
        """Number of qubits."""
        return len(self.inverse)

    @property
    def tableau(self) -> stim.Tableau:
        """The tableau of U, whose z outputs are the stabilizer generators."""
        return self.inverse.inverse()

    def expectation(self, pauli: stim.PauliString) -> float:
        """The mean value of a Hermitian Pauli string on the first len(pauli) qubits: -1, 0 or 1."""
        pulled = self.inverse(pauli + stim.PauliString(self.num_qubits - len(pauli)))
        return 0.0 if pulled.pauli_indices("XY") else float(pulled.sign.real)

    def postselect(self, pauli: stim.PauliString, outcome: bool) -> Self:
        """The state after measuring a Pauli string with outcome +1 (`outcome` False) or -1 (True).

        Raises:
            UsageError: if the outcome is impossible.
        """
        simulator = self._simulator()
        try:
            simulator.postselect_observable(pauli, desired_value=outcome)
        except ValueError:
            raise UsageError.of("outcome", outcome, f"a possible outcome of {pauli}") from None
        return type(self)(simulator.current_inverse_tableau())

    def collapsed(self, qubits: Iterable[int], rng: np.random.Generator) -> Self:
        """The state after Z measurements of some qubits whose outcomes are forgotten."""
        simulator = self._simulator()
        for qubit in qubits:
            if simulator.peek_z(qubit) == 0:
                simulator.postselect_z(qubit, desired_value=bool(rng.integers(2)))
        return type(self)(simulator.current_inverse_tableau())

    def apply_clifford(self, circuit: stim.Circuit) -> Self:
        """Apply a unitary Clifford circuit."""
        simulator = self._simulator()
        simulator.do_circuit(circuit)
        return type(self)(simulator.current_inverse_tableau())

    def overlap(self, other: StabilizerState) -> float:
        """|<self|other>|^2, which is 0 or a power of 1/2.

        The chance that `other` shows every generator of this state as +1, one after the other.
        """
        simulator = other._simulator()
        tableau = self.tableau
        probability = 1.0
        for qubit in range(self.num_qubits):
            generator = tableau.z_output(qubit)
            expectation = simulator.peek_observable_expectation(generator)
            if expectation == -1:
                return 0.0
            if expectation == 0:
                probability /= 2
                simulator.postselect_observable(generator, desired_value=False)
        return probability

    def to_statevector(self) -> ComplexArray:
        """The state vector, little-endian, with an arbitrary global phase."""
        rough = self.tableau.to_state_vector(endian="little").astype(np.complex128)
        # stim answers in single precision. All non-zero amplitudes of a stabilizer state are equal up to
        # powers of i, so relative to the largest they are exact after rounding.
        relative = rough / rough[np.argmax(abs(rough))]
        exact = np.round(relative.real) + 1j * np.round(relative.imag)
        vector: ComplexArray = exact / np.linalg.norm(exact)
        return vector

    def _simulator(self) -> stim.TableauSimulator:
        simulator = stim.TableauSimulator()
        simulator.set_inverse_tableau(self.inverse)
        return simulator
