"""How a compiled circuit does where the noise is not what it was tuned on."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite

from ..errors import UsageError
from ..noise import Device
from .compiled import CompiledCircuit
from .estimate import estimate
from .noise_table import noise_table
from .roundtrip import Roundtrip

__all__ = ["Score", "missing_couplers", "score"]

_MAX_SCALE = 100.0


@dataclass(frozen=True, slots=True)
class Score:
    """Entanglement fidelities of all clones of one circuit under some noise.

    Attributes:
        min: of the worst clone.
        mean: over the clones.
        max: of the best clone.
        device: whose calibration it is.
        snapshot: when that was taken.
        scale: factor on all error probabilities and decay rates.
    """

    min: float
    mean: float
    max: float
    device: str
    snapshot: str
    scale: float


def score(compiled: CompiledCircuit, *, device: Device | None = None, scale: float = 1.0) -> Score:
    """Score a circuit as it is, nothing placed or chosen anew.

    Args:
        compiled: the circuit; its layout and decoders stay.
        device: another calibration with the same qubit numbers; default the one it was compiled for.
        scale: factor on all error probabilities and decay rates.

    Raises:
        UsageError: if the circuit needs couplers that do not work on the device, or for an impossible scale.
    """
    if not (isfinite(scale) and 0 <= scale <= _MAX_SCALE):
        raise UsageError.of("scale", scale, f"a factor from 0 to {_MAX_SCALE:g}")
    where = compiled.device if device is None else device
    missing = missing_couplers(compiled, where)
    if missing:
        hint = f"It needs {', '.join(f'{a}-{b}' for a, b in missing)}. Compile it for this device."
        raise UsageError.of("device", where.name, "one on which all couplers of the circuit work", hint)
    table = noise_table(where, scale=scale)
    values = [estimate(trip, table).entanglement_fidelity for trip in _trips(compiled)]
    mean = sum(values) / len(values)
    return Score(min(values), mean, max(values), device=where.name, snapshot=where.snapshot, scale=scale)


def missing_couplers(compiled: CompiledCircuit, device: Device) -> tuple[tuple[int, int], ...]:
    """Couplers that some clone's circuit needs and that do not exist or work on a device, ascending."""
    working = {(a, b) for a, b in device.working_couplers.tolist()}
    steps = (step for trip in _trips(compiled) for step in trip.operations if step.name == "CZ")
    used = {(min(step.qubit, step.other), max(step.qubit, step.other)) for step in steps}
    return tuple(sorted(used - working))


def _trips(compiled: CompiledCircuit) -> list[Roundtrip]:
    """The circuits of the clones that count."""
    return [compiled.trips[qubit] for qubit in compiled.clones.values()]
