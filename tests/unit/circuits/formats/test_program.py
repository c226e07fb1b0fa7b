"""Reading OpenQASM: what is accepted and what it means, what is refused and with which words."""

from __future__ import annotations

import math

import numpy as np
import pytest

from qloak.circuits.formats import Condition, Operation, read_program
from qloak.errors import LimitError, ProgramError

from .same import on_qubits, same_up_to_phase

HEAD = 'OPENQASM 3.0;\ninclude "stdgates.inc";\n'


def operations(body: str, head: str = HEAD) -> list[tuple]:
    """The program's operations without conditions and bits, angles and all."""
    return [(op.name, op.qubits, *op.params) for op in read_program(head + body).operations]


def unitary(body: str, num_qubits: int) -> np.ndarray:
    matrix = np.eye(2**num_qubits)
    for op in read_program(f"{HEAD}qubit[{num_qubits}] q;\n{body}").operations:
        matrix = on_qubits(op.unitary(), op.qubits, num_qubits) @ matrix
    return matrix


def test_version_2_and_3_say_the_same():
    two = 'OPENQASM 2.0;\ninclude "qelib1.inc";\nqreg q[2];\ncreg c[2];\nh q[0];\ncx q[0],q[1];\nmeasure q -> c;\n'
    three = f"{HEAD}qubit[2] q;\nbit[2] c;\nh q[0];\ncx q[0], q[1];\nc = measure q;\n"
    assert read_program(two) == read_program(three)
    assert read_program(two).operations == (
        Operation("h", (0,)),
        Operation("cx", (0, 1)),
        Operation("measure", (0,), bit=0),
        Operation("measure", (1,), bit=1),
    )
    assert [op.line for op in read_program(three).operations] == [5, 6, 7, 7]


def test_registers_are_numbered_in_order():
    program = read_program(HEAD + "qubit[2] a; bit[3] c; qubit b; bit d; qubit[2] e; x e[1]; x e[-2]; d = measure b;")
    assert (program.num_qubits, program.num_bits) == (5, 4)
    assert program.operations == (Operation("x", (4,)), Operation("x", (3,)), Operation("measure", (2,), bit=3))


def test_broadcast():
    assert operations("qubit[2] a; qubit[2] b; qubit c; cx a, b; cx a, c; h a;") == [
        *[("cx", (0, 2)), ("cx", (1, 3)), ("cx", (0, 4)), ("cx", (1, 4))],
        *[("h", (0,)), ("h", (1,))],
    ]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *[("pi", math.pi), ("π/2", math.pi / 2), ("tau", math.tau), ("euler", math.e), ("e", math.e), ("-(1+2)*3", -9)],
        *[("2**10", 1024), ("2.0**-1", 0.5), ("4/2", 2), ("1.0/4", 0.25), ("sin(pi/2)", 1), ("cos(0)", 1)],
        *[("tan(0)", 0), ("exp(0)", 1), ("ln(euler)", 1), ("sqrt(16)", 4), ("arcsin(1)", math.pi / 2), ("n*a", 1.5)],
        *[("arccos(1)", 0), ("arctan(0)", 0), ("log(1)", 0), ("0x10", 16), ("0b11", 3), ("1_000", 1000), (".5e1", 5)],
    ],
)
def test_expressions(text, value):
    ((_, _, angle),) = operations(f"const int n = 3; const float a = 0.5; qubit q; rz({text}) q;")
    assert angle == pytest.approx(value, abs=1e-15)


def test_integers_divide_in_version_2_only():
    assert operations("qreg q[1]; rz(1/2) q[0];", 'OPENQASM 2.0; include "qelib1.inc";') == [("rz", (0,), 0.5)]
    with pytest.raises(ProgramError, match=r"line 3: 1/2 divides integers with a remainder; write 1\.0/2"):
        operations("qubit q; rz(1/2) q;")


def test_definitions():
    body = """
    gate bell a, b { h a; cx a, b; }
    gate turn(t) a { rz(t / 2.0) a; barrier a; inv @ s a; }
    gate both(t) a, b { bell b, a; turn(2 * t) b; }
    qubit[2] q; both(0.5) q[0], q[1];
    """
    assert operations(body) == [("h", (1,)), ("cx", (1, 0)), ("rz", (1,), 0.5), ("sdg", (1,))]


def test_definition_means_what_its_names_meant_then():
    body = "gate flip a { x a; } gate x a { z a; } qubit q; flip q; x q;"
    assert operations(body) == [("x", (0,)), ("z", (0,))]


@pytest.mark.parametrize(
    ("statement", "written_out"),
    [
        ("ctrl @ x q[0], q[1];", "cx q[0], q[1];"),
        ("ctrl(2) @ x q[0], q[1], q[2];", "ccx q[0], q[1], q[2];"),
        ("ctrl @ ctrl @ z q[0], q[1], q[2];", "h q[2]; ccx q[0], q[1], q[2]; h q[2];"),
        ("negctrl @ y q[1], q[0];", "x q[1]; cy q[1], q[0]; x q[1];"),
        ("inv @ sx q[1];", "sxdg q[1];"),
        ("pow(3) @ t q[1];", "t q[1]; s q[1];"),
        ("pow(-2) @ s q[1];", "z q[1];"),
        ("pow(0) @ x q[1];", ""),
        ("inv @ pow(2) @ ctrl @ sx q[0], q[2];", "cx q[0], q[2];"),
        ("ctrl @ inv @ sx q[0], q[2];", "csx q[0], q[2]; cx q[0], q[2];"),
        ("ctrl @ gphase(pi/2) q[1];", "s q[1];"),
        ("ctrl @ rz(0.3) q[0], q[1];", "crz(0.3) q[0], q[1];"),
        ("gphase(0.3);", ""),
        ("gate g(t) a { s a; gphase(t); } ctrl @ g(0.4) q[0], q[1];", "cp(pi/2) q[0], q[1]; p(0.4) q[0];"),
        ("gate g a, b { h a; cx a, b; t b; } inv @ g q[0], q[1];", "tdg q[1]; cx q[0], q[1]; h q[0];"),
    ],
)
def test_modifiers(statement, written_out):
    assert same_up_to_phase(unitary(statement, 3), unitary(written_out, 3), tolerance=1e-12)


@pytest.mark.parametrize(
    ("condition", "bits", "value"),
    [
        *[("c[1]", (1,), 1), ("!c[1]", (1,), 0), ("c[1] == true", (1,), 1), ("c[1] == 0", (1,), 0)],
        *[("c[1] != 1", (1,), 0), ("d", (3,), 1), ("c == 5", (0, 1, 2), 5), ("(c[-1])", (2,), 1)],
    ],
)
def test_conditions(condition, bits, value):
    (op,) = read_program(f"{HEAD}qubit q; bit[3] c; bit d; if ({condition}) x q;").operations
    assert op.condition == Condition(bits, value)


def test_else_and_nested_conditions():
    body = "qubit q; bit[2] c; if (c[0]) { x q; if (c[1]) z q; } else { y q; reset q; }"
    assert [(op.name, op.condition) for op in read_program(HEAD + body).operations] == [
        ("x", Condition((0,), 1)),
        ("z", Condition((0, 1), 3)),
        ("y", Condition((0,), 0)),
        ("reset", Condition((0,), 0)),
    ]


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        *[("h q;", True), ("barrier q;", True), ("bit b = measure q[0];", False), ("reset q;", False)],
        ("bit b; if (b) x q[0];", False),
    ],
)
def test_is_unitary(body, answer):
    assert read_program(f"{HEAD}qubit[2] q; {body}").is_unitary is answer


def test_unnamed_measurement_and_comments():
    text = "// a\n/* b\n */ OPENQASM 3; /*x*/ qubit q; // c\nmeasure q;"
    (op,) = read_program(text.encode()).operations
    assert (op.name, op.bit, op.line) == ("measure", None, 4)


REFUSED = [
    ("", "program is empty"),
    (" \n\t", "program is empty"),
    ("// nothing /* here", "program is empty"),
    ("OPENQASM 3;", "declares no qubits"),
    ("OPENQASM 4.0; qubit q;", "version '4.0', expected 2.0 or 3.0"),
    ("\nhello", "did not expect the end of the file"),
    ("qubit q;\nU(0,0,0) q", "line 2: did not expect the end of the file"),
    ("qubit q;\n\nqubit $0;", r"line 3: unexpected character '\$'"),
    ("qubit q;\x00", r"unexpected character '\\x00'"),
    ("#pragma x\nqubit q;", "line 1: unexpected character '#'"),
    ('"', "unexpected character"),
    ("qubit q; /* endless", "the comment that starts here does not end"),
    ('include "/etc/passwd"; qubit q;', "include '/etc/passwd' is not accepted"),
    ('include "../stdgates.inc"; qubit q;', "include '../stdgates.inc' is not accepted"),
    ("qubit q; h q;", "unknown gate 'h'; add include \"stdgates.inc\""),
    (HEAD + "qubit q;\nfoo q;", "line 4: unknown gate 'foo'"),
    (HEAD + "h q;", "unknown qubit 'q'"),
    (HEAD + "qubit q; h q[0];", "expected one index into a register"),
    (HEAD + "qubit[2] q; h q[2];", r"q\[2\] does not exist; the register has size 2"),
    (HEAD + "qubit[2] q; h q[0:1];", "expected one index into a register"),
    (HEAD + "qubit[2] q; h q[0.5];", "got 0.5, expected an integer"),
    (HEAD + "qubit[2] q; cx q[0], q[0];", "the same qubit twice"),
    (HEAD + "qubit[2] q; qubit[3] r; cx q, r;", r"registers of different sizes \[2, 3\]"),
    (HEAD + "qubit[2] q; cx q[0];", "got 0 parameters and 1 qubits, expected 0 and 2"),
    (HEAD + "qubit q; rz q;", "got 0 parameters and 1 qubits, expected 1 and 1"),
    (HEAD + "qubit q; rz(1e400) q;", "got inf, expected a finite number"),
    (HEAD + "qubit q; rz(2.0**10**9) q;", "no finite value"),
    (HEAD + "qubit q; rz(1152921504606846976) q;", "expected a finite number below"),
    (HEAD + "qubit q; rz(1/0) q;", "no finite value"),
    (HEAD + "qubit q; rz(ln(0)) q;", "no finite value"),
    (HEAD + "qubit q; rz(sqrt(-1)) q;", "no finite value"),
    (HEAD + f"qubit q; rz({'9' * 5000}) q;", "digits"),
    (HEAD + "qubit q; rz(x) q;", "unknown constant 'x'"),
    (HEAD + "qubit q; rz(floor(1)) q;", "the function 'floor'"),
    (HEAD + "qubit q; rz(1 ^ 2) q;", r"the operator '\^'"),
    (HEAD + "qubit q; rz(~1) q;", "the operator '~'"),
    (HEAD + "qubit q; rz(100ns) q;", "DurationLiteral"),
    (HEAD + "qubit[0] q;", "size 0, expected at least 1"),
    (HEAD + "qreg q[0];", "must be positive"),
    (HEAD + "qubit[-1] q;", "size -1, expected at least 1"),
    (HEAD + "qubit q; bit q;", "'q' is declared twice"),
    (HEAD + "qubit q; bit[2] c; c = measure q;", "as many qubits as bits"),
    (HEAD + "qubit[2] q; bit c; c = measure q;", "as many qubits as bits"),
    (HEAD + 'qubit q; bit[2] c = "01";', "expected a measurement as the first value"),
    (HEAD + "qubit q; bit c; c = 1;", "'classical assignment' is not accepted"),
    (HEAD + "qubit q; int i = 3;", "'classical declaration' is not accepted"),
    (HEAD + "qubit q; const bool b = true;", "expected int, uint, float or angle"),
    (HEAD + "qubit q; { h q; }", "'compound statement' is not accepted"),
    (HEAD + "qubit q; @mark h q;", "annotations are not accepted"),
    (HEAD + "gate g a { g a; } qubit q;", "unknown gate 'g'"),
    (HEAD + "gate g a { h a; } gate g a { x a; } qubit q;", "gate 'g' is defined twice"),
    (HEAD + "gate g a, a { h a; } qubit q;", "names a parameter or a qubit twice"),
    (HEAD + "gate g a { h b; } qubit q;", "expected the qubits of the gate definition"),
    (HEAD + "gate g a { if (true) h a; } qubit q;", "expected only gates inside a gate definition"),
    (HEAD + "qubit q; pow(0.5) @ x q;", "got 0.5, expected an integer"),
    (HEAD + "qubit q; ctrl @ x q;", "got 0 parameters and 0 qubits, expected 0 and 1"),
    (HEAD + "qubit q; ctrl(2) @ x q;", "2 controls on 1 qubits"),
    (HEAD + "qubit[2] q; ctrl @ u3(1, 2, 3) q[0], q[1];", "a control on u3 is not accepted"),
    (HEAD + "qubit q; h[3] q;", "gate durations are not accepted"),
    (HEAD + "qubit q; bit[2] c; if (c) x q;", "expected one bit, or a register compared"),
    (HEAD + "qubit q; bit[2] c; if (c != 1) x q;", "expected == in a condition on a register"),
    (HEAD + "qubit q; bit[2] c; if (c == 4) x q;", "2 bits never have the value 4"),
    (HEAD + "qubit q; bit[2] c; if (c[0] && c[1]) x q;", "expected one bit, or|expected a bit or a register"),
    (HEAD + "qubit q; bit[2] c; if (c == 1) x q; else z q;", "else is accepted after a condition on one bit only"),
    (HEAD + "qubit q; bit c; if (c) c = measure q;", "a measurement inside an if block"),
    (HEAD + f"qubit q; rz({'(' * 40}1{')' * 40}) q;", "nested deeper than 32 brackets"),
    (HEAD + f"qubit q; rz({'-' * 300}1) q;", "more than 250 operators"),
    (HEAD + f"qubit q; rz({'-' * 240}1) q;", "nested too deeply"),
    (b"\xff\xfe\x00", "expected UTF-8 text, got binary data"),
    ("qubit q; \ud800", "expected UTF-8 text"),
]
REFUSED += [
    (f"{HEAD}qubit q;\n{statement}", f"line 4: '{word}' is not accepted")
    for word, statement in {
        "for": "for int i in [0:3] { h q; }",
        "while": "while (true) { h q; }",
        "def": "def f(qubit a) { h a; }",
        "extern": "extern f(int) -> int;",
        "let": "let a = q;",
        "box": "box { h q; }",
        "delay": "delay[100ns] q;",
        "defcal": "defcal h q { }",
        "cal": "cal { }",
        "input": "input float a;",
        "output": "output bit b;",
        "pragma": "pragma x",
        "switch": "switch (1) { case 1 { } }",
        "opaque": "opaque g a;",
        "end": "end;",
        "array": "array[int, 3] a;",
    }.items()
]


@pytest.mark.parametrize(("text", "message"), REFUSED, ids=[repr(message) for _, message in REFUSED])
def test_refused_with_the_reason(text, message):
    with pytest.raises(ProgramError, match=message):
        read_program(text)


DOUBLING = "gate g0 a {} " + "".join(f"gate g{i} a {{ g{i - 1} a; g{i - 1} a; }} " for i in range(1, 64))
OVER_LIMIT = [
    ("qubit[1000000000] q;", "got 1000000000 qubits, expected at most 10000"),
    ("qubit[6000] q; qubit[6000] r;", "got 12000 qubits"),
    ("qubit q; bit[1000000000] c;", "got 1000000000 bits, expected at most 20000"),
    ("qubit q; " + ";" * 30_001, "more than 30000 statements"),
    ("qubit q; pow(1000000000) @ U(0,0,0) q;", "more than 20000 operations"),
    ("qubit q; gate g a {} pow(1000000000) @ g q;", "more than 20000 operations"),
    (f"{DOUBLING} qubit q; g63 q;", "more than 20000 operations"),
    ("qubit[10000] q; U(0,0,0) q; reset q; measure q;", "more than 20000 operations"),
    (" " * 262_145, "got 262145 bytes, expected at most 262144"),
    ("π" * 131_073, "got 262146 bytes"),
]


@pytest.mark.parametrize(("text", "message"), OVER_LIMIT, ids=[repr(message) for _, message in OVER_LIMIT])
def test_limits(text, message):
    with pytest.raises(LimitError, match=message):
        read_program(text)


def test_limits_are_arguments():
    text = HEAD + "qubit[3] q; h q;"
    assert len(read_program(text, max_bytes=len(text), max_gates=3, max_qubits=3).operations) == 3
    for limits in ({"max_bytes": len(text) - 1}, {"max_gates": 2}, {"max_qubits": 2}):
        with pytest.raises(LimitError):
            read_program(text, **limits)


def test_a_deep_chain_of_definitions_is_refused():
    chain = "gate g0 a { x a; } " + "".join(f"gate g{i} a {{ g{i - 1} a; }} " for i in range(1, 3000))
    with pytest.raises(ProgramError, match="nested too deeply"):
        read_program(f"{HEAD}{chain} qubit q; g2999 q;")


def test_nothing_is_printed(capsys):
    for text in ("qubit q; €", 'qubit q; ""', "qubit q; 0b2;", "qubit q; U(0,,0) q;"):
        with pytest.raises(ProgramError):
            read_program(text)
    assert capsys.readouterr() == ("", "")
