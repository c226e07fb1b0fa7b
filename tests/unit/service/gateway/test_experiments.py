"""The routes of /v1/experiments."""

from __future__ import annotations

import time

import pytest

from tests.contract.checkout import ROOT

SWEEP = {"experiment": "channel", "grid": {"clones": "2-4", "memory_depolarizing": 0.98}}


@pytest.fixture(autouse=True)
def at_the_root(monkeypatch):
    monkeypatch.chdir(ROOT)


def finished(caller, job):
    end = time.monotonic() + 40
    while (found := caller.done("GET", f"/v1/experiments/{job}"))["state"] in ("queued", "running"):
        assert time.monotonic() < end
        time.sleep(0.05)
    return found


def test_a_sweep_from_its_start_to_its_rows(gateway, alice):
    gateway.app.state.events.publish("alice", "marker", {})
    before = gateway.app.state.events.last
    answer = alice("POST", "/v1/experiments", SWEEP, key="sweep")
    assert answer.status == 202
    job = answer.document
    assert (job["schema"], job["state"]) == ("qloak.experiment-job/1", "queued")
    assert alice.done("POST", "/v1/experiments", SWEEP, key="sweep")["id"] == job["id"]
    assert alice("POST", "/v1/experiments", {"experiment": "published"}, key="sweep").code == "idempotency-key-reused"
    found = finished(alice, job["id"])
    assert (found["state"], found["error"], found["progress"]["done"]) == ("done", None, 1)
    assert [row["clones"] for row in found["rows"]] == [2, 3, 4]
    page = alice.done("GET", f"/v1/experiments/{job['id']}/rows?after=2")
    assert ([row["clones"] for row in page["rows"]], page["next"]) == ([4], 3)
    assert alice.done("GET", f"/v1/experiments/{job['id']}/rows?after=7")["rows"] == []
    told = [event for event in gateway.app.state.events.since("alice", before) if event.kind == "experiment"]
    assert [event.data["state"] for event in told][-1] == "done"
    assert {event.data["job"] for event in told} == {job["id"]}


def test_figures_are_pictures_and_nothing_else(gateway, alice):
    job = alice.done("POST", "/v1/experiments", SWEEP)["id"]
    finished(alice, job)
    gateway.app.state.jobs.files("alice", job).save_figures([("caption", b"<svg><script/></svg>")])
    answer = alice("GET", f"/v1/experiments/{job}/figures/1.svg")
    assert answer.headers["content-type"] == "image/svg+xml"
    assert answer.headers["content-security-policy"] == "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    for number, status in (("2", 404), ("0", 422), ("x", 422)):
        assert alice("GET", f"/v1/experiments/{job}/figures/{number}.svg").status == status


def test_catalogue_says_what_can_be_asked_for(alice):
    found = alice.done("GET", "/v1/experiments")
    assert found["schema"] == "qloak.experiment-jobs/1"
    assert {"channel", "fidelity", "chsh", "iterated", "ghz"} <= {each["name"] for each in found["experiments"]}
    assert all(job["id"] for job in found["jobs"])


def test_reading_needs_no_more_than_read(gateway):
    reader = gateway.caller("alice", ["read"])
    assert reader("GET", "/v1/experiments").status == 200
    assert reader("POST", "/v1/experiments", SWEEP).code == "forbidden"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"experiment": "nowhere"}, "unknown-name"),
        ({"experiment": "channel"}, "bad-argument"),
        ({"experiment": "channel", "grid": {"clones": [[2]]}}, "bad-argument"),
        ({"experiment": "channel", "grid": {"clones": "2-9" * 400}}, "bad-argument"),
        ({"experiment": "channel", "grid": {"clones": 2, "device": "../x.json"}}, "unknown-name"),
        ({"experiment": "channel", "grid": {f"x{i}": 1 for i in range(13)}}, "bad-argument"),
        ({"experiment": "fidelity", "engine": "qiskit"}, "bad-argument"),
        ({"experiment": "fidelity", "shots": 10**9}, "bad-argument"),
        ({"experiment": "fidelity", "more": 1}, "bad-argument"),
        ({"experiment": "channel", "grid": {"clones": "2-99", "time_us": "1,2,3,4,5"}}, "over-limit"),
    ],
)
def test_experiments_that_cannot_be(alice, body, code):
    assert alice("POST", "/v1/experiments", body).code == code


def test_published_results_are_there_at_once(alice):
    found = alice.done("GET", "/v1/experiments/published")
    assert found["schema"] == "qloak.published/1"
    assert [each["experiment"] for each in found["experiments"]] == ["fidelity", "chsh", "iterated", "ghz"]
    assert found["jobs"]
