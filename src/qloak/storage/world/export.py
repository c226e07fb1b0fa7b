"""The life of an encrypted register as one circuit, to be run elsewhere.

Each block has the qubits of the scheme, block after block; for `stim` with an open input each has a reference
besides, behind all of them, entangled with the input. Waiting and travelling are the Pauli errors that were drawn, a
qubit that is lost or discarded is reset, and measurements are measured anew. The life of a register that was made by
refreshing another begins there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import stim

from ...circuits import encryption_circuit, recovery_circuit
from ...circuits.formats import circuit_text, to_qasm3, to_qpy
from ...core import EncryptedCloning
from ...errors import LimitError, UsageError
from ...simulators import Register
from ...simulators.block_operators import check_operators
from ...simulators.stabilizer_state import StabilizerState
from .history import Life, noise_letters
from .log import Entry
from .operations import Check, Discard, Measure, Recover, Refresh, Ship, Strike
from .preparation import prepared_qasm3, prepared_qpy

__all__ = ["FORMS", "LifeCircuit", "export_life", "life_circuit"]

FORMS: Final = ("stim", "qasm3", "qpy")
MAX_EXPORT_QUBITS: Final = 20_000
MAX_INPUT_QUBITS: Final = 100


@dataclass(slots=True, eq=False)
class LifeCircuit:
    """A circuit, and where things are in it.

    Attributes:
        num_clones: n of every block.
        num_blocks: logical qubits.
        circuit: Clifford, with feed-forward.
        outputs: after a recovery the qubit of each logical qubit; empty before.
    """

    num_clones: int
    num_blocks: int
    circuit: stim.Circuit = field(default_factory=stim.Circuit)
    outputs: list[int] = field(default_factory=list)

    @property
    def inputs(self) -> list[int]:
        """Where the logical qubits enter: A of each block."""
        return [self.qubit(block, 0) for block in range(self.num_blocks)]

    @property
    def references(self) -> list[int]:
        """Room for a reference to each input."""
        return [self.qubit(self.num_blocks, 0) + block for block in range(self.num_blocks)]

    def qubit(self, block: int, qubit: int) -> int:
        """Number in the circuit of one qubit of the scheme."""
        return block * (2 * self.num_clones + 1) + qubit

    def on_blocks(self, circuit: stim.Circuit) -> None:
        """Run the same on every block."""
        for block in range(self.num_blocks):
            self.circuit += _moved(circuit, self.qubit(block, 0))

    def on_qubits(self, gate: str, qubits: Sequence[int]) -> None:
        """One-qubit operations on the same qubits of every block."""
        if qubits:
            self.circuit.append(gate, [self.qubit(b, q) for b in range(self.num_blocks) for q in qubits], ())


def export_life(life: Life, *, form: str, register: Register | None = None) -> str | bytes:
    """Write a life.

    Args:
        life: of an encrypted register.
        form: "stim" and "qasm3" are text, "qpy" bytes (extra `qiskit`).
        register: the input; None leaves it open: for `stim` it is half of a Bell pair, and after a recovery the
            circuit ends with both checks of reference and output as observables 0 (X) and 1 (Z); for the others
            it is whatever stands on the input qubits when the circuit is appended to one that prepares it.

    Raises:
        UsageError: for another form, or a dense input in `stim`.
        LimitError: above MAX_EXPORT_QUBITS qubits.
        MissingExtraError: for `qpy`, or a dense input of several qubits, without Qiskit.
    """
    if form not in FORMS:
        raise UsageError.of("form", form, f"one of {', '.join(FORMS)}")
    blocks = life.row.blocks
    total = blocks.num_blocks * (blocks.num_qubits + 1)
    if total > MAX_EXPORT_QUBITS:
        raise LimitError.of("stored", f"{total} qubits", f"at most {MAX_EXPORT_QUBITS} in an exported circuit")
    written = life_circuit(life)
    if form == "stim":
        return _stim_text(written, register)
    circuit = written.circuit
    if register is not None and isinstance(register.state, StabilizerState):
        circuit, register = _prepared(register.state, written.inputs) + circuit, None
    if register is None:
        return to_qasm3(circuit) if form == "qasm3" else to_qpy(circuit)
    prepare = prepared_qasm3 if form == "qasm3" else prepared_qpy
    return prepare(circuit, register, written.inputs)


def life_circuit(life: Life) -> LifeCircuit:
    """The circuit of a life, its input open."""
    blocks = life.row.blocks
    out = LifeCircuit(blocks.num_clones, blocks.num_blocks)
    scheme = EncryptedCloning(blocks.num_clones)
    out.on_blocks(encryption_circuit(scheme))
    if not life.birth.body.get("keep_source"):
        out.on_qubits("R", [0])
    for entry in life.entries:
        out.circuit.append("TICK", [], ())
        for block, qubit, letter in noise_letters(life.drawn(entry).noise):
            out.circuit.append(letter, [out.qubit(block, qubit)], ())
        _append(out, scheme, entry)
    return out


def _append(out: LifeCircuit, scheme: EncryptedCloning, entry: Entry) -> None:
    body, result = entry.body, entry.result
    if entry.kind == Ship.kind:
        out.on_qubits("R", result["lost"])
    elif entry.kind == Discard.kind:
        out.on_qubits("R", result["discarded"])
    elif entry.kind == Strike.kind:
        blocks = range(out.num_blocks) if body.get("block") is None else [body["block"]]
        for block in blocks:
            for qubit, letter in body["letters"].items():
                out.circuit.append(letter, [out.qubit(block, int(qubit))], ())
    elif entry.kind == Measure.kind:
        product = "*".join(f"{letter}{qubit}" for qubit, letter in body["letters"].items())
        out.on_blocks(stim.Circuit(f"MPP {product}"))
    elif entry.kind == Check.kind:
        for operator in check_operators(scheme.num_clones, tuple(sorted(body["qubits"]))):
            out.on_blocks(_measured(operator))
    elif entry.kind in (Recover.kind, Refresh.kind):
        method = body.get("method", "measured")
        recovery = recovery_circuit(scheme, np.array(sorted(body["qubits"]), dtype=np.int64), method=method)
        out.on_blocks(recovery.circuit)
        out.outputs = [out.qubit(block, recovery.output) for block in range(out.num_blocks)]


def _measured(operator: stim.PauliString) -> stim.Circuit:
    sign = "!" if operator.sign == -1 else ""
    factors = "*".join(f"{'_XYZ'[operator[q]]}{q}" for q in operator.pauli_indices())
    return stim.Circuit(f"MPP {sign}{factors}")


def _moved(circuit: stim.Circuit, offset: int) -> stim.Circuit:
    """The same on qubits numbered from an offset on."""
    moved = stim.Circuit()
    for instruction in circuit:
        targets = []
        for target in instruction.targets_copy():
            if target.is_combiner or target.is_measurement_record_target:
                targets.append(target)
            elif target.pauli_type in ("X", "Y", "Z"):
                shifted = stim.target_pauli(target.value + offset, target.pauli_type, target.is_inverted_result_target)
                targets.append(shifted)
            else:
                number = target.value + offset
                targets.append(stim.target_inv(number) if target.is_inverted_result_target else number)
        moved.append(instruction.name, targets, instruction.gate_args_copy())
    return moved


def _stim_text(written: LifeCircuit, register: Register | None) -> str:
    lines = [f"# {written.num_blocks} blocks of {2 * written.num_clones + 1} qubits: A, S1 .. Sn, N1 .. Nn."]
    if register is not None:
        if not isinstance(register.state, StabilizerState):
            hint = "Take qasm3 or qpy, or leave the input open."
            raise UsageError.of("form", "stim", "a form with rotations for an input that is no stabilizer state", hint)
        lines.append(circuit_text(_prepared(register.state, written.inputs)))
        lines.append(circuit_text(written.circuit))
        return "\n".join(lines) + "\n"
    pairs = list(zip(written.references, written.inputs, strict=True))
    lines.append("# References behind them.")
    lines.append("H " + " ".join(str(reference) for reference, _ in pairs))
    lines.append("CX " + " ".join(f"{reference} {entry}" for reference, entry in pairs))
    lines.append(circuit_text(written.circuit))
    for i, letter in enumerate("XZ" if written.outputs else ""):
        for reference, output in zip(written.references, written.outputs, strict=True):
            lines += [f"MPP {letter}{reference}*{letter}{output}", f"OBSERVABLE_INCLUDE({i}) rec[-1]"]
    return "\n".join(lines) + "\n"


def _prepared(state: StabilizerState, places: Sequence[int]) -> stim.Circuit:
    """A preparation on some qubits.

    Raises:
        LimitError: above MAX_INPUT_QUBITS: stim's synthesis takes time with their third power and more.
    """
    if state.num_qubits > MAX_INPUT_QUBITS:
        hint = "Leave the input open."
        raise LimitError.of("stored", f"{state.num_qubits} qubits", f"at most {MAX_INPUT_QUBITS} with input", hint)
    out = stim.Circuit()
    for instruction in state.tableau.to_circuit("graph_state"):
        out.append(instruction.name, [places[target.value] for target in instruction.targets_copy()], ())
    return out
