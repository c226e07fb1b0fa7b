"""Circuit files: round trips of random circuits, and hostile text, bytes and near-misses."""

from __future__ import annotations

import re

import numpy as np
import pytest
import stim
from hypothesis import given, settings
from hypothesis import strategies as st
from qiskit import qasm3
from qiskit.quantum_info import Operator

from qloak.circuits.formats import (
    from_qasm,
    from_qiskit,
    read_program,
    to_qasm2,
    to_qasm3,
    to_qiskit,
    to_svg,
)
from qloak.errors import ProgramError, QloakError
from tests.unit.circuits.formats.same import same_instrument, same_up_to_phase

UNITARY = sorted(name for name, data in stim.gate_data().items() if data.is_unitary and not data.takes_pauli_targets)
COLLAPSING = ["M", "MX", "MY", "MR", "MRX", "MRY", "R", "RX", "RY", "MXX", "MYY", "MZZ"]
QUBITS = 4


@st.composite
def unitary_circuits(draw) -> stim.Circuit:
    circuit = stim.Circuit(f"I {QUBITS - 1}")
    for name in draw(st.lists(st.sampled_from(UNITARY), max_size=15)):
        qubits = draw(st.permutations(range(QUBITS)))
        circuit.append(name, qubits[: 1 + stim.gate_data(name).is_two_qubit_gate])
    return circuit


@st.composite
def circuits(draw, *, feed_forward: bool = True) -> stim.Circuit:
    """Unitary gates, measurements, resets, Pauli products and Pauli gates controlled by outcomes."""
    kinds = ["unitary", "unitary", "collapse", "product", "tick", *["feed"] * feed_forward]
    circuit = stim.Circuit(f"I {QUBITS - 1}")
    for kind in draw(st.lists(st.sampled_from(kinds), max_size=15)):
        qubits = draw(st.permutations(range(QUBITS)))
        inverted = "!" * draw(st.booleans())
        if kind in ("unitary", "collapse"):
            name = draw(st.sampled_from(UNITARY if kind == "unitary" else COLLAPSING))
            sign = inverted if stim.gate_data(name).produces_measurements else ""
            second = f" {qubits[1]}" if stim.gate_data(name).is_two_qubit_gate else ""
            circuit += stim.Circuit(f"{name} {sign}{qubits[0]}{second}")
        elif kind == "product":
            paulis = draw(st.lists(st.sampled_from("XYZ"), min_size=1, max_size=QUBITS))
            product = "*".join(f"{pauli}{qubit}" for pauli, qubit in zip(paulis, qubits, strict=False))
            circuit += stim.Circuit(f"{draw(st.sampled_from(['MPP', 'SPP', 'SPP_DAG']))} {inverted}{product}")
        elif kind == "tick":
            circuit.append("TICK")
        elif circuit.num_measurements:
            record = draw(st.integers(1, circuit.num_measurements))
            gate = draw(st.sampled_from(["CX", "CY", "CZ"]))
            circuit += stim.Circuit(f"{gate} rec[-{record}] {qubits[0]}")
    return circuit


@given(circuits())
def test_qasm3_and_back_is_the_identity(circuit):
    assert same_instrument(from_qasm(to_qasm3(circuit)), circuit)


@given(circuits(feed_forward=False))
def test_qasm2_and_back_is_the_identity(circuit):
    assert same_instrument(from_qasm(to_qasm2(circuit)), circuit)


@settings(max_examples=30)
@given(circuits())
def test_qiskit_and_back_is_the_identity(circuit):
    assert same_instrument(from_qiskit(to_qiskit(circuit)), circuit)


@settings(max_examples=20)
@given(unitary_circuits())
def test_qiskit_reads_our_qasm3_as_the_same_unitary(circuit):
    expected = circuit.to_tableau().to_unitary_matrix(endian="little")
    assert same_up_to_phase(Operator(qasm3.loads(to_qasm3(circuit))).data, expected, tolerance=1e-5)


@given(circuits())
def test_every_circuit_can_be_drawn(circuit):
    assert to_svg(circuit, max_columns=200).endswith("</svg>\n")


def survives(text: str | bytes) -> None:
    """A program or a named error, and a Clifford circuit or a named error; nothing else."""
    for read in (read_program, from_qasm):
        message = ""
        try:
            read(text, max_gates=200, max_qubits=50)
        except QloakError as error:
            message = str(error)
        assert "\n" not in message
        assert len(message) < 300


@given(st.text(max_size=200))
def test_any_text(text):
    survives(text)
    survives("OPENQASM 3.0;\nqubit[2] q;\n" + text)


@given(st.binary(max_size=200))
def test_any_bytes(data):
    survives(data)


VOCABULARY = (
    'OPENQASM 3.0 2.0 include "stdgates.inc" "qelib1.inc" "x" qubit bit qreg creg gate if else measure reset '
    "barrier ctrl inv pow negctrl gphase const int float angle bool true false x h cx rz u3 U CX t q r c a b 0 1 2 7 "
    '1.5 pi 1e9 2**3 0x1f ( ) [ ] { } ; ; ; , @ = == != -> - + * / ** ! ~ && : sin( ln( sqrt( $0 "01" 10ns // /* */ \n'
)
WORDS = VOCABULARY.split(" ")


@settings(max_examples=200)
@given(st.lists(st.sampled_from(WORDS), max_size=40))
def test_words_of_the_language_in_any_order(words):
    survives(" ".join(words))
    survives('OPENQASM 3;include "stdgates.inc";qubit[3] q;qubit r;bit[3] c;gate a(b) x{rz(b) x;}' + " ".join(words))


VALID = """OPENQASM 3.0;
include "stdgates.inc";
const float a = pi / 4;
gate g(t, u) x, y { h x; cx x, y; rz(t * u) y; inv @ s x; }
qubit[3] q; qubit r; bit[3] c; bit d = measure r;
g(2, a) q[0], q[1]; ctrl @ x q[2], r; pow(2) @ t q;
c = measure q; if (c[1]) { x q[0]; } else { z r; } if (c == 5) y q[-1]; reset q; barrier q;
"""


@settings(max_examples=150)
@given(
    edits=st.lists(
        st.tuples(st.integers(0, 400), st.integers(0, 5), st.sampled_from([*WORDS, "\x00", "é"])), max_size=4
    )
)
def test_a_program_with_mistakes(edits):
    text = VALID
    for place, removed, inserted in edits:
        start = place % len(text)
        text = text[:start] + inserted + text[start + removed :]
    survives(text)


def test_the_program_without_mistakes():
    program = read_program(VALID)
    assert (program.num_qubits, program.num_bits, len(program.operations)) == (4, 4, 21)


NESTED = [
    lambda n: f"rz({'(' * n}1{')' * n}) q;",
    lambda n: f"rz({'-' * n}1) q;",
    lambda n: f"rz({'2**' * n}1) q;",
    lambda n: f"rz({'sin(' * n}1{')' * n}) q;",
    lambda n: f"rz({'1+' * n}1) q;",
    lambda n: "{" * n,
    lambda n: "if (c) " * n + "x q;",
    lambda n: "if (c) { " * n + "x q;" + "}" * n,
    lambda n: "if (c) {} else " * n + "x q;",
    lambda n: "inv @ " * n + "x q;",
    lambda n: f"x q{'[0]' * n};",
    lambda n: f"/* {'/*' * n}",
    lambda n: '"' * n,
    lambda n: f"rz({'1' * n}) q;",
]


@pytest.mark.parametrize("shape", range(len(NESTED)))
@pytest.mark.parametrize("size", [3, 30, 300, 20_000])
def test_deep_and_long_programs(shape, size):
    survives(f'include "stdgates.inc"; qubit q; bit c = measure q; {NESTED[shape](size)}')


def test_the_reader_is_as_good_as_new_after_hostile_text():
    survives("qubit q; " + "f(" * 31 + ")" * 31 + ";")
    survives("qubit q; rz(" + "-" * 240 + "1) q;")
    assert len(read_program(VALID).operations) == 21


@given(st.floats(-1e6, 1e6), st.floats(-10, 10), st.floats(-10, 10))
def test_angles_arrive_exactly(theta, phi, lam):
    text = f"qubit q; U({theta!r}, {phi!r}, {lam!r}) q;".replace("e-", "e-")
    (op,) = read_program(text).operations
    assert op.params == (theta, phi, lam)


@given(st.integers(0, 2**31))
def test_arithmetic_is_pythons(seed):
    rng = np.random.default_rng(seed)
    numbers = [f"{x:.6f}" for x in rng.uniform(0.1, 3, 6)]
    operators = rng.choice(["+", "-", "*", "/"], 5)
    text = numbers[0] + "".join(f" {op} {x}" for op, x in zip(operators, numbers[1:], strict=True))
    (op,) = read_program(f"qubit q; U(-({text}), 0, 0) q;").operations
    assert re.fullmatch(r"[-+*/. \d]+", text)
    assert op.params[0] == -eval(text)  # nothing but numbers and operators, as just checked


def test_errors_name_the_line():
    with pytest.raises(ProgramError, match=r"^OpenQASM line 8: unknown gate 'oops'"):
        read_program(VALID + "oops q;")
