"""The engine that samples Clifford circuits."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from qloak.errors import LimitError, ProgramError, UsageError
from qloak.experiments.engines import stim as engine
from qloak.experiments.engines.stim import histogram, run
from tests.unit.experiments.samples import sampled


def test_certain_records_come_in_order():
    task = replace(sampled(0), circuit="X 1\nM 0 1 2", shots=7)
    assert run(task).counts == {"010": 7}
    assert run(replace(task, record_bits=(1, 0))).counts == {"10": 7}
    assert run(replace(task, record_bits=(1,))).counts == {"1": 7}


def test_feed_forward_is_made_by_the_circuit():
    task = replace(sampled(0), circuit="H 0\nCX 0 1\nM 0\nCX rec[-1] 1\nM 1", record_bits=(1,), shots=100)
    assert run(task).counts == {"0": 100}


def test_observables_are_flips_against_the_noiseless_circuit():
    circuit = "X 0 1\nX_ERROR(1) 1\nM 0 1\nOBSERVABLE_INCLUDE(0) rec[-2]\nOBSERVABLE_INCLUDE(1) rec[-1]"
    assert run(replace(sampled(0), circuit=circuit, quantity="observables", shots=5)).counts == {"01": 5}


def test_frequencies_are_those_of_the_noise():
    # Hoeffding: P(|k/N - p| > e) <= 2 exp(-2 N e^2) for each of four strings; e below makes the sum 1e-9.
    shots = 100_000
    slack = math.sqrt(math.log(8 / 1e-9) / (2 * shots))
    for quantity in ("counts", "observables"):
        counts = run(replace(sampled(0.3), quantity=quantity, shots=shots)).counts
        assert sum(counts.values()) == shots
        for bits, chance in {"00": 0.7, "01": 0.1, "10": 0.1, "11": 0.1}.items():
            assert abs(counts[bits] / shots - chance) < slack


def test_the_same_task_gives_the_same_counts_and_another_seed_others():
    task = sampled(0.3, shots=10_000)
    assert run(task) == run(task)
    assert run(replace(task, seed=1)).counts != run(task).counts


def test_large_tasks_are_sampled_in_batches(monkeypatch):
    monkeypatch.setattr(engine, "_BATCH_BITS", 300)
    outcome = run(replace(sampled(0.0), shots=1001))
    assert outcome.counts == {"00": 1001}


@pytest.mark.parametrize("width", [1, 7, 8, 9, 63, 64, 65, 130])
def test_histogram_counts_rows_of_any_width(width, rng):
    rows = rng.random((5, width)) < 0.5
    rows = np.unique(rows, axis=0)
    chosen = rng.integers(len(rows), size=200)
    expected = {}
    for row in rows[chosen].tolist():
        key = "".join("1" if bit else "0" for bit in row)
        expected[key] = expected.get(key, 0) + 1
    assert histogram(rows[chosen]) == expected


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        ({"shots": 0}, UsageError, "at least 1"),
        ({"shots": 10**12}, LimitError, "at most"),
        ({"quantity": "channel"}, UsageError, "counts or observables"),
        ({"record_bits": (2,)}, UsageError, "a record from 0 to 1"),
        ({"record_bits": (-1,)}, UsageError, "a record from 0 to 1"),
        ({"circuit": "H 0"}, UsageError, "records"),
        ({"circuit": "M 0", "quantity": "observables"}, UsageError, "observables"),
        ({"circuit": "I[R_X(theta=0.1*pi)] 0\nM 0"}, ProgramError, "rotation by an angle"),
        ({"circuit": "nonsense"}, ProgramError, "no circuit of stim"),
    ],
)
def test_what_it_cannot_do_is_refused(change, error, words):
    with pytest.raises(error, match=words):
        run(replace(sampled(0.1), **change))
