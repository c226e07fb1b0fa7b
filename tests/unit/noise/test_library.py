"""The calibrations that come with Qloak, against the published medians and known defects of the processors."""

from __future__ import annotations

from importlib import resources

import numpy as np
import pytest

from qloak.errors import UnknownNameError
from qloak.noise import available_devices, load_device

# Medians of the snapshots, read from qiskit-ibm-runtime 0.51.0 by other means: T1 and T2 in us, errors of cz, sx and
# readout, readout time in ns, directions of couplers that are dead, and qubits.
PUBLISHED = {
    "kingston": (283, 144, 1.83e-3, 2.36e-4, 9.5e-3, 2280, 14, 156),
    "fez": (145, 88, 3.90e-3, 2.29e-4, 7.6e-3, 1560, 14, 156),
    "marrakesh": (197, 118, 3.29e-3, 2.30e-4, 9.5e-3, 2584, 26, 156),
    "torino": (185, 141, 4.19e-3, 2.71e-4, 2.3e-2, 1560, 22, 133),
    "aachen": (232, 255, 1.54e-3, 1.91e-4, 7.4e-3, 2584, 4, 156),
    "boston": (292, 353, 1.27e-3, 1.45e-4, 5.1e-3, 2200, 2, 156),
    "pittsburgh": (299, 317, 1.55e-3, 1.99e-4, 4.5e-3, 2584, 10, 156),
}
# Five of Torino's T2 exceed 2 T1 and are cut, which moves its median.
CUT_T2 = {"torino": 138}


def test_all_are_there():
    assert available_devices() == tuple(sorted(PUBLISHED))


@pytest.mark.parametrize("name", PUBLISHED)
def test_medians_are_the_published_ones(name):
    t1, t2, cz, sx, readout, readout_ns, dead, qubits = PUBLISHED[name]
    device = load_device(name)
    medians = device.medians()
    assert 1e6 * medians.t1_seconds == pytest.approx(t1, abs=0.5)
    assert 1e6 * medians.t2_seconds == pytest.approx(CUT_T2.get(name, t2), abs=0.5)
    assert medians.two_qubit_error == pytest.approx(cz, rel=4e-3)
    assert medians.one_qubit_error == pytest.approx(sx, rel=4e-3)
    # The published figure is the median of a separate field; ours is that of the mean of both directions.
    assert medians.readout_error == pytest.approx(readout, rel=0.02)
    assert 1e9 * medians.readout_seconds == pytest.approx(readout_ns)
    assert (2 * device.dead_couplers.sum(), device.num_qubits) == (dead, qubits)


@pytest.mark.parametrize("name", PUBLISHED)
def test_files_are_as_the_writer_makes_them_and_small(name):
    text = (resources.files("qloak.noise") / "data" / f"{name}.json").read_text()
    assert load_device(name).to_json() == text
    assert len(text) < 30_000


@pytest.mark.parametrize("name", PUBLISHED)
def test_heavy_hex_lattice(name):
    """No qubit has more than three neighbours, and the lattice is in one piece."""
    device = load_device(name)
    assert np.bincount(device.couplers.ravel()).max() == 3
    piece = np.arange(device.num_qubits)
    for _ in range(device.num_qubits):
        low = piece[device.couplers].min(axis=1)
        np.minimum.at(piece, device.couplers[:, 0], low)
        np.minimum.at(piece, device.couplers[:, 1], low)
    assert not piece.any()


def test_kingston_in_detail():
    device = load_device("kingston")
    assert np.flatnonzero(np.isnan(device.t1_seconds)).tolist() == [146]
    dead = ["83-96", "96-103", "112-113", "120-121", "130-131", "145-146", "146-147"]
    assert [f"{a}-{b}" for a, b in device.couplers[device.dead_couplers]] == dead
    assert np.flatnonzero(device.dead_qubits).tolist() == [96, 112, 113, 131, 146]
    worst = [1, 12, 31, 47, 72, 83, 92, 96, 99, 112, 113, 125, 127, 131, 132, 146]
    assert np.flatnonzero(device.readout_flips > 0.05).tolist() == worst
    assert not device.notes


def test_both_directions_of_readout_are_kept():
    """Simulators that symmetrise give qubit 1 of Kingston 0.168 both ways."""
    device = load_device("kingston")
    assert device.one_given_zero[1] == pytest.approx(0.230, abs=5e-4)
    assert device.zero_given_one[1] == pytest.approx(0.106, abs=5e-4)
    assert device.readout_flips[1] == pytest.approx(0.168, abs=5e-4)


def test_what_was_changed_is_noted():
    notes = {name: len(load_device(name).notes) for name in PUBLISHED}
    assert notes == {"aachen": 1, "boston": 3, "fez": 1, "kingston": 0, "marrakesh": 1, "pittsburgh": 1, "torino": 5}
    assert load_device("boston").notes[2] == "qubit 46: T2 161.373 us above 2 T1, set to 16.7583 us"


def test_names():
    assert load_device("ibm_Kingston") is load_device("kingston")
    for name in ("nowhere", "", "../data/kingston", "kingston.json", "README"):
        with pytest.raises(UnknownNameError, match="expected one of aachen, boston, fez, kingston"):
            load_device(name)
