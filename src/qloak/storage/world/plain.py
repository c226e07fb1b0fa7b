"""What holders do to plain registers: prepare, run gates, measure, hand over, reset."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import stim

from ...circuits.formats import Operation, Program, read_program
from ...circuits.formats.clifford import clifford_gates
from ...errors import LimitError, ProgramError, UsageError
from ...simulators.joint_state import apply_clifford, apply_matrix
from ...simulators.register import MAX_DENSE_REGISTER
from ...simulators.stabilizer_state import StabilizerState
from .codec import Wire, decode_register
from .deeds import Deed
from .encrypted import check_letters, split
from .joint import JointStates
from .noise import idle_plain, link_plain
from .operations import Apply, Give, Measure, Prepare, Void
from .session import Session

__all__ = ["apply_program", "give", "measure_plain", "prepare", "void"]

MAX_PROGRAM_BYTES: Final = 65_536
MAX_PROGRAM_GATES: Final = 5_000
_MAX_WORK: Final = 2**28
"""Gates times amplitudes: some seconds."""


def prepare(session: Session, op: Prepare) -> Deed:
    """See `operations.Prepare`."""
    register = decode_register(op.state)
    session.check_new("handle", op.handle)
    session.places.of(op.holder)
    session.add_handle(op.handle, op.holder, session.joint.create(op.state, register.num_qubits))
    return Deed(op.handle, {"num_qubits": register.num_qubits})


def give(session: Session, op: Give) -> Deed:
    """See `operations.Give`."""
    row = session.handle(op.handle, op.holder)
    chosen, rest = split(op.positions, len(row.wires))
    session.places.of(op.to)
    names = [op.given]
    if rest:
        if op.kept is None:
            raise UsageError.of("kept", None, f"a name for the {len(rest)} qubits that stay")
        names.append(op.kept)
    session.check_new("given", *names)
    idle_plain(session, row)
    if op.to != op.holder:
        link_plain(session, row, chosen, op.to)
    session.drop_handle(op.handle)
    session.add_handle(op.given, op.to, [row.wires[p] for p in chosen])
    if rest and op.kept is not None:
        session.add_handle(op.kept, op.holder, [row.wires[p] for p in rest])
    return Deed(op.handle, {})


def void(session: Session, op: Void) -> Deed:
    """See `operations.Void`."""
    row = session.handle(op.handle, op.holder)
    session.joint.discard(row.wires)
    session.drop_handle(op.handle)
    return Deed(op.handle, {})


def measure_plain(session: Session, op: Measure) -> Deed:
    """See `operations.Measure`, for a plain register."""
    row = session.handle(op.target, op.holder)
    letters = check_letters(op.letters)
    split(list(letters), len(row.wires))
    wires = [row.wires[position] for position in letters]
    session.joint.joined(wires)
    idle_plain(session, row)
    outcome = session.joint.measure(list(zip(wires, letters.values(), strict=True)))
    return Deed(op.target, {"outcomes": [int(outcome)]})


def apply_program(session: Session, op: Apply) -> Deed:
    """See `operations.Apply`."""
    row = session.handle(op.handle, op.holder)
    program = read_program(
        op.program, max_bytes=MAX_PROGRAM_BYTES, max_gates=MAX_PROGRAM_GATES, max_qubits=max(1, len(row.wires))
    )
    if not program.is_unitary:
        raise ProgramError("program: got one that measures, resets or branches, expected gates alone.")
    groups = _groups(session.joint, program, row.wires)
    for operations, wires in groups:
        _check_size(session.joint, operations, wires)
    idle_plain(session, row)
    for operations, wires in groups:
        _run(session.joint, operations, wires)
    return Deed(op.handle, {})


_Group = tuple[list[Operation], dict[int, Wire]]
"""Gates, and the wires that they connect by the program's numbers."""


def _groups(joint: JointStates, program: Program, wires: Sequence[Wire]) -> list[_Group]:
    """The program's gates by the joint states that they act on, those that a gate connects taken together."""
    root: dict[int, int] = {}

    def find(number: int) -> int:
        while root.setdefault(number, number) != number:
            number = root[number]
        return number

    number_of = {qubit: joint.number_of(wires[qubit]) for op in program.operations for qubit in op.qubits}
    for op in program.operations:
        for qubit in op.qubits[1:]:
            root[find(number_of[qubit])] = find(number_of[op.qubits[0]])
    groups: dict[int, _Group] = {}
    for op in program.operations:
        if op.qubits:
            operations, used = groups.setdefault(find(number_of[op.qubits[0]]), ([], {}))
            operations.append(op)
            used |= {qubit: wires[qubit] for qubit in op.qubits}
    return list(groups.values())


def _is_clifford(operations: Sequence[Operation]) -> bool:
    return all(clifford_gates(op.name, op.params) is not None for op in operations)


def _check_size(joint: JointStates, operations: Sequence[Operation], wires: dict[int, Wire]) -> None:
    """Refuse what would take a dense state that is too large, before anything is done."""
    sizes = joint.sizes(wires.values())
    total = sum(size for size, _ in sizes.values())
    if all(is_stabilizer for _, is_stabilizer in sizes.values()) and _is_clifford(operations):
        return
    if total > MAX_DENSE_REGISTER:
        raise LimitError.of(
            "program",
            f"{total} qubits",
            f"at most {MAX_DENSE_REGISTER} in a joint state that is not a stabilizer state",
            "Gates that are not Clifford make a state dense, and gates between registers join them.",
        )
    if len(operations) << total > _MAX_WORK:
        raise LimitError.of("program", f"{len(operations)} gates", f"at most {_MAX_WORK >> total} on {total} qubits")


def _run(joint: JointStates, operations: Sequence[Operation], wires: dict[int, Wire]) -> None:
    row, indices = joint.joined(list(wires.values()))
    place = dict(zip(wires, indices, strict=True))
    state = row.value()
    if isinstance(state, StabilizerState) and _is_clifford(operations):
        circuit = stim.Circuit()
        for op in operations:
            for name, positions in clifford_gates(op.name, op.params) or ():
                circuit.append(name, [place[op.qubits[p]] for p in positions], ())
        row.become(apply_clifford(state, circuit))
        return
    for op in operations:
        state = apply_matrix(state, op.unitary(), [place[qubit] for qubit in op.qubits])
    row.become(state)
