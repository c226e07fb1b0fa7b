"""Circuits as arrays: each layer is one kind of operation on many qubits at once.

This is the form in which circuits are built and analysed at a million clones; `to_stim` and `from_stim`
lead to and from `stim.Circuit`. The operations of a layer run in order, as the targets of a stim
instruction do. Measurement records are numbered from the first measurement of the circuit.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

import numpy as np
import stim

from ..core.types import IntArray
from ..errors import ProgramError

__all__ = [
    "FeedForward",
    "Gates",
    "Include",
    "Layer",
    "LayeredCircuit",
    "Measure",
    "MeasureProducts",
    "Noise",
    "Reset",
]

_ANNOTATIONS = frozenset({"DETECTOR", "QUBIT_COORDS", "SHIFT_COORDS", "TICK", "MPAD"})
_INVERSES = {"S": "S_DAG", "SQRT_X": "SQRT_X_DAG", "H": "H", "CX": "CX", "CZ": "CZ"}
_MEASURES = frozenset({"M", "MX", "MY", "MR", "MRX", "MRY"})
_RESETS = frozenset({"R", "RX", "RY"})
_PAIR_MEASURES = {"MXX": "X", "MYY": "Y", "MZZ": "Z"}


@dataclass(frozen=True, slots=True, eq=False)
class Gates:
    """A unitary gate: stim name, targets of shape (g, 1) or (g, 2)."""

    name: str
    targets: IntArray


@dataclass(frozen=True, slots=True, eq=False)
class Measure:
    """One-qubit measurements M, MX, MY or with reset MR, MRX, MRY: qubits (g,), chance of a wrong record."""

    name: str
    qubits: IntArray
    flip: float = 0.0


@dataclass(frozen=True, slots=True, eq=False)
class Reset:
    """Resets R, RX, RY: qubits (g,)."""

    name: str
    qubits: IntArray


@dataclass(frozen=True, slots=True, eq=False)
class FeedForward:
    """Paulis on condition: CX, CY or CZ from records (g,) to qubits (g,)."""

    name: str
    records: IntArray
    qubits: IntArray


@dataclass(frozen=True, slots=True, eq=False)
class MeasureProducts:
    """Measurements of Pauli products (MPP, or MXX, MYY, MZZ of pairs), and the chance of a wrong record."""

    products: tuple[stim.PauliString, ...]
    flip: float = 0.0
    name: str = "MPP"


@dataclass(frozen=True, slots=True, eq=False)
class Include:
    """Records (g,) and a Pauli string that belong to an observable."""

    observable: int
    records: IntArray
    pauli: stim.PauliString


@dataclass(frozen=True, slots=True, eq=False)
class Noise:
    """A stim noise instruction that no unitary gate or measurement carries: name, arguments, targets (g, w)."""

    name: str
    arguments: tuple[float, ...]
    targets: IntArray


Layer: TypeAlias = Gates | Measure | Reset | FeedForward | MeasureProducts | Include | Noise


@dataclass(slots=True, eq=False)
class LayeredCircuit:
    """A circuit under construction, layer by layer.

    Attributes:
        layers: in order of time.
        num_measurements: records made so far.
    """

    layers: list[Layer] = field(default_factory=list)
    num_measurements: int = 0

    def __iter__(self) -> Iterator[Layer]:
        """The layers in order of time."""
        return iter(self.layers)

    @property
    def num_qubits(self) -> int:
        """One more than the highest qubit number."""
        highest = [-1]
        for layer in self.layers:
            match layer:
                case Gates() | Noise():
                    highest.append(int(layer.targets.max(initial=-1)))
                case Measure() | Reset() | FeedForward():
                    highest.append(int(layer.qubits.max(initial=-1)))
                case MeasureProducts():
                    highest.append(max(len(product) for product in layer.products) - 1)
                case Include():
                    highest.append(len(layer.pauli) - 1)
        return max(highest) + 1

    def gate(self, name: str, qubits: IntArray) -> None:
        """Append a one-qubit gate on many qubits."""
        if len(qubits):
            self.layers.append(Gates(name, qubits.reshape(-1, 1)))

    def pairs(self, name: str, first: IntArray | int, second: IntArray) -> None:
        """Append a two-qubit gate on the pairs (first[i], second[i]); `first` may be one qubit for all."""
        if len(second):
            self.layers.append(Gates(name, np.stack(np.broadcast_arrays(first, second), axis=-1)))

    def measure(self, name: str, qubits: IntArray) -> None:
        """Append measurements of many qubits."""
        if len(qubits):
            self.layers.append(Measure(name, qubits))
            self.num_measurements += len(qubits)

    def feed_forward(self, name: str, records: IntArray, qubit: int) -> None:
        """Append Paulis on one qubit, each on condition of one record."""
        if len(records):
            self.layers.append(FeedForward(name, records, np.full(len(records), qubit)))

    def depolarize(self, qubits: IntArray, strength: float) -> None:
        """Append one-qubit depolarizing noise; strength is the probability of a non-identity Pauli."""
        self.layers.append(Noise("DEPOLARIZE1", (strength,), qubits.reshape(-1, 1)))

    def extend(self, other: LayeredCircuit) -> None:
        """Append another circuit; its records are renumbered to follow this one's."""
        shift = self.num_measurements
        for layer in other.layers:
            match layer:
                case FeedForward():
                    self.layers.append(FeedForward(layer.name, layer.records + shift, layer.qubits))
                case Include():
                    self.layers.append(Include(layer.observable, layer.records + shift, layer.pauli))
                case _:
                    self.layers.append(layer)
        self.num_measurements += other.num_measurements

    def inverse(self) -> LayeredCircuit:
        """The inverse of a circuit of the gates H, S, SQRT_X, CX and CZ whose layers touch a qubit once."""
        backwards = [layer for layer in reversed(self.layers) if isinstance(layer, Gates)]
        return LayeredCircuit([Gates(_INVERSES[layer.name], layer.targets) for layer in backwards])

    def to_stim(self) -> stim.Circuit:
        """The same as `stim.Circuit`.

        Goes through stim's text parser, which takes 100,000 targets in about 20 ms where its list
        interface takes two seconds.
        """
        circuit = stim.Circuit()
        measured = 0
        for layer in self.layers:
            circuit += stim.Circuit(_to_text(layer, measured))
            if isinstance(layer, Measure):
                measured += len(layer.qubits)
            elif isinstance(layer, MeasureProducts):
                measured += len(layer.products)
        return circuit

    @classmethod
    def from_stim(cls, circuit: stim.Circuit) -> LayeredCircuit:
        """The layers of a stim circuit, noise included, annotations other than observables left out.

        Raises:
            ProgramError: for what cannot be represented, such as heralded noise.
        """
        layered = cls()
        for instruction in circuit.flattened():
            if instruction.name not in _ANNOTATIONS:
                for layer in _from_instruction(instruction, layered.num_measurements):
                    layered.layers.append(layer)
                    if isinstance(layer, Measure):
                        layered.num_measurements += len(layer.qubits)
                    elif isinstance(layer, MeasureProducts):
                        layered.num_measurements += len(layer.products)
        return layered


def _to_text(layer: Layer, measured: int) -> str:
    """One layer as one stim instruction, `measured` records having been made before it."""
    match layer:
        case Gates():
            return f"{layer.name} {_join(layer.targets)}"
        case Measure():
            flip = f"({layer.flip!r})" if layer.flip else ""
            return f"{layer.name}{flip} {_join(layer.qubits)}"
        case Reset():
            return f"{layer.name} {_join(layer.qubits)}"
        case FeedForward():
            pairs = zip((layer.records - measured).tolist(), layer.qubits.tolist(), strict=True)
            return f"{layer.name} {' '.join(f'rec[{r}] {q}' for r, q in pairs)}"
        case MeasureProducts():
            flip = f"({layer.flip!r})" if layer.flip else ""
            return f"MPP{flip} {' '.join(_product_text(product) for product in layer.products)}"
        case Include():
            records = [f"rec[{r}]" for r in (layer.records - measured).tolist()]
            paulis = [f"{'_XYZ'[layer.pauli[q]]}{q}" for q in layer.pauli.pauli_indices()]
            return f"OBSERVABLE_INCLUDE({layer.observable}) {' '.join(records + paulis)}"
        case Noise():
            return f"{layer.name}({', '.join(map(repr, layer.arguments))}) {_join(layer.targets)}"


def _join(targets: IntArray) -> str:
    return " ".join(map(str, targets.ravel().tolist()))


def _product_text(product: stim.PauliString) -> str:
    factors = "*".join(f"{'_XYZ'[product[q]]}{q}" for q in product.pauli_indices())
    return f"!{factors}" if product.sign == -1 else factors


def _from_instruction(instruction: stim.CircuitInstruction, measured: int) -> Iterable[Layer]:
    """The layers of one instruction, in order."""
    name, arguments = instruction.name, tuple(instruction.gate_args_copy())
    gate = stim.gate_data(name)
    if name == "OBSERVABLE_INCLUDE":
        return [_include(instruction, measured)]
    if name in _RESETS:
        return [Reset(name, _qubits(instruction))]
    if name in _MEASURES:
        return [Measure(name, _qubits(instruction), flip=arguments[0] if arguments else 0.0)]
    if name in _PAIR_MEASURES or name == "MPP":
        letter = _PAIR_MEASURES.get(name)
        products = tuple(_product(group, letter) for group in instruction.target_groups())
        return [MeasureProducts(products, flip=arguments[0] if arguments else 0.0, name=name)]
    if gate.takes_pauli_targets and gate.is_unitary:
        return _spp(instruction)
    if gate.is_unitary:
        return _unitary(instruction, measured)
    if gate.is_noisy_gate and not gate.produces_measurements and not gate.takes_pauli_targets:
        width = 2 if gate.is_two_qubit_gate else 1
        return [Noise(name, arguments, _qubits(instruction).reshape(-1, width))]
    raise ProgramError(f"circuit: got {name}, expected Clifford gates, measurements, resets and Pauli noise.")


def _unitary(instruction: stim.CircuitInstruction, measured: int) -> Iterator[Layer]:
    """Gates and feed-forward of one instruction, split where one follows the other."""
    name = instruction.name
    width = 2 if stim.gate_data(name).is_two_qubit_gate else 1
    if all(target.is_qubit_target for target in instruction.targets_copy()):
        yield Gates(name, _qubits(instruction).reshape(-1, width))
        return
    for a, b in instruction.target_groups():
        if a.is_measurement_record_target and b.is_qubit_target and name in ("CX", "CY", "CZ"):
            yield FeedForward(name, np.array([measured + a.value]), np.array([b.value]))
        elif b.is_measurement_record_target and a.is_qubit_target and name in ("CZ", "XCZ", "YCZ"):
            control = {"CZ": "CZ", "XCZ": "CX", "YCZ": "CY"}[name]
            yield FeedForward(control, np.array([measured + b.value]), np.array([a.value]))
        elif a.is_qubit_target and b.is_qubit_target:
            yield Gates(name, np.array([[a.value, b.value]]))
        else:
            raise ProgramError(f"circuit: got {instruction}, expected feed-forward from measurement records to qubits.")


def _spp(instruction: stim.CircuitInstruction) -> Iterator[Layer]:
    """A rotation about a Pauli product, by stim's own decomposition."""
    circuit = stim.Circuit()
    circuit.append(instruction)
    for part in circuit.decomposed():
        yield from _unitary(part, 0)


def _qubits(instruction: stim.CircuitInstruction) -> IntArray:
    """Plain qubit targets, inverted ones as the qubits they are (a sign, which no error cares about)."""
    return np.array([target.value for target in instruction.targets_copy()], dtype=np.int64)


def _product(group: list[stim.GateTarget], letter: str | None) -> stim.PauliString:
    """The Pauli product that one group of targets measures; sign included."""
    product = stim.PauliString(max(target.value for target in group) + 1)
    for target in group:
        factor = stim.PauliString(target.value + 1)
        factor[target.value] = letter or target.pauli_type
        product *= factor * (-1 if target.is_inverted_result_target else 1)
    return product


def _include(instruction: stim.CircuitInstruction, measured: int) -> Include:
    targets = instruction.targets_copy()
    records = [measured + t.value for t in targets if t.is_measurement_record_target]
    paulis = [t for t in targets if not t.is_measurement_record_target]
    pauli = _product(paulis, None) if paulis else stim.PauliString(0)
    return Include(int(instruction.gate_args_copy()[0]), np.array(records, dtype=np.int64), pauli)
