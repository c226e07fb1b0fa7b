"""The routes of /v1/lab."""

from __future__ import annotations

import threading

import pytest

from qloak.errors import RateLimitError, UnavailableError
from qloak.lab.placement import PlacementChoice
from qloak.service.jobs.placing import Placer
from tests.contract.checkout import ROOT


def test_circuit_with_the_story_of_a_state(alice):
    plain = alice.done("GET", "/v1/lab/circuit?clones=12")
    assert "steps" not in plain
    told = alice.done("GET", "/v1/lab/circuit?clones=12&method=measured&theta=0.5&lose=A,S2,S3")
    assert plain.keys() | {"theta", "phi", "bloch", "lost", "steps", "recovery"} == told.keys()
    assert (told["theta"], told["phi"], told["lost"]) == (0.5, 0.0, ["A", "S2", "S3"])
    assert told["recovery"]["state_fidelity"] == pytest.approx(1)
    assert "<style" not in told["svg"]
    assert "style=" not in told["svg"]


def test_access_of_a_set_and_of_all_sets(alice):
    assert alice.done("GET", "/v1/lab/access?clones=3&holding=S1,N2,N3")["leaks"] == ["Y"]
    assert alice.done("GET", "/v1/lab/access?clones=3&holding=")["class"] == "uninformative"
    counts = alice.done("GET", "/v1/lab/access?clones=3")["counts"]
    assert counts == {"authorized": 60, "partial": 8, "uninformative": 60}


def test_channel_of_one_decoder_and_of_both(alice):
    one = alice.done("GET", "/v1/lab/channel?clones=5&memory_depolarizing=0.99")
    assert one["entanglement_fidelity"] == pytest.approx((1 + 0.99**5 + 2 * 0.99**6) / 4)
    both = alice.done("GET", "/v1/lab/channel?clones=5&method=both&device=kingston")
    assert set(both["decoders"]) == {"unitary", "measured"}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("circuit?clones=1", "bad-argument"),
        ("circuit?clones=31", "bad-argument"),
        ("circuit", "bad-argument"),
        ("circuit?clones=3&stage=nowhere", "bad-argument"),
        ("circuit?clones=3&clone=A", "unknown-name"),
        ("circuit?clones=3&theta=nan", "bad-argument"),
        ("circuit?clones=3&theta=1&lose=S9", "unknown-name"),
        ("circuit?clones=3&lose=S1", "bad-argument"),
        ("access?clones=3&holding=<script>", "unknown-name"),
        ("access?clones=3&holding=A,A", "bad-argument"),
        (f"access?clones=3&holding={'A,' * 600}", "bad-argument"),
        ("channel?clones=3&two_qubit_error=0.95", "bad-argument"),
        ("channel?clones=3&two_qubit_error=0.1&device=kingston", "bad-argument"),
        ("channel?clones=3&device=%2e%2e/x.json", "unknown-name"),
        ("channel?clones=501", "bad-argument"),
        ("compile?clones=41", "bad-argument"),
        ("compile?clones=3&device=nowhere", "unknown-name"),
        ("compile?clones=3&device=grid-100x100", "over-limit"),
    ],
)
def test_questions_without_an_answer(alice, query, code):
    answer = alice("GET", f"/v1/lab/{query}")
    assert answer.code == code
    assert answer.status in (404, 413, 422)


# --- placements ------------------------------------------------------------------------------------------------------


@pytest.fixture(autouse=True)
def at_the_root(monkeypatch):
    monkeypatch.chdir(ROOT)


def test_placement_is_found_once_and_then_known(gateway, alice, monkeypatch):
    found = alice.done("GET", "/v1/lab/compile?clones=2&device=line-12")
    assert (found["schema"], found["flows_verified"]) == ("qloak.compile/1", True)
    assert "<style" not in found["layout_svg"]
    monkeypatch.setattr(gateway.app.state.placer, "_module", "tests.nowhere")
    assert alice.done("GET", "/v1/lab/compile?clones=2&device=line-12") == found
    assert alice("GET", "/v1/lab/compile?clones=3&device=line-12").code == "unavailable"


def test_what_the_compiler_refuses_keeps_its_code(alice):
    answer = alice("GET", "/v1/lab/compile?clones=4&device=line-5")
    assert (answer.status, answer.code) == (422, "bad-argument")
    assert "connected qubits" in answer.document["detail"]


def test_one_search_at_a_time_and_not_for_ever():
    placer = Placer("tests.unit.service.jobs.stuck", most_seconds=1.0)
    errors = []

    def first():
        try:
            placer.place(PlacementChoice(2, "line-12"))
        except UnavailableError as error:
            errors.append(error)

    thread = threading.Thread(target=first)
    thread.start()
    while not placer._slot.locked():
        pass
    with pytest.raises(RateLimitError):
        placer.place(PlacementChoice(3, "line-12"))
    thread.join()
    assert "more than 1 s" in str(errors[0])
