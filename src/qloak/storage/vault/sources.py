"""States as clients describe them, made into registers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
import stim

from ...circuits.formats import Program, read_program
from ...errors import LimitError, StateError, UsageError
from ...simulators import Register
from ...simulators.register import MAX_DENSE_REGISTER
from .client import Source
from .requests import MAX_STORED_QUBITS

__all__ = ["MAX_QASM_CHARACTERS", "Prepared", "read_source", "stored_qubits"]

MAX_QASM_CHARACTERS: Final = 1_000_000
_LARGEST: Final = 1e12
"""Of an angle; beyond it the period is lost in rounding."""

_KINDS: Final = ("bloch", "qasm", "statevector", "random", "ghz", "bell", "handle")
_COMPANIONS: Final[Mapping[str, frozenset[str]]] = {
    "random": frozenset({"seed", "keep"}),
    "handle": frozenset({"positions", "keep"}),
}


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a source describes.

    Attributes:
        register: a new state, or None for one from the workbench.
        handle: of that one.
        positions: its qubits that are stored; empty for all.
        keep: how many of the last qubits stay in the workbench.
        text: where the state comes from, for people.
    """

    register: Register | None
    handle: str | None
    positions: tuple[int, ...]
    keep: int
    text: str

    def stored_positions(self) -> tuple[int, ...]:
        """Which qubits are stored; empty for all."""
        if self.register is None or not self.keep:
            return self.positions
        return tuple(range(self.register.num_qubits - self.keep))


def read_source(source: Source) -> Prepared:
    """Read a source; see `client.Source`.

    Raises:
        UsageError: for a document of another shape.
        StateError, ProgramError, LimitError: for a state that is none, cannot be read, or is too large.
    """
    kind, keep = _kind_of(source)
    if kind == "handle":
        return _of_handle(source, keep)
    register, text = _READERS[kind](source)
    _check_keep(keep, register.num_qubits)
    return Prepared(register, None, (), keep, text)


def stored_qubits(source: Source, size_of: Callable[[str], int]) -> int:
    """How many qubits of a source would be stored; programs are read but not run, nothing is drawn at random.

    Args:
        source: see `client.Source`.
        size_of: number of qubits of a register in the workbench.

    Raises:
        As `read_source`, but for programs that only running them shows to be too large.
    """
    kind, keep = _kind_of(source)
    if kind == "handle":
        prepared = _of_handle(source, keep)
        size = size_of(str(prepared.handle))
        if any(position >= size for position in prepared.positions):
            raise UsageError.of("positions", list(prepared.positions), f"numbers from 0 to {size - 1}")
        return len(prepared.positions) or size
    if kind == "qasm":
        program = _program(source)
        # What is no preparation is refused at once, what is one need not be run.
        size = program.num_qubits if program.is_unitary else Register.from_program(program).num_qubits
    elif kind == "random":
        size = _whole("random", source["random"], least=1)
        if size > MAX_DENSE_REGISTER:
            raise LimitError.of("random", size, f"at most {MAX_DENSE_REGISTER} qubits")
    else:
        size = _READERS[kind](source)[0].num_qubits
    _check_keep(keep, size)
    return size - keep


def _kind_of(source: Source) -> tuple[str, int]:
    """Which kind of source it is, and how many qubits are kept."""
    kinds = [kind for kind in _KINDS if kind in source]
    if len(kinds) != 1:
        raise UsageError.of("source", sorted(map(str, source)), f"exactly one of {', '.join(_KINDS)}")
    kind = kinds[0]
    unknown = set(source) - {kind} - _COMPANIONS.get(kind, frozenset({"keep"}))
    if unknown:
        raise UsageError.of("source", min(map(str, unknown)), f"no such entry beside {kind!r}")
    return kind, _whole("keep", source.get("keep", 1 if kind == "bell" else 0), least=0)


def _check_keep(keep: int, size: int) -> None:
    if keep >= size:
        raise UsageError.of("keep", keep, f"fewer than the register's {size} qubits")


def _of_handle(source: Source, keep: int) -> Prepared:
    handle, positions = source["handle"], source.get("positions", [])
    if not isinstance(handle, str) or not isinstance(positions, list):
        raise UsageError.of("source", handle, "a handle, with a list of positions or without")
    if keep:
        raise UsageError.of("keep", keep, "none for a handle", "Say with `positions` what is stored; the rest is kept.")
    chosen = tuple(_whole("positions", position, least=0) for position in positions)
    return Prepared(None, handle, chosen, 0, f"register {handle}")


def _of_bloch(source: Source) -> tuple[Register, str]:
    angles = source["bloch"]
    if not isinstance(angles, list | tuple) or len(angles) != 2:
        raise StateError.of("bloch", angles, "two angles [theta, phi] in radians")
    theta, phi = (_number("bloch", angle) for angle in angles)
    return Register.bloch(theta, phi), f"Bloch angles {theta:g}, {phi:g} (theta, phi in radians)"


def _program(source: Source) -> Program:
    text = source["qasm"]
    if not isinstance(text, str):
        raise UsageError.of("qasm", text, "an OpenQASM 2 or 3 program")
    if len(text) > MAX_QASM_CHARACTERS:
        raise LimitError.of("qasm", f"{len(text)} characters", f"at most {MAX_QASM_CHARACTERS}")
    # What UTF-8 cannot write is no program; the reader says where.
    program = read_program(text.encode(errors="replace"))
    if program.num_qubits > MAX_STORED_QUBITS:
        raise LimitError.of("qasm", f"{program.num_qubits} qubits", f"at most {MAX_STORED_QUBITS}")
    return program


def _of_qasm(source: Source) -> tuple[Register, str]:
    register = Register.from_program(_program(source))
    return register, f"OpenQASM program of {register.num_qubits} qubits"


def _of_statevector(source: Source) -> tuple[Register, str]:
    rows = source["statevector"]
    try:
        pairs = np.array(rows, dtype=np.float64)
    except (TypeError, ValueError, OverflowError):
        pairs = np.zeros(0)
    if pairs.ndim != 2 or pairs.shape[1] != 2:
        raise StateError.of("statevector", rows, "amplitudes as pairs [real, imaginary]")
    # A few digits are lost on the way through text; more is not normalised.
    vector = pairs[:, 0] + 1j * pairs[:, 1]
    return Register.dense(vector.astype(np.complex128)), f"{len(vector)} amplitudes"


def _of_random(source: Source) -> tuple[Register, str]:
    count = _whole("random", source["random"], least=1)
    seed = source.get("seed")
    rng = np.random.default_rng(None if seed is None else _whole("seed", seed, least=0))
    return Register.random(count, rng), f"a random state of {count} qubit{'s' if count > 1 else ''}"


def _of_ghz(source: Source) -> tuple[Register, str]:
    count = _whole("ghz", source["ghz"], least=1)
    if count > MAX_STORED_QUBITS:
        raise LimitError.of("ghz", count, f"at most {MAX_STORED_QUBITS} qubits")
    return _ghz(count), f"a GHZ state of {count} qubits"


def _of_bell(source: Source) -> tuple[Register, str]:
    if source["bell"] is not True:
        raise UsageError.of("bell", source["bell"], "true")
    return _ghz(2), "one half of a Bell pair; the other half is kept"


_READERS: Final[Mapping[str, Callable[[Source], tuple[Register, str]]]] = {
    "bloch": _of_bloch,
    "qasm": _of_qasm,
    "statevector": _of_statevector,
    "random": _of_random,
    "ghz": _of_ghz,
    "bell": _of_bell,
}


def _ghz(count: int) -> Register:
    circuit = stim.Circuit("H 0")
    for qubit in range(1, count):
        circuit.append("CX", [0, qubit])
    return Register.stabilizer(circuit, num_qubits=count)


def _whole(name: str, value: object, *, least: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise UsageError.of(name, value, f"a whole number of at least {least}")
    return value


def _number(name: str, value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise StateError.of(name, value, "a number")
    if abs(value) > _LARGEST:
        raise StateError.of(name, value, f"a number between -{_LARGEST:g} and {_LARGEST:g}")
    return float(value)
