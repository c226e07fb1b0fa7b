"""From a device and a number of clones to a verified circuit: the compiler's front door."""

from __future__ import annotations

from collections.abc import Callable

from ..noise import Device
from .cache import PlacementCache, placement_id
from .compiled import CompiledCircuit
from .effort import Effort, UntouchedSettings
from .encoder import Encoder
from .graph import DeviceGraph
from .graph_sources import load_graph
from .objective import Objective
from .place import place
from .roundtrip import Method

__all__ = ["compile_circuit"]


def compile_circuit(  # noqa: PLR0913 - one keyword for each choice
    num_clones: int,
    device: str | Device | DeviceGraph,
    *,
    method: Method = "measured",
    clone: str = "S1",
    objective: Objective | None = None,
    key_untouched: bool = False,
    seed: int = 0,
    seconds: float | None = None,
    cache: PlacementCache | None = None,
    warn: Callable[[str], None] = lambda _: None,
    progress: Callable[[float], None] | None = None,
) -> CompiledCircuit:
    """Place encrypted cloning on a device, choose decoders for all clones, verify and estimate.

    The encoder is a tree of five-qubit units. It may touch the key before the key is set aside, and decrypting
    a clone reads the key qubits on its path only; the final state is that of the paper's protocol up to
    one-qubit Cliffords on the clones and one unitary on the key.

    Args:
        num_clones: n; an even number has one clone to spare, which the owner keeps or discards.
        device: a name such as "kingston" or "grid-10x12", a calibration, or a graph.
        method: of decryption: "measured", "unitary", or "mixed": a few gates on the path, then measurements.
        clone: the clone that the circuit decrypts.
        objective: what to optimise; default: the mean fidelity over clones.
        key_untouched: the key is prepared first and never meets anything that depends on the input, as in the
            papers; deeper, and only the mean fidelity is optimised.
        seed: of the search; the same seed gives the same circuit unless `seconds` ends the search.
        seconds: time budget.
        cache: where encoders are kept between runs; default nowhere. Searches with a time budget are not kept.
        warn: told what is wrong with the cache, if anything is.
        progress: told the part of the work that is done, from 0 to 1.

    Raises:
        UsageError: if the clones do not fit, saying how many would, or an argument is out of range.
        UnknownNameError: for an unknown device or clone.
        IntegrityError: if a circuit failed its verification, which is a fault of the compiler.
    """
    if isinstance(device, str):
        graph = load_graph(device)
    else:
        graph = device if isinstance(device, DeviceGraph) else DeviceGraph.from_device(device)
    goal = objective or Objective()
    effort: Effort | UntouchedSettings = Effort.normal(max(1, num_clones // 2), seconds=seconds)
    if key_untouched:
        effort = UntouchedSettings.normal(num_clones, seconds=seconds, over=goal.over)

    def find() -> Encoder:
        if isinstance(effort, Effort):
            return place(graph, num_clones, objective=goal, seed=seed, effort=effort, progress=progress).encoder
        # Imported here: half of the modules of this mode serve nothing else.
        from .untouched import compile_untouched

        return compile_untouched(graph, num_clones, seed=seed, settings=effort, progress=progress).encoder

    if cache is None or seconds is not None:
        encoder = find()
    else:
        strong_id = placement_id(graph, num_clones, goal, effort, seed=seed)
        encoder = cache.get(strong_id, graph, find=find, warn=warn)
    return CompiledCircuit.of(
        encoder, graph, num_clones=num_clones, clone=clone, method=method, key_untouched=key_untouched
    )
