"""States as options of the command line."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ..errors import StateError, UsageError
from .files import about, read_bytes
from .options import whole_number

if TYPE_CHECKING:
    from ..storage.vault.client import Source

__all__ = [
    "BellOption",
    "BlochOption",
    "GhzOption",
    "QasmOption",
    "QubitsOption",
    "RandomOption",
    "SeedOption",
    "StateOptions",
    "StatevectorOption",
    "positions_of",
]

_MAX_QASM_BYTES = 1_000_000

BlochOption = Annotated[
    str | None, typer.Option("--bloch", metavar="THETA,PHI", help="A qubit by its Bloch angles in radians.")
]
QasmOption = Annotated[
    Path | None, typer.Option("--qasm", metavar="FILE", help="A register that an OpenQASM file prepares from |0…0>.")
]
StatevectorOption = Annotated[
    Path | None, typer.Option("--statevector", metavar="FILE", help="A register from the amplitudes in a .npy file.")
]
RandomOption = Annotated[bool, typer.Option("--random", help="A random state.")]
QubitsOption = Annotated[str | None, typer.Option("--qubits", metavar="K", help="Qubits of --random; default: 1.")]
SeedOption = Annotated[str | None, typer.Option("--seed", metavar="SEED", help="Seed of --random.")]
GhzOption = Annotated[str | None, typer.Option("--ghz", metavar="R", help="A GHZ state of R qubits.")]
BellOption = Annotated[
    bool, typer.Option("--bell", help="One half of a Bell pair; the other half stays in the workbench.")
]


@dataclass(frozen=True, slots=True)
class StateOptions:
    """What the user said about a state; one of the first seven.

    Attributes:
        bloch: two angles.
        qasm, statevector: files.
        random: a random state.
        ghz: number of qubits of a GHZ state.
        bell: half of a Bell pair.
        handle: a register in the workbench.
        qubits, seed: of a random state.
        positions: of the register, separated by commas.
        keep: how many of the last qubits stay in the workbench.
        prefix: what the options are called before these names, for messages.
    """

    bloch: str | None = None
    qasm: Path | None = None
    statevector: Path | None = None
    random: bool = False
    ghz: str | None = None
    bell: bool = False
    handle: str | None = None
    qubits: str | None = None
    seed: str | None = None
    positions: str | None = None
    keep: str | None = None
    prefix: str = "--"

    def read(self) -> Source | None:
        """As the vault's clients say it; None where the user said nothing.

        Raises:
            UsageError: for several states at once, or a detail without what it is a detail of.
            StateError, ProgramError, LimitError: for a state that is none, cannot be read or is too large.
        """
        given = {
            name: value
            for name in ("bloch", "qasm", "statevector", "random", "ghz", "bell", "handle")
            if (value := getattr(self, name)) not in (None, False)
        }
        if len(given) > 1:
            names = " and ".join(self.prefix + name for name in given)
            raise UsageError(f"{names}: got several, expected one source of the state.")
        kind = next(iter(given), None)
        for detail, owner in (("qubits", "random"), ("seed", "random"), ("positions", "handle")):
            if getattr(self, detail) is not None and kind != owner:
                raise UsageError(f"{self.prefix}{detail}: it goes with {self.prefix}{owner} only.")
        if kind is None:
            if self.keep is not None:
                raise UsageError(f"{self.prefix}keep: got no state, of which qubits could be kept.")
            return None
        source = self._read(kind, f"{self.prefix}{kind}")
        if self.keep is not None:
            source["keep"] = whole_number(f"{self.prefix}keep", self.keep)
        return source

    def _read(self, kind: str, option: str) -> dict[str, Any]:
        source: dict[str, Any]
        if self.bloch is not None:
            source = {kind: _angles(option, self.bloch)}
        elif self.qasm is not None:
            data = read_bytes(option, self.qasm, max_bytes=_MAX_QASM_BYTES)
            source = {kind: data.decode("utf-8", errors="replace")}
        elif self.statevector is not None:
            source = {kind: _amplitudes(option, self.statevector)}
        elif self.ghz is not None:
            source = {kind: whole_number(option, self.ghz)}
        elif self.handle is not None:
            source = {kind: self.handle}
            if self.positions is not None:
                source["positions"] = positions_of(f"{self.prefix}positions", self.positions)
        elif self.random:
            source = {kind: 1 if self.qubits is None else whole_number(f"{self.prefix}qubits", self.qubits)}
            if self.seed is not None:
                source["seed"] = whole_number(f"{self.prefix}seed", self.seed)
        else:
            source = {kind: True}
        return source


def positions_of(argument: str, text: str) -> list[int]:
    """Qubit numbers separated by commas."""
    return [whole_number(argument, part) for part in text.split(",")]


def _angles(option: str, text: str) -> list[float]:
    try:
        theta, phi = (float(part) for part in text.split(","))
    except ValueError:
        raise StateError.of(option, text, "two angles in radians, such as 1.05,0.5") from None
    if not (math.isfinite(theta) and math.isfinite(phi)):
        raise StateError.of(option, text, "two finite angles in radians")
    return [theta, phi]


def _amplitudes(option: str, path: Path) -> list[list[float]]:
    import numpy as np

    from ..simulators.state_file import load_statevector

    with about(option):
        vector = load_statevector(path)
    pairs: list[list[float]] = np.stack([vector.real, vector.imag], axis=-1).tolist()
    return pairs
