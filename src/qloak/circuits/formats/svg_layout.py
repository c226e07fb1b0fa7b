"""Where everything goes in a circuit drawing: marks on wires, in columns as early as they fit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import stim

from ...errors import LimitError
from .instructions import iter_instructions

__all__ = ["MAX_COLUMNS", "MAX_QUBITS", "Drawing", "Item", "Mark", "lay_out"]

MAX_QUBITS = 64
MAX_COLUMNS = 400

_HINT = "Export as .stim instead (--format stim)."
_ANNOTATIONS = frozenset({"DETECTOR", "OBSERVABLE_INCLUDE", "QUBIT_COORDS", "SHIFT_COORDS"})
_SYMBOLS = {"X": "plus", "Y": "ring", "Z": "dot"}
_CONTROLLED = {"CX": "ZX", "CY": "ZY", "CZ": "ZZ"} | {f"{a}C{b}": a + b for a in "XYZ" for b in "XYZ"}
_FEED_FORWARD = {"CX": "X", "XCZ": "X", "CY": "Y", "YCZ": "Y", "CZ": "Z"}
_SHORT = {
    "DEPOLARIZE1": "dep",
    "DEPOLARIZE2": "dep",
    "PAULI_CHANNEL_1": "Pauli",
    "PAULI_CHANNEL_2": "Pauli",
    "ISWAP": "iSWAP",
    "SQRT_": "√",
    "_DAG": "†",
    "_ERROR": " err",
    "_": " ",
}
_KETS = {"R": "|0⟩", "RX": "|+⟩", "RY": "|i⟩"}
_MEASURED = {"M": "Z", "MX": "X", "MY": "Y", "MR": "Z", "MRX": "X", "MRY": "Y", "MXX": "X", "MYY": "Y", "MZZ": "Z"}


@dataclass(frozen=True, slots=True)
class Mark:
    """One symbol on one wire.

    Attributes:
        kind: "box", "noise", "ket" (a preparation), "meter", "dot", "plus", "ring" or "cross".
        qubit: the wire.
        text: what stands in it.
    """

    kind: str
    qubit: int
    text: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One operation: marks joined by a line, in one column.

    Attributes:
        column: counted from 0.
        marks: its symbols.
        sources: wires whose measured bits control it, joined to it by a double line.
        records: numbers of the outcomes that control it or, for a measurement, that it makes.
        name: for the tooltip.
    """

    column: int
    marks: tuple[Mark, ...]
    name: str
    sources: tuple[int, ...] = ()
    records: tuple[int, ...] = ()

    @property
    def is_measurement(self) -> bool:
        """Whether it makes an outcome."""
        return self.marks[0].kind == "meter"


@dataclass(slots=True)
class Drawing:
    """A laid-out circuit.

    Attributes:
        num_qubits: number of wires.
        items: in circuit order.
        classical: stretches (wire, first column, last column) on which a wire carries a measured bit.
        tagged: outcomes that need a name in the drawing because no line leads from them to their use.
    """

    num_qubits: int
    items: list[Item] = field(default_factory=list)
    classical: list[tuple[int, int, int]] = field(default_factory=list)
    tagged: set[int] = field(default_factory=set)

    @property
    def num_columns(self) -> int:
        """How many columns are used."""
        return max((item.column for item in self.items), default=-1) + 1


def lay_out(circuit: stim.Circuit, *, num_qubits: int, max_columns: int = MAX_COLUMNS) -> Drawing:
    """Place all operations, each in the first column where its wires and those between are free.

    A TICK lets nothing pass: what follows it stands right of what precedes it.

    Raises:
        LimitError: for more than 64 wires or more than `max_columns` columns.
    """
    if num_qubits > MAX_QUBITS:
        raise LimitError(f"drawing: got {num_qubits} qubits, expected at most {MAX_QUBITS}. {_HINT}")
    layout = _Layout(num_qubits, max_columns)
    for instruction in iter_instructions(circuit):
        if instruction.name not in _ANNOTATIONS:
            layout.add(instruction)
    return layout.finish()


class _Layout:
    """Free columns by wire, and on which wire each outcome can still be read off."""

    def __init__(self, num_qubits: int, max_columns: int) -> None:
        self._drawing = Drawing(num_qubits)
        self._free = [0] * num_qubits
        self._max_columns = max_columns
        self._readable: dict[int, tuple[int, int]] = {}  # wire -> (outcome, column of its meter)
        self._measured = 0

    def add(self, instruction: stim.CircuitInstruction) -> None:
        name = instruction.name
        if name == "TICK":
            self._free = [max(self._free, default=0)] * len(self._free)
        if name == "MPAD":  # a record without a qubit
            self._measured += len(instruction.targets_copy())
            return
        conditional: dict[tuple[str, int], list[int]] = {}
        for group in instruction.target_groups():
            records = [self._measured + t.value for t in group if t.is_measurement_record_target]
            qubits = [t.value for t in group if not t.is_measurement_record_target]
            if records and qubits:
                conditional.setdefault((_FEED_FORWARD[name], qubits[0]), []).extend(records)
            elif qubits:
                self._add_group(name, group)
        for (pauli, qubit), records in conditional.items():
            self._add_conditional(pauli, qubit, records)

    def finish(self) -> Drawing:
        for wire, (_, column) in self._readable.items():
            self._drawing.classical.append((wire, column, self._drawing.num_columns))
        return self._drawing

    def _add_group(self, name: str, group: list[stim.GateTarget]) -> None:
        qubits = [target.value for target in group]
        if name not in _MEASURED and name != "MPP":
            self._place(tuple(_marks(name, group)), name)
            return
        letters = [target.pauli_type if name == "MPP" else _MEASURED[name] for target in group]
        if letters == ["Z"]:  # a plain meter measures Z
            letters = [""]
        marks = tuple(Mark("meter", qubit, letter) for qubit, letter in zip(qubits, letters, strict=True))
        inverted = sum(target.is_inverted_result_target for target in group) % 2
        record, self._measured = self._measured, self._measured + 1
        item = self._place(marks, name + ", inverted" * inverted, records=(record,))
        if len(qubits) == 1:
            self._readable[qubits[0]] = (record, item.column)
        if name.startswith("MR"):
            self._place((Mark("ket", qubits[0], _KETS[name[1:]]),), name)

    def _add_conditional(self, pauli: str, qubit: int, records: list[int]) -> None:
        wires = {record: wire for wire, (record, _) in self._readable.items() if wire != qubit}
        self._drawing.tagged.update(record for record in records if record not in wires)
        sources = tuple(sorted(wires[record] for record in records if record in wires))
        parity = " ⊕ ".join(f"m{record}" for record in records)
        self._place((Mark("box", qubit, pauli),), f"{pauli} if {parity} is 1", sources=sources, records=tuple(records))

    def _place(
        self, marks: tuple[Mark, ...], name: str, *, sources: tuple[int, ...] = (), records: tuple[int, ...] = ()
    ) -> Item:
        wires = [*(mark.qubit for mark in marks), *sources]
        span = range(min(wires), max(wires) + 1)
        column = max(self._free[wire] for wire in span)
        if column >= self._max_columns:
            raise LimitError(f"drawing: got more than {self._max_columns} columns. {_HINT}")
        for wire in span:
            self._free[wire] = column + 1
        for mark in marks:
            if mark.qubit in self._readable:  # the wire is quantum again
                _, start = self._readable.pop(mark.qubit)
                self._drawing.classical.append((mark.qubit, start, column))
        item = Item(column, marks, name, sources, records)
        self._drawing.items.append(item)
        return item


def _marks(name: str, group: list[stim.GateTarget]) -> Iterator[Mark]:
    qubits = [target.value for target in group]
    if name in _CONTROLLED:
        yield from (Mark(_SYMBOLS[pauli], q) for pauli, q in zip(_CONTROLLED[name], qubits, strict=True))
    elif name == "SWAP":
        yield from (Mark("cross", q) for q in qubits)
    elif name in _KETS:
        yield Mark("ket", qubits[0], _KETS[name])
    elif stim.gate_data(name).is_noisy_gate:
        yield from (Mark("noise", q, _text(name)) for q in qubits)
    elif name in ("SPP", "SPP_DAG"):
        root = "√{}†" if name.endswith("DAG") else "√{}"
        yield from (Mark("box", target.value, root.format(target.pauli_type)) for target in group)
    else:
        yield from (Mark("box", q, _text(name)) for q in qubits)


def _text(name: str) -> str:
    """A gate's name as short as it is still told apart."""
    if name.startswith(("C_", "H_")):
        return name[0] + name[2:].lower()
    for long, short in _SHORT.items():
        name = name.replace(long, short)
    return name
