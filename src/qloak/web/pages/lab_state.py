"""What the page `/lab` shows, as its address says: every part of the page is a function of it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Final, Self
from urllib.parse import parse_qsl

__all__ = ["DEFAULTS", "MAX_CLONES", "MAX_PLACED", "STEPS", "LabState", "written"]

STEPS: Final = ("prepare", "encrypt", "lose", "decrypt", "again")
MAX_CLONES: Final = 12
"""Of the picture: 25 qubits."""
MAX_PLACED: Final = 15
"""Of placements: as far as the published measurements go."""
_CHOICES: Final = {
    "step": STEPS,
    "method": ("unitary", "measured"),
    "goal": ("fidelity", "depth", "gates"),
    "decoder": ("measured", "mixed", "unitary"),
}
_RANGES: Final = {
    "n": (2, MAX_CLONES),
    "theta": (0, 180),
    "phi": (0, 360),
    "e2": (0, 5),
    "e1": (0, 1),
    "ro": (0, 10),
    "mem": (50, 100),
    "place_n": (2, MAX_PLACED),
}
_LONGEST_NAME: Final = 32


@dataclass(frozen=True, slots=True)
class LabState:
    """Each attribute is a part of the query.

    Attributes:
        n: number of clones.
        theta: polar angle of the input, degrees.
        phi: its azimuth, degrees.
        step: of the story.
        lost: names of the qubits that are lost, with commas.
        clone: that is decrypted.
        method: of decryption.
        hold: names of the qubits of the coalition, with commas.
        e2: error of two-qubit gates, percent.
        e1: error of one-qubit gates, percent.
        ro: readout error, percent.
        mem: factor on the Bloch vector of each stored qubit, percent.
        device: whose medians count in the place of the three errors; empty for none.
        place_n: number of clones on a processor.
        processor: where they are placed.
        goal: of the placement.
        decoder: of the placement.
    """

    n: int = 4
    theta: float = 55
    phi: float = 100
    step: str = "prepare"
    lost: str = ""
    clone: str = "S1"
    method: str = "unitary"
    hold: str = "S1"
    e2: float = 0.3
    e1: float = 0.03
    ro: float = 1
    mem: float = 100
    device: str = ""
    place_n: int = 5
    processor: str = "kingston"
    goal: str = "fidelity"
    decoder: str = "measured"

    @classmethod
    def read(cls, query: Mapping[str, str]) -> Self:
        """The state of an address. What is no value, or out of range, is as if it were not there.

        Args:
            query: of the address; its part `set`, the value of the button that was pressed, goes before the others.
        """
        given = dict(query) | dict(parse_qsl(query.get("set", ""), keep_blank_values=True, max_num_fields=len(_NAMES)))
        values: dict[str, object] = {}
        for name in _NAMES:
            if name in given:
                values |= _read(name, given[name])
        found = cls(**values)  # type: ignore[arg-type]
        known = found.names
        clone = found.clone if found.clone in known[1 : found.n + 1] else "S1"
        return found.but(lost=found.kept(found.lost), hold=found.kept(found.hold), clone=clone)

    def but(self, **changes: object) -> Self:
        """The same with some values changed."""
        values = {name: getattr(self, name) for name in _NAMES} | changes
        return type(self)(**values)

    @property
    def names(self) -> list[str]:
        """Of all qubits: A, S1 … Sn, N1 … Nn."""
        return ["A"] + [f"{letter}{number}" for letter in "SN" for number in range(1, self.n + 1)]

    def kept(self, listed: str) -> str:
        """Of listed qubits those that there are, in order."""
        wanted = set(listed.split(","))
        return ",".join(name for name in self.names if name in wanted)

    def toggled(self, name: str, listed: str) -> str:
        """Listed qubits with one more, or one less if it is among them."""
        return self.kept(",".join(set(listed.split(",")) ^ {name}))

    def query(self) -> dict[str, str]:
        """What an address needs to say of it: values other than the defaults."""
        return {name: text for name, text in self.all().items() if text != DEFAULTS.all()[name]}

    def all(self) -> dict[str, str]:
        """Every value as an address would have it."""
        return {name: written(getattr(self, name)) for name in _NAMES}


def written(value: object) -> str:
    """A value in an address: 3, not 3.0."""
    return f"{value:g}" if isinstance(value, float) else str(value)


def _read(name: str, text: str) -> dict[str, object]:
    """A value, if it is one."""
    if name in _RANGES:
        low, high = _RANGES[name]
        try:
            number = float(text)
        except ValueError:
            return {}
        if not (math.isfinite(number) and low <= number <= high):
            return {}
        return {name: int(number) if _TYPES[name] == "int" else number}
    if name in _CHOICES:
        return {name: text} if text in _CHOICES[name] else {}
    return {name: text} if name in ("lost", "hold") or len(text) <= _LONGEST_NAME else {}


_NAMES: Final = tuple(each.name for each in fields(LabState))
_TYPES: Final = {each.name: str(each.type) for each in fields(LabState)}
DEFAULTS: Final = LabState()
