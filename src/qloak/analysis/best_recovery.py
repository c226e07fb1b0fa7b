"""The best way back: which of the surviving qubits to use, and how, under given noise."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ..circuits import FrameMode, Method
from ..circuits.recover import recovery_layers
from ..core import CloningScheme
from ..core.recovery import minimal_set, recovery_sets
from ..core.types import IntArray
from ..noise import NoiseModel
from .channel import PauliChannel, channel_of_layers
from .scenario import append_recovery, scheme_labels, stored_layers

__all__ = ["BestRecovery", "RecoveryOption", "best_recovery", "compare_recoveries"]


@dataclass(frozen=True, slots=True, eq=False)
class RecoveryOption:
    """One set of qubits and one decoder.

    Attributes:
        holding: numbers of the qubits used, ascending.
        method: unitary or measured.
        output: the qubit that the state is recovered on.
        channel: the exact channel from the input to the output.
    """

    holding: IntArray
    method: Method
    output: int
    channel: PauliChannel


@dataclass(frozen=True, slots=True, eq=False)
class BestRecovery:
    """The comparison of all options considered.

    Attributes:
        options: the best first, by entanglement fidelity; ties go to the smaller set, then to the unitary
            method, then to the lower qubit numbers.
        more: whether there are minimal sets that were not considered.
    """

    options: tuple[RecoveryOption, ...]
    more: bool

    @property
    def best(self) -> RecoveryOption:
        """The option with the highest exact entanglement fidelity."""
        return self.options[0]


def best_recovery(
    scheme: CloningScheme,
    available: str | Iterable[str] | IntArray,
    noise: NoiseModel | None,
    *,
    memory_depolarizing: float = 1.0,
    limit: int = 256,
) -> BestRecovery:
    """Compare recoveries from what survives by their exact channels, encryption and storage included.

    A lost noise qubit N_k is replaced by the clone S_k, or A with one whole pair is used where A was kept,
    whatever comes out best.

    Args:
        scheme: the canonical scheme or an iterated one.
        available: qubit names or numbers that survive.
        noise: of gates, readouts and resets; None for none.
        memory_depolarizing: factor on the Bloch vector of every stored qubit, from 0 to 1.
        limit: most minimal sets compared, smallest first.

    Raises:
        NotAuthorizedSetError: if the available qubits do not determine the state.
        UnknownNameError: for a qubit that does not exist.
        UsageError: for a qubit given twice or a factor out of range.
    """
    minimal_set(scheme, available)  # refuses what is not authorized, with the reason
    sets = recovery_sets(scheme, available, limit=limit)
    return BestRecovery(compare_recoveries(scheme, sets, noise, memory_depolarizing=memory_depolarizing), sets.more)


def compare_recoveries(
    scheme: CloningScheme, sets: Iterable[IntArray], noise: NoiseModel | None, *, memory_depolarizing: float = 1.0
) -> tuple[RecoveryOption, ...]:
    """Both methods for each of some authorized sets, the best first; see `best_recovery`."""
    options: list[RecoveryOption] = []
    for holding in sets:
        for method in Method:
            recovery, outputs, pending = recovery_layers(scheme, holding, method=method, frame=FrameMode.RECORDED)
            circuit, stages = stored_layers(scheme, memory_depolarizing)
            append_recovery(circuit, stages, recovery, pending)
            labels = scheme_labels(scheme, stages, outputs[0])
            channel = channel_of_layers(circuit, noise, num_qubits=len(scheme.qubits), output=outputs[0], labels=labels)
            options.append(RecoveryOption(holding, method, outputs[0], channel))

    def rank(option: RecoveryOption) -> tuple[float, int, bool]:
        # Fidelities that differ by rounding only count as equal.
        fidelity = round(option.channel.entanglement_fidelity, 13)
        return -fidelity, len(option.holding), option.method is not Method.UNITARY

    return tuple(sorted(options, key=rank))
