"""The baseline: the hardware experiment's own circuit, placed by Qiskit and scored under the same noise.

Ladders for encryption, 2n + 1 gates for decryption of S1, layout and routing by Qiskit's level 3 with the
calibration, gates on each pair merged or cancelled, the best of many transpiler seeds by predicted fidelity.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import product
from time import perf_counter

import stim

from ..circuits import PauliFrame, circuit_metrics
from ..core.cloning import check_num_clones
from ..errors import IntegrityError, UsageError
from ..noise import Device
from .baseline_circuit import ladder_circuit
from .baseline_qiskit import QiskitRouter
from .estimate import estimate
from .graph import DeviceGraph
from .lower import Lowering, stim_of
from .noise_table import noise_table
from .pair_blocks import simplify_pairs
from .roundtrip import Roundtrip

__all__ = ["Baseline", "paper_baseline"]

_MAX_SEEDS = 10_000


@dataclass(frozen=True, slots=True, eq=False)
class Baseline:
    """The best circuit that was found, and how hard was tried.

    Attributes:
        num_clones: n.
        layers: two-qubit layers, reference pair and decryption included, as all counts.
        gates: two-qubit gates.
        fidelity: predicted entanglement fidelity of S1, readout of reference and clone included.
        mean_fidelity: over all seeds.
        fewest_layers: over all seeds.
        level_3: layers and gates of what the whole of Qiskit's level 3 makes with the same seed; not always
            Clifford, see `baseline_qiskit`.
        seed: of the best.
        seeds_tried: transpiler seeds.
        seconds: for all of them.
        trip: the circuit.
    """

    num_clones: int
    layers: int
    gates: int
    fidelity: float
    mean_fidelity: float
    fewest_layers: int
    level_3: tuple[int, int]
    seed: int
    seeds_tried: int
    seconds: float
    trip: Roundtrip

    def to_json(self) -> dict[str, object]:
        """Size, fidelity and effort."""
        return {
            "clones": self.num_clones,
            "two_qubit_layers": self.layers,
            "two_qubit_gates": self.gates,
            "predicted_entanglement_fidelity": self.fidelity,
            "mean_fidelity": self.mean_fidelity,
            "fewest_layers": self.fewest_layers,
            "qiskit_level_3": {"two_qubit_layers": self.level_3[0], "two_qubit_gates": self.level_3[1]},
            "seed": self.seed,
            "seeds": self.seeds_tried,
            "seconds": self.seconds,
        }


def paper_baseline(
    num_clones: int,
    device: Device | DeviceGraph,
    *,
    seeds: int = 20,
    progress: Callable[[float], None] | None = None,
) -> Baseline:
    """Place the paper's circuit with Qiskit and take the seed with the best predicted fidelity.

    The noise is that of `compile_circuit`: the calibration's gate errors, waiting with every operation as late
    as possible, readout of reference and clone; the channel is exact.

    Args:
        num_clones: n, from 2.
        device: a calibration or a graph.
        seeds: how many transpiler seeds, from 0 on.
        progress: told the part of the work that is done, from 0 to 1.

    Raises:
        UsageError: if the device is too small or an argument is out of range.
        MissingExtraError: without Qiskit.
        IntegrityError: if a circuit does not return its input, which is a fault of the program.
    """
    if type(seeds) is not int or not 1 <= seeds <= _MAX_SEEDS:
        raise UsageError.of("seeds", seeds, f"a whole number from 1 to {_MAX_SEEDS}")
    start = perf_counter()
    graph = device if isinstance(device, DeviceGraph) else DeviceGraph.from_device(device)
    check_num_clones(num_clones)
    graph.require(2 * num_clones + 2, f"the ladder circuit of {num_clones} clones")
    circuit = ladder_circuit(num_clones)
    router = QiskitRouter(circuit, graph, ends=(2 * num_clones + 1, 1))
    table = noise_table(graph.device)
    tried = []
    for seed in range(seeds):
        trip = native_roundtrip(*router.routed(seed), graph)
        layers = circuit_metrics(stim_of(trip.operations)).two_qubit_layers
        tried.append((estimate(trip, table).entanglement_fidelity, seed, layers, trip))
        if progress is not None:
            progress((seed + 1) / seeds)
    fidelity, seed, layers, trip = max(tried, key=lambda one: (one[0], -one[1]))
    return Baseline(
        num_clones,
        layers=layers,
        gates=sum(operation.name == "CZ" for operation in trip.operations),
        fidelity=fidelity,
        mean_fidelity=sum(one[0] for one in tried) / seeds,
        fewest_layers=min(one[2] for one in tried),
        level_3=router.level_3(seed),
        seed=seed,
        seeds_tried=seeds,
        seconds=perf_counter() - start,
        trip=trip,
    )


def native_roundtrip(circuit: stim.Circuit, ends: tuple[int, ...], graph: DeviceGraph) -> Roundtrip:
    """A routed Clifford circuit in native gates, gates on each pair merged or cancelled, checked.

    Args:
        circuit: on physical qubits, unitary.
        ends: where reference and clone are at its end.
        graph: couplers that it may use.

    Raises:
        IntegrityError: if it uses other couplers, or does not bring reference and clone to |00> + |11>.
    """
    merged = simplify_pairs(circuit)
    for gate in merged.gates:
        if not graph.couples(*gate.qubits):
            raise IntegrityError(f"baseline: qubits {gate.a} and {gate.b} are not coupled.")
    lowering = Lowering.of_gates(merged.gates)
    reference, clone = ends
    at_reference, at_clone = (merged.letters.get(end, "XYZ") for end in ends)
    lowering.settle(reference, at_reference[0], at_reference[2], exact=False)
    for x_sign, z_sign in product("+-", repeat=2):
        final = lowering.fork()
        final.settle(clone, x_sign + at_clone[0], z_sign + at_clone[2])
        if _makes_bell_state(final, reference, clone):
            return Roundtrip(reference, clone, tuple(final.operations), PauliFrame.empty())
    raise IntegrityError("baseline: reference and clone do not end in a Bell state.")


def _makes_bell_state(lowering: Lowering, reference: int, clone: int) -> bool:
    """Whether reference and clone are in the state |00> + |11>, from |0> on all qubits."""
    simulator = stim.TableauSimulator()
    simulator.do(stim_of(lowering.operations))
    correlators = (stim.PauliString({reference: letter, clone: letter}) for letter in "XZ")
    return all(simulator.peek_observable_expectation(correlator) == 1 for correlator in correlators)
