"""Stabilizer codes that tests share, and their encoded states written out from the definition alone."""

from __future__ import annotations

import numpy as np
import stim

from qloak.core import CodeScheme, StabilizerCode
from qloak.core.paulis import PauliTable
from qloak.core.qubits import NamedQubits, Role
from qloak.simulators.dense import DenseState


def code_scheme(name: str, stabilizers: str, logical_x: str, logical_z: str) -> CodeScheme:
    """A scheme from words of Pauli letters, its qubits named q0, q1, …"""
    rows = stabilizers.split()
    names = [f"q{i}" for i in range(len(rows[0].lstrip("+-")))]
    return CodeScheme.from_strings(name, rows, logical_x=logical_x.split(), logical_z=logical_z.split(), names=names)


FIVE = code_scheme("five-qubit code", "XZZXI IXZZX XIXZZ ZXIXZ", "XXXXX", "ZZZZZ")
STEANE = code_scheme("Steane code", "IIIXXXX IXXIIXX XIXIXIX IIIZZZZ IZZIIZZ ZIZIZIZ", "XXXXXXX", "ZZZZZZZ")
SHOR = code_scheme(
    "Shor code",
    "ZZIIIIIII IZZIIIIII IIIZZIIII IIIIZZIII IIIIIIZZI IIIIIIIZZ XXXXXXIII IIIXXXXXX",
    "ZZZZZZZZZ",
    "XXXXXXXXX",
)
FOUR_ONE = code_scheme("[[4,1,2]] code", "XXXX ZZII IIZZ", "XXII", "ZIZI")
FOUR_TWO = code_scheme("[[4,2,2]] code", "XXXX ZZZZ", "XXII XIXI", "ZIZI ZZII")


def encoded(code: StabilizerCode, psi: np.ndarray) -> np.ndarray:
    """The state that the code makes of k qubits: shape (2**m,), little-endian, from the definition.

    |0..0> is what all generators and logical Z leave alone, and |b> the logical X of the bits of b on it.
    """
    vector = np.random.default_rng(0).normal(size=2**code.num_qubits) + 0j
    for table in (code.stabilizers, code.logical_z):
        for row in range(len(table)):
            vector = vector + applied(table.to_stim(row), vector)
    vector /= np.linalg.norm(vector)
    out = np.zeros_like(vector)
    for b, amplitude in enumerate(psi):
        basis = vector
        for i in range(code.num_logical):
            if b >> i & 1:
                basis = applied(code.logical_x.to_stim(i), basis)
        out += amplitude * basis
    return out


def applied(pauli: stim.PauliString, vector: np.ndarray) -> np.ndarray:
    """A Pauli string on a vector of any norm."""
    norm = np.linalg.norm(vector)
    return norm * DenseState(vector / norm).apply_pauli(pauli).vector


def scheme_of_circuit(circuit: stim.Circuit, num_logical: int) -> CodeScheme:
    """The code of a unitary Clifford circuit on qubits 0 .. k - 1 with data and all others in |0>."""
    m = circuit.num_qubits

    def images(letter: str, qubits: range) -> PauliTable:
        return PauliTable.from_stim(
            [(stim.PauliString(m) * stim.PauliString({q: letter})).after(circuit) for q in qubits], m
        )

    data = range(num_logical)
    code = StabilizerCode(images("Z", range(num_logical, m)), images("X", data), images("Z", data))
    code.validate()
    names = tuple(f"q{i}" for i in range(m))
    return CodeScheme("random code", NamedQubits(names, (Role.SIGNAL,) * m), code)


def random_clifford(num_qubits: int, rng: np.random.Generator, *, gates: int | None = None) -> stim.Circuit:
    """A circuit of random one- and two-qubit gates that acts on all qubits."""
    circuit = stim.Circuit(f"I {num_qubits - 1}")
    for _ in range(gates or 8 * num_qubits):
        name = rng.choice(["H", "S", "SQRT_X", "C_XYZ", "X", "Z", "CX", "CZ"])
        width = 2 if name in ("CX", "CZ") and num_qubits > 1 else 1
        if width == 1 and name in ("CX", "CZ"):
            continue
        circuit.append(str(name), rng.choice(num_qubits, size=width, replace=False).tolist())
    return circuit
