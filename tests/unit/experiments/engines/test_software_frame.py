"""Conditional Paulis in software: the same histograms as with feed-forward."""

from __future__ import annotations

import numpy as np
import pytest
import stim

from qloak.circuits import roundtrip_circuit
from qloak.core import EncryptedCloning
from qloak.errors import ProgramError, UsageError
from qloak.experiments.engines.software_frame import SoftwareFrame
from qloak.experiments.engines.tags import rotation_of, waiting_seconds


def histogram(frame: SoftwareFrame, shots: int = 200) -> dict[str, int]:
    records = frame.circuit.compile_sampler(seed=1).sample(shots)
    return frame.histogram(records, [1] * shots)


@pytest.mark.parametrize("n", [2, 3, 5])
@pytest.mark.parametrize("basis", ["M", "MX", "MY"])
def test_measured_decryption_needs_no_feed_forward(n, basis):
    """A Bell pair of a reference and the input ends as a Bell pair of reference and clone: sure parities."""
    reference = 2 * n + 1
    circuit = stim.Circuit(f"H {reference}\nCX {reference} 0")
    circuit += roundtrip_circuit(EncryptedCloning(n), "S1", method="measured")
    circuit += stim.Circuit(f"{basis} {reference} 1")
    total = circuit.num_measurements
    frame = SoftwareFrame.of(circuit, (total - 2, total - 1))
    assert not any(t.is_measurement_record_target for each in frame.circuit for t in each.targets_copy())
    assert set(histogram(frame)) == ({"01", "10"} if basis == "MY" else {"00", "11"})


def test_the_frame_passes_through_gates():
    circuit = stim.Circuit("H 0\nM 0\nCX rec[-1] 1\nCX 1 2\nH 3\nCZ rec[-1] 3\nH 3\nM 1 2 3")
    assert set(histogram(SoftwareFrame.of(circuit))) == {"0000", "1111"}


def test_inverted_records_stay_inverted():
    circuit = stim.Circuit("X 0\nM !0 0 !1\nCX rec[-1] 2\nM 2 !2")
    frame = SoftwareFrame.of(circuit)
    assert set(histogram(frame)) == {"01110"}
    assert "!" not in str(frame.circuit)


def test_wanted_bits_and_their_order():
    frame = SoftwareFrame.of(stim.Circuit("X 1\nM 0 1\nOBSERVABLE_INCLUDE(0) rec[-1]\nDETECTOR rec[-1]"), (1, 0))
    assert histogram(frame) == {"10": 200}
    with pytest.raises(UsageError, match="record_bits: got 2, expected a record from 0 to 1"):
        SoftwareFrame.of(stim.Circuit("M 0 1"), (2,))


def test_random_circuits_have_the_same_sure_parities():
    """Feed-forward by stim itself, against software: every parity of records that is sure without noise agrees."""
    rng = np.random.default_rng(11)
    for _ in range(40):
        circuit, made = stim.Circuit(), 0
        for _ in range(25):
            kind = rng.integers(6)
            a, b = rng.choice(4, size=2, replace=False).tolist()
            if kind == 0:
                circuit.append(rng.choice(["H", "S", "C_XYZ", "X"]), [a])
            elif kind == 1:
                circuit.append(rng.choice(["CX", "CZ", "ISWAP"]), [a, b])
            elif kind == 2:
                target = stim.target_inv(a) if rng.integers(2) else a
                circuit.append(rng.choice(["M", "MX", "MR", "MY"]), [target])
                made += 1
            elif kind == 3:
                circuit += stim.Circuit(f"MPP X{a}*Z{b}")
                made += 1
            elif kind == 4 and made:
                record = stim.target_rec(-1 - int(rng.integers(made)))
                circuit.append(rng.choice(["CX", "CZ", "CY"]), [record, a])
            elif kind == 5:
                circuit.append("R", [a])
        circuit.append("M", range(4))
        frame, total = SoftwareFrame.of(circuit), circuit.num_measurements
        direct = circuit.compile_sampler(seed=2).sample(128)
        columns = [
            frame.circuit.compile_sampler(seed=3).sample(128)[:, list(parity)].sum(axis=1) % 2
            for parity in frame.parities
        ]
        software = np.array(columns).T ^ np.array(frame.inverted)
        # Records are uniform on an affine space; 127 differences do not span its d < 30 dimensions with a
        # probability below 2^(d - 127), less than 1e-27 in all.
        assert total < 30
        assert _span(direct) == _span(software.astype(bool))


def _span(samples):
    """Reduced basis of the affine space that the samples span over GF(2), and its element of least weight in order."""
    origin, rows = samples[0], [int("".join(map(str, (row ^ samples[0]).astype(int))), 2) for row in samples]
    basis: list[int] = []
    for row in rows:
        left = row
        for each in basis:
            left = min(left, left ^ each)
        if left:
            basis = [min(each, each ^ left) for each in basis] + [left]
    offset = int("".join(map(str, origin.astype(int))), 2)
    for each in sorted(basis, reverse=True):
        offset = min(offset, offset ^ each)
    return sorted(basis), offset


def test_rotations_keep_feed_forward():
    circuit = stim.Circuit("H 0\nM 0\nCX rec[-1] 1\nI[R_Y(theta=0.25*pi)] 1\nM 1")
    frame = SoftwareFrame.of(circuit, (1,))
    assert frame.circuit == circuit
    assert frame.parities == ((1,),)


def test_a_rotation_of_another_qubit_needs_no_feed_forward():
    circuit = stim.Circuit("H 0\nM 0\nCX rec[-1] 1\nI[R_Y(theta=0.25*pi)] 2\nM 1 2")
    frame = SoftwareFrame.of(circuit, (1,))
    assert frame.parities == ((0, 1),)
    assert "rec" not in str(frame.circuit)


def test_histograms_add_up():
    frame = SoftwareFrame.of(stim.Circuit("M 0 1"))
    records = np.array([[0, 1], [1, 1], [0, 1]], dtype=bool)
    assert frame.histogram(records, [2, 3, 5]) == {"01": 7, "11": 3}


@pytest.mark.parametrize("tag", ["R_W(theta=1*pi)", "WAIT(seconds=-1)", "R_Y(theta=x*pi)", "later"])
def test_other_tags_of_the_identity_are_refused(tag):
    (instruction,) = stim.Circuit(f"I[{tag}] 0")
    with pytest.raises(ProgramError, match="expected R_X"):
        rotation_of(instruction)


def test_tags():
    rotation, wait, plain, other = stim.Circuit(
        "I[R_Z(theta=-2.5e-1*pi)] 0\nI[WAIT(seconds=1e-05)] 0\nI 0\nS[R_Z(theta=1*pi)] 0"
    )
    assert rotation_of(rotation) == ("z", pytest.approx(-np.pi / 4))
    assert waiting_seconds(wait) == 1e-5
    assert [rotation_of(each) for each in (wait, plain, other)] == [None] * 3
    assert [waiting_seconds(each) for each in (rotation, plain, other)] == [0.0] * 3
