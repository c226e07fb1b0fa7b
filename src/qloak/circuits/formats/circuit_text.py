"""Circuits as text without loss: stim itself prints the arguments of noise with six digits."""

from __future__ import annotations

import re
from collections.abc import Iterator

import stim

__all__ = ["circuit_text"]

_HEAD = re.compile(r"(?P<name>\w+(?:\[[^\]]*\])?)(?:\([^)]*\))?")


def circuit_text(circuit: stim.Circuit) -> str:
    """Stim text of a circuit, its arguments with all their digits: reading it gives the same circuit.

    The text of a circuit decides its channel only so; with six digits, chances of 1e-3 make fidelities wrong by 1e-8.
    """
    return "\n".join(_lines(circuit))


def _lines(circuit: stim.Circuit) -> Iterator[str]:
    for instruction in circuit:
        if isinstance(instruction, stim.CircuitRepeatBlock):
            alone = stim.Circuit()
            alone.append(instruction)
            yield str(alone).partition("\n")[0]
            yield from (f"    {line}" for line in _lines(instruction.body_copy()))
            yield "}"
            continue
        text, arguments = str(instruction), instruction.gate_args_copy()
        head = _HEAD.match(text)
        if not arguments or head is None:
            yield text
            continue
        listed = ", ".join(str(int(each)) if each.is_integer() else repr(each) for each in arguments)
        yield f"{head['name']}({listed}){text[head.end() :]}"
