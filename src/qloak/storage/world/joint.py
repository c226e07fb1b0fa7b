"""The joint states of logical qubits, addressed by wires that keep their names for ever."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import sqlalchemy as sa
import stim

from ...errors import IntegrityError
from ...simulators import Register
from ...simulators import joint_state as physics
from ...simulators.stabilizer_state import StabilizerState
from .codec import Wire, decode_wires, encode_register, encode_wires, num_qubits_of, stored_register
from .schema import forwards as forward_table
from .schema import registers as register_table

__all__ = ["JointStates"]

_CHUNK = 500


@dataclass(slots=True, eq=False)
class _Row:
    """One joint state; decoded when it is first needed."""

    number: int
    wires: list[Wire]
    data: bytes
    state: physics.JointState | None = None
    changed: bool = False
    fresh: bool = False
    gone: bool = False

    def value(self) -> physics.JointState:
        """The state."""
        if self.state is None:
            self.state = stored_register(self.data, f"register {self.number}").state
            if self.state.num_qubits != len(self.wires):
                raise IntegrityError(f"register {self.number}: the stored state has another number of qubits.")
        return self.state

    def become(self, state: physics.JointState) -> None:
        """Take a new state."""
        self.state, self.changed = state, True

    @property
    def has_own_wires(self) -> bool:
        """Whether it has exactly the wires that were born in it."""
        return self.wires == [(self.number, i) for i in range(len(self.wires))]


class JointStates:
    """The joint states that one transaction touches.

    Args:
        connection: of the transaction.
        rng: draws outcomes.
        next_number: the first number that nothing ever had.
    """

    def __init__(self, connection: sa.Connection, *, rng: np.random.Generator, next_number: int) -> None:
        self._connection = connection
        self._rng = rng
        self._rows: dict[int, _Row] = {}
        self._forwards: dict[int, int] = {}
        self._new_forwards: dict[int, int] = {}
        self.next_number = next_number

    def create(self, data: bytes, num_qubits: int) -> list[Wire]:
        """A new joint state from the bytes of a register; its wires."""
        number = self.take_number()
        wires = [(number, i) for i in range(num_qubits)]
        self._rows[number] = _Row(number, list(wires), data, fresh=True, changed=True)
        return wires

    def take_number(self) -> int:
        """A number that nothing ever had."""
        self.next_number += 1
        return self.next_number - 1

    def prefetch(self, wires: Iterable[Wire]) -> None:
        """Load in bulk what some operations will need."""
        wanted = {wire[0] for wire in wires} - set(self._rows) - set(self._forwards)
        ordered = sorted(wanted)
        for start in range(0, len(ordered), _CHUNK):
            self._load(ordered[start : start + _CHUNK])

    def apply(self, wire: Wire, gates: stim.Circuit) -> None:
        """Clifford gates on one wire, written for qubit 0."""
        row, index = self._find(wire)
        moved = stim.Circuit()
        for instruction in gates:
            moved.append(instruction.name, [index] * len(instruction.targets_copy()), ())
        row.become(physics.apply_clifford(row.value(), moved))

    def apply_paulis(self, letters: Iterable[tuple[Wire, str]]) -> None:
        """Paulis on some wires."""
        due: dict[int, tuple[_Row, list[tuple[int, str]]]] = {}
        for wire, letter in letters:
            row, index = self._find(wire)
            due.setdefault(row.number, (row, []))[1].append((index, letter))
        for row, local in due.values():
            row.become(physics.apply_paulis(row.value(), local))

    def measure(self, letters: Sequence[tuple[Wire, str]]) -> bool:
        """Measure a product of Paulis on different wires; True for -1. Merges what it entangles.

        Raises:
            LimitError: if that makes a dense state too large; nothing has changed then.
        """
        row, indices = self.joined([wire for wire, _ in letters])
        pauli = stim.PauliString(len(row.wires))
        for index, (_, letter) in zip(indices, letters, strict=True):
            pauli[index] = letter
        outcome, state = physics.measure(row.value(), pauli, self._rng)
        row.become(state)
        return outcome

    def joined(self, wires: Sequence[Wire]) -> tuple[_Row, list[int]]:
        """The one joint state that has all these wires, merged where there were several, and where they are in it.

        Raises:
            LimitError: if that makes a dense state too large; nothing has changed then.
        """
        rows = list({row.number: row for row, _ in map(self._find, wires)}.values())
        first = rows[0]
        if len(rows) > 1:
            state = first.value()
            for other in rows[1:]:
                state = physics.merged(state, other.value())
            first.become(state)
            for other in rows[1:]:
                first.wires = first.wires + other.wires
                other.gone = True
                self._forwards[other.number] = self._new_forwards[other.number] = first.number
        return first, [first.wires.index(wire) for wire in wires]

    def number_of(self, wire: Wire) -> int:
        """The joint state that has a wire now."""
        return self._row(wire).number

    def sizes(self, wires: Iterable[Wire]) -> dict[int, tuple[int, bool]]:
        """The joint states of some wires: number -> (qubits, whether it is a stabilizer state)."""
        rows = {row.number: row for row in map(self._row, wires)}
        return {number: (len(row.wires), isinstance(row.value(), StabilizerState)) for number, row in rows.items()}

    def discard(self, wires: Iterable[Wire]) -> None:
        """Throw wires away; whatever was entangled with them collapses, and nobody learns how."""
        due: dict[int, tuple[_Row, list[Wire]]] = {}
        for wire in wires:
            row = self._row(wire)
            due.setdefault(row.number, (row, []))[1].append(wire)
        for row, dropped in due.values():
            if len(dropped) == len(row.wires):
                row.gone = True
                continue
            indices = [row.wires.index(wire) for wire in dropped]
            row.become(physics.without(row.value(), indices, self._rng))
            lost = set(dropped)
            row.wires = [wire for wire in row.wires if wire not in lost]

    def extract(self, wires: Sequence[Wire]) -> Register | None:
        """The pure state of some wires, in this order; None where they are entangled with others.

        Raises:
            LimitError: where the joint state is too large to be written out.
        """
        groups: dict[int, tuple[_Row, list[Wire]]] = {}
        for wire in wires:
            row = self._row(wire)
            groups.setdefault(row.number, (row, []))[1].append(wire)
        whole: physics.JointState | None = None
        order: list[Wire] = []
        for row, members in groups.values():
            part = physics.extract(row.value(), [row.wires.index(wire) for wire in members])
            if part is None:
                return None
            whole = part if whole is None else physics.merged(whole, part)
            order += members
        if whole is None:
            return None
        return Register(physics.rearranged(whole, [order.index(wire) for wire in wires]))

    def flush(self) -> None:
        """Write what has changed."""
        connection = self._connection
        fresh: list[dict[str, object]] = []
        changed: list[dict[str, object]] = []
        gone: list[dict[str, object]] = []
        for row in self._rows.values():
            if row.gone:
                if not row.fresh:
                    gone.append({"b_id": row.number})
            elif row.changed:
                state = encode_register(Register(row.state)) if row.state is not None else row.data
                wires = None if row.has_own_wires else encode_wires(row.wires)
                (fresh if row.fresh else changed).append({"b_id": row.number, "state": state, "wires": wires})
        if fresh:
            values = [{"id": new["b_id"], "state": new["state"], "wires": new["wires"]} for new in fresh]
            connection.execute(_INSERT, values)
        if changed:
            connection.execute(
                _UPDATE, [{"b_id": c["b_id"], "b_state": c["state"], "b_wires": c["wires"]} for c in changed]
            )
        if gone:
            connection.execute(_DELETE, gone)
        if self._new_forwards:
            pairs = [{"id": old, "into": new} for old, new in self._new_forwards.items()]
            connection.execute(sa.insert(forward_table), pairs)

    def _find(self, wire: Wire) -> tuple[_Row, int]:
        row = self._row(wire)
        try:
            return row, row.wires.index(wire)
        except ValueError:
            raise IntegrityError(f"register {row.number}: the stored state does not have qubit {wire}.") from None

    def _row(self, wire: Wire) -> _Row:
        number = wire[0]
        while True:
            if number not in self._rows and number not in self._forwards:
                self._load([number])
            if number in self._forwards:
                number = self._forwards[number]
            elif number in self._rows and not self._rows[number].gone:
                return self._rows[number]
            else:
                raise IntegrityError(f"register {number}: the stored state is missing.")

    def _load(self, numbers: Sequence[int]) -> None:
        found = self._connection.execute(_SELECT, {"ids": numbers})
        missing = set(numbers)
        for number, data, wires in found:
            what = f"register {number}"
            own = [(number, i) for i in range(num_qubits_of(data, what))] if wires is None else None
            self._rows[number] = _Row(number, own if own is not None else decode_wires(wires, what), data)
            missing.discard(number)
        if missing:
            pairs = self._connection.execute(
                sa.select(forward_table.c.id, forward_table.c.into).where(forward_table.c.id.in_(missing))
            )
            self._forwards |= {pair.id: pair.into for pair in pairs}


# Written once: they take longer to write than to answer.
_SELECT: Final = sa.select(register_table.c.id, register_table.c.state, register_table.c.wires).where(
    register_table.c.id.in_(sa.bindparam("ids", expanding=True))
)
_INSERT: Final = sa.insert(register_table)
_MINE: Final = register_table.c.id == sa.bindparam("b_id")
_UPDATE: Final = (
    sa.update(register_table).where(_MINE).values(state=sa.bindparam("b_state"), wires=sa.bindparam("b_wires"))
)
_DELETE: Final = sa.delete(register_table).where(_MINE)
