"""The pages `/workbench` and `/workbench/{handle}`: plain registers, and what can be done with one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final

from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from ...errors import QloakError, UsageError
from ..api import Problem
from ..page import Page, form, page
from ..urls import url
from .put_form import positions_of, source_of, whole

__all__ = ["ROUTES"]

_TEXTS: Final = ("workbench", "bloch", "put")
_GATES: Final = ("h", "x", "y", "z", "s", "t", "cx")
_DRAWN: Final = 24
"""Spheres that are drawn; more cannot be looked through."""

_LISTED: Final = 5
"""Qubits whose amplitudes are listed, 32 of them."""

_PICKED: Final = 16
"""Qubits that are picked from a row of buttons; of more, numbers are typed."""


async def _list(asked: Page) -> Response:
    registers = (await asked.api.get("/v1/registers"))["registers"]
    return asked.render("workbench.html", texts=_TEXTS, registers=registers)


async def _show(asked: Page) -> Response:
    outcome = asked.query("outcome")
    measured = {"pauli": asked.query("pauli")[:200], "outcome": outcome} if outcome in ("0", "1") else None
    return await _one(asked, measured=measured)


async def _one(
    asked: Page, *, measured: dict[str, str] | None = None, look: dict[str, Any] | None = None, look_problem: str = ""
) -> Response:
    register = await asked.api.get(_path(asked))
    origin: dict[str, Any] = {}
    if register["origin"] in ("redeemed", "aborted", "kept") and "[" not in register["source"]:
        try:
            origin = await asked.api.get("/v1" + url("objects", register["source"]))
        except Problem as problem:
            if problem.status != 404:
                raise
    return asked.render(
        "workbench_register.html",
        texts=_TEXTS,
        register=register,
        object=origin,
        gates=_GATES,
        picked=register["num_qubits"] <= _PICKED,
        measured=measured,
        look=look,
        look_problem=look_problem,
    )


# --- what changes a register -----------------------------------------------------------------------------------------


async def _apply(asked: Page) -> Response:
    size = int((await asked.api.get(_path(asked)))["num_qubits"])
    program, gate = asked.field("program"), asked.field("gate")
    if not program:
        program = _gate_program(asked, gate, size)
    await asked.api.post(_path(asked, "apply"), {"program": program}, key=asked.key)
    done = {"did": gate, "on": [asked.field("qubit"), *([asked.field("target")] if gate == "cx" else [])]}
    return _stay(asked, done if gate else {"did": "program", "on": []}, "workbench.applied")


def _gate_program(asked: Page, gate: str, size: int) -> str:
    if gate not in _GATES:
        raise UsageError.of("gate", gate, f"one of {', '.join(_GATES)}, or a program")
    qubits = [whole("qubit", asked.field("qubit"))]
    if gate == "cx":
        qubits.append(whole("target", asked.field("target")))
        if len(set(qubits)) < 2:
            raise UsageError.of("target", qubits[1], "another qubit than the control")
    operands = ", ".join(f"q[{qubit}]" for qubit in qubits)
    return f'OPENQASM 3.0;\ninclude "stdgates.inc";\nqubit[{size}] q;\n{gate} {operands};\n'


async def _measure(asked: Page) -> Response:
    letters = {name.removeprefix("pauli-"): asked.field(name) for name in asked.values if name.startswith("pauli-")}
    letters = {qubit: letter for qubit, letter in letters.items() if letter}
    if asked.field("letter"):
        letters |= {str(qubit): asked.field("letter") for qubit in positions_of(asked.field("positions"))}
    if not letters:
        raise UsageError.of("qubits", "none", "a Pauli letter for at least one qubit")
    answer = await asked.api.post(_path(asked, "measure"), {"letters": letters}, key=asked.key)
    pauli = " ".join(f"{letter}{qubit}" for qubit, letter in sorted(letters.items(), key=lambda item: item[0].zfill(9)))
    if asked.live:
        return JSONResponse({"did": "measure", "on": [], "pauli": pauli, "outcome": answer["outcome"]})
    return asked.go(url("workbench", asked.part("handle"), pauli=pauli, outcome=answer["outcome"]))


async def _split(asked: Page) -> Response:
    positions = positions_of(asked.field("positions"))
    answer = await asked.api.post(_path(asked, "split"), {"positions": positions}, key=asked.key)
    return asked.go(url("workbench", answer["registers"][0]["handle"]), said="workbench.split")


async def _give(asked: Page) -> Response:
    await asked.api.post(_path(asked, "give"), {"tenant": asked.field("tenant")}, key=asked.key)
    return asked.go("/workbench", said="workbench.given")


async def _discard(asked: Page) -> Response:
    if asked.field("sure") != "yes":
        raise UsageError.of("sure", asked.field("sure"), "the box to be ticked", "What is discarded is gone for ever.")
    await asked.api.delete(_path(asked), key=asked.key)
    return asked.go("/workbench", said="workbench.discarded")


def _stay(asked: Page, done: dict[str, Any], said: str) -> Response:
    """Scripts stay on the page and note what was done; without them it is loaded again with a notice."""
    return JSONResponse(done) if asked.live else asked.go(url("workbench", asked.part("handle")), said=said)


# --- what only an emulator can show ----------------------------------------------------------------------------------


async def _look(asked: Page) -> Response:
    look: dict[str, Any] | None = None
    problem = ""
    try:
        body = {"expected": await source_of(asked, file=False)} if asked.field("source") else {}
        look = _seen(await asked.api.post(_path(asked, "peek"), body))
    except Problem as refused:
        if refused.status == 401:
            raise
        problem = refused.detail
    except QloakError as error:
        problem = str(error)
    if asked.live:
        return asked.render("workbench_look.html", look=look, look_problem=problem)
    return await _one(asked, look=look, look_problem=problem)


def _seen(peek: dict[str, Any]) -> dict[str, Any]:
    """What the emulator shows, as much of it as can be looked at."""
    count = int(peek["num_qubits"])
    rows = []
    if count <= _LISTED and "statevector" in peek:
        for index, (real, imaginary) in enumerate(peek["statevector"]):
            p = real**2 + imaginary**2
            rows.append({"ket": f"{index:0{count}b}", "real": _signed(real), "imaginary": _signed(imaginary), "p": p})
    return {
        "bloch": [(vector, [_signed(c) for c in vector]) for vector in peek["bloch"][:_DRAWN]],
        "more": max(0, count - _DRAWN),
        "rows": rows,
        "fidelity": peek.get("fidelity"),
    }


def _signed(value: float) -> str:
    """Four decimals with a real minus sign, which zero has not."""
    return f"{round(value, 4) + 0.0:.4f}".replace("-", "−")


def _path(asked: Page, *action: str) -> str:
    return "/v1/registers" + url(asked.part("handle"), *action)


def _action(name: str, handler: Callable[[Page], Awaitable[Response]]) -> Route:
    return form(f"/workbench/{{handle}}/{name}", handler)


ROUTES: Final[tuple[Route, ...]] = (
    page("/workbench", _list),
    page("/workbench/{handle}", _show),
    _action("apply", _apply),
    _action("measure", _measure),
    _action("split", _split),
    _action("give", _give),
    _action("discard", _discard),
    _action("look", _look),
)
