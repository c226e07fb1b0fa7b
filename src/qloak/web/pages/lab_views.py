"""The parts of the page `/lab`: what each asks of /v1/lab, and what its template needs."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final
from urllib.parse import urlencode

from ...demo.bloch_svg import project
from ..api import Api, Problem
from ..texts import has_text, text
from .lab_state import LabState

__all__ = ["PARTS", "View", "placed", "sphere"]

View = dict[str, Any]
_CENTRE: Final = 32.0
_RADIUS: Final = 28.0
_ZERO: Final = 1e-9
_COSTS: Final = 3
_BY_KEY: Final = "decrypted with its key"


def _to(**changes: str) -> str:
    """The value of a button that changes the state."""
    return urlencode(changes)


def sphere(vector: list[float] | None) -> View:
    """How a Bloch vector is drawn in a small sphere.

    Args:
        vector: (<X>, <Y>, <Z>); None is nothing to draw.

    Returns:
        `vector` as text, `x` and `y` of the tip in a box of 64 by 64, `length`.
    """
    x, y, z = vector or (0.0, 0.0, 0.0)
    right, up, _ = project((x, y, z))
    length = math.hypot(x, y, z)
    return {
        "vector": f"{x:.6g} {y:.6g} {z:.6g}",
        "x": f"{_CENTRE + _RADIUS * right:.2f}",
        "y": f"{_CENTRE - _RADIUS * up:.2f}",
        "length": 0.0 if length < _ZERO else length,
    }


async def story(api: Api, state: LabState) -> View:
    """Prepare, encrypt, lose, decrypt, and decrypt again."""
    lost = set(state.lost.split(",")) - {""}
    clones = [name for name in state.names if name.startswith("S")]
    left = [name for name in clones if name not in lost]
    clone = state.clone if state.clone in left or not left else left[0]
    document = await api.get(
        "/v1/lab/circuit",
        clones=state.n,
        theta=math.radians(state.theta),
        phi=math.radians(state.phi),
        clone=clone,
        method=state.method,
        lose=state.lost,
    )
    steps = {each["step"]: each["qubits"] for each in document["steps"]}
    recovery = {"leaks": []} | document["recovery"]
    step = "decrypt" if state.step == "again" and not recovery["recovered"] else state.step
    # What is refused changes nothing.
    rows = steps["decrypt" if step == "again" else step]
    where = "A" if step == "prepare" else recovery["output"]
    qubits = {row["name"]: _qubit(row, state, step, here=row["name"] == where) for row in rows}
    pairs = [(qubits[f"S{i}"], qubits[f"N{i}"]) for i in range(1, state.n + 1)]
    again = _bond(step, recovery, state.method)
    return {
        "step": step,
        "recovery": recovery,
        "clone": clone,
        "left": left,
        "source": qubits["A"],
        "pairs": pairs,
        "bonds": ["none" if _broken(pair, recovery["output"], step) else again for pair in pairs],
        "losable": step in ("lose", "decrypt"),
    }


def _qubit(row: Mapping[str, Any], state: LabState, step: str, *, here: bool) -> View:
    drawn = sphere(row["bloch"])
    caption = row["status"]
    if caption == "held":
        caption = "noise" if not drawn["length"] else "state" if here else "part"
    press = _to(lost=state.toggled(row["name"], state.lost), step=step)
    return dict(row) | {"sphere": drawn, "caption": caption, "press": press}


def _bond(step: str, recovery: Mapping[str, Any], method: str) -> str:
    """What connects clones and key qubits: each two are a pair of their own, all are together, or nothing.

    A decryption by the key makes every other pair a fresh Bell pair.
    """
    if step == "prepare":
        return "pair"
    if step in ("encrypt", "lose") or not recovery["recovered"]:
        return "all"
    return "pair" if recovery["how"] == _BY_KEY and method == "unitary" else "none"


def _broken(pair: tuple[View, View], output: str, step: str) -> bool:
    """Whether a pair is none any more."""
    opened = step in ("decrypt", "again") and pair[0]["name"] == output
    return opened or "lost" in (pair[0]["status"], pair[1]["status"])


async def coalition(api: Api, state: LabState) -> View:
    """What a set of qubits learns."""
    held = set(state.hold.split(",")) - {""}
    document, counts = await asyncio.gather(
        api.get("/v1/lab/access", clones=state.n, holding=state.hold), api.get("/v1/lab/access", clones=state.n)
    )
    clones, keys = (",".join(f"{letter}{i}" for i in range(1, state.n + 1)) for letter in "SN")
    columns = (("A",), *((f"S{i}", f"N{i}") for i in range(1, state.n + 1)))
    odd = state.n - 1 if state.n % 2 == 0 and state.n > 2 else 3
    presets = {
        "clone": _to(hold="S1"),
        "clones": _to(hold=clones),
        "clone_key": _to(hold=f"S1,{keys}"),
        "key": _to(hold=keys),
        "clones_one": _to(hold=f"{clones},N1"),
        "none": _to(hold=""),
    }
    additions = [
        {"names": added, "press": _to(hold=state.kept(",".join([state.hold, *added])))}
        for added in document["additions"]
    ]
    total = sum(counts["counts"].values())
    return {
        "document": document,
        "additions": additions,
        "presets": {name: (press, press == _to(hold=state.hold)) for name, press in presets.items()},
        "all_clones": state.hold == clones,
        "odd": _to(n=str(odd), hold=",".join(f"S{i}" for i in range(1, odd + 1))),
        "odd_n": odd,
        "chips": [[_chip(name, state, held) for name in column] for column in columns],
        "shares": {name: 100 * value / total for name, value in counts["counts"].items()},
        "counts": counts["counts"],
        "total": total,
    }


def _chip(name: str, state: LabState, held: set[str]) -> View:
    return {"name": name, "held": name in held, "press": _to(hold=state.toggled(name, state.hold))}


async def circuits(api: Api, state: LabState) -> View:
    """Encryption, and both decryptions side by side."""
    ways = (("encrypt", "unitary"), ("decrypt", "unitary"), ("decrypt", "measured"))
    documents = await asyncio.gather(
        *(api.get("/v1/lab/circuit", clones=state.n, stage=stage, method=method) for stage, method in ways)
    )
    return dict(zip(("encrypt", "unitary", "measured"), documents, strict=True))


async def noise(api: Api, state: LabState) -> View:
    """The exact channel of both decoders."""
    errors = {"two_qubit_error": state.e2 / 100, "one_qubit_error": state.e1 / 100, "readout_error": state.ro / 100}
    given: dict[str, object] = {"device": state.device} if state.device else {**errors}
    document = await api.get(
        "/v1/lab/channel", clones=state.n, method="both", memory_depolarizing=state.mem / 100, **given
    )
    decoders = {name: each | {"costs": _costs(each["sources"])} for name, each in document["decoders"].items()}
    return {"decoders": decoders, "better": document["better"]}


def _costs(sources: list[Mapping[str, Any]]) -> list[View]:
    """The costliest sources of noise, in words."""
    shown = []
    for each in sources[:_COSTS]:
        operation = f"lab.noise.operations.{each['operation']}"
        shown.append(
            {
                "stage": text("lab.noise.stages." + each["stage"].replace(" ", "_")),
                "operation": text(operation) if has_text(operation) else each["operation"],
                "roles": "–".join(text(f"lab.noise.roles.{role}") for role in each["roles"].split("-")),
                "cost": each["entanglement_infidelity"],
            }
        )
    return shown


async def placed(api: Api, state: LabState) -> View:
    """Encrypted cloning on a processor, beside what was measured on one."""
    found = await api.get(
        "/v1/lab/compile",
        clones=state.place_n,
        device=state.processor,
        objective=state.goal,
        method=state.decoder,
    )
    budget = sorted(found["error_budget"].items(), key=lambda item: -item[1])
    most = max((value for _, value in budget), default=0) or 1
    return {"found": found, "budget": budget, "most": most, "measured": await _measured(api, state.place_n)}


async def _measured(api: Api, clones: int) -> View | None:
    """What the hardware experiment measured for so many clones; a placement is shown without it too."""
    try:
        document = await api.get("/v1/experiments/published")
    except Problem as problem:
        if problem.status == 401:
            raise
        return None
    rows: list[View] = next((each["rows"] for each in document["experiments"] if each["experiment"] == "fidelity"), [])
    found = [row for row in rows if row["clones"] == clones and row["paper_measured"] is not None]
    return found[0] if found else None


PARTS: Final[Mapping[str, Callable[[Api, LabState], Awaitable[View]]]] = {
    "story": story,
    "coalition": coalition,
    "circuits": circuits,
    "noise": noise,
}
"""Parts that are answered at once, and follow the state."""
