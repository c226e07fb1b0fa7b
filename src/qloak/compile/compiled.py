"""What the compiler hands out: a verified native circuit with its place, size and predicted fidelities."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import Self

import stim

from ..circuits.metrics import CircuitMetrics, circuit_metrics
from ..errors import UnknownNameError, UsageError
from ..noise import Device
from .decoders import roundtrips
from .encoder import Encoder
from .estimate import CloneEstimate, estimate
from .graph import DeviceGraph
from .lower import check_lowering, stim_of
from .noise_table import noise_table
from .noisy import noisy_roundtrip
from .roundtrip import Method, Roundtrip, encoder_lowering
from .untouched_check import check_key_untouched, strict_layers
from .verify import verify_encoder
from .verify_circuit import verify_compiled

__all__ = ["CompiledCircuit", "encryption_circuit"]

SCHEMA = "qloak.compile/1"


@dataclass(frozen=True, eq=False)
class CompiledCircuit:
    """Encryption and the decryption of one clone on a device, verified.

    Attributes:
        encoder: on physical qubits; its first `num_clones` clones are S1, S2, ...; the rest are spare.
        graph: couplers that may be used.
        num_clones: clones that count.
        clone: name of the clone that the circuit decrypts.
        method: of decryption.
        trips: the circuits for all clones, by physical qubit.
        estimates: what comes back of each, under the device's noise.
        key_untouched: whether the key is finished before anything depends on the input, and never meets it.
    """

    encoder: Encoder
    graph: DeviceGraph
    num_clones: int
    clone: str
    method: Method
    trips: Mapping[int, Roundtrip]
    estimates: Mapping[int, CloneEstimate]
    key_untouched: bool = False

    @classmethod
    def of(  # noqa: PLR0913 - one keyword for each choice
        cls,
        encoder: Encoder,
        graph: DeviceGraph,
        *,
        num_clones: int,
        clone: str = "S1",
        method: Method = "measured",
        key_untouched: bool = False,
    ) -> Self:
        """Synthesise, verify and estimate the decryption of every clone.

        Raises:
            UsageError: for more clones than there are, or a method that cannot be used on this graph.
            UnknownNameError: for a clone that does not exist.
            IntegrityError: if encoder or circuit does not have one of the properties that it must have.
        """
        if not 1 <= num_clones <= len(encoder.clones):
            raise UsageError.of("clones", num_clones, f"1 to {len(encoder.clones)} clones")
        names = [f"S{number}" for number in range(1, num_clones + 1)]
        if clone not in names:
            raise UnknownNameError.of("clone", clone, f"one of S1 to S{num_clones}")
        verify_encoder(encoder, graph)
        check_lowering(encoder.gates, encoder_lowering(encoder))
        trips = roundtrips(encoder, graph, method=method)
        for trip in trips.values():
            verify_compiled(trip.to_stim(), graph)
        table = noise_table(graph.device)
        estimates = {qubit: estimate(trip, table) for qubit, trip in trips.items()}
        frozen = MappingProxyType(trips), MappingProxyType(estimates)
        if key_untouched:
            check_key_untouched(encoder)
        return cls(encoder, graph, num_clones, clone, method, *frozen, key_untouched)

    @property
    def device(self) -> Device:
        """The device."""
        return self.graph.device

    @property
    def qubit(self) -> int:
        """Physical qubit of the clone that is decrypted."""
        return self.clones[self.clone]

    @cached_property
    def clones(self) -> dict[str, int]:
        """Name of each clone -> physical qubit."""
        return {f"S{i}": qubit for i, qubit in enumerate(self.encoder.clones[: self.num_clones], start=1)}

    @property
    def trip(self) -> Roundtrip:
        """The circuit as operations, with its frame."""
        return self.trips[self.qubit]

    @cached_property
    def circuit(self) -> stim.Circuit:
        """The native circuit with its checks, noiseless, on physical qubits, all of which begin in |0>."""
        return self.trip.to_stim()

    def noisy(self) -> stim.Circuit:
        """The circuit with the device's noise."""
        return noisy_roundtrip(self.trip, self.device)

    @cached_property
    def metrics(self) -> CircuitMetrics:
        """Size of the circuit, reference pair and decryption included."""
        return circuit_metrics(self.circuit)

    @property
    def device_qubits(self) -> int:
        """Number of qubits that the circuit acts on."""
        return len({q for o in self.trip.operations for q in (o.qubit, o.other) if q >= 0})

    @property
    def fidelities(self) -> dict[str, float]:
        """Predicted entanglement fidelity of each clone, by name, if it is the one that is decrypted."""
        return {name: self.estimates[qubit].entanglement_fidelity for name, qubit in self.clones.items()}

    def layout(self) -> dict[str, object]:
        """Physical qubits of reference, source, clones, spare outputs and key."""
        return {
            "reference": self.encoder.reference,
            "source": self.encoder.source,
            "clones": dict(self.clones),
            "spare": list(self.encoder.clones[self.num_clones :]),
            "key": list(self.encoder.key),
        }

    def to_json(self) -> dict[str, object]:
        """The answer of `qloak compile --json`."""
        values = list(self.fidelities.values())
        shown = self.estimates[self.qubit]
        return {
            "schema": SCHEMA,
            "clones": self.num_clones,
            "clone": self.clone,
            "device": self.device.name,
            "snapshot": self.device.snapshot,
            "method": self.method,
            "two_qubit_layers": self.metrics.two_qubit_layers,
            "two_qubit_gates": self.metrics.two_qubit_gates,
            "encoder_layers": self.encoder.two_qubit_layers,
            "key_untouched": self.key_untouched,
            # With a barrier behind the preparation of the key; the other counts let gates run as early as they can.
            "encoder_layers_strict": strict_layers(self.encoder) if self.key_untouched else None,
            "encoder_gates": len(self.encoder.gates),
            "device_qubits": self.device_qubits,
            "predicted_entanglement_fidelity": shown.entanglement_fidelity,
            "fidelity": {"min": min(values), "mean": sum(values) / len(values), "max": max(values)},
            "fidelities": self.fidelities,
            "error_budget": dict(shown.budget),
            "layout": self.layout(),
            "flows_verified": True,  # nothing else gets through `of`
        }


def encryption_circuit(encoder: Encoder) -> stim.Circuit:
    """The encoder alone in native gates, unitary, reference pair included, all qubits beginning in |0>."""
    return stim_of(encoder_lowering(encoder).operations)
