"""A hundred clones: circuits by stabilizer flows, signs included, and the gate budgets at every size."""

from __future__ import annotations

import pytest
import stim

from qloak.circuits import (
    circuit_metrics,
    decryption,
    encryption_circuit,
    inverse_encryption_circuit,
    roundtrip_circuit,
)
from qloak.core import EncryptedCloning
from tests.cross.test_code import logical_formulas, stabilizer_formulas
from tests.flows import carries, carries_in_frame, flow, from_zeros

SIZES = (6, 7, 8, 9, 100, 101)
METHODS = ("unitary", "measured")


def some_clones(n: int) -> list[int]:
    """The first, a middle and the last clone, and the source where it is one."""
    return [*([0] if n % 2 == 0 else []), 1, n // 2, n]


@pytest.mark.parametrize("n", SIZES)
def test_encryption_has_the_flows_of_the_heisenberg_table(n):
    circuit = from_zeros(encryption_circuit(EncryptedCloning(n)), 0)
    images = logical_formulas(n)
    flows = [stim.Flow(f"{letter} -> {images[letter]}") for letter in "XYZ"]
    flows += [stim.Flow(f"1 -> {row}") for rows in stabilizer_formulas(n) for row in rows]
    assert circuit.has_all_flows(flows)


def operators_on_clone_and_key(n: int, clone: int) -> dict[str, dict[int, str]]:
    """The logical X and Y on one clone and the key, signs left out; they are unique."""
    if clone == 0:
        letters = {"X": ("Z", "Y", "Y"), "Y": ("X", "Z", "Z")}
    elif n % 2:
        letters = {"X": ("Z", "Y", "X"), "Y": ("Y", "I", "Y")}
    else:
        letters = {"X": ("Y", "Z", "X"), "Y": ("Z", "X", "Y")}
    others = range(n + 1, 2 * n + 1)
    return {
        name: dict.fromkeys(others, rest) | ({n + clone: partner} if clone else {}) | {clone: own}
        for name, (own, partner, rest) in letters.items()
    }


@pytest.mark.parametrize("n", SIZES)
def test_what_clone_and_key_know(n):
    """Encryption makes +1 or -1 times these operators of X_A and Y_A, and both decoders make X and Y of those."""
    scheme = EncryptedCloning(n)
    encrypt = from_zeros(encryption_circuit(scheme), 0)
    for clone in some_clones(n):
        decoders = [decryption(scheme, clone, method=method).circuit for method in METHODS]
        for letter, operator in operators_on_clone_and_key(n, clone).items():
            signed = [flow({0: letter}, operator, sign=sign) for sign in (1, -1)]
            (sign,) = [sign for sign, f in zip((1, -1), signed, strict=True) if encrypt.has_flow(f)]
            assert all(circuit.has_flow(flow(operator, {clone: letter}, sign=sign)) for circuit in decoders)


@pytest.mark.parametrize("n", SIZES)
@pytest.mark.parametrize("method", METHODS)
def test_round_trip_is_the_identity(n, method):
    for clone in some_clones(n):
        assert carries(roundtrip_circuit(EncryptedCloning(n), clone, method=method), 0, clone)


@pytest.mark.parametrize("n", SIZES)
def test_round_trip_in_the_recorded_frame(n):
    scheme = EncryptedCloning(n)
    for clone in some_clones(n):
        plan = decryption(scheme, clone, method="measured", frame="recorded")
        assert carries_in_frame(encryption_circuit(scheme) + plan.circuit, plan.frame, 0, plan.output)


@pytest.mark.parametrize("n", SIZES)
def test_unitary_decryption_leaves_fresh_pairs(n):
    """X X = Z Z = +1 on (A, N_j) and on every other (S_k, N_k)."""
    for clone in some_clones(n):
        circuit = from_zeros(roundtrip_circuit(EncryptedCloning(n), clone), 0)
        partners = [(0 if k == clone else k, n + k) for k in range(1, n + 1)]
        assert circuit.has_all_flows([flow({}, {a: p, b: p}) for a, b in partners for p in "XZ"])


@pytest.mark.parametrize("n", SIZES)
def test_inverse_encryption_needs_no_key(n):
    scheme = EncryptedCloning(n)
    assert carries(encryption_circuit(scheme) + inverse_encryption_circuit(scheme), 0, 0)


@pytest.mark.parametrize("n", range(2, 34))
def test_gate_budgets(n):
    scheme = EncryptedCloning(n)

    def two_qubit_gates(circuit: stim.Circuit) -> int:
        return circuit_metrics(circuit).two_qubit_gates

    assert two_qubit_gates(encryption_circuit(scheme)) == 4 * n + n
    assert two_qubit_gates(encryption_circuit(scheme, bell_pairs=False)) == 4 * n
    for clone in some_clones(n):
        unitary, measured = (decryption(scheme, clone, method=method).circuit for method in METHODS)
        assert two_qubit_gates(unitary) == (2 * n + 1 if clone else 4 * n)
        assert two_qubit_gates(measured) == n // 2
        assert circuit_metrics(measured).two_qubit_layers == (1 if n > 1 else 0)
        assert measured.num_measurements == n
