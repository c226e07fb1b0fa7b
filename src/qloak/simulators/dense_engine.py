"""Stim circuits on dense state vectors, gate by gate.

Every gate is stim's own unitary matrix, every measurement a projection, every reset a measurement and a
repair: nothing is shared with tableaus. Where an outcome is random the course of the circuit branches, so
one walk serves exact enumeration (weights are probabilities) and sampling (weights are shots).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Final

import numpy as np
import stim
from numpy.typing import NDArray

from ..core.types import BitArray, ComplexArray, FloatArray
from ..errors import ProgramError, UsageError
from .dense import DenseState

if TYPE_CHECKING:
    from .register import Register

__all__ = ["Branch", "DenseEngine", "branches", "run", "unitary_matrix"]

_ANNOTATIONS: Final = frozenset({"DETECTOR", "OBSERVABLE_INCLUDE", "QUBIT_COORDS", "SHIFT_COORDS", "TICK"})
_FEEDBACK: Final = {"CX": "X", "CY": "Y", "CZ": "Z", "XCZ": "X", "YCZ": "Y"}
"""Gates that may take a measurement result as their control: the Pauli they then apply."""

_MEASURED: Final = {
    "M": "Z",
    "MX": "X",
    "MY": "Y",
    "MR": "Z",
    "MRX": "X",
    "MRY": "Y",
    "MZZ": "Z",
    "MXX": "X",
    "MYY": "Y",
}
_RESET: Final = {"R": "Z", "RX": "X", "RY": "Y", "MR": "Z", "MRX": "X", "MRY": "Y"}
_REPAIR: Final = {"Z": "X", "X": "Z", "Y": "X"}
"""By basis, the Pauli that turns its -1 eigenstate into the +1 eigenstate."""


@dataclass(frozen=True, slots=True, eq=False)
class Branch:
    """One course of a circuit.

    Attributes:
        state: the final state.
        record: the measurement results in the circuit's order.
        weight: the probability of this course, or the number of shots that took it.
    """

    state: DenseState
    record: tuple[bool, ...]
    weight: float


@dataclass(frozen=True, slots=True)
class DenseEngine:
    """Sampling from exact state vectors."""

    name: str = "dense"

    def sample(
        self, circuit: stim.Circuit, shots: int, *, register: Register | None = None, rng: np.random.Generator
    ) -> BitArray:
        """Measurement records of a noiseless circuit; see `protocol.Engine`.

        Raises:
            UsageError: for less than one shot.
            ProgramError: for noise or anything else that a state vector cannot do.
        """
        if shots < 1:
            raise UsageError.of("shots", shots, "at least 1")
        vector = np.ones(1, dtype=np.complex128) if register is None else register.to_statevector()
        held = 0 if register is None else register.num_qubits
        state = DenseState.prepare(vector, num_qubits=max(held, circuit.num_qubits))
        ended = list(_walk(state, circuit, shots, lambda left, chance: float(rng.binomial(int(left), chance))))
        records = np.array([branch.record for branch in ended], dtype=np.bool_)
        rows = np.repeat(records.reshape(len(ended), circuit.num_measurements), [int(b.weight) for b in ended], axis=0)
        # Shots that went together are neighbours; after the shuffle rows are as good as independent.
        return rng.permutation(rows)


def run(state: DenseState, circuit: stim.Circuit, rng: np.random.Generator) -> Branch:
    """One random course of a noiseless circuit.

    Raises:
        ProgramError: for noise or anything else that a state vector cannot do.
    """
    return next(_walk(state, circuit, 1, lambda _, chance: float(rng.random() < chance)))


def branches(state: DenseState, circuit: stim.Circuit) -> Iterator[Branch]:
    """Every course that a noiseless circuit can take; the weights are probabilities and add up to 1.

    A reset of an entangled qubit branches too, so a record may come more than once.

    Raises:
        ProgramError: for noise or anything else that a state vector cannot do.
    """
    return _walk(state, circuit, 1.0, lambda weight, chance: weight * chance)


def unitary_matrix(circuit: stim.Circuit) -> ComplexArray:
    """The matrix of a circuit of gates alone, column by column, with its exact global phase.

    Returns:
        Shape (2**k, 2**k) with k = circuit.num_qubits, little-endian.

    Raises:
        ProgramError: if the circuit holds anything but gates.
    """
    if any(isinstance(step, _Measurement) for step in _steps(circuit)):
        raise ProgramError("circuit: got measurements or resets, expected gates only.")
    columns = [
        next(branches(DenseState(column), circuit)).state.vector for column in np.eye(2**circuit.num_qubits) + 0j
    ]
    return np.array(columns).T


@dataclass(frozen=True, slots=True)
class _Gate:
    """A unitary on some qubits, done if all the measurement results in `controls` (negative indices) are 1."""

    matrix: ComplexArray
    qubits: tuple[int, ...]
    controls: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class _Measurement:
    """A projection on an eigenspace of `observable`; on -1, `repair` is applied (a reset)."""

    observable: stim.PauliString
    recorded: bool = True
    inverted: bool = False
    repair: stim.PauliString | None = None


def _walk(
    state: DenseState, circuit: stim.Circuit, weight: float, share: Callable[[float, float], float]
) -> Iterator[Branch]:
    """Follow a circuit depth first.

    Args:
        state: on at least the circuit's qubits.
        circuit: without noise.
        weight: of the whole walk.
        share: (weight, chance of outcome -1) -> the part of the weight that goes on with -1.
    """
    steps = list(_steps(circuit))
    pending: list[tuple[DenseState, tuple[bool, ...], float, int]] = [(state, (), weight, 0)]
    while pending:
        state, record, weight, position = pending.pop()
        for index in range(position, len(steps)):
            step = steps[index]
            if isinstance(step, _Gate):
                if all(record[control] for control in step.controls):
                    state = state.apply_unitary(step.matrix, step.qubits)
                continue
            part = share(weight, state.probability(step.observable, True))
            if 0 < part < weight:
                pending.append((*_measured(state, record, step, True), part, index + 1))
                weight, part = weight - part, 0.0
            state, record = _measured(state, record, step, part > 0)
        yield Branch(state, record, weight)


def _measured(
    state: DenseState, record: tuple[bool, ...], step: _Measurement, outcome: bool
) -> tuple[DenseState, tuple[bool, ...]]:
    """State and record after a measurement."""
    after = state.postselect(step.observable, outcome)
    if outcome and step.repair is not None:
        after = after.apply_pauli(step.repair)
    return after, (*record, outcome ^ step.inverted) if step.recorded else record


def _steps(circuit: stim.Circuit) -> Iterator[_Gate | _Measurement]:
    """The circuit one gate or measurement at a time, annotations left out."""
    measured = 0
    for instruction in circuit.flattened():
        if instruction.name in _ANNOTATIONS:
            continue
        if any(instruction.gate_args_copy()):
            raise ProgramError(
                f"circuit: got the noisy {instruction}, expected no noise. Take circuit.without_noise()."
            )
        for targets in instruction.target_groups():
            step = _step(instruction.name, targets)
            if isinstance(step, _Measurement):
                measured += step.recorded
            elif any(-control > measured for control in step.controls):
                raise ProgramError(f"circuit: got {instruction}, expected a result that was measured before it.")
            yield step


def _step(name: str, targets: list[stim.GateTarget]) -> _Gate | _Measurement:
    """One instruction on one group of targets."""
    inverted = sum(target.is_inverted_result_target for target in targets) % 2 == 1
    if name == "MPAD":
        return _Measurement(stim.PauliString(0), inverted=targets[0].value == 1)
    if name == "MPP":
        return _Measurement(_product(targets), inverted=inverted)
    if name in _MEASURED or name in _RESET:
        letter = _MEASURED.get(name) or _RESET[name]
        observable = stim.PauliString({target.value: letter for target in targets})
        repair = stim.PauliString({targets[0].value: _REPAIR[letter]}) if name in _RESET else None
        return _Measurement(observable, recorded=name in _MEASURED, inverted=inverted, repair=repair)
    if name in ("SPP", "SPP_DAG"):
        return _pauli_phase(-_product(targets) if inverted else _product(targets), 1j if name == "SPP" else -1j)
    if any(target.is_sweep_bit_target for target in targets) or not stim.gate_data(name).is_unitary:
        raise ProgramError(f"circuit: got {name} on {targets}, expected gates, measurements and resets of qubits.")
    controls = tuple(target.value for target in targets if target.is_measurement_record_target)
    qubits = tuple(target.value for target in targets if target.is_qubit_target)
    if controls and not qubits:  # CZ between two results: a sign that stim leaves out as well
        return _Gate(np.eye(1, dtype=np.complex128), ())
    return _Gate(_matrix(_FEEDBACK[name] if controls else name), qubits, controls)


def _product(targets: list[stim.GateTarget]) -> stim.PauliString:
    """The product of Pauli targets, inversions left out."""
    product = stim.PauliString(0)
    for target in targets:
        product *= stim.PauliString({target.value: target.pauli_type})
    return product


def _pauli_phase(pauli: stim.PauliString, phase: complex) -> _Gate:
    """The gate that multiplies the -1 eigenspace of a Pauli string by a phase."""
    qubits = tuple(pauli.pauli_indices())
    matrix = (pauli.sign * stim.PauliString([pauli[qubit] for qubit in qubits])).to_unitary_matrix(endian="little")
    return _Gate((1 + phase) / 2 * np.eye(len(matrix)) + (1 - phase) / 2 * matrix.astype(np.complex128), qubits)


@cache
def _matrix(name: str) -> ComplexArray:
    """A gate's unitary in full precision: stim gives float32, but all entries are 0, 1/2, sqrt(1/2) or 1 and signs."""
    rough = stim.gate_data(name).unitary_matrix

    def exact(part: NDArray[np.float32]) -> FloatArray:
        return np.sign(part) * np.sqrt(np.round(4 * part.astype(np.float64) ** 2) / 4)

    return exact(rough.real) + 1j * exact(rough.imag)
