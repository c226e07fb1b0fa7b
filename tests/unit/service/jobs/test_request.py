"""What is wanted is checked before anything is started."""

from __future__ import annotations

import json

import pytest

from qloak.errors import LimitError, UnknownNameError, UsageError
from qloak.experiments.catalogue import CATALOGUE
from qloak.service.jobs.request import MAX_POINTS, JobRequest, catalogue_document


@pytest.mark.parametrize(
    "request_",
    [
        JobRequest("fidelity"),
        JobRequest("fidelity", {"clones": "2-6", "device": ["kingston", "fez"]}, seed=3),
        JobRequest("channel", {"clones": [2, 4], "time_us": "1;2"}, device="kingston", engine="stim", shots=100),
        JobRequest("iterated", {"levels": 1}),
    ],
)
def test_requests_come_back_from_their_file(request_):
    assert JobRequest.from_json(json.loads(json.dumps(request_.to_json()))) == request_


def test_a_channel_is_on_a_device_only_if_one_is_named():
    assert "device" not in JobRequest("channel", {"clones": 2}).points.axes
    assert JobRequest("channel", {"clones": 2}, device="fez").points.axes["device"] == ("fez",)
    assert JobRequest("fidelity").where == "kingston"


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ({"experiment": "nothing"}, UnknownNameError),
        ({"experiment": "channel"}, UsageError),
        ({"experiment": "channel", "grid": {"clones": "1-3"}}, UsageError),
        ({"experiment": "channel", "grid": {"clones": 101}}, UsageError),
        ({"experiment": "channel", "grid": {"clones": 2, "colour": "red"}}, UnknownNameError),
        ({"experiment": "channel", "grid": {"clones": "2-99", "time_us": "1,2,3,4,5"}}, LimitError),
        ({"experiment": "channel", "grid": {"clones": 2, "device": "/etc/passwd"}}, UnknownNameError),
        ({"experiment": "channel", "grid": {"clones": 2, "device": "a.json"}}, UnknownNameError),
        ({"experiment": "fidelity", "grid": {"clones": 41}}, UsageError),
        ({"experiment": "fidelity", "grid": {"levels": 1}}, UnknownNameError),
        ({"experiment": "fidelity", "device": "ibm:fez"}, UnknownNameError),
        ({"experiment": "fidelity", "engine": "qiskit"}, UsageError),
        ({"experiment": "kraus", "engine": "stim"}, UsageError),
        ({"experiment": "published", "grid": {"clones": 2}}, UnknownNameError),
        ({"experiment": "fidelity", "shots": 0}, UsageError),
        ({"experiment": "fidelity", "shots": 10**9}, UsageError),
        ({"experiment": "fidelity", "seed": -1}, UsageError),
        ({"experiment": "fidelity", "transpiler_seeds": 21}, UsageError),
    ],
)
def test_what_cannot_be_done_is_refused(arguments, error):
    with pytest.raises(error):
        JobRequest(**arguments)


def test_the_catalogue_is_that_of_the_experiments():
    found = json.loads(json.dumps(catalogue_document()))
    assert {each["name"] for each in found["experiments"]} == {"channel", *CATALOGUE}
    assert "kingston" in found["devices"]
    assert found["limits"]["points"] == MAX_POINTS
    for each in found["experiments"]:
        grid = {each["by"]: each["span"][0]} if each["settings"] else {}
        for engine in each["engines"]:
            JobRequest(each["name"], grid, engine=engine)
