"""Figures of a gateway, from what Prometheus collects."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Self

from prometheus_client.parser import text_string_to_metric_families
from prometheus_client.samples import Sample

__all__ = ["Figures", "Speed"]

_PUT: Final = ("POST", "/v1/objects")
_REDEEM: Final = ("POST", "/v1/objects/{ref}/redeem")
# An event stream lasts as long as somebody listens.
_NOT_REST: Final = (_PUT, _REDEEM, ("GET", "/v1/events"))
_SHARES: Final = (0.5, 0.95, 0.99)
_STATES: Final = ("stored", "storing", "redeeming", "refreshing", "deleting", "redeemed", "aborted", "deleted", "lost")
_BAD_REQUEST: Final = 400
_FAILED: Final = 500
_NO_ROOM: Final = 507


@dataclass(frozen=True, slots=True)
class Speed:
    """How long requests of a kind took.

    Attributes:
        name: of the kind.
        count: how many there were.
        bars: (upper bound in seconds, how many took at most that and more than the bound before); the last is inf.
        within: share -> the smallest bound that so many of them kept, in seconds; inf beyond the last.
    """

    name: str
    count: int
    bars: tuple[tuple[float, int], ...]
    within: Mapping[float, float]

    @classmethod
    def of(cls, name: str, samples: Iterable[Sample]) -> Self:
        """From samples of a cumulative histogram, which may have several series."""
        below: dict[float, float] = {}
        for sample in samples:
            bound = float(sample.labels["le"])
            below[bound] = below.get(bound, 0.0) + sample.value
        bounds = sorted(below)
        counts = [int(below[bound]) for bound in bounds]
        total = counts[-1] if counts else 0
        bars = tuple(
            (bound, count - before) for bound, count, before in zip(bounds, counts, [0, *counts], strict=False)
        )
        within = {
            share: next((b for b, c in zip(bounds, counts, strict=True) if c >= share * total), math.inf)
            for share in (_SHARES if total else ())
        }
        return cls(name, total, bars, within)

    @property
    def highest(self) -> int:
        """Of the bars; at least 1."""
        return max([1, *(count for _, count in self.bars)])


@dataclass(frozen=True, slots=True)
class Figures:
    """What the page shows; everything since the gateway was started, but objects and providers as they are now.

    Attributes:
        puts, redeems: requests that were answered well.
        refused: requests that were refused, of all kinds.
        failed: requests that failed on this side.
        requests: of all kinds.
        states: (state, how many objects), of all tenants; the usual order, without states that nothing is in.
        up, providers: how many providers answer, of how many.
        speeds: of puts, of redemptions, and of everything else but event streams.
    """

    puts: int
    redeems: int
    refused: int
    failed: int
    requests: int
    states: tuple[tuple[str, int], ...]
    up: int
    providers: int
    speeds: tuple[Speed, ...]

    @classmethod
    def of(cls, exposition: str) -> Self:
        """From Prometheus' text form."""
        samples: dict[str, list[Sample]] = {}
        for family in text_string_to_metric_families(exposition):
            for sample in family.samples:
                samples.setdefault(sample.name, []).append(sample)
        asked = [each for each in samples.get("qloak_http_requests_total", []) if _is_api(each)]
        timed = [each for each in samples.get("qloak_http_seconds_bucket", []) if _is_api(each)]
        counts = {each.labels["state"]: int(each.value) for each in samples.get("qloak_objects", [])}
        answers = [each.value for each in samples.get("qloak_provider_up", [])]
        return cls(
            puts=_count(each for each in asked if _route(each) == _PUT and _status(each) < _BAD_REQUEST),
            redeems=_count(each for each in asked if _route(each) == _REDEEM and _status(each) < _BAD_REQUEST),
            refused=_count(each for each in asked if _is_refused(_status(each))),
            failed=_count(each for each in asked if _status(each) >= _FAILED and not _is_refused(_status(each))),
            requests=_count(asked),
            states=tuple((state, counts[state]) for state in _STATES if counts.get(state)),
            up=sum(value > 0 for value in answers),
            providers=len(answers),
            speeds=(
                Speed.of("put", (each for each in timed if _route(each) == _PUT)),
                Speed.of("redeem", (each for each in timed if _route(each) == _REDEEM)),
                Speed.of("rest", (each for each in timed if _route(each) not in _NOT_REST)),
            ),
        )


def _route(sample: Sample) -> tuple[str, str]:
    return sample.labels["method"], sample.labels["route"]


def _is_api(sample: Sample) -> bool:
    return sample.labels["route"].startswith("/v1/")


def _status(sample: Sample) -> int:
    return int(sample.labels["status"])


def _is_refused(status: int) -> bool:
    """Whether the client asked for what is not to be had; no room is no fault of the server either."""
    return _BAD_REQUEST <= status < _FAILED or status == _NO_ROOM


def _count(samples: Iterable[Sample]) -> int:
    return int(sum(sample.value for sample in samples))
