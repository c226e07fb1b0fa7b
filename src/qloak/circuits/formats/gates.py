"""The gates of OpenQASM's two standard libraries, stdgates.inc and qelib1.inc, as data.

Matrices are little-endian: the first operand is the least significant bit of the index, so `cx` maps
|target control> = |01> to |11>. Global phases are those of the closed forms below; OpenQASM versions
disagree on the phase of U, u2 and u3, which is why `modifiers` does not put a control on these.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from ...core.types import ComplexArray

__all__ = ["GATES", "Gate"]


@dataclass(frozen=True, slots=True)
class Gate:
    """One standard gate.

    Attributes:
        name: as OpenQASM spells it.
        num_params: number of angles, in radians.
        num_qubits: number of operands, k.
        unitary: the angles -> shape (2**k, 2**k), complex128, first operand least significant.
        stim_name: the equal stim gate up to global phase, where the gate is Clifford for a fixed reason;
            None for gates with angles, which `clifford` judges by their matrix.
    """

    name: str
    num_params: int
    num_qubits: int
    unitary: Callable[..., ComplexArray]
    stim_name: str | None = None


def _matrix(*rows: tuple[complex, ...]) -> ComplexArray:
    return np.array(rows, dtype=np.complex128)


_ID = _matrix((1, 0), (0, 1))
_X = _matrix((0, 1), (1, 0))
_Y = _matrix((0, -1j), (1j, 0))
_Z = _matrix((1, 0), (0, -1))
_H = (_X + _Z) / np.sqrt(2)
_SX = _matrix((1 + 1j, 1 - 1j), (1 - 1j, 1 + 1j)) / 2
_SWAP = _matrix((1, 0, 0, 0), (0, 0, 1, 0), (0, 1, 0, 0), (0, 0, 0, 1))
_ISWAP = _matrix((1, 0, 0, 0), (0, 0, 1j, 0), (0, 1j, 0, 0), (0, 0, 0, 1))
_ECR = (np.kron(_ID, _X) - np.kron(_X, _Y)) / np.sqrt(2)


def _phase(angle: float) -> ComplexArray:
    return np.diag([1, np.exp(1j * angle)]).astype(np.complex128)


def _rotation(pauli: NDArray[np.complexfloating]) -> Callable[[float], ComplexArray]:
    """exp(-i angle/2 P) for a Pauli matrix P."""

    def unitary(angle: float) -> ComplexArray:
        matrix: ComplexArray = np.cos(angle / 2) * np.eye(len(pauli)) - 1j * np.sin(angle / 2) * pauli
        return matrix

    return unitary


def _u(theta: float, phi: float, lam: float) -> ComplexArray:
    cos, sin = np.cos(theta / 2), np.sin(theta / 2)
    return _matrix((cos, -np.exp(1j * lam) * sin), (np.exp(1j * phi) * sin, np.exp(1j * (phi + lam)) * cos))


def _u2(phi: float, lam: float) -> ComplexArray:
    return _u(np.pi / 2, phi, lam)


def _controlled(unitary: ComplexArray) -> ComplexArray:
    """A new first operand, least significant, controls `unitary` on the others."""
    off, on = np.diag([1, 0]), np.diag([0, 1])
    matrix: ComplexArray = np.kron(np.eye(len(unitary)), off) + np.kron(unitary, on)
    return matrix


def _under_control(unitary: Callable[..., ComplexArray]) -> Callable[..., ComplexArray]:
    return lambda *angles: _controlled(unitary(*angles))


def _cu(theta: float, phi: float, lam: float, gamma: float) -> ComplexArray:
    return _controlled(np.exp(1j * gamma) * _u(theta, phi, lam))


def _table() -> Mapping[str, Gate]:
    fixed: list[tuple[str, ComplexArray, str | None]] = [
        ("id", _ID, "I"),
        ("x", _X, "X"),
        ("y", _Y, "Y"),
        ("z", _Z, "Z"),
        ("h", _H, "H"),
        ("s", _phase(np.pi / 2), "S"),
        ("sdg", _phase(-np.pi / 2), "S_DAG"),
        ("t", _phase(np.pi / 4), None),
        ("tdg", _phase(-np.pi / 4), None),
        ("sx", _SX, "SQRT_X"),
        ("sxdg", _SX.conj().T, "SQRT_X_DAG"),
        ("cx", _controlled(_X), "CX"),
        ("CX", _controlled(_X), "CX"),
        ("cy", _controlled(_Y), "CY"),
        ("cz", _controlled(_Z), "CZ"),
        ("ch", _controlled(_H), None),
        ("csx", _controlled(_SX), None),
        ("swap", _SWAP, "SWAP"),
        ("iswap", _ISWAP, "ISWAP"),
        ("ecr", _ECR, None),
        ("ccx", _controlled(_controlled(_X)), None),
        ("cswap", _controlled(_SWAP), None),
    ]
    angled: list[tuple[str, int, int, Callable[..., ComplexArray]]] = [
        ("p", 1, 1, _phase),
        ("phase", 1, 1, _phase),
        ("u1", 1, 1, _phase),
        ("u2", 2, 1, _u2),
        ("u3", 3, 1, _u),
        ("U", 3, 1, _u),
        ("u", 3, 1, _u),
        ("rx", 1, 1, _rotation(_X)),
        ("ry", 1, 1, _rotation(_Y)),
        ("rz", 1, 1, _rotation(_Z)),
        ("cp", 1, 2, _under_control(_phase)),
        ("cphase", 1, 2, _under_control(_phase)),
        ("cu1", 1, 2, _under_control(_phase)),
        ("crx", 1, 2, _under_control(_rotation(_X))),
        ("cry", 1, 2, _under_control(_rotation(_Y))),
        ("crz", 1, 2, _under_control(_rotation(_Z))),
        ("cu", 4, 2, _cu),
        ("cu3", 3, 2, _under_control(_u)),
        ("rxx", 1, 2, _rotation(np.kron(_X, _X))),
        ("ryy", 1, 2, _rotation(np.kron(_Y, _Y))),
        ("rzz", 1, 2, _rotation(np.kron(_Z, _Z))),
    ]
    gates = {name: Gate(name, 0, len(u).bit_length() - 1, _constant(u), stim) for name, u, stim in fixed}
    gates |= {name: Gate(name, params, qubits, unitary) for name, params, qubits, unitary in angled}
    return MappingProxyType(gates)


def _constant(matrix: ComplexArray) -> Callable[[], ComplexArray]:
    return matrix.copy


GATES: Mapping[str, Gate] = _table()
"""Every accepted gate by its OpenQASM name."""
