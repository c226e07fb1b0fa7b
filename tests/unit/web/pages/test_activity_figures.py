"""Figures from Prometheus' text: written by its own client, counted here by hand."""

from __future__ import annotations

import math

import pytest
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from qloak.web.pages.activity_figures import Figures, Speed

PUT = ("POST", "/v1/objects")
REDEEM = ("POST", "/v1/objects/{ref}/redeem")
SHOW = ("GET", "/v1/objects/{ref}")
EVENTS = ("GET", "/v1/events")
PAGE = ("GET", "/drive")
BUCKETS = (0.01, 0.1, 1.0)


class Meters:
    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter(
            "qloak_http_requests", "Requests", ["method", "route", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "qloak_http_seconds", "Seconds", ["method", "route"], registry=self.registry, buckets=BUCKETS
        )
        self.objects = Gauge("qloak_objects", "Objects by state", ["state"], registry=self.registry)
        self.up = Gauge("qloak_provider_up", "Whether a provider answers", ["provider"], registry=self.registry)

    def ask(self, what: tuple[str, str], status: int, *seconds: float) -> None:
        for each in seconds:
            self.requests.labels(*what, str(status)).inc()
            self.seconds.labels(*what).observe(each)

    def figures(self) -> Figures:
        return Figures.of(generate_latest(self.registry).decode())


def test_nothing_yet():
    figures = Meters().figures()
    assert (figures.puts, figures.redeems, figures.refused, figures.failed, figures.requests) == (0, 0, 0, 0, 0)
    assert (figures.states, figures.up, figures.providers) == ((), 0, 0)
    assert [(speed.count, speed.highest, dict(speed.within)) for speed in figures.speeds] == [(0, 1, {})] * 3


def test_requests_are_counted_by_how_they_were_answered():
    meters = Meters()
    meters.ask(PUT, 201, 0.001, 0.02, 0.03)
    meters.ask(PUT, 507, 0.001)
    meters.ask(PUT, 422, 0.001)
    meters.ask(REDEEM, 200, 0.5)
    meters.ask(REDEEM, 409, 0.001, 0.001)
    meters.ask(SHOW, 503, 2.0)
    meters.ask(EVENTS, 200, 3600.0)
    meters.ask(PAGE, 404, 0.1)
    figures = meters.figures()
    assert (figures.puts, figures.redeems, figures.refused, figures.failed) == (3, 1, 4, 1)
    assert figures.requests == 10


def test_speeds_leave_out_pages_and_streams():
    meters = Meters()
    meters.ask(PUT, 201, 0.001, 0.02)
    meters.ask(SHOW, 200, 0.001)
    meters.ask(("GET", "/v1/audit"), 200, 0.02)
    meters.ask(EVENTS, 200, 3600.0)
    meters.ask(PAGE, 200, 0.02)
    put, redeem, rest = meters.figures().speeds
    assert put.bars == ((0.01, 1), (0.1, 1), (1.0, 0), (math.inf, 0))
    assert redeem.count == 0
    # Two routes' series are one histogram.
    assert rest.bars == put.bars


@pytest.mark.parametrize(
    ("seconds", "within"),
    [
        ([0.001] * 100, (0.01, 0.01, 0.01)),
        ([0.001] * 50 + [0.05] * 50, (0.01, 0.1, 0.1)),
        ([0.001] * 49 + [0.05] * 46 + [0.5] * 4 + [5.0], (0.1, 0.1, 1.0)),
        ([0.001] * 94 + [5.0] * 6, (0.01, math.inf, math.inf)),
        ([0.5], (1.0, 1.0, 1.0)),
    ],
)
def test_a_share_is_within_the_smallest_bound_that_holds_it(seconds, within):
    meters = Meters()
    meters.ask(PUT, 201, *seconds)
    speed = meters.figures().speeds[0]
    assert speed.within == dict(zip((0.5, 0.95, 0.99), within, strict=True))
    assert speed.count == len(seconds)
    assert sum(count for _, count in speed.bars) == len(seconds)
    assert speed.highest == max(count for _, count in speed.bars)


def test_objects_in_the_usual_order_and_providers_that_answer():
    meters = Meters()
    for state, count in (("lost", 2), ("redeemed", 0), ("stored", 5)):
        meters.objects.labels(state).set(count)
    for name, value in (("a", 1), ("b", 0), ("c", 1)):
        meters.up.labels(name).set(value)
    figures = meters.figures()
    assert figures.states == (("stored", 5), ("lost", 2))
    assert (figures.up, figures.providers) == (2, 3)


def test_speed_of_no_samples():
    assert Speed.of("put", ()) == Speed("put", 0, (), {})
