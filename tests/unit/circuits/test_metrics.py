"""Counting gates and layers on circuits small enough to count by hand."""

from __future__ import annotations

import pytest
import stim

from qloak.circuits import CircuitMetrics, circuit_metrics


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", CircuitMetrics(0, 0, 0, 0, 0), id="nothing"),
        pytest.param("H 0 1 2\nS 1", CircuitMetrics(3, 0, 0, 4, 0), id="one-qubit gates"),
        pytest.param("CX 0 1 2 3", CircuitMetrics(4, 2, 1, 0, 0), id="side by side"),
        pytest.param("CX 0 1 1 2 2 3", CircuitMetrics(4, 3, 3, 0, 0), id="a ladder"),
        pytest.param("CX 0 1 2 3\nCZ 1 2\nSWAP 4 5", CircuitMetrics(6, 4, 2, 0, 0), id="as soon as possible"),
        pytest.param("H 9", CircuitMetrics(10, 0, 0, 1, 0), id="the highest number counts"),
        pytest.param("M 0 1\nMX 2\nMR 0\nR 1", CircuitMetrics(3, 0, 0, 0, 4), id="measurements and resets"),
        pytest.param("M 0\nCX rec[-1] 1 0 1\nCZ 1 rec[-1]", CircuitMetrics(2, 1, 1, 0, 1), id="feed-forward is free"),
        pytest.param("MPP X0*X1 Z2\nMXX 0 1", CircuitMetrics(3, 0, 0, 0, 3), id="joint measurements are no gates"),
        pytest.param("REPEAT 5 {\n CX 0 1\n H 0\n}", CircuitMetrics(2, 5, 5, 5, 0), id="repetitions count"),
        pytest.param("TICK\nDETECTOR\nQUBIT_COORDS(1) 3\nH 0", CircuitMetrics(4, 0, 0, 1, 0), id="annotations do not"),
        pytest.param("CX 0 1\nDEPOLARIZE2(0.1) 0 1\nM(0.1) 0", CircuitMetrics(2, 1, 1, 0, 1), id="noise does not"),
    ],
)
def test_counts(text, expected):
    assert circuit_metrics(stim.Circuit(text)) == expected
