"""The public hardware jobs: our estimators agree with what was published, and the failed ones are called failed."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from qloak.experiments.estimators import bell_fidelity
from qloak.experiments.published import PublishedJobs, published_results, reanalysed

RESULTS = published_results()
EXPECTED = {
    ("core", "Bell measurement"): "recovered",
    ("core", "parity oscillations"): "recovered",
    ("adversary", "honest"): "recovered",
    ("adversary", "no decryption"): "key missing",
    ("adversary", "adversary with the key"): "recovered",
    ("harvest", "no decryption"): "inconclusive",
    ("harvest", "with the key"): "failed",
    ("dead drop", "inactive: no decryption"): "inconclusive",
    ("dead drop", "active: with the key"): "failed",
    ("partial key", "0 of 2 key qubits: no decryption"): "inconclusive",
    ("partial key", "1 of 2 key qubits: no decryption"): "inconclusive",
    ("partial key", "2 of 2 key qubits: with the key"): "failed",
}


@pytest.mark.parametrize("result", RESULTS, ids=lambda each: f"{each.run}: {each.label}")
def test_our_estimate_is_the_published_value(result):
    assert result.agrees
    assert result.estimate.value == pytest.approx(result.stated, abs=1e-6)
    assert result.estimate.shots == 4096 * len(result.jobs)


def test_verdicts():
    assert {(each.run, each.label): each.verdict for each in RESULTS} == EXPECTED


def test_the_failures_are_one_systematic_phase_flip():
    failed = [each for each in RESULTS if each.verdict == "failed"]
    assert {each.backend for each in failed} == {"ibm_fez"}
    assert {each.pauli for each in failed} == {"Z"}
    # Noise would spread over all outcomes; here one wrong outcome has about half of them.
    assert all(each.corrected.value > 0.46 and each.estimate.high < 0.25 for each in failed)


def test_the_bar_of_parity_oscillations():
    (found,) = [each for each in RESULTS if each.label == "parity oscillations"]
    assert found.estimate.error == pytest.approx(0.0055, abs=5e-5)


def test_a_control_that_works_turns_inconclusive_into_key_missing():
    (lost,) = [each for each in RESULTS if (each.run, each.label) == ("harvest", "no decryption")]
    (control,) = [each for each in RESULTS if (each.run, each.label) == ("harvest", "with the key")]
    works = replace(control, estimate=bell_fidelity({"00": 3000, "11": 1096}))
    assert [each.verdict for each in reanalysed([lost, works])] == ["key missing", "recovered"]
    assert [each.verdict for each in reanalysed([lost])] == ["inconclusive"]


def test_results_are_json():
    experiment = PublishedJobs()
    assert experiment.tasks() == []
    document = json.loads(json.dumps(experiment.rows({})))
    assert [row["verdict"] for row in document] == list(EXPECTED.values())
    assert document[0]["jobs"] == ["d7t8pfaudops7397m5rg"]
    assert document[0]["agrees"] is True
