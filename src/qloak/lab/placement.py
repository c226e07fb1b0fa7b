"""Encrypted cloning compiled for a processor, as a document."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any, Final, Literal

from .._version import __version__
from ..compile import CompiledCircuit, Objective, compile_circuit, layout_svg, load_graph
from ..compile.cache import PlacementCache
from ..errors import LimitError, UsageError
from .drawing import plain_svg
from .limits import MAX_PLACED_CLONES, small_scheme

__all__ = ["PlacementChoice", "compile_document", "compile_report"]

_OBJECTIVES: Final = ("fidelity", "depth", "gates")
_METHODS: Final = ("measured", "mixed", "unitary")
_MAX_QUBITS: Final = 1000
_MAX_SECONDS: Final = 10.0
_QUICK_CLONES: Final = 8
"""Up to here the whole search takes a few seconds, and its result is the one of the command line."""


@dataclass(frozen=True, slots=True)
class PlacementChoice:
    """What is placed where.

    Attributes:
        clones: n.
        device: a calibration that ships, or grid-10x12, line-30, all-to-all-30.
        objective: fidelity, depth or gates.
        method: of decryption: measured, mixed or unitary.
        key_untouched: whether the key never meets the data.
    """

    clones: int
    device: str = "kingston"
    objective: str = "fidelity"
    method: str = "measured"
    key_untouched: bool = False

    def __post_init__(self) -> None:
        """Check words and sizes."""
        small_scheme(self.clones, MAX_PLACED_CLONES)
        for name, value, allowed in (
            ("objective", self.objective, _OBJECTIVES),
            ("method", self.method, _METHODS),
        ):
            if value not in allowed:
                raise UsageError.of(name, value, f"one of {', '.join(allowed)}")
        graph = load_graph(self.device)
        if graph.num_qubits > _MAX_QUBITS:
            raise LimitError.of("device", self.device, f"at most {_MAX_QUBITS} qubits here")

    @property
    def id(self) -> str:
        """SHA-256 over everything that decides the answer, the calibration included; 64 hexadecimal digits."""
        device = load_graph(self.device).device.to_json()
        decided_by = {"version": __version__, "choice": asdict(self), "calibration": device}
        return hashlib.sha256(json.dumps(decided_by, sort_keys=True).encode()).hexdigest()


def compile_document(compiled: CompiledCircuit) -> dict[str, Any]:
    """A compiled circuit, schema qloak.compile/1."""
    return compiled.to_json()


def compile_report(choice: PlacementChoice, *, seconds: float, cache: PlacementCache | None = None) -> dict[str, Any]:
    """`compile_document` with drawings of the layout.

    Args:
        choice: what is placed.
        seconds: time budget of the search, up to 10; it counts for more than 8 clones, fewer take a few seconds anyway.
        cache: placements that are known, and where new ones of up to 8 clones are kept; default nowhere.

    Returns:
        The document, and beside it `id`, `objective`, `layout_svg`.

    Raises:
        UsageError: if the clones do not fit on the device, and for a budget that is none.
    """
    if not 0 < seconds <= _MAX_SECONDS:
        raise UsageError.of("seconds", seconds, f"a time budget of up to {_MAX_SECONDS:g} s")
    objective: Literal["fidelity", "depth", "gates"] = choice.objective  # type: ignore[assignment]
    compiled = compile_circuit(
        choice.clones,
        choice.device,
        method=choice.method,  # type: ignore[arg-type]
        objective=Objective(goal=objective),
        key_untouched=choice.key_untouched,
        seconds=seconds if choice.clones > _QUICK_CLONES else None,
        cache=cache,
    )
    drawing = layout_svg(compiled.encoder, compiled.graph, num_clones=compiled.num_clones)
    return compile_document(compiled) | {
        "id": choice.id,
        "objective": choice.objective,
        "layout_svg": plain_svg(drawing),
    }
