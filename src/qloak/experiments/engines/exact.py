"""Results without sampling, for circuits that hold their Pauli noise; any size."""

from __future__ import annotations

import stim

from ...analysis import pauli_channel
from ...errors import ProgramError, UsageError
from ..task import Outcome, Task
from .tags import rotation_of

__all__ = ["parsed", "run"]


def run(task: Task) -> Outcome:
    """Evaluate a task of the engine "exact".

    Raises:
        UsageError: for a quantity that is neither "channel" nor "fidelity", or what `pauli_channel` refuses.
        ProgramError: for what is no circuit, or has other gates than Clifford ones.
    """
    circuit = parsed(task.circuit)
    if task.quantity == "channel":
        channel = pauli_channel(circuit)
        chances = (channel.p_i, channel.p_x, channel.p_y, channel.p_z)
        return Outcome(task.id, {}, dict(zip("IXYZ", map(float, chances), strict=True)))
    if task.quantity == "fidelity":
        from ..stabilizer_fidelity import stabilizer_fidelity

        return Outcome(task.id, {}, {"fidelity": stabilizer_fidelity(circuit)})
    raise UsageError.of("quantity", task.quantity, "channel or fidelity, for the engine exact")


def parsed(text: str) -> stim.Circuit:
    """A circuit of Clifford gates from stim text.

    Raises:
        ProgramError: if it is none, or holds rotations that stim would pass over.
    """
    try:
        circuit = stim.Circuit(text)
    except ValueError as error:
        raise ProgramError(f"circuit: got no circuit of stim ({error}).") from None
    if "[R_" in text and any(rotation_of(instruction) for instruction in circuit.flattened()):
        raise ProgramError("circuit: got a rotation by an angle, expected Clifford gates; the engine aer takes it.")
    return circuit
