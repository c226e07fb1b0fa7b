"""The gate modifiers inv, ctrl and negctrl as rules from gates to gates."""

from __future__ import annotations

from dataclasses import replace
from math import pi

from .gates import GATES
from .operations import Operation

__all__ = ["GLOBAL_PHASE", "controlled", "inverted"]

GLOBAL_PHASE = "gphase"
"""A gate on no qubits, kept until it is known whether something controls it."""

_DAGGERS = {"s": "sdg", "sdg": "s", "t": "tdg", "tdg": "t", "sx": "sxdg", "sxdg": "sx"}
_PHASES = frozenset({GLOBAL_PHASE, "p", "phase", "u1", "cp", "cphase", "cu1"})
_ROTATIONS = frozenset({"rx", "ry", "rz", "crx", "cry", "crz", "rxx", "ryy", "rzz"})
_EULER = frozenset({"u3", "U", "u", "cu3", "cu"})

_CONTROLLED: dict[str, tuple[str, tuple[float, ...]]] = {
    GLOBAL_PHASE: ("p", ()),
    "id": ("id", ()),
    "x": ("cx", ()),
    "y": ("cy", ()),
    "z": ("cz", ()),
    "h": ("ch", ()),
    "s": ("cp", (pi / 2,)),
    "sdg": ("cp", (-pi / 2,)),
    "t": ("cp", (pi / 4,)),
    "tdg": ("cp", (-pi / 4,)),
    "sx": ("csx", ()),
    "p": ("cp", ()),
    "phase": ("cp", ()),
    "u1": ("cu1", ()),
    "rx": ("crx", ()),
    "ry": ("cry", ()),
    "rz": ("crz", ()),
    "cx": ("ccx", ()),
    "CX": ("ccx", ()),
    "swap": ("cswap", ()),
}


def inverted(operation: Operation) -> tuple[Operation, ...]:
    """The inverse of a gate as one or more gates, exact up to global phase."""
    name, params = operation.name, operation.params
    if name in _DAGGERS:
        return (replace(operation, name=_DAGGERS[name]),)
    if name in _PHASES | _ROTATIONS:
        return (replace(operation, params=(-params[0],)),)
    if name in _EULER:
        theta, phi, lam, *gamma = params
        return (replace(operation, params=(-theta, -lam, -phi, *(-g for g in gamma))),)
    if name == "u2":
        phi, lam = params
        return (replace(operation, name="u3", params=(-pi / 2, -lam, -phi)),)
    if name == "csx":  # sx sx = x exactly, so the inverse of a controlled sx is sx and x under the control
        return (operation, replace(operation, name="cx"))
    if name == "iswap":  # iswap iswap = Z Z
        return (operation, *(replace(operation, name="z", qubits=(q,)) for q in operation.qubits))
    return (operation,)  # what is left is its own inverse


def controlled(operation: Operation, control: int) -> tuple[Operation, ...] | None:
    """The gate under one more control, or None where no standard gate says it.

    U, u, u2 and u3 give None too: their global phase, which a control makes observable, differs between
    versions of the language.
    """
    qubits = (control, *operation.qubits)
    if operation.name == "sxdg":
        return inverted(replace(operation, name="csx", qubits=qubits))
    if operation.name == "id":
        return (operation,)
    if operation.name == "cz":  # H on the target turns it into a Toffoli
        target = replace(operation, name="h", qubits=operation.qubits[-1:])
        return (target, replace(operation, name="ccx", qubits=qubits), target)
    if operation.name not in _CONTROLLED:
        return None
    name, params = _CONTROLLED[operation.name]
    return (replace(operation, name=name, qubits=qubits[: GATES[name].num_qubits], params=params or operation.params),)
