"""The two-armed path: signals on both sides of the source, and how they come by their part of the key.

Each arm consists of pairs of signals, `near` and `far` as seen from the source, with two key qubits in a row hanging
off the far one; both get their ebits through the one coupler there:

    near - far - key - key'      near-far and key-key' in layer 1; far-key in layers 2 and 3

After an odd number of signals the last one has a key qubit of its own, entangled with it in layer 1. These gates
leave signals and key maximally entangled, and the key is not touched again.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Self

from ..errors import UsageError

__all__ = ["PREPARATION_LAYERS", "Arms", "Pump"]

PREPARATION_LAYERS = 3
"""Two-qubit layers that the key takes part in."""


@dataclass(frozen=True, slots=True)
class Pump:
    """Two signals that share two ebits with two key qubits; local qubit numbers."""

    near: int
    far: int
    key: int
    end: int


@dataclass(frozen=True)
class Arms:
    """The shape of a two-armed path.

    Local numbers: the path from the left end to the right end, then the key in the same order, then the reference.

    Attributes:
        left: number of signals left of the source.
        right: number of signals right of it.

    Raises:
        UsageError: unless both are 0 or more, with an even sum of 2 or more.
    """

    left: int
    right: int

    def __post_init__(self) -> None:
        if min(self.left, self.right) < 0 or self.left + self.right < 2 or (self.left + self.right) % 2:
            raise UsageError.of("arms", (self.left, self.right), "two lengths with an even sum of 2 or more")

    @classmethod
    def for_clones(cls, num_clones: int) -> Self:
        """The shape for a number of clones: the star for 2, else pumps only, which leave every clone readable.

        An even number leaves one of the sites of the next odd number over.
        """
        if num_clones < 2:
            raise UsageError.of("clones", num_clones, "2 clones or more")
        if num_clones == 2:
            return cls(1, 1)
        num_pumps = num_clones // 2
        return cls(2 * (num_pumps - num_pumps // 2), 2 * (num_pumps // 2))

    @property
    def num_sites(self) -> int:
        """Signals and source."""
        return self.left + self.right + 1

    @property
    def num_qubits(self) -> int:
        """All qubits: as many key qubits as signals, and the reference."""
        return 2 * self.num_sites

    @property
    def source(self) -> int:
        """Local number of the source."""
        return self.left

    @property
    def reference(self) -> int:
        """Local number of the reference."""
        return self.num_qubits - 1

    @cached_property
    def arms(self) -> tuple[tuple[int, ...], tuple[int, ...]]:
        """Signals of the left and of the right arm, outwards."""
        return tuple(range(self.left))[::-1], tuple(range(self.left + 1, self.num_sites))

    @cached_property
    def pumps(self) -> tuple[Pump, ...]:
        """All pumps, those of each arm outwards."""
        pairs = [(arm[i], arm[i + 1]) for arm in self.arms for i in range(0, len(arm) - 1, 2)]
        return tuple(Pump(*pair, *self._keys(2 * i, 2)) for i, pair in enumerate(pairs))

    @cached_property
    def singles(self) -> tuple[tuple[int, int], ...]:
        """Signals at the ends of odd arms, each with its key qubit."""
        ends = [arm[-1] for arm in self.arms if len(arm) % 2]
        return tuple(zip(ends, self._keys(2 * len(self.pumps), len(ends)), strict=True))

    @property
    def key(self) -> tuple[int, ...]:
        """Local numbers of the key."""
        return self._keys(0, self.num_sites - 1)

    @property
    def blocks(self) -> tuple[tuple[int, ...], ...]:
        """Signals in groups, each maximally entangled with key qubits of its own."""
        return (*((pump.near, pump.far) for pump in self.pumps), *((single,) for single, _ in self.singles))

    def growth(self, side: int) -> tuple[tuple[int, int], ...]:
        """Pairs (known qubit, next qubit) in which an arm grows, side 0 the left one, 1 the right one."""
        steps = []
        tip = self.source
        for pump in self.pumps:
            if pump.near in self.arms[side]:
                steps += [(tip, pump.near), (pump.near, pump.far), (pump.far, pump.key), (pump.key, pump.end)]
                tip = pump.far
        for single, key in self.singles:
            if single in self.arms[side]:
                steps += [(tip, single), (single, key)]
        return tuple(steps)

    def ready(self, *, strict: bool = False) -> tuple[int, ...]:
        """First layer in which each site may meet what depends on the data, left to right.

        Args:
            strict: with a barrier after the key's preparation.
        """
        layers = dict.fromkeys(range(self.num_sites), 2)
        layers |= {pump.far: PREPARATION_LAYERS + 1 for pump in self.pumps}
        if strict:
            end = PREPARATION_LAYERS if self.pumps else 1
            layers = {site: max(layer, end + 1) for site, layer in layers.items()}
        return tuple(layers[site] for site in range(self.num_sites))

    def _keys(self, first: int, number: int) -> tuple[int, ...]:
        return tuple(range(self.num_sites + first, self.num_sites + first + number))
