"""Circuits of the canonical scheme and the iterated one, as documents."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Final

import stim

from ..circuits import CircuitMetrics, FrameMode, Method, circuit_metrics, decryption, encryption_circuit
from ..core import EncryptedCloning, IteratedCloning
from ..errors import UsageError
from .limits import MAX_DRAWN_CLONES, small_scheme

__all__ = ["STAGES", "BuiltCircuit", "CircuitChoice", "build_circuit", "circuit_document", "circuit_report"]

STAGES: Final = ("encrypt", "decrypt", "roundtrip")


@dataclass(frozen=True, slots=True)
class CircuitChoice:
    """Which circuit.

    Attributes:
        stage: encrypt, decrypt or roundtrip, which is both.
        clone: that is decrypted.
        method: how the key is used.
        frame: where the corrections of a measured decryption go.
    """

    stage: str = "roundtrip"
    clone: str = "S1"
    method: str = Method.UNITARY.value
    frame: str = FrameMode.FEED_FORWARD.value

    def __post_init__(self) -> None:
        """Check the words."""
        for name, value, allowed in (
            ("stage", self.stage, STAGES),
            ("method", self.method, tuple(Method)),
            ("frame", self.frame, tuple(FrameMode)),
        ):
            if value not in allowed:
                raise UsageError.of(name, value, f"one of {', '.join(allowed)}")


@dataclass(frozen=True, slots=True, eq=False)
class BuiltCircuit:
    """A circuit and what is said of it.

    Attributes:
        circuit: A = 0, S_i = i, N_i = n + i.
        title: for a drawing.
        facts: what it was built from, and where its result is; JSON values.
    """

    circuit: stim.Circuit
    title: str
    facts: dict[str, Any]

    @property
    def metrics(self) -> CircuitMetrics:
        """Its size."""
        return circuit_metrics(self.circuit)


def build_circuit(scheme: EncryptedCloning | IteratedCloning, choice: CircuitChoice) -> BuiltCircuit:
    """The circuit of a choice; `encrypt` starts from |0> on all qubits but A and includes the Bell pairs.

    Raises:
        UnknownNameError: for a clone that does not exist.
    """
    facts: dict[str, Any] = {"schema": "qloak.circuit/1", "clones": scheme.num_clones, "stage": choice.stage}
    built = stim.Circuit() if choice.stage == "decrypt" else encryption_circuit(scheme)
    title = f"{scheme.name}: {choice.stage}"
    if choice.stage != "encrypt":
        decrypt = decryption(scheme, choice.clone, method=choice.method, frame=choice.frame)
        built += decrypt.circuit
        title += f", clone {choice.clone}"
        facts |= {"clone": choice.clone, "method": choice.method, "frame": choice.frame}
        facts |= {"output_qubit": decrypt.output}
        facts |= {"x_records": decrypt.frame.x_records.tolist(), "z_records": decrypt.frame.z_records.tolist()}
    return BuiltCircuit(built, title, facts)


def circuit_document(built: BuiltCircuit) -> dict[str, Any]:
    """What the circuit is and how large, schema qloak.circuit/1."""
    return built.facts | asdict(built.metrics)


def circuit_report(clones: int, choice: CircuitChoice) -> dict[str, Any]:
    """`circuit_document` with the circuit itself: gates in layers, OpenQASM 3, a drawing.

    Args:
        clones: n, at most MAX_DRAWN_CLONES.
        choice: which circuit.

    Returns:
        The document, and beside it `qubits` with names and roles; `gates`, each with its name, its qubits, the layer in
        which it can run at the earliest, and for corrections the outcomes whose parity decides; `layers`, their number;
        `qasm3`; `svg`.

    Raises:
        UsageError, UnknownNameError, LimitError: for what cannot be built.
    """
    from ..circuits.formats import to_qasm3, to_svg
    from .drawing import plain_svg

    scheme = small_scheme(clones, MAX_DRAWN_CLONES)
    built = build_circuit(scheme, choice)
    names = [scheme.qubits.name(q) for q in range(len(scheme.qubits))]
    gates = list(_gates(built.circuit, names))
    return circuit_document(built) | {
        "qubits": names,
        "gates": gates,
        "layers": max((gate["layer"] for gate in gates), default=-1) + 1,
        "qasm3": to_qasm3(built.circuit),
        "svg": plain_svg(to_svg(built.circuit, labels=names, title=built.title)),
    }


def _gates(circuit: stim.Circuit, names: list[str]) -> Iterator[dict[str, Any]]:
    """Every operation on its qubits, with the layer in which it can run when nothing waits without need."""
    free = [0] * len(names)
    outcomes: list[int] = []
    for instruction in circuit.flattened():
        if instruction.name == "TICK":
            continue
        for group in instruction.target_groups():
            qubits = [target.value for target in group if target.is_qubit_target]
            records = [len(outcomes) + target.value for target in group if target.is_measurement_record_target]
            layer = max([free[q] for q in qubits] + [outcomes[r] for r in records])
            for qubit in qubits:
                free[qubit] = layer + 1
            gate = {"name": instruction.name, "qubits": [names[q] for q in qubits], "layer": layer}
            if stim.gate_data(instruction.name).produces_measurements:
                gate["outcome"] = len(outcomes)
                outcomes.append(layer + 1)
            elif records:
                gate["outcomes"] = records
            yield gate
