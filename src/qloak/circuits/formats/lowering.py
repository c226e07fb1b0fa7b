"""From a stim circuit to operations that a given format has names for.

Two-qubit gates that the format knows stay as they are, so gate budgets survive an export; everything
else becomes an exact sequence of h, s, sdg, x, y, z, cx, cz and Z measurements, up to global phase.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence

import stim

from ...errors import ProgramError
from .instructions import iter_instructions
from .operations import BARRIER, MEASURE, RESET, Condition, Operation

__all__ = ["lower"]

_Targets = Sequence[stim.GateTarget]

# Stim gate -> how to say it, best first; the first whose gates the format has is taken. Operands 0 and 1.
_SPELLINGS: dict[str, tuple[str, ...]] = {
    "I": ("id 0",),
    "X": ("x 0",),
    "Y": ("y 0",),
    "Z": ("z 0",),
    "H": ("h 0",),
    "S": ("s 0",),
    "S_DAG": ("sdg 0",),
    "SQRT_X": ("sx 0", "h 0; s 0; h 0"),
    "SQRT_X_DAG": ("sxdg 0", "h 0; sdg 0; h 0"),
    "SQRT_Y": ("h 0; x 0",),
    "SQRT_Y_DAG": ("h 0; z 0",),
    "H_XY": ("s 0; y 0",),
    "H_NXY": ("s 0; x 0",),
    "H_NXZ": ("h 0; y 0",),
    "H_YZ": ("sdg 0; h 0; s 0",),
    "H_NYZ": ("s 0; h 0; sdg 0",),
    "C_XYZ": ("sdg 0; h 0",),
    "C_ZYX": ("h 0; s 0",),
    "C_XNYZ": ("s 0; h 0",),
    "C_ZNYX": ("h 0; sdg 0",),
    "C_NXYZ": ("s 0; h 0; y 0",),
    "C_XYNZ": ("s 0; h 0; z 0",),
    "C_NZYX": ("h 0; s 0; x 0",),
    "C_ZYNX": ("h 0; s 0; y 0",),
    "II": ("id 0; id 1",),
    "CX": ("cx 0 1",),
    "CY": ("cy 0 1",),
    "CZ": ("cz 0 1",),
    "XCX": ("h 0; cx 0 1; h 0",),
    "XCY": ("h 0; cy 0 1; h 0",),
    "XCZ": ("cx 1 0",),
    "YCX": ("h 1; cy 1 0; h 1",),
    "YCY": ("sdg 0; h 0; cy 0 1; h 0; s 0",),
    "YCZ": ("cy 1 0",),
    "SWAP": ("swap 0 1", "cx 0 1; cx 1 0; cx 0 1"),
    "ISWAP": ("iswap 0 1", "s 0; s 1; h 0; cx 0 1; cx 1 0; h 1"),
    "ISWAP_DAG": ("iswap 0 1; z 0; z 1", "h 1; cx 1 0; cx 0 1; h 0; sdg 0; sdg 1"),
    "CXSWAP": ("cx 1 0; cx 0 1",),
    "SWAPCX": ("cx 0 1; cx 1 0",),
    "CZSWAP": ("h 1; cx 1 0; cx 0 1; h 0",),
    "SQRT_ZZ": ("s 0; s 1; cz 0 1",),
    "SQRT_ZZ_DAG": ("sdg 0; sdg 1; cz 0 1",),
    "SQRT_XX": ("h 0; h 1; s 0; s 1; cz 0 1; h 0; h 1",),
    "SQRT_XX_DAG": ("h 0; h 1; sdg 0; sdg 1; cz 0 1; h 0; h 1",),
    "SQRT_YY": ("sdg 0; sdg 1; h 0; h 1; s 0; s 1; cz 0 1; h 0; h 1; s 0; s 1",),
    "SQRT_YY_DAG": ("sdg 0; sdg 1; h 0; h 1; sdg 0; sdg 1; cz 0 1; h 0; h 1; s 0; s 1",),
}

# Pauli -> gates that turn a measurement of it into one of Z, and gates that undo this.
_TO_Z = {"X": ("h",), "Y": ("sdg", "h"), "Z": ()}
_FROM_Z = {"X": ("h",), "Y": ("h", "s"), "Z": ()}

# Instruction -> (Pauli it measures, whether it resets).
_MEASUREMENTS = {"M": ("Z", False), "MX": ("X", False), "MY": ("Y", False)}
_MEASUREMENTS |= {"MR": ("Z", True), "MRX": ("X", True), "MRY": ("Y", True)}
_RESETS = {"R": "Z", "RX": "X", "RY": "Y"}
_PAIRS = {"MXX": "X", "MYY": "Y", "MZZ": "Z"}
_CONTROLLED_PAULIS = {"CX": "x", "XCZ": "x", "CY": "y", "YCZ": "y", "CZ": "z"}
_KNOWN = frozenset({*_SPELLINGS, *_MEASUREMENTS, *_RESETS, *_PAIRS, "MPP", "SPP", "SPP_DAG"})
_ANNOTATIONS = frozenset({"DETECTOR", "OBSERVABLE_INCLUDE", "QUBIT_COORDS", "SHIFT_COORDS"})


def lower(circuit: stim.Circuit, vocabulary: frozenset[str], *, without_noise: bool = False) -> Iterator[Operation]:
    """The operations of a circuit; measurement number i writes bit i, TICK becomes a barrier.

    Args:
        circuit: Clifford, with feed-forward or without.
        vocabulary: gates the format has; at least id, x, y, z, h, s, sdg, cx, cy and cz.
        without_noise: leave noise out; otherwise noise is refused, never dropped in silence.

    Raises:
        ProgramError: for noise, sweep bits and MPAD.
        LimitError: for a circuit of more than ten million instructions.
    """
    if without_noise:
        circuit = circuit.without_noise()
    return _Lowering(vocabulary).run(circuit)


class _Lowering:
    """The bookkeeping of one pass: which record comes next, and each gate's spelling, looked up once."""

    def __init__(self, vocabulary: frozenset[str]) -> None:
        self._measured = 0
        self._spellings = {name: _spelling(choices, vocabulary) for name, choices in _SPELLINGS.items()}

    def run(self, circuit: stim.Circuit) -> Iterator[Operation]:
        for instruction in iter_instructions(circuit):
            name = instruction.name
            if name in _ANNOTATIONS:
                continue
            if name == "TICK":
                yield Operation(BARRIER, ())
            elif instruction.gate_args_copy() or name not in _KNOWN:
                raise _refusal(instruction)
            else:
                for group in instruction.target_groups():
                    yield from self._group(name, group)

    def _group(self, name: str, group: _Targets) -> Iterator[Operation]:
        """One application of an instruction."""
        if name in self._spellings:
            return self._gate(name, group)
        if name in _RESETS:
            return iter([Operation(RESET, (group[0].value,)), *_each(_FROM_Z[_RESETS[name]], group[0].value)])
        if name in _MEASUREMENTS:
            pauli, resets = _MEASUREMENTS[name]
            after = [Operation(RESET, (group[0].value,))] if resets else []
            return self._measured_product({group[0].value: pauli}, group[0].is_inverted_result_target, after)
        if name in _PAIRS:
            inverted = group[0].is_inverted_result_target != group[1].is_inverted_result_target
            return self._measured_product({target.value: _PAIRS[name] for target in group}, inverted, [])
        paulis, inverted = _product(group)
        if name == "MPP":
            return self._measured_product(paulis, inverted, [])
        gate = "s" if (name == "SPP") != inverted else "sdg"
        return _in_parity_basis(paulis, lambda qubit: [Operation(gate, (qubit,))])

    def _gate(self, name: str, group: _Targets) -> Iterator[Operation]:
        if not all(target.is_qubit_target for target in group):
            yield from self._fed_forward(name, group)
            return
        for gate, positions in self._spellings[name]:
            yield Operation(gate, tuple([group[p].value for p in positions]))

    def _measured_product(self, paulis: dict[int, str], inverted: bool, after: list[Operation]) -> Iterator[Operation]:
        if not paulis:
            raise ProgramError("circuit: measures the identity, expected a product of Paulis that acts on some qubit.")
        bit = self._measured
        self._measured += 1

        def measure(qubit: int) -> list[Operation]:
            flip = [Operation("x", (qubit,))] if inverted else []
            return [*flip, Operation(MEASURE, (qubit,), bit=bit), *flip, *after]

        yield from _in_parity_basis(paulis, measure)

    def _fed_forward(self, name: str, group: _Targets) -> Iterator[Operation]:
        records = [target for target in group if target.is_measurement_record_target]
        qubits = [target for target in group if target.is_qubit_target]
        if len(records) + len(qubits) < len(group):
            raise ProgramError(f"circuit: {name} uses sweep bits, which only stim has; expected qubits and records.")
        condition = Condition((self._measured + records[0].value,), 1)
        for qubit in qubits:  # none for CZ between two records, a global phase
            yield Operation(_CONTROLLED_PAULIS[name], (qubit.value,), condition=condition)


def _spelling(choices: Iterable[str], vocabulary: frozenset[str]) -> list[tuple[str, tuple[int, ...]]]:
    readings = ([step.split() for step in choice.split(";")] for choice in choices)
    words = next(words for words in readings if all(gate in vocabulary for gate, *_ in words))
    return [(gate, tuple(map(int, operands))) for gate, *operands in words]


def _in_parity_basis(paulis: dict[int, str], act: Callable[[int], list[Operation]]) -> Iterator[Operation]:
    """Turn a product of Paulis into Z of its last qubit, act on that qubit, turn back.

    Nothing for the empty product, of which a rotation is a global phase.
    """
    if not paulis:
        return
    *others, last = paulis
    for qubit, pauli in paulis.items():
        yield from _each(_TO_Z[pauli], qubit)
    for qubit in others:
        yield Operation("cx", (qubit, last))
    yield from act(last)
    for qubit in reversed(others):
        yield Operation("cx", (qubit, last))
    for qubit, pauli in paulis.items():
        yield from _each(_FROM_Z[pauli], qubit)


def _each(gates: Iterable[str], qubit: int) -> Iterator[Operation]:
    for gate in gates:
        yield Operation(gate, (qubit,))


def _product(group: _Targets) -> tuple[dict[int, str], bool]:
    """The product of Pauli targets, some perhaps on the same qubit, as letters by qubit and a sign."""
    letters = {target.value: target.pauli_type for target in group}
    inverted = sum(target.is_inverted_result_target for target in group) % 2 == 1
    if len(letters) == len(group):
        return letters, inverted
    numbers = {qubit: i for i, qubit in enumerate(letters)}
    product = stim.PauliString(len(numbers))
    for target in group:
        factor = stim.PauliString(len(numbers))
        factor[numbers[target.value]] = target.pauli_type
        product *= factor
    letters = {qubit: "_XYZ"[product[i]] for qubit, i in numbers.items() if product[i]}
    return letters, inverted != (product.sign == -1)


def _refusal(instruction: stim.CircuitInstruction) -> ProgramError:
    if stim.gate_data(instruction.name).is_noisy_gate and instruction.gate_args_copy():
        hint = "which this format cannot express. Leave it out with without_noise=True, or export as .stim."
        return ProgramError(f"circuit: {instruction.name} carries noise, {hint}")
    return ProgramError(f"circuit: {instruction.name} has no counterpart in this format. Export as .stim.")
