"""Recovery from whatever survives: a decoder for any authorized set of any scheme.

`decryption` undoes the encryption of one clone with its key and leaves fresh Bell pairs behind;
`recovery_circuit` takes any set of qubits that determines the state and spends as few two-qubit gates as
its operators allow, 3n/2 for a clone with its key instead of 2n + 1, and leaves the other qubits in no
particular state.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import stim

from ..core.logicals import visible_logicals
from ..core.qubits import parse_holding, qubit_index
from ..core.recovery import minimal_set
from ..core.scheme import Scheme
from ..core.types import IntArray
from ..errors import UsageError
from .decrypt import Decryption, FrameMode, Method, choice
from .frame import PauliFrame
from .layers import LayeredCircuit
from .plan import RecoveryPlan

__all__ = ["Recovery", "recovery_circuit", "recovery_layers", "recovery_plan"]


@dataclass(frozen=True, slots=True, eq=False)
class Recovery(Decryption):
    """A recovery circuit and where its result is.

    Attributes:
        outputs: the qubits that carry logical qubits 0 .. k - 1 afterwards; `output` is the first.
    """

    outputs: tuple[int, ...]


def recovery_circuit(
    scheme: Scheme,
    holding: str | Iterable[str] | IntArray,
    *,
    method: Method | str = Method.UNITARY,
    output: str | int | None = None,
    frame: FrameMode | str = FrameMode.FEED_FORWARD,
) -> Recovery:
    """Recover the state from any set of qubits that determines it.

    Of the holding a minimal authorized set is used (`minimal_set`), the rest is left alone.

    Args:
        scheme: any scheme.
        holding: names or numbers of the qubits at hand.
        method: "unitary" for a coherent circuit; "measured" to measure all qubits but the output, with at
            most one two-qubit gate for every two of them, all in one layer (one logical qubit only).
        output: the qubit to recover on, by name or number; it must be one on which the logical X and Z
            differ; default: the first such.
        frame: for the measured method, "feedforward" corrects the output inside the circuit, "recorded"
            leaves the corrections to the returned frame.

    Returns:
        A circuit on the scheme's qubits.

    Raises:
        NotAuthorizedSetError: if the holding does not determine the state; names its class and what it shows.
        UnknownNameError: for a qubit that does not exist.
        UsageError: for a qubit given twice, an unknown method or frame mode, an output that cannot be one,
            or the measured method or an output for a scheme of several logical qubits.

    Examples:
        >>> print(recovery_circuit(EncryptedCloning(6), "A,S2,N2").circuit)
        CX 2 8
        H 2
        CZ 2 0
        CX 8 0
    """
    layers, outputs, pending = recovery_layers(scheme, holding, method=method, output=output, frame=frame)
    return Recovery(layers.to_stim(), outputs[0], pending, outputs)


def recovery_layers(
    scheme: Scheme,
    holding: str | Iterable[str] | IntArray,
    *,
    method: Method | str = Method.UNITARY,
    output: str | int | None = None,
    frame: FrameMode | str = FrameMode.FEED_FORWARD,
) -> tuple[LayeredCircuit, tuple[int, ...], PauliFrame]:
    """`recovery_circuit` as arrays: the circuit, the output qubits and the frame."""
    chosen, mode = choice(Method, "method", method), choice(FrameMode, "frame", frame)
    operators = _operators(scheme, holding)
    if len(operators) > 2:
        if chosen is Method.MEASURED or output is not None:
            argument, got = ("method", method) if chosen is Method.MEASURED else ("output", output)
            hint = f"{scheme.name} has {len(operators) // 2} logical qubits, recovered coherently one after the other."
            raise UsageError.of(argument, got, "the unitary method and no chosen output", hint)
        return (*_several(operators), PauliFrame.empty())
    plan = RecoveryPlan.of(*operators, output=_index(scheme, output))
    pending = PauliFrame.empty()
    if chosen is Method.UNITARY:
        circuit = plan.unitary()
    else:
        circuit, pending = plan.measured()
        if mode is FrameMode.FEED_FORWARD:
            circuit.feed_forward("CX", pending.x_records, plan.output)
            circuit.feed_forward("CZ", pending.z_records, plan.output)
            pending = PauliFrame.empty()
    return circuit, (plan.output,), pending


def recovery_plan(
    scheme: Scheme, holding: str | Iterable[str] | IntArray, *, output: str | int | None = None
) -> RecoveryPlan:
    """Where the logical qubit sits on a minimal authorized set of a holding, from which circuits are made.

    Raises:
        NotAuthorizedSetError: if the holding does not determine the state.
        UsageError: for an output that cannot be one, or a scheme of several logical qubits.
    """
    operators = _operators(scheme, holding)
    if len(operators) != 2:
        raise UsageError.of("scheme", scheme.name, "a scheme of one logical qubit")
    return RecoveryPlan.of(*operators, output=_index(scheme, output))


def _operators(scheme: Scheme, holding: str | Iterable[str] | IntArray) -> list[stim.PauliString]:
    """X_1 .. X_k, Z_1 .. Z_k on a minimal authorized set of the holding."""
    members = minimal_set(scheme, parse_holding(scheme.qubits, holding))
    return [item.operator for item in visible_logicals(scheme, members)]


def _index(scheme: Scheme, output: str | int | None) -> int | None:
    """Number of the output that was asked for."""
    return None if output is None else qubit_index(scheme.qubits, output)


def _several(operators: list[stim.PauliString]) -> tuple[LayeredCircuit, tuple[int, ...]]:
    """Recover several logical qubits, one after the other.

    Once one is on its output, the operators of the others commute with X and Z there, so they do not act
    on it any more.
    """
    k = len(operators) // 2
    circuit, outputs = LayeredCircuit(), []
    for i in range(k):
        plan = RecoveryPlan.of(operators[i], operators[k + i])
        step = plan.unitary()
        done = step.to_stim()
        operators = [operator.after(done) for operator in operators]
        circuit.extend(step)
        outputs.append(plan.output)
    return circuit, tuple(outputs)
