"""Encrypted cloning of qubits written out in dense matrices and vectors, with numpy and nothing of Qloak.

Little-endian: qubit 0 is the least significant bit of an index. The canonical numbering is A = 0, S_i = i,
N_i = n + i; the reference of an entangled input, where there is one, is the last qubit, 2n + 1.
Sources: [YamaguchiKempf2026] for the definitions of U_enc and U_dec.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce

import numpy as np
from numpy.typing import NDArray

Complex = NDArray[np.complex128]

IDENTITY = np.eye(2, dtype=np.complex128)
X = np.array([[0, 1], [1, 0]], dtype=np.complex128)
Y = np.array([[0, -1j], [1j, 0]], dtype=np.complex128)
Z = np.array([[1, 0], [0, -1]], dtype=np.complex128)
PAULIS = (IDENTITY, X, Y, Z)
LETTERS = {"I": IDENTITY, "_": IDENTITY, "X": X, "Y": Y, "Z": Z}
PHI = np.array([1, 0, 0, 1], dtype=np.complex128) / np.sqrt(2)


def tensor(factors: Sequence[Complex]) -> Complex:
    """Tensor product of matrices or vectors, the first on qubit 0."""
    return reduce(lambda low, high: np.kron(high, low), factors)


def pauli(text: str) -> Complex:
    """The matrix of a Pauli string such as "-XIZ", qubit 0 first."""
    sign = -1 if text.startswith("-") else 1
    return sign * tensor([LETTERS[letter] for letter in text.lstrip("+-")])


def on_qubits(letters: dict[int, str], num_qubits: int, sign: int = 1) -> str:
    """The text of a Pauli string given qubit by qubit."""
    return "+-"[sign < 0] + "".join(letters.get(qubit, "I") for qubit in range(num_qubits))


def joint(parts: Sequence[tuple[Complex, Sequence[int]]]) -> Complex:
    """The product of states on disjoint sets of qubits that together are 0 .. m - 1."""
    vector = tensor([state for state, _ in parts])
    order = [qubit for _, qubits in parts for qubit in qubits]
    index = np.arange(vector.size)
    target = sum((index >> place & 1) << qubit for place, qubit in enumerate(order))
    out = np.empty_like(vector)
    out[target] = vector
    return out


def apply(matrix: Complex, qubits: Sequence[int], vector: Complex) -> Complex:
    """A matrix on some qubits, qubits[0] its least significant, times a vector."""
    index = np.arange(vector.size)
    inside = sum((index >> qubit & 1) << place for place, qubit in enumerate(qubits))
    cleared = index & ~sum(1 << qubit for qubit in qubits)
    out = np.zeros_like(vector)
    for column in range(len(matrix)):
        source = cleared | sum((column >> place & 1) << qubit for place, qubit in enumerate(qubits))
        out += matrix[inside, column] * vector[source]
    return out


def apply_pauli(text: str, vector: Complex) -> Complex:
    """A Pauli string such as "-XIZ" times a vector, letter by letter."""
    sign = -1 if text.startswith("-") else 1
    for qubit, letter in enumerate(text.lstrip("+-")):
        if letter in "XYZ":
            vector = apply(LETTERS[letter], [qubit], vector)
    return sign * vector


def embed(matrix: Complex, qubits: Sequence[int], num_qubits: int) -> Complex:
    """The matrix on all qubits that acts as `matrix` on some of them."""
    return np.array([apply(matrix, qubits, column) for column in np.eye(2**num_qubits, dtype=np.complex128)]).T


def reduced(vector: Complex, qubits: Sequence[int]) -> Complex:
    """Density matrix of some qubits, qubits[0] the least significant."""
    num_qubits = vector.size.bit_length() - 1
    rest = [qubit for qubit in range(num_qubits) if qubit not in qubits]
    index = np.arange(vector.size)
    row = sum((index >> qubit & 1) << place for place, qubit in enumerate(qubits))
    column = sum((index >> qubit & 1) << place for place, qubit in enumerate(rest)) + 0 * index
    matrix = np.zeros((2 ** len(qubits), 2 ** len(rest)), dtype=np.complex128)
    matrix[row, column] = vector
    return matrix @ matrix.conj().T


def random_state(num_qubits: int, seed: int) -> Complex:
    """A state drawn from the unitarily invariant distribution."""
    rng = np.random.default_rng(seed)
    vector = rng.normal(size=2**num_qubits) + 1j * rng.normal(size=2**num_qubits)
    return vector / np.linalg.norm(vector)


def overlap(first: Complex, second: Complex) -> float:
    """|<first|second>|^2."""
    return float(abs(np.vdot(first, second)) ** 2)


def bell(mu: int) -> Complex:
    """|phi_mu> = (sigma_mu x I)|phi>, sigma on the first qubit (S), the second is N."""
    return tensor([PAULIS[mu], IDENTITY]) @ PHI


def alpha(mu: int, n: int) -> complex:
    """The phases of U_enc and U_dec: 1, i, -i^(n+1), i."""
    return (1, 1j, -(1j ** (n + 1)), 1j)[mu]


def encryption_unitary(n: int) -> Complex:
    """U_enc as its two exponentials, on A (qubit 0) and S_1 .. S_n (qubits 1 .. n); Z first.

    exp(-i pi/4 P) = (1 - i P) / sqrt 2 for every P with P^2 = 1.
    """

    def quarter_rotation(letter: Complex) -> Complex:
        product = tensor([letter] * (n + 1))
        return (np.eye(2 ** (n + 1)) - 1j * product) / np.sqrt(2)

    return quarter_rotation(X) @ quarter_rotation(Z)


def encryption_sum(n: int) -> Complex:
    """U_enc as (1/2) sum_mu alpha_mu^-1 sigma_mu x .. x sigma_mu."""
    return sum(tensor([PAULIS[mu]] * (n + 1)) / alpha(mu, n) for mu in range(4)) / 2


def decryption_unitary(n: int, j: int) -> Complex:
    """U_dec for clone j, on S_j (qubit 0) and N_1 .. N_n (qubits 1 .. n), by its definition.

    sum_mu alpha_mu |phi_mu><phi_mu| on (S_j, N_j), times the transposed sigma_mu on every other N_k.
    """
    total = np.zeros((2 ** (n + 1), 2 ** (n + 1)), dtype=np.complex128)
    for mu in range(4):
        others = tensor([IDENTITY if k in (0, j) else PAULIS[mu].T for k in range(n + 1)])
        projector = embed(np.outer(bell(mu), bell(mu).conj()), [0, j], n + 1)
        total += alpha(mu, n) * projector @ others
    return total


def encrypted_state(psi: Complex, n: int) -> Complex:
    """|E> = (1/2) sum_mu alpha_mu^-1 (sigma_mu psi)_A x_i |phi_mu>_(S_i N_i), on 2n + 1 qubits."""
    return (
        sum(
            joint([(PAULIS[mu] @ psi, [0]), *[(bell(mu), [i, n + i]) for i in range(1, n + 1)]]) / alpha(mu, n)
            for mu in range(4)
        )
        / 2
    )


def encrypted_isometry(n: int) -> Complex:
    """Shape (2**(2n+1), 2): the encrypted states of |0> and |1>."""
    return np.column_stack([encrypted_state(basis, n) for basis in IDENTITY])


def encrypted_reference_state(n: int) -> Complex:
    """The encrypted half of a Bell pair whose other half, the reference, is qubit 2n + 1."""
    zero, one = encrypted_isometry(n).T
    return np.concatenate([zero, one]) / np.sqrt(2)


def decrypted_state(psi: Complex, n: int, j: int) -> Complex:
    """psi on S_j, (A, N_j) a Bell pair, every other (S_k, N_k) a Bell pair; j = 0: psi on A, all pairs Bell."""
    pairs = [([0, n + j] if k == j else [k, n + k]) for k in range(1, n + 1)]
    return joint([(psi, [j]), *[(PHI, pair) for pair in pairs]])
