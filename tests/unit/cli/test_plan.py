"""`qloak plan`: what it prints, draws and refuses; and how times, rates and probabilities are read."""

from __future__ import annotations

import json
import math
import sys
from xml.etree import ElementTree

import pytest

from qloak.cli.plan import plan
from qloak.cli.quantities import duration_seconds, failure_probability, probability, rate_per_second
from qloak.errors import MissingExtraError, QloakError, UsageError

YEAR = {"provider_mtbf": "365d", "key_loss_rate": "1e-5/d"}
MEMORY = {"t1": "3000d", "t2": "2000d"}


def document(capsys, horizon: str, **options) -> dict:
    def refuse(constant: str) -> float:
        raise ValueError(constant)

    plan(horizon, json=True, **options)
    return json.loads(capsys.readouterr().out, parse_constant=refuse)


class TestJson:
    def test_plans_and_rejections(self, capsys):
        found = document(
            capsys, "30d", availability="0.9999", min_fidelity="0.9", max_qubits="200", providers="8", **YEAR, **MEMORY
        )
        assert found["schema"] == "qloak.plan/1"
        assert found["requirements"]["unavailability"] == pytest.approx(1e-4)
        assert found["requirements"]["horizon_seconds"] == 30 * 86400
        assert [each["rank"] for each in found["plans"]] == list(range(1, len(found["plans"]) + 1))
        for each in found["plans"]:
            assert each["availability"] >= 0.9999
            assert each["unavailability"] == pytest.approx(10 ** each["log10_unavailability"])
            assert each["expected_entanglement_fidelity"] >= 0.9
            assert each["providers"] <= 8
            assert set(each["readers"]) == {"provider", "providers", "owner"}
        assert found["plans"][0]["custody"] == "clones+source"
        assert all(each["reasons"] for each in found["rejected"])

    def test_what_never_happens_is_null(self, capsys):
        found = document(capsys, "1h")
        assert found["conditions"]["provider_mtbf_seconds"] is None
        assert found["conditions"]["owner_memory"]["t1_seconds"] is None
        assert found["plans"][0]["log10_unavailability"] is None
        assert found["plans"][0]["unavailability"] == 0

    def test_memories(self, capsys):
        def memories(**options):
            conditions = document(capsys, "1s", secret_from="nobody", **options)["conditions"]
            return [
                (conditions[f"{who}_memory"]["t1_seconds"], conditions[f"{who}_memory"]["t2_seconds"])
                for who in ("provider", "owner")
            ]

        assert memories(t1="10s") == [(10, 20), (10, 20)]
        assert memories(t1="10s", t2="5s") == [(10, 5), (10, 5)]
        assert memories(t2="5s") == [(None, 5), (None, 5)]
        assert memories(t1="10s", t2="5s", owner_t1="1min") == [(10, 5), (60, 120)]
        assert memories(t1="10s", t2="5s", owner_t2="20s") == [(10, 5), (10, 20)]
        assert memories(owner_t1="3s", owner_t2="4s") == [(None, None), (3, 4)]

    def test_all_rates(self, capsys):
        conditions = document(
            capsys, "1s", owner_mtbf="2d", common_mtbf="1y", key_loss_rate="0.001/h", stored_loss_rate="2/d"
        )["conditions"]
        assert conditions["owner_mtbf_seconds"] == 2 * 86400
        assert conditions["common_mtbf_seconds"] == 365.25 * 86400
        assert conditions["owner_memory"]["loss_per_second"] == pytest.approx(0.001 / 3600)
        assert conditions["provider_memory"]["loss_per_second"] == pytest.approx(2 / 86400)


def test_for_people(capsys):
    plan("30d", availability="0.9999", min_fidelity="0.9", **YEAR, **MEMORY)
    shown = capsys.readouterr().out
    assert "Plans for 30d" in shown
    assert "[[5,1,3]] code" in shown
    assert "5.6e-06" in shown
    assert "Not good enough" in shown
    assert "all providers" in shown
    assert "nothing comes back" in shown


def test_for_people_where_all_is_well(capsys):
    plan("30d", secret_from="nobody")
    shown = capsys.readouterr().out
    assert "Not good enough" not in shown
    assert "nobody" in shown


def test_chances_below_every_float(capsys):
    # A provider fails with probability 3e-158, two of them with 1e-315.
    plan("1s", provider_mtbf="1e150y", secret_from="owner,provider")
    assert "1e-315" in capsys.readouterr().out


@pytest.mark.parametrize("options", [YEAR | MEMORY, {}], ids=["losses", "no losses"])
def test_figure(tmp_path, options, capsys):
    pytest.importorskip("matplotlib")
    target = tmp_path / "plan.svg"
    plan("30d", plot=target, **options)
    capsys.readouterr()
    text = target.read_text()
    assert ElementTree.fromstring(text).tag.endswith("svg")
    plan("30d", plot=tmp_path / "again.svg", **options)
    assert (tmp_path / "again.svg").read_text() == text


def test_figure_without_matplotlib(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(MissingExtraError, match=r"qloak\[plot\]"):
        plan("30d", plot=tmp_path / "plan.svg")


def test_impossible_plans_say_what_would_help():
    with pytest.raises(QloakError, match=r"nothing meets.*Any one of these would do: .*availability 0\.9") as caught:
        plan("30d", availability="0.99999999", **YEAR, max_qubits="10")
    assert caught.value.exit_code == 1


@pytest.mark.parametrize(
    ("horizon", "options", "words"),
    [
        ("30", {}, "--horizon: got '30'"),
        ("-3d", {}, "--horizon"),
        ("0d", {}, "--horizon"),
        ("never", {}, "--horizon"),
        ("30d", {"availability": "1.2"}, "--availability: got '1.2', expected a number from 0 to 1"),
        ("30d", {"availability": "nan"}, "--availability"),
        ("30d", {"availability": "-0.5"}, "--availability"),
        ("30d", {"min_fidelity": "two"}, "--min-fidelity"),
        ("30d", {"max_qubits": "0"}, "--max-qubits: got 0"),
        ("30d", {"max_qubits": "many"}, "--max-qubits"),
        ("30d", {"providers": "0"}, "--providers: got 0, expected a whole number of at least 1"),
        ("30d", {"providers": "-2"}, "--providers"),
        ("30d", {"secret_from": "me"}, "--secret-from: got 'me'"),
        ("30d", {"secret_from": ""}, "--secret-from"),
        ("30d", {"provider_mtbf": "0d"}, "--provider-mtbf"),
        ("30d", {"owner_mtbf": "x"}, "--owner-mtbf"),
        ("30d", {"common_mtbf": "-1d"}, "--common-mtbf"),
        ("30d", {"key_loss_rate": "3"}, "--key-loss-rate"),
        ("30d", {"stored_loss_rate": "-1/d"}, "--stored-loss-rate"),
        ("30d", {"t1": "1h", "t2": "121min"}, "--t2: got '121min', expected at most twice T1, which is 1h"),
        ("30d", {"t1": "1h", "owner_t1": "1min", "owner_t2": "3min"}, "--owner-t2"),
        ("30d", {"t1": "1h", "owner_t2": "3h"}, "--owner-t2: got '3h'"),
        ("30d", {"t1": "nan s"}, "--t1"),
    ],
)
def test_refusals(horizon, options, words):
    with pytest.raises(UsageError) as caught:
        plan(horizon, **options)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


class TestQuantities:
    @pytest.mark.parametrize(
        ("text", "seconds"),
        [
            ("30d", 30 * 86400),
            (" 1.5 h ", 5400),
            ("200us", 2e-4),
            ("3ms", 3e-3),
            (".5min", 30),
            ("2e3s", 2000),
            ("1y", 365.25 * 86400),
        ],
    )
    def test_durations(self, text, seconds):
        assert duration_seconds("--t", text) == pytest.approx(seconds)

    @pytest.mark.parametrize(
        "text", ["", "d", "1", "1 day", "1D", "1e999d", "1e-999s", "٣d", "1d2h", "0x1d", "inf", "1,5d"]
    )
    def test_no_durations(self, text):
        with pytest.raises(UsageError, match="--t: got"):
            duration_seconds("--t", text)

    def test_never(self):
        assert duration_seconds("--t", "never", endless=True) == math.inf

    @pytest.mark.parametrize(
        ("text", "rate"), [("0", 0), ("0.0", 0), ("2/d", 2 / 86400), ("1e-3 / s", 1e-3), ("0/y", 0)]
    )
    def test_rates(self, text, rate):
        assert rate_per_second("--r", text) == pytest.approx(rate)

    @pytest.mark.parametrize("text", ["", "1", "1/", "/d", "1/week", "-1/d", "1d", "1e999/s"])
    def test_no_rates(self, text):
        with pytest.raises(UsageError, match="--r: got"):
            rate_per_second("--r", text)

    def test_probabilities(self):
        assert probability("--p", "0.25") == 0.25
        assert failure_probability("--p", "1") == 0
        assert failure_probability("--p", "0.9999") == pytest.approx(1e-4, rel=1e-15)
        assert failure_probability("--p", "0." + "9" * 40) == pytest.approx(1e-40, rel=1e-15)

    @pytest.mark.parametrize("text", ["", "1.0000000000000000000001", "50%", "-0", "1e3", "nan", "0x1"])
    def test_no_probabilities(self, text):
        for read in (probability, failure_probability):
            with pytest.raises(UsageError, match="--p: got"):
                read("--p", text)
