import numpy as np
import pytest
import stim

from qloak.circuits.layers import (
    FeedForward,
    Gates,
    Include,
    LayeredCircuit,
    Measure,
    MeasureProducts,
    Noise,
    Reset,
)
from qloak.errors import ProgramError

EVERYTHING = """
R 0 1
RX 2
H 0 1
CX 0 1 1 2
X_ERROR(0.125) 0
DEPOLARIZE2(0.25) 0 1
M(0.25) 0
MRX 2
MY 1
CX rec[-3] 1
CZ rec[-1] 2
MPP(0.125) X0*Z1 !Y2
OBSERVABLE_INCLUDE(0) rec[-1] rec[-5]
OBSERVABLE_INCLUDE(1) X0 Z2
"""


def test_every_kind_of_layer_survives_the_way_through_arrays():
    circuit = stim.Circuit(EVERYTHING)
    layers = LayeredCircuit.from_stim(circuit)
    kinds = {type(layer) for layer in layers}
    assert kinds == {FeedForward, Gates, Include, Measure, MeasureProducts, Noise, Reset}
    assert layers.num_measurements == circuit.num_measurements
    assert layers.num_qubits == circuit.num_qubits
    assert layers.to_stim() == circuit


def test_repeats_are_unrolled_and_annotations_left_out():
    circuit = stim.Circuit("REPEAT 3 {\n    H 0\n    TICK\n    M 0\n    DETECTOR rec[-1]\n}\nQUBIT_COORDS(1) 0")
    layers = LayeredCircuit.from_stim(circuit)
    assert layers.to_stim() == stim.Circuit("H 0\nM 0\nH 0\nM 0\nH 0\nM 0")


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("M 0\nXCZ 1 rec[-1]", "M 0\nCX rec[-1] 1"),
        ("M 0\nYCZ 1 rec[-1]", "M 0\nCY rec[-1] 1"),
        ("M 0\nCZ 1 rec[-1]", "M 0\nCZ rec[-1] 1"),
        ("M 0\nCX 0 1 rec[-1] 1", "M 0\nCX 0 1 rec[-1] 1"),
        ("MXX 0 1", "MPP X0*X1"),
        ("MZZ !0 1", "MPP !Z0*Z1"),
    ],
)
def test_spellings_of_the_same_operation(text, same):
    assert LayeredCircuit.from_stim(stim.Circuit(text)).to_stim() == stim.Circuit(same)


def test_a_rotation_about_a_product_becomes_gates_with_the_same_tableau():
    circuit = stim.Circuit("SPP X0*Y1*Z2\nSPP_DAG !Z0*X2")
    assert LayeredCircuit.from_stim(circuit).to_stim().to_tableau() == circuit.to_tableau()


@pytest.mark.parametrize("text", ["HERALDED_ERASE(0.1) 0", "E(0.1) X0 Y1", "M 0\nCX sweep[0] 1"])
def test_what_has_no_array_form_is_refused(text):
    with pytest.raises(ProgramError):
        LayeredCircuit.from_stim(stim.Circuit(text))


def test_extending_renumbers_the_records():
    first = LayeredCircuit.from_stim(stim.Circuit("M 0 1"))
    first.extend(LayeredCircuit.from_stim(stim.Circuit("M 2\nCX rec[-1] 0\nOBSERVABLE_INCLUDE(0) rec[-1]")))
    assert first.to_stim() == stim.Circuit("M 0 1\nM 2\nCX rec[-1] 0\nOBSERVABLE_INCLUDE(0) rec[-1]")


def test_inverse_undoes_a_unitary_circuit():
    rng = np.random.default_rng(5)
    layers = LayeredCircuit()
    for _ in range(20):
        qubits = rng.permutation(6)
        layers.gate(str(rng.choice(["H", "S", "SQRT_X"])), qubits[:3])
        layers.pairs(str(rng.choice(["CX", "CZ"])), qubits[:3], qubits[3:])
    both = LayeredCircuit()
    both.extend(layers)
    both.extend(layers.inverse())
    assert both.to_stim().to_tableau() == stim.Tableau(6)


def test_empty_appends_leave_no_layer():
    layers = LayeredCircuit()
    nothing = np.zeros(0, dtype=np.int64)
    layers.gate("H", nothing)
    layers.pairs("CX", 0, nothing)
    layers.measure("M", nothing)
    layers.feed_forward("CX", nothing, 0)
    assert layers.layers == []
    assert layers.num_qubits == 0
    assert layers.to_stim() == stim.Circuit()
