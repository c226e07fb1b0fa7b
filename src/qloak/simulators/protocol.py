"""What every simulator can do: sample the outcomes of a circuit."""

from __future__ import annotations

from typing import Protocol

import numpy as np
import stim

from ..core.types import BitArray
from .register import Register

__all__ = ["Engine"]


class Engine(Protocol):
    """Something that runs circuits."""

    @property
    def name(self) -> str:
        """Short name, such as "world" or "aer"."""
        ...

    def sample(
        self, circuit: stim.Circuit, shots: int, *, register: Register | None = None, rng: np.random.Generator
    ) -> BitArray:
        """Run a circuit many times.

        Args:
            circuit: Clifford, with measurements and feed-forward.
            shots: number of runs, at least 1.
            register: enters on qubits 0 .. k - 1; every other qubit starts in |0>.
            rng: source of all randomness.

        Returns:
            Shape (shots, circuit.num_measurements), True for outcome -1, in the circuit's record order.
        """
        ...
