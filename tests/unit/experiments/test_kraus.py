"""Physical noise against its Pauli model, as an experiment."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from qloak.errors import UsageError
from qloak.experiments import kraus
from qloak.experiments.kraus import KrausComparison
from tests.benches import bench, rows_of

pytest.importorskip("qiskit_aer")


def test_twirling_changes_nothing_that_can_be_seen(tmp_path: Path):
    """Sampled within 6.5 standard errors and the 0.004 that gates which relax may differ by: false failure < 1e-9."""
    (row,) = rows_of(KrausComparison(bench(cache=tmp_path, shots=2000), [2]))
    for arm in ("paper_circuit", "our_circuit"):
        sampled = row[arm]["untwirled"]
        assert 0 < sampled["error"] < 0.02
        assert abs(sampled["value"] - row[arm]["fidelity"]) < 6.5 * sampled["error"] + 0.004


def test_where_aer_cannot_help_the_row_says_so(tmp_path: Path, monkeypatch):
    setting = bench(cache=tmp_path)
    foreign = KrausComparison(replace(setting, device=replace(setting.device, name="mine")), [2])
    assert "calibrations that ship" in foreign.limited_by
    monkeypatch.setattr(kraus, "find_spec", lambda _: None)
    (row,) = rows_of(KrausComparison(setting, [2]))
    assert "extra aer" in row["our_circuit"]["limited_by"]
    assert row["our_circuit"]["fidelity"] > 0.9
    assert "untwirled" not in row["our_circuit"]


def test_only_the_exact_engine_is_compared():
    with pytest.raises(UsageError, match="exact"):
        KrausComparison(bench("stim"), [2])
