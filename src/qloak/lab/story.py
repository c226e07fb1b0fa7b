"""Prepare, encrypt, lose, decrypt: what every qubit shows after each step, exactly."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import stim

from ..circuits import Method, bell_pairs, decryption, encryption_circuit, recovery_circuit
from ..core import EncryptedCloning, Role, classify, parse_holding
from ..core.types import IntArray
from ..errors import UsageError
from .bloch import Bloch, Seen, look
from .limits import MAX_DRAWN_CLONES, small_scheme

__all__ = ["StoryChoice", "story_document"]

_ROLES: Final = {Role.SOURCE: "source", Role.SIGNAL: "signal", Role.NOISE: "noise"}


@dataclass(frozen=True, slots=True)
class StoryChoice:
    """How the story goes.

    Attributes:
        theta: polar angle of the input on the Bloch sphere, in radians.
        phi: its azimuth, in radians.
        clone: that the owner would like to decrypt.
        method: how the key is used.
        lost: names of the qubits that are lost after encryption, such as "A,S2,S3"; A stays if it is not named.
    """

    theta: float
    phi: float
    clone: str = "S1"
    method: str = Method.UNITARY.value
    lost: str = ""

    def __post_init__(self) -> None:
        """Check angles and method."""
        for name in ("theta", "phi"):
            if not abs(getattr(self, name)) <= 1000:
                raise UsageError.of(name, getattr(self, name), "an angle in radians")
        if self.method not in tuple(Method):
            raise UsageError.of("method", self.method, f"one of {', '.join(Method)}")

    @property
    def bloch(self) -> Bloch:
        """The input: (sin theta cos phi, sin theta sin phi, cos theta)."""
        across = math.sin(self.theta)
        return across * math.cos(self.phi), across * math.sin(self.phi), math.cos(self.theta)


def story_document(clones: int, choice: StoryChoice) -> dict[str, Any]:
    """The story, schema qloak.story/1.

    Before the first step the Bell pairs are there. What is lost is traced out. The clone is decrypted with its key
    where both are left; else the state is recovered from what is left, if that determines it.

    Args:
        clones: n, at most MAX_DRAWN_CLONES.
        choice: state, clone, losses.

    Returns:
        The document: `steps`, each with `qubits` (name, role, `status` of held, lost or measured, `bloch` and
        `purity`, null where it is lost), and `recovery`: whether the state comes back, on which qubit and with which
        state fidelity, or what the rest shows.

    Raises:
        UsageError, UnknownNameError, LimitError: for what cannot be told.
    """
    scheme = small_scheme(clones, MAX_DRAWN_CLONES)
    scheme.clone_index(choice.clone)
    lost = parse_holding(scheme.qubits, choice.lost)
    pairs, encryption = bell_pairs(scheme.unit), encryption_circuit(scheme, bell_pairs=False)
    encrypted = pairs + encryption
    circuit, recovery = _recovery(scheme, choice, lost)
    size = len(scheme.qubits)
    seen = {
        "prepare": look(pairs, choice.bloch, num_qubits=size),
        "encrypt": look(encrypted, choice.bloch, num_qubits=size),
    }
    seen |= {"lose": seen["encrypt"], "decrypt": look(encrypted + circuit, choice.bloch, num_qubits=size)}
    if recovery["recovered"]:
        output = seen["decrypt"].bloch[int(scheme.qubits.indices([recovery["output"]])[0])]
        overlap = sum(a * b for a, b in zip(output, choice.bloch, strict=True))
        recovery["state_fidelity"] = (1 + overlap) / 2
    steps = []
    for name, each in seen.items():
        gone = lost if name in ("lose", "decrypt") else lost[:0]
        steps.append({"step": name, "qubits": _qubits(scheme, each, gone)})
    return {
        "schema": "qloak.story/1",
        "emulated": True,
        "clones": clones,
        "theta": choice.theta,
        "phi": choice.phi,
        "bloch": choice.bloch,
        "clone": choice.clone,
        "method": choice.method,
        "lost": [scheme.qubits.name(int(q)) for q in lost],
        "steps": steps,
        "recovery": recovery,
    }


def _recovery(scheme: EncryptedCloning, choice: StoryChoice, lost: IntArray) -> tuple[stim.Circuit, dict[str, Any]]:
    """The circuit that brings the state back, empty where nothing does, and what is said of it."""
    clone = scheme.clone_index(choice.clone)
    rest = np.setdiff1d(np.arange(len(scheme.qubits)), lost)
    needed = np.append(scheme.qubits.of_role(Role.NOISE), clone)
    if not np.isin(needed, lost).any():
        found = decryption(scheme, clone, method=choice.method)
        return found.circuit, {"recovered": True, "output": choice.clone, "how": "decrypted with its key"}
    access = classify(scheme, rest)
    if not access.authorized:
        shown = {"class": access.access_class, "leaks": list(access.leaks)}
        return stim.Circuit(), {"recovered": False, "output": None, "how": "not enough is left", **shown}
    other = recovery_circuit(scheme, rest, method=choice.method)
    return other.circuit, {
        "recovered": True,
        "output": scheme.qubits.name(other.output),
        "how": "recovered from what is left",
    }


def _qubits(scheme: EncryptedCloning, seen: Seen, lost: IntArray) -> list[dict[str, Any]]:
    """Every qubit of one step."""
    gone = set(lost.tolist())
    roles = {int(q): name for role, name in _ROLES.items() for q in scheme.qubits.of_role(role)}
    rows = []
    for number, vector in enumerate(seen.bloch):
        status = "lost" if number in gone else "measured" if number in seen.measured else "held"
        row: dict[str, Any] = {"name": scheme.qubits.name(number), "role": roles[number], "status": status}
        if status == "lost":
            row |= {"bloch": None, "purity": None}
        else:
            row |= {"bloch": vector, "purity": (1 + sum(value * value for value in vector)) / 2}
        rows.append(row)
    return rows
