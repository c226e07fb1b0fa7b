"""Controlled Paulis in native gates: CZ, pulses SQRT_X and X, and virtual rotations S, Z, S_DAG about Z.

Between two CZ a qubit only has to be turned so that the letter of the next gate becomes Z, which takes one
pulse or none. What the gate leaves open, rotations about Z and signs, is kept in software: for each qubit a
frame says which physical Pauli each Pauli of the original circuit has become.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from typing import Final, NamedTuple, Self, TypeAlias

import stim

from ..errors import IntegrityError, UsageError
from .encoder import PauliGate

__all__ = ["NATIVE_GATES", "Lowering", "NativeOperation", "SignedLetter", "check_lowering", "stim_of"]

NATIVE_GATES: Final = frozenset({"CZ", "SQRT_X", "X", "S", "Z", "S_DAG"})

SignedLetter: TypeAlias = str
"""A Pauli with its sign, such as "-X"."""

_Frame: TypeAlias = tuple[SignedLetter, SignedLetter]
"""Physical images of X and of Z."""

_START: Final = ("+X", "+Z")
_ROTATIONS: Final = ("", "S", "Z", "S_DAG")
"""Virtual rotations by quarter turns."""


class NativeOperation(NamedTuple):
    """One native gate, or the measurement M.

    Attributes:
        name: stim name.
        qubit: first qubit.
        other: second qubit of a CZ, else -1.
        inverted: for M, whether the record is inverted.
    """

    name: str
    qubit: int
    other: int = -1
    inverted: bool = False


class Lowering:
    """A native circuit under construction; all qubits begin in |0>.

    Attributes:
        operations: native operations so far.
    """

    def __init__(self) -> None:
        self.operations: list[NativeOperation] = []
        self._frames: dict[int, _Frame] = {}
        self._fresh: set[int] = set()

    @classmethod
    def of_gates(cls, gates: Iterable[PauliGate]) -> Self:
        """The native form of some gates."""
        lowering = cls()
        for gate in gates:
            lowering.gate(gate)
        return lowering

    def fork(self) -> Lowering:
        """An independent copy, to be continued differently."""
        copy = Lowering()
        copy.operations = self.operations.copy()
        copy._frames = self._frames.copy()
        copy._fresh = self._fresh.copy()
        return copy

    def gate(self, gate: PauliGate) -> None:
        """Append a controlled Pauli: one CZ and at most one pulse on each qubit."""
        sign_a = self._turn_to_z(gate.a, gate.letters[0])
        sign_b = self._turn_to_z(gate.b, gate.letters[1])
        self.operations.append(NativeOperation("CZ", gate.a, gate.b))
        self._fresh -= {gate.a, gate.b}
        # With -Z on one side the gate is a CZ and a Z on the other; that Z stays in the frame.
        if sign_a == "-":
            self._frames[gate.b] = _moved(self._frames[gate.b], "Z")
        if sign_b == "-":
            self._frames[gate.a] = _moved(self._frames[gate.a], "Z")

    def measure(self, qubit: int, letter: str, *, inverted: bool = False) -> None:
        """Append a measurement of a Pauli; the record is 0 for its eigenvalue +1, or for -1 if inverted."""
        sign = self._turn_to_z(qubit, letter)
        self.operations.append(NativeOperation("M", qubit, inverted=(sign == "-") ^ inverted))

    def settle(self, qubit: int, x: SignedLetter, z: SignedLetter, *, exact: bool = True) -> None:
        """Bring a qubit to the frame in which some Paulis are X and Z.

        Args:
            qubit: the qubit.
            x: the Pauli of the original circuit that is to become physical X.
            z: the one that is to become Z.
            exact: whether the signs matter. If not, they come out such that no X pulse is needed.
        """
        frame = self._frames.get(qubit, _START)
        now = (_image(frame, x), _image(frame, z))
        for before, pulse, after in _settling(now, exact):
            self._rotate(qubit, before)
            self._pulse(qubit, pulse)
            self._rotate(qubit, after)

    def image(self, qubit: int, letter: SignedLetter) -> SignedLetter:
        """The physical Pauli that a Pauli of the original circuit has become."""
        return _image(self._frames.get(qubit, _START), letter)

    def _turn_to_z(self, qubit: int, letter: str) -> str:
        """Turn a qubit until a letter is Z up to a sign; returns the sign."""
        self._touch(qubit)
        image = _image(self._frames[qubit], letter)
        if image[1] != "Z":
            if image[1] == "X":
                self._rotate(qubit, "S")
            self._pulse(qubit, "SQRT_X")
            image = _image(self._frames[qubit], letter)
        return image[0]

    def _touch(self, qubit: int) -> None:
        if qubit not in self._frames:
            self._frames[qubit] = _START
            self._fresh.add(qubit)

    def _rotate(self, qubit: int, rotation: str) -> None:
        """A virtual rotation; on |0> it does nothing, and is left out."""
        if rotation:
            self._touch(qubit)
            self._frames[qubit] = _moved(self._frames[qubit], rotation)
            if qubit not in self._fresh:
                self.operations.append(NativeOperation(rotation, qubit))

    def _pulse(self, qubit: int, pulse: str) -> None:
        if pulse:
            self._touch(qubit)
            self._frames[qubit] = _moved(self._frames[qubit], pulse)
            self._fresh.discard(qubit)
            self.operations.append(NativeOperation(pulse, qubit))


def stim_of(operations: Iterable[NativeOperation]) -> stim.Circuit:
    """The operations as a stim circuit."""
    lines = []
    for name, qubit, other, inverted in operations:
        if name == "CZ":
            lines.append(f"CZ {qubit} {other}")
        elif name in NATIVE_GATES or name == "M":
            lines.append(f"{name} {'!' if inverted else ''}{qubit}")
        else:
            raise UsageError.of("operation", name, f"M or one of {', '.join(sorted(NATIVE_GATES))}")
    return stim.Circuit("\n".join(lines))


def check_lowering(gates: Iterable[PauliGate], lowering: Lowering) -> None:
    """Check that a native circuit without measurements makes the state that some gates make, in its frames.

    Raises:
        IntegrityError: naming a stabilizer of the wanted state that the native one does not have.
    """
    wanted, native = stim.TableauSimulator(), stim.TableauSimulator()
    for gate in gates:
        wanted.do(stim.CircuitInstruction(gate.stim_name, gate.qubits))
    native.do(stim_of(lowering.operations))
    for stabilizer in wanted.canonical_stabilizers():
        image = stim.PauliString(len(stabilizer)) * stabilizer.sign
        for qubit in stabilizer.pauli_indices():
            text = lowering.image(qubit, "IXYZ"[stabilizer[qubit]])
            image *= stim.PauliString({qubit: text[1]}) * (-1 if text[0] == "-" else 1)
        if native.peek_observable_expectation(image) != 1:
            raise IntegrityError(f"native gates: they do not stabilize {image}, the image of {stabilizer}.")


@cache
def _conjugated(letter: SignedLetter, gate: str) -> SignedLetter:
    """A signed letter behind a one-qubit gate."""
    text = str(stim.PauliString(letter).after(stim.CircuitInstruction(gate, [0])))
    return text[0] + text[-1]


@cache
def _moved(frame: _Frame, gate: str) -> _Frame:
    """A frame behind a one-qubit gate."""
    return _conjugated(frame[0], gate), _conjugated(frame[1], gate)


@cache
def _image(frame: _Frame, letter: SignedLetter) -> SignedLetter:
    """The image of a letter, with or without a sign; Y = i X Z."""
    minus, plain = letter[0] == "-", letter[-1]
    if plain == "Y":
        product = 1j * stim.PauliString(frame[0]) * stim.PauliString(frame[1])
        text = ("-" if product.sign == -1 else "+") + str(product)[-1]
    else:
        text = frame["XZ".index(plain)]
    return ("-" if (text[0] == "-") ^ minus else "+") + text[1]


@cache
def _settling(now: _Frame, exact: bool) -> tuple[tuple[str, str, str], ...]:
    """The cheapest (rotation, pulse, rotation) after which what is `now` is X and Z."""
    steps = [(before, pulse, after) for pulse in ("", "SQRT_X", "X") for before in _ROTATIONS for after in _ROTATIONS]
    steps.sort(key=lambda step: (step[1] != "", sum(map(bool, step))))
    for step in steps:
        frame = now
        for gate in filter(None, step):
            frame = _moved(frame, gate)
        if frame == _START or (not exact and (frame[0][1], frame[1][1]) == ("X", "Z")):
            return () if step == ("", "", "") else (step,)
    raise UsageError.of("frame", now, "images of X and Z that anticommute")
