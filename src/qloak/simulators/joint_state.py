"""What can happen to the joint state of some logical qubits: merged, measured, rearranged, taken apart.

Functions from states to states. A register of many qubits is a stabilizer state; a dense one has at most
MAX_DENSE_REGISTER qubits, and so has whatever is merged with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import stim

from ..core import gf2
from ..core.types import ComplexArray
from ..errors import LimitError
from .dense import DenseState
from .dense_engine import branches
from .register import MAX_DENSE_REGISTER
from .stabilizer_state import StabilizerState

__all__ = [
    "JointState",
    "apply_clifford",
    "apply_matrix",
    "apply_paulis",
    "extract",
    "measure",
    "merged",
    "rearranged",
    "without",
]

JointState = DenseState | StabilizerState

_CERTAIN: Final = 1e-12
"""Chances this close to 0 or 1 are rounding errors."""

_PURE: Final = 1e-9
"""Largest second Schmidt coefficient of a product state."""


def merged(first: JointState, second: JointState) -> JointState:
    """Both states side by side, the qubits of the second behind those of the first.

    Raises:
        LimitError: for more than MAX_DENSE_REGISTER qubits of which some are dense.
    """
    if isinstance(first, StabilizerState) and isinstance(second, StabilizerState):
        return StabilizerState(first.inverse + second.inverse)
    high, low = (_dense(state, total=first.num_qubits + second.num_qubits) for state in (second, first))
    product: ComplexArray = np.kron(high.vector, low.vector).astype(np.complex128, copy=False)
    return DenseState(product)


def apply_clifford(state: JointState, circuit: stim.Circuit) -> JointState:
    """Unitary Clifford gates."""
    if isinstance(state, StabilizerState):
        return state.apply_clifford(circuit)
    # A circuit of gates alone has one branch.
    return _normalised(next(branches(state, circuit)).state.vector)


def apply_paulis(state: JointState, letters: Sequence[tuple[int, str]]) -> JointState:
    """Paulis X, Y, Z on some qubits, one after the other."""
    circuit = stim.Circuit()
    product = stim.PauliString(state.num_qubits)
    for qubit, letter in letters:
        circuit.append(letter, [qubit], ())
        product *= stim.PauliString(f"{letter}{qubit}")
    if isinstance(state, StabilizerState):
        return state.apply_clifford(circuit)
    return state.apply_pauli(product / product.sign)


def apply_matrix(state: JointState, matrix: ComplexArray, qubits: Sequence[int]) -> DenseState:
    """Any unitary, shape (2**k, 2**k), on k qubits; the state is dense afterwards.

    Raises:
        LimitError: above MAX_DENSE_REGISTER qubits.
    """
    dense = _dense(state, total=state.num_qubits)
    return _normalised(dense.apply_unitary(matrix, qubits).vector)


def measure(state: JointState, pauli: stim.PauliString, rng: np.random.Generator) -> tuple[bool, JointState]:
    """Measure a Hermitian Pauli string: whether the outcome was -1, and the state afterwards."""
    chance = (1 - state.expectation(pauli)) / 2
    outcome = bool(rng.random() < chance) if _CERTAIN < chance < 1 - _CERTAIN else chance > 0.5
    return outcome, state.postselect(pauli, outcome)


def rearranged(state: JointState, order: Sequence[int]) -> JointState:
    """The same state with qubit `order[i]` as qubit i."""
    if list(order) == list(range(state.num_qubits)):
        return state
    if isinstance(state, DenseState):
        last = state.num_qubits - 1
        tensor = state.vector.reshape((2,) * state.num_qubits)
        return DenseState(np.ascontiguousarray(tensor.transpose([last - q for q in reversed(order)])).reshape(-1))
    return state.apply_clifford(_swaps(order))


def extract(state: JointState, qubits: Sequence[int]) -> JointState | None:
    """The pure state of some qubits, in this order; None where they are entangled with the others."""
    if len(qubits) == state.num_qubits:
        return rearranged(state, qubits)
    others = sorted(set(range(state.num_qubits)) - set(qubits))
    if isinstance(state, DenseState):
        front = rearranged(state, [*qubits, *others])
        columns = front.vector.reshape(-1, 2 ** len(qubits)) if isinstance(front, DenseState) else np.zeros((1, 1))
        _, sizes, rows = np.linalg.svd(columns, full_matrices=False)
        return None if len(sizes) > 1 and sizes[1] > _PURE else _normalised(rows[0])
    local = _local_stabilizers(state, others)
    if len(local) < len(qubits):
        return None
    return StabilizerState.stabilized_by(
        [stim.PauliString([row[qubit] for qubit in qubits]) * row.sign for row in local]
    )


def without(state: JointState, qubits: Sequence[int], rng: np.random.Generator) -> JointState:
    """The state of the other qubits, in their order, after some were thrown away.

    Thrown away means measured by nobody in particular: an outcome is drawn, and nobody learns it.
    """
    if isinstance(state, StabilizerState):
        state = state.collapsed(qubits, rng)
    else:
        for qubit in qubits:
            _, state = measure(state, stim.PauliString(f"Z{qubit}"), rng)
    rest = extract(state, sorted(set(range(state.num_qubits)) - set(qubits)))
    if rest is None:  # a measured qubit is entangled with nothing
        raise RuntimeError("measured qubits are still entangled with the others")
    return rest


def _local_stabilizers(state: StabilizerState, others: Sequence[int]) -> list[stim.PauliString]:
    """Generators of the stabilizers that are the identity on some qubits."""
    _, _, x, z, _, _ = state.tableau.to_numpy()
    outside = gf2.pack(np.hstack([x[:, others], z[:, others]]))
    combinations = gf2.null_combinations(outside, 2 * len(others)).astype(np.float64)
    products = [(combinations @ bits.astype(np.float64)) % 2 == 1 for bits in (x, z)]
    rows = [stim.PauliString.from_numpy(xs=xs, zs=zs) for xs, zs in zip(*products, strict=True)]
    # Up to its sign each is a product of Z on the |0>s that the state was made of.
    return [row * state.inverse(row).sign for row in rows]


def _swaps(order: Sequence[int]) -> stim.Circuit:
    """Gates that bring qubit `order[i]` to place i."""
    circuit = stim.Circuit()
    where = list(range(len(order)))
    at = list(where)
    for place, qubit in enumerate(order):
        other = where[qubit]
        if other != place:
            circuit.append("SWAP", [place, other], ())
            at[other], where[at[place]] = at[place], other
            at[place], where[qubit] = qubit, place
    return circuit


def _dense(state: JointState, *, total: int) -> DenseState:
    """The state as amplitudes, if `total` qubits are not too many."""
    if total > MAX_DENSE_REGISTER:
        raise LimitError.of(
            "num_qubits", total, f"at most {MAX_DENSE_REGISTER} in a joint state that is not a stabilizer state"
        )
    return state if isinstance(state, DenseState) else DenseState(state.to_statevector())


def _normalised(vector: ComplexArray) -> DenseState:
    """A state without the rounding errors of its norm, which would add up over a long life."""
    return DenseState(vector / np.linalg.norm(vector))
