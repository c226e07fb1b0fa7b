"""The world behind HTTP: what a vault or a provider on another machine talks to."""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeVar

from ...errors import IntegrityError
from ..http import HttpCaller
from .codec import encode_operation
from .operations import Applied, Operation, Refused, Result
from .protocol import Custodian, HolderInfo

__all__ = ["MAX_BULK", "RemoteWorld", "holder_document", "holder_of"]

_T = TypeVar("_T")

MAX_BULK: Final = 1000
"""Operations in one request, which is one transaction; longer lists are sent in parts, in order."""


class RemoteWorld:
    """A world's server; implements `protocol.World`.

    Args:
        caller: its address and the token of a holder.
        emulator: its address and the token of the emulator's operator, for `peek` and `history`; without it the
            server refuses them.
    """

    def __init__(self, caller: HttpCaller, *, emulator: HttpCaller | None = None) -> None:
        self._caller = caller
        self._emulator = emulator or caller

    def close(self) -> None:
        """Give back the connections."""
        self._caller.close()

    def apply(self, operations: Sequence[Operation], *, epoch: int = 0) -> list[Result]:
        """Do operations in order; see `protocol.World`. More than MAX_BULK go in several transactions."""
        results: list[Result] = []
        for start in range(0, len(operations), MAX_BULK):
            part = operations[start : start + MAX_BULK]
            body = {"epoch": epoch, "operations": [encode_operation(operation) for operation in part]}
            value = self._caller.call("POST", "/v1/operations", body=body)
            answers = _read(value, lambda value: [_result(item) for item in value["results"]])
            if len(answers) != len(part):
                raise IntegrityError(f"world: {len(answers)} answers to {len(part)} operations.")
            results += answers
        return results

    def results(self, op_ids: Sequence[str]) -> dict[str, Applied]:
        """The logged results of those of the operations that have happened."""
        found: dict[str, Applied] = {}
        for start in range(0, len(op_ids), MAX_BULK):
            body = {"op_ids": list(op_ids[start : start + MAX_BULK])}
            value = self._caller.call("POST", "/v1/results", body=body)
            found |= _read(
                value, lambda value: {k: Applied(dict(v), repeated=True) for k, v in value["results"].items()}
            )
        return found

    def register_holder(self, info: HolderInfo) -> None:
        """Make a holder known, or change its parameters from now on."""
        self._caller.call("POST", "/v1/holders", body=holder_document(info))

    def holders(self) -> list[HolderInfo]:
        """All holders that the token may know of, by name."""
        value = self._caller.call("GET", "/v1/holders")
        return _read(value, lambda value: [holder_of(item) for item in value["holders"]])

    def custody(self, stored: Sequence[str], *, holder: str) -> dict[str, dict[int, Custodian]]:
        """Where `holder` itself holds qubits of encrypted registers."""
        found: dict[str, dict[int, Custodian]] = {}
        for start in range(0, len(stored), MAX_BULK):
            body = {"stored": list(stored[start : start + MAX_BULK]), "holder": holder}
            value = self._caller.call("POST", "/v1/custody", body=body)
            found |= _read(
                value,
                lambda value: {
                    name: {int(q): Custodian(item["holder"], float(item["since"])) for q, item in places.items()}
                    for name, places in value["custody"].items()
                },
            )
        return found

    def open_epoch(self, holder: str) -> int:
        """Begin a new epoch of a vault."""
        value = self._caller.call("POST", "/v1/epochs", body={"holder": holder})
        return _read(value, lambda value: int(value["epoch"]))

    def now(self) -> float:
        """World time, seconds since the world began."""
        value = self._caller.call("GET", "/v1/now")
        return _read(value, lambda value: float(value["now"]))

    def history(self, stored: str) -> list[Mapping[str, object]]:
        """The append-only log of one encrypted register, oldest first."""
        value = self._emulator.call("GET", "/v1/history", query={"stored": stored})
        return _read(value, lambda value: [dict(item) for item in value["history"]])

    def export(self, stored: str, *, form: str, with_input: bool = False) -> str | bytes:
        """The life of an encrypted register as one circuit."""
        query = {"stored": stored, "form": form, "with_input": with_input}
        caller = self._emulator if with_input else self._caller
        value = caller.call("GET", "/v1/export", query=query)
        return _read(value, lambda value: str(value["text"]) if "text" in value else base64.b64decode(value["base64"]))

    def peek(self, handle: str) -> bytes:
        """The state of a plain register; emulator only."""
        value = self._emulator.call("GET", "/v1/peek", query={"handle": handle})
        return _read(value, lambda value: base64.b64decode(value["state"]))


def holder_document(info: HolderInfo) -> dict[str, object]:
    """A holder as JSON; infinite times are null."""
    return {
        "name": info.name,
        "t1_seconds": None if info.t1_seconds == float("inf") else info.t1_seconds,
        "t2_seconds": None if info.t2_seconds == float("inf") else info.t2_seconds,
        "link_error": info.link_error,
        "link_loss": info.link_loss,
    }


def holder_of(document: Mapping[str, Any]) -> HolderInfo:
    """The inverse of `holder_document`."""
    times = [float("inf") if document[k] is None else float(document[k]) for k in ("t1_seconds", "t2_seconds")]
    return HolderInfo(
        str(document["name"]), times[0], times[1], float(document["link_error"]), float(document["link_loss"])
    )


def _result(item: Mapping[str, Any]) -> Result:
    if "code" in item:
        return Refused(str(item["code"]), str(item["message"]))
    return Applied(dict(item["value"]), repeated=bool(item["repeated"]))


def _read(value: Any, reader: Callable[[Any], _T]) -> _T:  # noqa: ANN401, JSON has any shape
    """Read an answer; what has another shape comes from something that is no world of ours."""
    try:
        return reader(value)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise IntegrityError(f"world: an answer of another shape than expected ({error}).") from error
