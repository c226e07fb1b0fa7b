"""Every stim instruction, spelled out for every vocabulary, does the same as before."""

from __future__ import annotations

import pytest
import stim

from qloak.circuits.formats import Operation, Program
from qloak.circuits.formats.clifford import to_circuit
from qloak.circuits.formats.instructions import iter_instructions
from qloak.circuits.formats.lowering import lower
from qloak.errors import LimitError, ProgramError

from .same import same_instrument

CORE = frozenset({"id", "x", "y", "z", "h", "s", "sdg", "cx", "cy", "cz"})
VOCABULARIES = [CORE, CORE | {"sx", "swap"}, CORE | {"sx", "sxdg", "swap", "iswap"}]
UNITARY = sorted(name for name, data in stim.gate_data().items() if data.is_unitary and not data.takes_pauli_targets)


def lowered(circuit: stim.Circuit, vocabulary: frozenset[str] = CORE) -> stim.Circuit:
    operations = tuple(lower(circuit, vocabulary))
    assert {op.name for op in operations} <= vocabulary | {"measure", "reset", "barrier"}
    return to_circuit(Program(circuit.num_qubits, circuit.num_measurements, operations))


@pytest.mark.parametrize("vocabulary", VOCABULARIES, ids=len)
@pytest.mark.parametrize("name", UNITARY)
def test_unitary_gates(name, vocabulary):
    circuit = stim.Circuit(f"{name} 2 0" if stim.gate_data(name).is_two_qubit_gate else f"{name} 1")
    assert same_instrument(lowered(circuit, vocabulary), circuit)


@pytest.mark.parametrize(
    "text",
    [
        *["M 0", "M !0", "MX 1", "MX !1", "MY 0", "MY !0", "MR 0", "MR !0", "MRX 0", "MRX !1", "MRY 0", "MRY !0"],
        *["R 0", "RX 0", "RY 0", "MXX 0 1", "MXX !0 1", "MYY 0 1", "MYY !0 1", "MYY !0 !1", "MZZ 1 0 2 !0"],
        *["MPP X0*Y1*Z2", "MPP !Z0", "MPP !X0*!Y1 Z2*X0", "MPP X0*Y0*Z0*X1*Y1*Z1*Z2", "MPP X0*Z1*X0"],
        *["SPP X0*Y1*Z2", "SPP !Y0*Y2", "SPP_DAG Z0*X1", "SPP_DAG !X0", "SPP X0*X0", "SPP X0*Z1*X0"],
        *["M 0 1\nCX rec[-2] 2", "M 0\nCY rec[-1] 1", "M 0\nCZ rec[-1] 1 2 rec[-1]", "MX 0\nXCZ 1 rec[-1]"],
        *["MY 0\nYCZ 1 rec[-1]", "M 0 1\nCZ rec[-1] rec[-2]", "M 0\nH 0\nM 0\nCX rec[-2] 0", "M !0\nCX rec[-1] 0"],
        *["REPEAT 3 {\nH 0\nCX 0 1\nM 1\nREPEAT 2 {\nCX rec[-1] 0\nS 0\n}\n}"],
        *["QUBIT_COORDS(1) 0\nSHIFT_COORDS(2)\nM 0\nDETECTOR rec[-1]\nOBSERVABLE_INCLUDE(0) rec[-1] X1\nTICK"],
    ],
)
def test_measurements_resets_products_and_feed_forward(text):
    circuit = stim.Circuit(text)
    assert same_instrument(lowered(circuit), circuit)


def test_named_two_qubit_gates_stay_one_gate():
    text = "CX 0 1 1 2\nCY 0 1\nCZ 2 0\nSWAP 0 1\nISWAP 1 2\nXCZ 0 1\nYCZ 0 1"
    names = [op.name for op in lower(stim.Circuit(text), VOCABULARIES[2])]
    assert names == ["cx", "cx", "cy", "cz", "swap", "iswap", "cx", "cy"]


def test_tick_is_a_barrier():
    assert list(lower(stim.Circuit("H 0\nTICK\nH 0"), CORE)) == [
        Operation("h", (0,)),
        Operation("barrier", ()),
        Operation("h", (0,)),
    ]


@pytest.mark.parametrize(
    "text",
    ["M(0.1) 0", "MPP(0.1) X0", "X_ERROR(0.1) 0", "DEPOLARIZE2(0.1) 0 1", "E(0.1) X0", "HERALDED_ERASE(0.1) 0"],
)
def test_noise_is_never_dropped_in_silence(text):
    circuit = stim.Circuit(text)
    with pytest.raises(ProgramError, match=r"carries noise, .* without_noise=True"):
        list(lower(circuit, CORE))


def test_noise_is_left_out_on_request():
    noisy = stim.Circuit("H 0\nDEPOLARIZE1(0.1) 0\nM(0.1) 0")
    assert [op.name for op in lower(noisy, CORE, without_noise=True)] == ["h", "measure"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("MPAD 0", "MPAD has no counterpart"),
        ("CX sweep[0] 1", "sweep bits"),
        ("MPP X0*X0", "measures the identity"),
    ],
)
def test_what_only_stim_has(text, message):
    with pytest.raises(ProgramError, match=message):
        list(lower(stim.Circuit(text), CORE))


def test_repetition_is_counted_before_it_is_unrolled():
    circuit = stim.Circuit("REPEAT 1000000000 {\nREPEAT 1000000000 {\nH 0\nS 0\n}\n}")
    with pytest.raises(LimitError, match="2000000000000000000 instructions"):
        iter_instructions(circuit)
