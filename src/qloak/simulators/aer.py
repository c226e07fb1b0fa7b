"""Qiskit Aer as an engine: an outside opinion that shares no code with stim or with Qloak's own simulators.

Needs the extra `aer`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import stim

from ..core.types import BitArray
from ..errors import MissingExtraError, ProgramError, UsageError
from .dense import DenseState

if TYPE_CHECKING:
    from qiskit import QuantumCircuit
    from qiskit_aer import AerSimulator
    from qiskit_aer.noise import NoiseModel

    from .register import Register

__all__ = ["AerEngine"]


@dataclass(frozen=True, slots=True, eq=False)
class AerEngine:
    """Sampling by `qiskit_aer.AerSimulator`.

    Attributes:
        method: one of Aer's methods, such as "automatic", "statevector", "stabilizer" or
            "matrix_product_state".
        noise_model: None for perfect gates.
        name: "aer".
    """

    method: str = "automatic"
    noise_model: NoiseModel | None = None
    name: str = "aer"

    def sample(
        self, circuit: stim.Circuit, shots: int, *, register: Register | None = None, rng: np.random.Generator
    ) -> BitArray:
        """Measurement records of a circuit; see `protocol.Engine`.

        Noise comes from `noise_model`; noise instructions in the circuit are refused. Aer's seed is drawn
        from `rng`.

        Raises:
            MissingExtraError: if qiskit-aer is not installed.
            UsageError: for an unknown method or less than one shot.
            ProgramError: if Aer refuses the circuit.
        """
        if shots < 1:
            raise UsageError.of("shots", shots, "at least 1")
        simulator = self._simulator()
        if circuit.num_measurements == 0:
            return np.zeros((shots, 0), dtype=np.bool_)
        from qiskit import transpile

        program = transpile(_program(circuit, register), simulator, optimization_level=0)
        result = simulator.run(program, shots=shots, memory=True, seed_simulator=int(rng.integers(2**31))).result()
        if not result.success:
            raise ProgramError(f"circuit: got a refusal by Aer, expected a circuit for its method: {result.status}")
        text = "".join(result.get_memory()).replace(" ", "")
        # Qiskit writes classical bit 0 last.
        bits: BitArray = np.frombuffer(text.encode(), dtype=np.uint8).reshape(shots, -1)[:, ::-1] == ord("1")
        return bits

    def _simulator(self) -> AerSimulator:
        """The configured simulator."""
        try:
            from qiskit_aer import AerSimulator
        except ImportError:
            raise MissingExtraError.of("qiskit-aer", "aer") from None
        methods = AerSimulator().available_methods()
        if self.method not in methods:
            raise UsageError.of("method", self.method, f"one of {', '.join(methods)}")
        return AerSimulator(method=self.method, noise_model=self.noise_model)


def _program(circuit: stim.Circuit, register: Register | None) -> QuantumCircuit:
    """The circuit in Qiskit's form, the register's state put on the first qubits before it."""
    from qiskit import QuantumCircuit

    from ..circuits.formats.qiskit import to_qiskit

    held = 0 if register is None else register.num_qubits
    program = QuantumCircuit(max(held, circuit.num_qubits), circuit.num_measurements)
    if register is not None:
        if isinstance(register.state, DenseState):
            program.initialize(register.state.vector, range(held))
        else:
            # Gates, so that registers of any size and Aer's stabilizer method work.
            preparation = to_qiskit(register.state.tableau.to_circuit())
            program.compose(preparation, range(preparation.num_qubits), inplace=True)
    converted = to_qiskit(circuit)
    program.compose(converted, range(converted.num_qubits), range(converted.num_clbits), inplace=True)
    return program
