"""Stabilizer flows: what a circuit does to Pauli operators, checked by stim at any size, signs included."""

from __future__ import annotations

from collections.abc import Iterable

import stim

from qloak.circuits import PauliFrame


def from_zeros(circuit: stim.Circuit, source: int) -> stim.Circuit:
    """The circuit with every qubit but the source starting in |0>."""
    start = stim.Circuit()
    start.append("R", [q for q in range(circuit.num_qubits) if q != source])
    return start + circuit


def flow(before: dict[int, str], after: dict[int, str], records: Iterable[int] = (), *, sign: int = 1) -> stim.Flow:
    """The flow before -> sign * after, times the measurement results `records`."""
    return stim.Flow(
        input=stim.PauliString(before), output=sign * stim.PauliString(after), measurements=[int(r) for r in records]
    )


def carries(circuit: stim.Circuit, source: int, output: int) -> bool:
    """Whether the state of `source` ends on `output` exactly, all other qubits starting in |0>."""
    flows = [flow({source: letter}, {output: letter}) for letter in "XZ"]
    return from_zeros(circuit, source).has_all_flows(flows)


def carries_in_frame(circuit: stim.Circuit, frame: PauliFrame, source: int, output: int) -> bool:
    """The same with corrections still due: an X due flips Z, a Z due flips X."""
    flows = [
        flow({source: "X"}, {output: "X"}, frame.z_records),
        flow({source: "Z"}, {output: "Z"}, frame.x_records),
    ]
    return from_zeros(circuit, source).has_all_flows(flows)
