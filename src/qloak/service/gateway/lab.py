"""The routes of /v1/lab: the scheme explored without storing anything. No state, no tenant; any token that may read."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse

from ...core import EncryptedCloning
from ...errors import UsageError
from ...lab.access import access_report, counts_document
from ...lab.channel import Noise, decoders_document
from ...lab.circuit import CircuitChoice, circuit_report
from ...lab.devices import devices_document
from ...lab.limits import MAX_CHANNEL_CLONES, MAX_DRAWN_CLONES, MAX_PLACED_CLONES
from ...lab.placement import PlacementChoice
from ...lab.story import StoryChoice, story_document
from ...storage.ledger import Scope
from ..jobs.placing import Placer
from .principal import Who, needs

__all__ = ["router"]

Method = Annotated[Literal["unitary", "measured"], Query(description="How the key is used.")]
Name = Annotated[str, Query(min_length=1, max_length=16, description="A clone.")]
Angle = Annotated[float | None, Query(ge=-1000, le=1000, allow_inf_nan=False, description="Radians.")]
Qubits = Annotated[str | None, Query(max_length=1000, description="Names such as S1,N2; S* and N* for all.")]
Chance = Annotated[float, Query(ge=0, le=1, allow_inf_nan=False)]
Device = Annotated[str | None, Query(min_length=1, max_length=64, description="A calibration.")]
_DrawnClones = Annotated[int, Query(ge=2, le=MAX_DRAWN_CLONES)]

_TAG: Final = "lab"
_DOCUMENT: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "A document; its `schema` says which.",
        "content": {"application/json": {"schema": {"type": "object", "required": ["schema"]}}},
    }
}


def _reader(who: Who) -> None:
    needs(who, Scope.READ)


router = APIRouter(prefix="/v1/lab", tags=[_TAG], dependencies=[Depends(_reader)], responses=_DOCUMENT)


@router.get("/circuit", response_model=None)
def circuit(  # noqa: PLR0913, PLR0917, one argument for each parameter
    clones: _DrawnClones,
    stage: Literal["encrypt", "decrypt", "roundtrip"] = "roundtrip",
    clone: Name = "S1",
    method: Method = "unitary",
    theta: Angle = None,
    phi: Angle = None,
    lose: Qubits = None,
) -> JSONResponse:
    """A circuit: gates in layers, OpenQASM 3, a drawing; with theta and phi every qubit's Bloch vector step by step."""
    document = circuit_report(clones, CircuitChoice(stage, clone, method))
    if theta is not None or phi is not None:
        story = story_document(clones, StoryChoice(theta or 0.0, phi or 0.0, clone, method, lose or ""))
        document |= {name: story[name] for name in ("theta", "phi", "bloch", "lost", "steps", "recovery")}
    elif lose is not None:
        raise UsageError.of("lose", lose, "theta and phi beside it, the state whose qubits are lost")
    return JSONResponse(document)


@router.get("/access", response_model=None)
def access(clones: _DrawnClones, holding: Qubits = None) -> JSONResponse:
    """What a set of qubits reveals, and what would recover the state; without one, how many sets are of each class."""
    if holding is None:
        return JSONResponse(counts_document(EncryptedCloning(clones)))
    return JSONResponse(access_report(clones, holding))


@router.get("/channel", response_model=None)
def channel(  # noqa: PLR0913, PLR0917, one argument for each parameter
    clones: Annotated[int, Query(ge=2, le=MAX_CHANNEL_CLONES)],
    clone: Name = "S1",
    method: Annotated[Literal["unitary", "measured", "both"], Query(description="How the key is used.")] = "unitary",
    memory_depolarizing: Chance = 1.0,
    two_qubit_error: Chance = 0.0,
    one_qubit_error: Chance = 0.0,
    readout_error: Chance = 0.0,
    device: Device = None,
) -> JSONResponse:
    """The exact channel of encrypt, store, decrypt, of one decoder or of both."""
    errors = {
        "two_qubit_error": two_qubit_error,
        "one_qubit_error": one_qubit_error,
        "readout_error": readout_error,
    }
    noise = Noise.of(device, memory_depolarizing=memory_depolarizing, **errors)
    return JSONResponse(decoders_document(clones, clone, method, noise))


@router.get("/devices", response_model=None)
def devices() -> JSONResponse:
    """The calibrations that channel and compile know, with their medians."""
    return JSONResponse(devices_document())


@router.get("/compile", response_model=None)
def compile_(  # noqa: PLR0913, PLR0917, one argument for each parameter
    request: Request,
    clones: Annotated[int, Query(ge=2, le=MAX_PLACED_CLONES)],
    device: Annotated[str, Query(min_length=1, max_length=64)] = "kingston",
    objective: Literal["fidelity", "depth", "gates"] = "fidelity",
    method: Literal["measured", "mixed", "unitary"] = "measured",
    *,
    key_untouched: bool = False,
) -> JSONResponse:
    """Encrypted cloning placed on a processor, searched for within seconds; known placements are answered at once."""
    placer: Placer = request.app.state.placer
    return JSONResponse(placer.place(PlacementChoice(clones, device, objective, method, key_untouched)))
