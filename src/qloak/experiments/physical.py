"""A circuit of an experiment on a device: native gates, the qubits read at the end, and what they should show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

import stim

from ..circuits import CircuitMetrics, PauliFrame, circuit_metrics
from ..compile.lower import NATIVE_GATES, NativeOperation, stim_of
from ..compile.parallel_circuit import ParallelCircuit
from ..compile.roundtrip import Roundtrip
from ..errors import IntegrityError

__all__ = ["BELL_CHECKS", "PhysicalCircuit", "ghz_checks"]

BELL_CHECKS = ("XX", "ZZ")
"""Of |00> + |11>, the X-type one first: observables 0 and 1."""


def ghz_checks(size: int) -> tuple[str, ...]:
    """Generators of |0...0> + |1...1>: X on all qubits, then Z Z of the first and each further one."""
    pairs = ("Z" + "_" * (i - 1) + "Z" + "_" * (size - 1 - i) for i in range(1, size))
    return ("X" * size, *pairs)


@dataclass(frozen=True, slots=True, eq=False)
class PhysicalCircuit:
    """Native operations in stages; all qubits begin in |0>.

    Attributes:
        stages: one, or two where something can be read between encryption and decryption.
        ends: physical qubits that are read; of a pair the reference first.
        frames: for each end the records that ask for corrections there.
        flips: for each end a Pauli that it needs in any case, kept in software, as letters I, X, Y, Z.
        checks: Paulis on the ends, such as "XX", that are +1 without noise.
    """

    stages: tuple[tuple[NativeOperation, ...], ...]
    ends: tuple[int, ...]
    frames: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]
    flips: str
    checks: tuple[str, ...]

    def __post_init__(self) -> None:
        """Check that with two stages the first end is ready after the first one.

        Raises:
            IntegrityError: if it is not: it would be read in another basis.
        """
        for operation in (each for stage in self.stages[1:] for each in stage):
            if self.ends and self.ends[0] in (operation.qubit, operation.other):
                raise IntegrityError("experiment: a circuit acts on the reference after the stage in which it is read.")

    @classmethod
    def of_roundtrip(cls, trip: Roundtrip, *, encoder_operations: int = 0) -> Self:
        """The circuit of one compiled clone.

        Args:
            trip: the circuit.
            encoder_operations: number of operations of the encoder alone, to have two stages.
        """
        stages: tuple[tuple[NativeOperation, ...], ...] = (trip.operations,)
        if encoder_operations:
            stages = (trip.operations[:encoder_operations], trip.operations[encoder_operations:])
        frames = (_plain(PauliFrame.empty()), _plain(trip.frame))
        return cls(stages, (trip.reference, trip.clone), frames, "II", BELL_CHECKS)

    @classmethod
    def of_parallel(cls, circuit: ParallelCircuit) -> Self:
        """The circuit of a GHZ register."""
        frames = tuple(map(_plain, circuit.frames))
        size = len(circuit.clones)
        return cls((circuit.operations,), circuit.clones, frames, "I" * size, ghz_checks(size))

    @property
    def operations(self) -> tuple[NativeOperation, ...]:
        """All stages."""
        return tuple(operation for stage in self.stages for operation in stage)

    @property
    def metrics(self) -> CircuitMetrics:
        """Size, preparation and decryption included."""
        return circuit_metrics(stim_of(self.operations))

    @property
    def num_qubits(self) -> int:
        """Number of qubits that the circuit acts on."""
        return len({q for o in self.operations for q in (o.qubit, o.other) if q >= 0})

    def check_circuit(self) -> stim.Circuit:
        """The checks, noiseless, as observables 0, 1, ..., frames included; to stand behind the operations."""
        measured = sum(operation.name == "M" for operation in self.operations)
        circuit = stim.Circuit()
        for number, check in enumerate(self.checks):
            product = "*".join(f"{letter}{end}" for letter, end in zip(check, self.ends, strict=True) if letter != "_")
            circuit += stim.Circuit(f"MPP {'!' if self.is_flipped(check) else ''}{product}")
            back = [record - measured - number - 1 for record in (*self._records(check), measured + number)]
            circuit.append("OBSERVABLE_INCLUDE", [stim.target_rec(place) for place in back], number)
        return circuit

    def is_flipped(self, check: str) -> bool:
        """Whether the Paulis that the ends need in any case change the sign of a product of letters."""
        pairs = zip(self.flips, check, strict=True)
        return sum(flip != "I" and letter not in ("_", flip) for flip, letter in pairs) % 2 > 0

    def _records(self, check: str) -> list[int]:
        """Records whose parity belongs to a check."""
        parity: set[int] = set()
        for letter, (x_records, z_records) in zip(check, self.frames, strict=True):
            # An X on the end flips a check that holds Z there, and the other way about.
            parity ^= set(x_records) if letter in "YZ" else set()
            parity ^= set(z_records) if letter in "XY" else set()
        return sorted(parity)

    def to_json(self) -> dict[str, object]:
        """As JSON values; operations as [name, qubit, other, inverted]."""
        return {
            "stages": [[[o.name, o.qubit, o.other, o.inverted] for o in stage] for stage in self.stages],
            "ends": list(self.ends),
            "frames": [[list(x), list(z)] for x, z in self.frames],
            "flips": self.flips,
            "checks": list(self.checks),
        }

    @classmethod
    def from_json(cls, values: Mapping[str, Any]) -> Self:
        """The circuit that `to_json` wrote.

        Raises:
            KeyError, TypeError, ValueError, IntegrityError: for anything else.
        """
        stages = tuple(tuple(_operation(one) for one in stage) for stage in values["stages"])
        frames = tuple((tuple(map(int, x)), tuple(map(int, z))) for x, z in values["frames"])
        ends = tuple(map(int, values["ends"]))
        found = cls(stages, ends, frames, str(values["flips"]), tuple(map(str, values["checks"])))
        found.verify()
        return found

    def verify(self) -> None:
        """Check that without noise all checks are +1.

        Raises:
            IntegrityError: if one is not.
        """
        if not (len(self.ends) == len(self.frames) == len(self.flips)) or any(
            len(check) != len(self.ends) for check in self.checks
        ):
            raise IntegrityError("experiment: a circuit's ends, frames and checks differ in number.")
        circuit = stim_of(self.operations) + self.check_circuit()
        try:
            # A detector error model exists only if every observable is determined.
            circuit.detector_error_model()
        except ValueError:
            raise IntegrityError("experiment: a check of the circuit is not determined without noise.") from None
        _, odd = circuit.reference_detector_and_observable_signs()
        if odd.any():
            raise IntegrityError("experiment: a check of the circuit is -1 without noise.")


def _plain(frame: PauliFrame) -> tuple[tuple[int, ...], tuple[int, ...]]:
    return tuple(frame.x_records.tolist()), tuple(frame.z_records.tolist())


def _operation(values: Sequence[Any]) -> NativeOperation:
    name, qubit, other, inverted = values
    if name not in NATIVE_GATES | {"M"}:
        raise ValueError(f"{name!r} is no native operation")
    return NativeOperation(str(name), int(qubit), int(other), bool(inverted))
