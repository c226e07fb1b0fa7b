"""Where the lines of a chart of fidelities run."""

from __future__ import annotations

import pytest

from qloak.web.chart import HEIGHT, WIDTH, FidelityChart


def forecast(best, clones=(), *, hours=24.0, qubits=1):
    seconds = [hours * 3600 * i / (len(best) - 1) for i in range(len(best))] if best else []
    return {
        "points": [
            {"seconds": s, "entanglement_fidelity": f, "average_fidelity": (2 * f + 1) / 3}
            for s, f in zip(seconds, best, strict=True)
        ],
        "clones": [
            {"clone": f"S{i}", "provider": "p", "state": "away", "entanglement_fidelity": line}
            for i, line in enumerate(clones, start=1)
        ],
        "best_without_quantum_memory": 0.5**qubits,
    }


def points(path):
    return [tuple(map(float, point.split())) for point in path.removeprefix("M").split(" L")]


def test_nothing_to_come_back_is_no_chart():
    assert FidelityChart.of(forecast([])) is None


def test_the_line_spans_the_box_and_falls():
    chart = FidelityChart.of(forecast([1.0, 0.5, 0.25]))
    assert points(chart.best) == [(0, 0), (WIDTH / 2, HEIGHT / 2), (WIDTH, HEIGHT * 0.75)]
    assert (chart.floor, chart.limit) == (0.0, HEIGHT / 2)
    assert chart.y_labels == ("1", "0.75", "0.5", "0.25", "0")
    assert chart.x_labels == ("0", "6", "12", "18", "24")
    assert not chart.flat


@pytest.mark.parametrize(("lowest", "floor"), [(0.995, 0.99), (0.95, 0.9), (0.6, 0.5), (0.4, 0.0)])
def test_what_hardly_fades_is_magnified(lowest, floor):
    chart = FidelityChart.of(forecast([1.0, lowest]))
    assert chart.floor == floor
    assert points(chart.best)[-1][1] == pytest.approx(HEIGHT * (1 - lowest) / (1 - floor), abs=0.01)
    assert (chart.limit is None) == (floor > 0.5)


def test_clones_are_drawn_only_where_they_differ():
    best = [1.0, 0.9, 0.8]
    assert FidelityChart.of(forecast(best, [best, best])).clones == {}
    chart = FidelityChart.of(forecast(best, [best, [1.0, 0.6, 0.3]]))
    assert set(chart.clones) == {"S1", "S2"}
    # Below the floor they run along the lower edge.
    assert points(chart.clones["S2"])[-1] == (WIDTH, HEIGHT)
    assert FidelityChart.of(forecast(best, [best] + [[1.0, 0.6, 0.3]] * 12)).clones == {}


def test_long_times_are_told_in_days():
    chart = FidelityChart.of(forecast([1.0, 1.0], hours=168.0))
    assert (chart.in_days, chart.x_labels[-1], chart.flat) == (True, "7", True)
    assert [sample["seconds"] for sample in chart.samples][::6] == [0, 168 * 3600]
