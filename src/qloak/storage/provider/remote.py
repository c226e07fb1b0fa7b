"""A provider behind HTTP."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Final, TypeVar

from ...errors import IntegrityError, QloakError
from ..http import HttpCaller, error_of
from .protocol import Deposit, DepositState, Fault, ProviderInfo

__all__ = ["MAX_BULK", "HttpProvider", "info_document", "info_of"]

_T = TypeVar("_T")

MAX_BULK: Final = 1000
"""Deposits in one request; longer lists are sent in parts."""


class HttpProvider:
    """A provider's server; implements `protocol.Provider`.

    Args:
        name: as the vault knows it.
        caller: its address and token.
    """

    def __init__(self, name: str, caller: HttpCaller) -> None:
        self._name = name
        self._caller = caller

    @property
    def name(self) -> str:
        """As the vault knows it."""
        return self._name

    @property
    def is_remote(self) -> bool:
        """Its calls wait for a network."""
        return True

    def close(self) -> None:
        """Give back the connections."""
        self._caller.close()

    def info(self) -> ProviderInfo:
        """Its own account of itself."""
        return _read(self._name, self._caller.call("GET", "/v1/info"), info_of)

    def accept(self, deposits: Sequence[Deposit]) -> list[QloakError | None]:
        """Promise room; see `protocol.Provider`."""
        answers: list[QloakError | None] = []
        for part in _parts(deposits):
            items = [
                {"deposit": d.deposit, "stored": d.stored, "qubits": list(d.qubits), "num_blocks": d.num_blocks}
                for d in part
            ]
            answers += self._bulk("accept", {"deposits": items}, len(part))
        return answers

    def release(self, deposits: Sequence[str], *, to: str) -> list[QloakError | None]:
        """Ship deposits away; see `protocol.Provider`."""
        answers: list[QloakError | None] = []
        for part in _parts(deposits):
            answers += self._bulk("release", {"deposits": list(part), "to": to}, len(part))
        return answers

    def discard(self, deposits: Sequence[str]) -> list[QloakError | None]:
        """Reset deposits; see `protocol.Provider`."""
        answers: list[QloakError | None] = []
        for part in _parts(deposits):
            answers += self._bulk("discard", {"deposits": list(part)}, len(part))
        return answers

    def states(self, deposits: Sequence[str]) -> list[DepositState]:
        """What the provider knows of deposits."""
        states: list[DepositState] = []
        for part in _parts(deposits):
            value = self._caller.call("POST", "/v1/deposits/states", body={"deposits": list(part)})
            states += _read(self._name, value, lambda value: [DepositState(s) for s in value["states"]])
        return states

    def rehearse(self, fault: Fault, strength: float) -> None:
        """Switch a fault on or off."""
        self._caller.call("POST", "/v1/rehearse", body={"fault": fault.value, "strength": strength})

    def destroy(self) -> None:
        """Rehearse the loss of the whole site."""
        self._caller.call("POST", "/v1/destroy", body={})

    def _bulk(self, verb: str, body: Mapping[str, object], count: int) -> list[QloakError | None]:
        value = self._caller.call("POST", f"/v1/deposits/{verb}", body=body)
        answers = _read(self._name, value, lambda value: [_answer(item) for item in value["answers"]])
        if len(answers) != count:
            raise IntegrityError(f"provider {self._name}: {len(answers)} answers to {count} questions.")
        return answers


def info_document(info: ProviderInfo) -> dict[str, object]:
    """A provider's account as JSON; infinite times are null."""
    return {
        "name": info.name,
        "holder": info.holder,
        "capacity": info.capacity,
        "used": info.used,
        "t1_seconds": None if info.t1_seconds == float("inf") else info.t1_seconds,
        "t2_seconds": None if info.t2_seconds == float("inf") else info.t2_seconds,
        "faults": {fault.value: strength for fault, strength in info.faults.items()},
    }


def info_of(document: Mapping[str, Any]) -> ProviderInfo:
    """The inverse of `info_document`."""
    times = [float("inf") if document[k] is None else float(document[k]) for k in ("t1_seconds", "t2_seconds")]
    return ProviderInfo(
        name=str(document["name"]),
        holder=str(document["holder"]),
        capacity=int(document["capacity"]),
        used=int(document["used"]),
        t1_seconds=times[0],
        t2_seconds=times[1],
        faults={Fault(key): float(value) for key, value in document["faults"].items()},
    )


def _answer(item: Mapping[str, Any] | None) -> QloakError | None:
    return None if item is None else error_of(str(item["code"]), str(item["message"]))


def _parts(items: Sequence[_T]) -> list[Sequence[_T]]:
    return [items[i : i + MAX_BULK] for i in range(0, len(items), MAX_BULK)]


def _read(name: str, value: Any, reader: Callable[[Any], _T]) -> _T:  # noqa: ANN401, JSON has any shape
    """Read an answer; what has another shape comes from something that is no provider of ours."""
    try:
        return reader(value)
    except (KeyError, TypeError, ValueError) as error:
        raise IntegrityError(f"provider {name}: an answer of another shape than expected ({error}).") from error
