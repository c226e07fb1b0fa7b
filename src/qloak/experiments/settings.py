"""Measurement settings: the circuit that reads each end of an experiment in a basis of its own."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import stim

from ..compile.lower import stim_of
from ..compile.noisy import END_TAG
from ..errors import UsageError
from ..noise import Device
from .noisy import Order, noisy_operations, segments
from .physical import PhysicalCircuit

__all__ = ["parity_settings", "setting_circuit"]

_DIAGONAL = {"D+": "-0.25", "D-": "0.25"}
"""(Z +- X)/sqrt 2 -> turns about Y by so much pi before Z is read."""


def parity_settings(size: int) -> tuple[tuple[str, ...], ...]:
    """Populations, then M_k = cos(k pi/r) X + sin(k pi/r) Y on all ends, k = 1 to r [Guehne2007]."""
    names = ["Z"]
    for k in range(1, size + 1):
        part = Fraction(k, size)
        names.append({Fraction(1, 2): "Y", Fraction(1): "-X"}.get(part, str(part)))
    return tuple((name,) * size for name in names)


def setting_circuit(
    physical: PhysicalCircuit, bases: Sequence[str], *, device: Device | None = None, order: Order = "together"
) -> tuple[stim.Circuit, tuple[int, ...]]:
    """The circuit, read in some bases.

    Args:
        physical: the circuit.
        bases: for each end X, Y, Z or -X, D+ or D- for (Z +- X)/sqrt 2, or k/r for cos(k pi/r) X + sin(k pi/r) Y.
            Those that no Clifford gate reaches are rotations as `engines.tags` has them.
        device: for its Pauli noise; None for none, where the engine adds the noise.
        order: of reading the ends.

    Returns:
        The circuit with feed-forward, and the number of the record of each end.

    Raises:
        UsageError: for a basis that is none, or a rotation together with Pauli noise.
    """
    if len(bases) != len(physical.ends):
        raise UsageError.of("bases", list(bases), f"one for each of {len(physical.ends)} ends")
    if device is not None:
        circuit = noisy_operations(physical, device, order=order)
        circuit += _corrections(physical, physical.ends, circuit.num_measurements)
        first = circuit.num_measurements
        for end, basis in enumerate(bases):
            if basis.lstrip("-") not in ("X", "Y", "Z"):
                raise UsageError.of("bases", basis, "X, Y or Z: Pauli noise goes with Clifford gates only")
            circuit += _reading(physical, end, basis)
        return circuit, tuple(range(first, first + len(bases)))
    circuit, places = stim.Circuit(), {}
    for part in segments(physical, order) if order != "together" else [_together(physical)]:
        if len(circuit):
            circuit.append("TICK")
        for instruction in part:
            if instruction.tag != END_TAG:
                circuit.append(instruction)
                continue
            qubits = [target.value for target in instruction.targets_copy()]
            circuit += _corrections(physical, qubits, circuit.num_measurements)
            for qubit in qubits:
                end = physical.ends.index(qubit)
                places[end] = circuit.num_measurements
                circuit += _reading(physical, end, bases[end])
    return circuit, tuple(places[end] for end in range(len(bases)))


def _together(physical: PhysicalCircuit) -> stim.Circuit:
    circuit = stim_of(physical.operations)
    circuit.append("M", physical.ends, tag=END_TAG)
    return circuit


def _corrections(physical: PhysicalCircuit, ends: Sequence[int], measured: int) -> stim.Circuit:
    """The Paulis on some ends that records ask for, noiseless where noise is written in."""
    lines = []
    # Records of the device's own measurements come first, unless an end was read early: such an end has no frame.
    early = measured - sum(operation.name == "M" for operation in physical.operations)
    for end, frame in zip(physical.ends, physical.frames, strict=True):
        if end in ends:
            for name, records in zip(("CX", "CZ"), frame, strict=True):
                lines += [f"{name} rec[{record + early - measured}] {end}" for record in records]
    return stim.Circuit("\n".join(lines))


def _reading(physical: PhysicalCircuit, end: int, basis: str) -> stim.Circuit:
    """The measurement of one end; what it needs in any case inverts the record where that is enough."""
    qubit, flip = physical.ends[end], physical.flips[end]
    letter = basis.lstrip("-")
    if letter in ("X", "Y", "Z"):
        inverted = (flip not in ("I", letter)) ^ basis.startswith("-")
        return stim.Circuit(f"{'M' if letter == 'Z' else f'M{letter}'} {'!' if inverted else ''}{qubit}")
    lines = [] if flip == "I" else [f"{flip} {qubit}"]
    if basis in _DIAGONAL:
        lines.append(f"I[R_Y(theta={_DIAGONAL[basis]}*pi)] {qubit}")
    else:
        lines += [f"I[R_Z(theta={-_angle(basis)!r}*pi)] {qubit}", f"H {qubit}"]
    return stim.Circuit("\n".join([*lines, f"M {qubit}"]))


def _angle(basis: str) -> float:
    """k/r as a number."""
    try:
        return float(Fraction(basis))
    except (ValueError, ZeroDivisionError):
        raise UsageError.of("bases", basis, "X, Y, Z, D+, D- or a fraction such as 3/8") from None
