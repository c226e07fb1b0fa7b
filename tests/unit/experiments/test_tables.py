"""The experiments' tables: small rows on one device."""

from __future__ import annotations

import json
from dataclasses import replace
from math import exp, log, sqrt
from pathlib import Path

import pytest

from qloak.errors import UnknownNameError, UsageError
from qloak.experiments.arms import our_arm
from qloak.experiments.bench import Bench
from qloak.experiments.catalogue import CATALOGUE, build
from qloak.experiments.chsh import chsh_experiment
from qloak.experiments.cloning_machine import cloning_machine, cloning_machine_experiment
from qloak.experiments.correlators import CorrelatorMaps
from qloak.experiments.deviation import deviations
from qloak.experiments.fidelity import fidelity_experiment
from qloak.experiments.ghz import ghz_experiment
from qloak.experiments.iterated import iterated_experiment
from qloak.experiments.measured import depth_law, measured, measured_row
from qloak.experiments.suppression import decoupled_device, suppression_experiment
from qloak.experiments.variability import mean_and_deviation, variability_experiment
from qloak.noise import load_device
from tests.benches import bench, rows_of
from tests.encoders import KINGSTON

pytest.importorskip("qiskit")


@pytest.fixture(scope="module")
def cache(tmp_path_factory) -> Path:
    return tmp_path_factory.mktemp("cache")


def test_fidelity_rows_have_the_agreed_fields(cache: Path):
    wanted = bench(cache=cache, scales=(1.25, 1.5), compared=(load_device("aachen"),))
    rows = rows_of(fidelity_experiment(wanted, [2]))
    json.dumps(rows, allow_nan=False)
    assert [row["clones"] for row in rows] == [2]
    assert [row["paper_measured"] for row in rows] == [0.823]
    for row in rows:
        for arm in ("paper_circuit", "our_circuit"):
            assert {"two_qubit_layers", "two_qubit_gates", "fidelity"} <= set(row[arm])
            scores = row[arm]["robustness"]
            assert scores["noise x1.5"]["fidelity"] < scores["noise x1.25"]["fidelity"] < row[arm]["fidelity"]
            assert set(scores["aachen"]) & {"fidelity", "limited_by"}
        ours, paper = row["our_circuit"], row["paper_circuit"]
        assert ours["two_qubit_layers"] < paper["two_qubit_layers"]
        assert ours["fidelity"] > max(paper["fidelity"], 0.9)
        assert ours["fidelity_min"] <= ours["fidelity"] <= ours["fidelity_max"]
        assert ours["clones_scored"] == row["clones"]
        assert row["parity"]["paper_circuit"]["two_qubit_gates"] < paper["two_qubit_gates"]


def test_bell_circuits_lose_to_the_gates_of_the_measurement(cache: Path):
    (row,) = rows_of(fidelity_experiment(bench(cache=cache, transpiler_seeds=3), [2]))
    bell = row["paper_circuit"]["predicted_over_seeds"]
    assert bell["min"] <= bell["mean"] <= bell["max"] == pytest.approx(row["paper_circuit"]["fidelity"], abs=1e-6)


def test_chsh_is_bound_by_quantum_mechanics_and_the_order_costs(cache: Path):
    (row,) = rows_of(chsh_experiment(bench(cache=cache, transpiler_seeds=4), [2]))
    for arm in ("paper_circuit", "our_circuit"):
        together, first = row[arm]["chsh"], row["reference-first"][arm]["chsh"]
        assert 2 < first < together < 2 * sqrt(2)
        assert row["clone-first"][arm]["chsh"] < together
    assert (row["paper_measured"], row["reference-first"]["paper_measured"]) == (2.377, 2.147)
    assert row["clone-first"]["paper_measured"] == 2.331


def test_iterated_rows_come_from_both_tables(cache: Path):
    rows = rows_of(iterated_experiment(bench(cache=cache), [0]))
    assert [(row["kind"], row.get("n")) for row in rows] == [("tree", None), ("chain", 2), ("chain", 4)]
    assert [row["paper_measured"] for row in rows] == [0.875, 0.875, 0.693]
    assert rows[0]["paper_circuit"]["fidelity"] == pytest.approx(rows[1]["paper_circuit"]["fidelity"], abs=0.05)


def test_ghz_rows(cache: Path):
    rows = rows_of(ghz_experiment(bench(cache=cache), [1, 2]))
    assert [row["paper_two_qubit_gates"] for row in rows] == [21, 41]
    assert [row["floor"] for row in rows] == [0.5, 0.25]
    for row in rows:
        assert row["our_circuit"]["fidelity"] > row["paper_circuit"]["fidelity"] > 0.5


def test_small_devices_say_what_limits_them():
    tiny = Bench(bench_line(12), transpiler_seeds=1)
    (row,) = rows_of(fidelity_experiment(tiny, [6]))
    for arm in ("paper_circuit", "our_circuit"):
        assert "connected qubits" in row[arm]["limited_by"]
        assert "fidelity" not in row[arm]


def bench_line(size: int):
    from qloak.compile import line

    return line(size).device


def test_correlator_maps_show_the_clone_and_nothing_else(cache: Path):
    (row,) = rows_of(CorrelatorMaps(bench(cache=cache), [2]))
    for arm in ("paper_circuit", "our_circuit"):
        before, after = row[arm]["before"], row[arm]["after"]
        assert set(before) == set(after) == {"A", "S1", "S2", "N1", "N2"}
        assert not any(value for values in before.values() for value in values.values())
        seen = {(q, k): v for q, values in after.items() for k, v in values.items() if v}
        assert set(seen) == {("S1", "XX"), ("S1", "YY"), ("S1", "ZZ")}
        assert seen["S1", "YY"] < 0 < seen["S1", "XX"]
        assert row[arm]["maximum"] == max(map(abs, seen.values())) < 1
    with pytest.raises(UsageError, match="exact"):
        CorrelatorMaps(bench("stim"), [2])


# 5/6 for two copies, 2/3, that of measuring and preparing again, in the limit.
@pytest.mark.parametrize(("copies", "average"), [(1, 1.0), (2, 5 / 6), (3, 7 / 9), (10**6, 2 / 3)])
def test_the_cloning_machine(copies: int, average: float):
    found = cloning_machine(copies)
    assert found["average_fidelity"] == pytest.approx(average, abs=1e-6)
    assert found["average_fidelity"] == pytest.approx((2 * found["fidelity"] + 1) / 3)
    with pytest.raises(UsageError, match="copies"):
        cloning_machine(0)


def test_one_decrypted_clone_is_better_than_a_copy(cache: Path):
    rows = rows_of(cloning_machine_experiment(bench(cache=cache), [2]))
    assert [row["copies"] for row in rows] == [3]
    for row in rows:
        assert row["cloning_machine"]["fidelity"] == pytest.approx(2 / 3)
        assert row["our_circuit"]["above_cloning_machine"] is True
        fidelity = row["our_circuit"]["fidelity"]
        assert row["our_circuit"]["average_fidelity"] == pytest.approx((2 * fidelity + 1) / 3)


def test_variability_has_a_row_of_seeds_and_the_days(cache: Path):
    two, three = variability_experiment(bench(cache=cache, transpiler_seeds=2), [2, 3]).rows({})
    assert [one["seed"] for one in three["seeds"]] == [0, 1]
    assert two["paper_fidelity"] == pytest.approx({"mean": 0.833, "deviation": 0.027}, abs=5e-4)
    assert "paper_days" not in three
    assert mean_and_deviation([1.0]) == {"mean": 1.0, "deviation": 0.0}
    assert mean_and_deviation([1.0, 3.0]) == pytest.approx({"mean": 2.0, "deviation": sqrt(2)})


def test_ideal_decoupling_helps_and_is_possible(cache: Path):
    (row,) = rows_of(suppression_experiment(bench(cache=cache), [2]))
    for arm in ("paper_circuit", "our_circuit"):
        assert row[arm]["robustness"]["ideal decoupling"]["fidelity"] > row[arm]["fidelity"]
    device = decoupled_device(KINGSTON.device)
    known = device.t1_seconds == device.t1_seconds
    assert (device.t2_seconds[known] == 2 * device.t1_seconds[known]).all()
    with pytest.raises(UsageError, match="exact"):
        suppression_experiment(bench("stim"), [2])


def test_the_measured_tables_are_complete():
    tables = measured()
    assert [len(tables[name]) for name in ("fidelity", "chsh", "tree", "ghz", "days", "chain")] == [14, 5, 5, 15, 5, 11]
    assert measured_row("fidelity", clones=15)["bell"] == {"two_qubit_layers": 152, "value": 0.27, "error": 0.004}
    assert measured_row("fidelity", clones=16) is None


def test_the_depth_law_fits_what_it_was_fitted_to():
    """The reference quotes an rms residual of about 0.07 over Tables I, III and VI."""
    assert depth_law(0) == 1
    rows = [row[by] for row in measured()["fidelity"] for by in ("bell", "parity")]
    rows += [*measured()["tree"], *(row for row in measured()["chain"] if row["num_clones"] == 2)]
    residuals = [depth_law(row["two_qubit_layers"]) - row["value"] for row in rows]
    assert sqrt(sum(each**2 for each in residuals) / len(residuals)) == pytest.approx(0.07, abs=0.015)


def test_deviations_by_hand():
    def row(measured: float, predicted: float, **more: object) -> dict[str, object]:
        return {"paper_measured": measured, "paper_circuit": {"fidelity": predicted}, **more}

    rows = [
        row(0.5, 0.8, depth_law=0.6, parity=row(0.5, 0.5)),
        row(0.5, 0.1, depth_law=0.5),
        {"paper_measured": None, "paper_circuit": {"fidelity": 1.0}},
        {"paper_measured": 0.1, "paper_circuit": {"limited_by": "size"}},
    ]
    table, parity = deviations(rows)
    assert table == {
        "series": "table",
        "rows": 2,
        "rms": pytest.approx(sqrt((0.09 + 0.16) / 2)),
        "mean": pytest.approx(-0.05),
        "noise_factor": pytest.approx(log(1 / 3) / log(11 / 15)),
        "depth_law_rms": pytest.approx(sqrt(0.005)),
    }
    assert parity == {"series": "parity", "rows": 1, "rms": 0.0, "mean": 0.0, "noise_factor": pytest.approx(1)}
    assert deviations([{"kind": "chain", "n": 2, **row(1.0, 0.5)}])[0]["series"] == "chain 2"


def test_noise_that_is_twice_as_strong_is_found():
    """A signal that decays as e^-k, predicted as e^(-k/2)."""
    rows = [
        {"paper_measured": 0.25 + 0.75 * exp(-k), "paper_circuit": {"fidelity": 0.25 + 0.75 * exp(-k / 2)}}
        for k in (0.2, 1.0, 3.0)
    ]
    assert deviations(rows)[0]["noise_factor"] == pytest.approx(2)
    rows = [{"paper_measured": 2 * sqrt(2) * exp(-1), "paper_circuit": {"chsh": 2 * sqrt(2) * exp(-2)}}]
    assert deviations(rows)[0]["noise_factor"] == pytest.approx(0.5)
    rows = [{"paper_measured": 0.2, "paper_circuit": {"fidelity": 0.9}}]
    assert "noise_factor" not in deviations(rows)[0]


def test_the_catalogue_builds_everything():
    for name, entry in CATALOGUE.items():
        made = build(name, bench(), by=entry.by, values=[entry.span[0]])
        assert made.name == name


@pytest.mark.parametrize(
    ("name", "by", "values", "word"),
    [
        ("fidelity", "size", [2], "clones"),
        ("fidelity", "clones", [1], "clones"),
        ("fidelity", "clones", [], "clones"),
        ("ghz", "size", [17], "size"),
        ("iterated", "levels", [7], "levels"),
    ],
)
def test_rows_that_an_experiment_does_not_have(name, by, values, word):
    with pytest.raises(UsageError, match=word):
        build(name, bench(), by=by, values=values)


def test_unknown_experiments():
    with pytest.raises(UnknownNameError, match="fidelity"):
        build("fidelty", bench())


@pytest.mark.parametrize("more", [{"transpiler_seeds": 0}, {"transpiler_seeds": 1001}, {"shots": 0}])
def test_impossible_settings(more):
    with pytest.raises(UsageError, match=next(iter(more))):
        bench(**more)


def test_comparable_calibrations_have_as_many_qubits():
    names = [device.name for device in Bench.comparable(KINGSTON.device)]
    assert names == ["fez", "aachen"]
    assert Bench.comparable(load_device("torino")) == ()


def test_a_dead_coupler_elsewhere_is_no_reason_to_fail(cache: Path):
    other = load_device("fez")
    dead = replace(other, name="dead", two_qubit_errors=other.two_qubit_errors * 0 + 1.0)
    wanted = bench(cache=cache, compared=(dead,))
    arm = our_arm(wanted, "test", {}, 2)
    assert len(list(arm.tasks(wanted))) == 2
    assert "dead" in arm.misfit(wanted, "dead")
