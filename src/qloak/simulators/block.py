"""A Clifford block: some physical qubits as a Clifford image of some logical qubits and fresh |0>s."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import stim

__all__ = ["Block"]


@dataclass(slots=True, eq=False)
class Block:
    """Physical qubits whose state is U (|psi> on the inputs, |0> on the rest), U Clifford.

    The tableau of U is kept, |psi> is not: it belongs to the world. An operator P on the physical qubits
    is pulled back to U^dagger P U, and everything about P follows from that.

    Attributes:
        qubits: world numbers of the physical qubits, in local order.
        inputs: local wire -> number of the logical qubit that enters there; other wires start in |0>.
        simulator: holds U; its own |0...0> interpretation is not used.
    """

    qubits: list[int]
    inputs: dict[int, int]
    simulator: stim.TableauSimulator
    _inverse: stim.Tableau | None = field(default=None, repr=False)

    @classmethod
    def identity(cls, qubits: list[int], inputs: dict[int, int]) -> Block:
        """The block on which nothing has happened yet."""
        simulator = stim.TableauSimulator()
        simulator.set_num_qubits(len(qubits))
        return cls(qubits, inputs, simulator)

    @property
    def inverse(self) -> stim.Tableau:
        """Tableau of U^dagger, cached until the next operation."""
        if self._inverse is None:
            self._inverse = self.simulator.current_inverse_tableau()
        return self._inverse

    def do(self, circuit: stim.Circuit) -> None:
        """Apply a unitary Clifford circuit on local qubits."""
        self.simulator.do_circuit(circuit)
        self._inverse = None

    def pull_back(self, pauli: stim.PauliString) -> stim.PauliString:
        """U^dagger P U on the wires, for P on local qubits (full length)."""
        return self.inverse(pauli)

    def split(self, pulled: stim.PauliString, num_logical: int) -> tuple[stim.PauliString, int | None]:
        """A pulled-back operator's part on the logical qubits, and a |0> wire that it flips.

        Returns:
            The logical operator, length `num_logical`, sign included, and the first wire starting in |0>
            that carries X or Y, or None if there is none (Z on |0> is +1).
        """
        logical = stim.PauliString(num_logical)
        logical.sign = pulled.sign
        for wire in pulled.pauli_indices():
            if wire in self.inputs:
                logical[self.inputs[wire]] = pulled[wire]
            elif pulled[wire] != 3:
                return logical, wire
        return logical, None

    def project(self, pauli: stim.PauliString, flipped_wire: int, *, outcome: bool) -> None:
        """Collapse onto the outcome of a Hermitian P that flips a |0> wire, which is random for every input.

        With g = U Z_wire U^dagger, a stabilizer that anticommutes with P, the projected state is
        (1 + s P g)/sqrt 2 times the old one, s = -1 for `outcome`, and P g = i R: a quarter rotation.
        """
        stabilizer = self.inverse.inverse_z_output(flipped_wire)
        axis = pauli * stabilizer * -1j
        if outcome:
            axis = -axis
        factors = "*".join("_XYZ"[axis[q]] + str(q) for q in axis.pauli_indices())
        sign = "!" if axis.sign == -1 else ""
        # exp(+i pi/4 R) for the sign as it now stands.
        self.do(stim.Circuit(f"SPP_DAG {sign}{factors}"))

    def merge(self, other: Block) -> None:
        """Take over the qubits of another block, side by side."""
        offset = len(self.qubits)
        self.simulator.set_inverse_tableau(self.inverse + other.inverse)
        self.qubits += other.qubits
        self.inputs |= {offset + wire: logical for wire, logical in other.inputs.items()}
        self._inverse = None

    def local(self, letters: dict[int, int]) -> stim.PauliString:
        """The Pauli string with given letters (1 X, 2 Y, 3 Z) on local qubits."""
        dense = np.zeros(len(self.qubits), dtype=np.uint8)
        dense[list(letters)] = list(letters.values())
        return stim.PauliString(dense.tolist())
