"""Walking a stim circuit of any nesting without unrolling it in memory."""

from __future__ import annotations

from collections.abc import Iterator

import stim

from ...errors import LimitError

__all__ = ["iter_instructions"]


_MAX_INSTRUCTIONS = 10_000_000


def iter_instructions(circuit: stim.Circuit) -> Iterator[stim.CircuitInstruction]:
    """All instructions in order, REPEAT blocks unrolled.

    Raises:
        LimitError: before the first one, if there would be more than ten million.
    """
    count = _count(circuit)
    if count > _MAX_INSTRUCTIONS:
        raise LimitError(f"circuit: got {count} instructions, REPEAT unrolled; expected at most {_MAX_INSTRUCTIONS}.")
    return _walk(circuit)


def _count(circuit: stim.Circuit) -> int:
    return sum(
        item.repeat_count * _count(item.body_copy()) if isinstance(item, stim.CircuitRepeatBlock) else 1
        for item in circuit
    )


def _walk(circuit: stim.Circuit) -> Iterator[stim.CircuitInstruction]:
    for item in circuit:
        if isinstance(item, stim.CircuitRepeatBlock):
            body = item.body_copy()
            for _ in range(item.repeat_count):
                yield from _walk(body)
        else:
            yield item
