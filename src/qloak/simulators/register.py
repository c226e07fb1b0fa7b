"""Registers: the states that users store and get back."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Self

import numpy as np
import stim

from ..circuits.formats.clifford import to_circuit
from ..circuits.formats.program import Program
from ..core.types import ComplexArray, FloatArray
from ..errors import LimitError, ProgramError, StateError, UsageError
from .dense import DenseState
from .stabilizer_state import StabilizerState

__all__ = ["MAX_DENSE_REGISTER", "Register"]

MAX_DENSE_REGISTER = 20
"""Qubits of a register that is not a stabilizer state: 2^20 amplitudes take 16 MiB."""

MAX_DENSE_WORK = 2**31
"""Gates times amplitudes in the preparation of such a state: a minute or two."""


@dataclass(frozen=True, slots=True, eq=False)
class Register:
    """A pure state of one or more logical qubits, possibly entangled with one another.

    Attributes:
        state: a dense state (at most MAX_DENSE_REGISTER qubits) or a stabilizer state of any size.
    """

    state: DenseState | StabilizerState

    @classmethod
    def dense(cls, vector: ComplexArray) -> Self:
        """A register from amplitudes, shape (2**k,), norm 1, little-endian.

        Raises:
            StateError: if that is not a state.
            LimitError: above MAX_DENSE_REGISTER qubits.
        """
        state = DenseState.prepare(vector)
        if state.num_qubits == 0:
            raise StateError.of("vector", state.vector.shape, "at least one qubit, that is two amplitudes")
        if state.num_qubits > MAX_DENSE_REGISTER:
            raise LimitError.of("vector", state.num_qubits, f"at most {MAX_DENSE_REGISTER} qubits")
        # What the tolerance let pass would show in every fidelity.
        return cls(DenseState(state.vector / np.linalg.norm(state.vector)))

    @classmethod
    def stabilizer(cls, circuit: stim.Circuit, *, num_qubits: int | None = None) -> Self:
        """A register prepared from |0...0> by a unitary Clifford circuit.

        Raises:
            StateError: for no qubit at all, or fewer than the circuit uses.
            ProgramError: if the circuit is not unitary.
        """
        qubits = circuit.num_qubits if num_qubits is None else num_qubits
        least = max(1, circuit.num_qubits)
        if qubits < least:
            raise StateError.of("num_qubits", qubits, f"at least {least}")
        return cls(StabilizerState.prepared_by(circuit, num_qubits=qubits))

    @classmethod
    def bloch(cls, theta: float, phi: float) -> Self:
        """The qubit cos(theta/2)|0> + e^{i phi} sin(theta/2)|1>, angles in radians.

        Raises:
            StateError: for an angle that is not finite.
        """
        for name, angle in (("theta", theta), ("phi", phi)):
            if not math.isfinite(angle):
                raise StateError.of(name, angle, "a finite angle in radians")
        amplitudes = [math.cos(theta / 2), np.exp(1j * phi) * math.sin(theta / 2)]
        return cls.dense(np.array(amplitudes, dtype=np.complex128))

    @classmethod
    def random(cls, num_qubits: int, rng: np.random.Generator) -> Self:
        """A Haar-random state."""
        if not 1 <= num_qubits <= MAX_DENSE_REGISTER:
            raise LimitError.of("num_qubits", num_qubits, f"1 to {MAX_DENSE_REGISTER} for a random state")
        gaussian = rng.normal(size=(2, 2**num_qubits))
        vector = gaussian[0] + 1j * gaussian[1]
        return cls.dense(vector / np.linalg.norm(vector))

    @classmethod
    def from_program(cls, program: Program) -> Self:
        """The state that a unitary OpenQASM program makes of |0...0>.

        A Clifford program gives a stabilizer state of any size, any other a dense one.

        Raises:
            ProgramError: if the program measures, resets or branches.
            LimitError: for a non-Clifford program above MAX_DENSE_REGISTER qubits or MAX_DENSE_WORK.
        """
        if not program.is_unitary:
            raise ProgramError(
                "qasm: got a program that measures, resets or branches, expected gates alone, which prepare a "
                "pure state from |0...0>."
            )
        try:
            return cls.stabilizer(to_circuit(program), num_qubits=program.num_qubits)
        except ProgramError as not_clifford:
            if program.num_qubits > MAX_DENSE_REGISTER:
                raise LimitError(
                    f"qasm: got {program.num_qubits} qubits, expected at most {MAX_DENSE_REGISTER} where gates are "
                    f"not Clifford ({not_clifford})"
                ) from None
        most = MAX_DENSE_WORK >> program.num_qubits
        if len(program.operations) > most:
            raise LimitError(
                f"qasm: got {len(program.operations)} gates, expected at most {most} on {program.num_qubits} qubits "
                "where gates are not Clifford."
            )
        state = DenseState.zeros(program.num_qubits)
        for operation in program.operations:
            state = state.apply_unitary(operation.unitary(), operation.qubits)
        return cls.dense(state.vector)

    @property
    def num_qubits(self) -> int:
        """Number of logical qubits."""
        return self.state.num_qubits

    @property
    def is_dense(self) -> bool:
        """Whether the state is held as amplitudes."""
        return isinstance(self.state, DenseState)

    def to_statevector(self) -> ComplexArray:
        """Amplitudes, shape (2**num_qubits,), little-endian; for a stabilizer state up to a global phase.

        Raises:
            LimitError: above MAX_DENSE_REGISTER qubits.
        """
        if isinstance(self.state, DenseState):
            return self.state.vector
        if self.num_qubits > MAX_DENSE_REGISTER:
            raise LimitError.of("num_qubits", self.num_qubits, f"at most {MAX_DENSE_REGISTER} to write out amplitudes")
        return self.state.to_statevector()

    def bloch_vector(self, qubit: int = 0) -> FloatArray:
        """(<X>, <Y>, <Z>) of one qubit, shape (3,)."""
        if not 0 <= qubit < self.num_qubits:
            raise UsageError.of("qubit", qubit, f"a number from 0 to {self.num_qubits - 1}")
        prefix = "_" * qubit
        return np.array([self.state.expectation(stim.PauliString(prefix + letter)) for letter in "XYZ"])

    def state_fidelity(self, other: Register) -> float:
        """|<self|other>|^2, the fidelity of two pure states of equally many qubits.

        Raises:
            UsageError: if the numbers of qubits differ.
        """
        if self.num_qubits != other.num_qubits:
            raise UsageError.of("other", other.num_qubits, f"a register of {self.num_qubits} qubits")
        if isinstance(self.state, StabilizerState) and isinstance(other.state, StabilizerState):
            return self.state.overlap(other.state)
        # Rounding can lift the overlap of equal states past 1 by a few 1e-16.
        return min(1.0, float(abs(np.vdot(self.to_statevector(), other.to_statevector())) ** 2))
