"""Drawings, checked as XML and as layouts."""

from __future__ import annotations

from xml.etree import ElementTree

import pytest
import stim

from qloak.circuits import roundtrip_circuit
from qloak.circuits.formats import to_svg
from qloak.circuits.formats.svg_layout import lay_out
from qloak.core import EncryptedCloning
from qloak.errors import LimitError, UsageError

SVG = "{http://www.w3.org/2000/svg}"
FED_FORWARD = roundtrip_circuit(EncryptedCloning(3), "S1", method="measured")
LABELS = ["A", "S1", "S2", "S3", "N1", "N2", "N3"]


def drawn(text: str, **options) -> ElementTree.Element:
    return ElementTree.fromstring(to_svg(stim.Circuit(text), **options))


def columns(text: str, num_qubits: int) -> list[int]:
    return [item.column for item in lay_out(stim.Circuit(text), num_qubits=num_qubits).items]


def classes(root: ElementTree.Element) -> list[str]:
    return [element.get("class", "") for element in root.iter()]


def test_accessible_and_self_contained():
    text = to_svg(FED_FORWARD, labels=LABELS, title="Three clones")
    root = ElementTree.fromstring(text)
    assert root.get("role") == "img"
    assert root.get("aria-label") == "Three clones"
    assert root.find(f"{SVG}title").text == "Three clones"
    description = root.find(f"{SVG}desc").text
    assert description.startswith("7 qubits: A, S1, S2, S3, N1, N2, N3.")
    assert "3 measurements and 2 corrections" in description
    assert "prefers-color-scheme:dark" in text
    assert text.count("http") == 1  # the namespace; nothing is fetched
    assert "<script" not in text
    assert [e.text for e in root.iter(f"{SVG}text") if e.get("class") == "name"] == LABELS


def test_every_instruction_can_be_drawn():
    for name, data in sorted(stim.gate_data().items()):
        if name in ("REPEAT", "ELSE_CORRELATED_ERROR"):
            continue
        arguments = {"PAULI_CHANNEL_1": "(0.1,0.1,0.1)", "HERALDED_PAULI_CHANNEL_1": "(0.1,0.1,0.1,0.1)"}
        arguments |= {"PAULI_CHANNEL_2": f"({','.join(['0.01'] * 15)})"}
        noisy = data.is_noisy_gate and not data.produces_measurements
        argument = arguments.get(name, "(0.1)" if noisy or name == "HERALDED_ERASE" else "")
        target = "X0*Y1" if name in ("MPP", "SPP", "SPP_DAG") else "X0 Y1" if name == "E" else "0 1"
        if name in ("TICK", "SHIFT_COORDS", "DETECTOR"):
            target = ""
        if name == "OBSERVABLE_INCLUDE":
            argument, target = "(0)", ""
        ElementTree.fromstring(to_svg(stim.Circuit(f"{name}{argument} {target}")))


def test_text_is_escaped():
    labels = ["</text><script>alert(1)</script>", 'q"\x00\ud800']
    root = drawn("H 0 1", labels=labels, title="a < b & c \x1b")
    assert root.find(f"{SVG}title").text == "a < b & c \N{REPLACEMENT CHARACTER}"
    names = [e.text for e in root.iter(f"{SVG}text") if e.get("class") == "name"]
    assert names == [labels[0], 'q"\N{REPLACEMENT CHARACTER}\N{REPLACEMENT CHARACTER}']


def test_each_operation_has_a_tooltip():
    root = drawn("H 0\nM !0\nCX rec[-1] 1", labels=["A", "S1"])
    tooltips = [group.find(f"{SVG}title").text for group in root.iter(f"{SVG}g")]
    assert tooltips == ["H on A", "M, inverted on A, outcome m0", "X if m0 is 1 on S1"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("H 0\nH 1\nH 0", [0, 0, 1]),
        ("CX 0 2\nH 1", [0, 1]),  # the line of the first passes over wire 1
        ("CX 0 1\nCX 2 3", [0, 0]),
        ("H 0\nTICK\nH 1", [0, 1]),
        ("MR 0", [0, 1]),
        ("M 0 1\nCZ rec[-1] rec[-2]", [0, 0]),  # a global phase
        ("REPEAT 3 {\nH 0\n}", [0, 1, 2]),
        ("QUBIT_COORDS(1) 0\nM 0\nDETECTOR rec[-1]", [0]),
    ],
)
def test_columns(text, expected):
    assert columns(text, 4) == expected


def test_corrections_by_parity_are_one_box():
    drawing = lay_out(stim.Circuit("M 0 1 2\nCX rec[-1] 3 rec[-3] 3\nCZ rec[-2] 3"), num_qubits=4)
    x, z = drawing.items[-2:]
    assert (x.name, x.sources, x.records) == ("X if m2 ⊕ m0 is 1", (0, 2), (2, 0))
    assert (z.name, z.sources, z.records) == ("Z if m1 is 1", (1,), (1,))
    assert drawing.tagged == set()
    assert sorted(drawing.classical) == [(0, 0, 3), (1, 0, 3), (2, 0, 3)]


def test_outcomes_that_no_line_can_reach_are_named():
    drawing = lay_out(stim.Circuit("M 0\nH 0\nMPP X0*X1\nCX rec[-2] 2 rec[-1] 1"), num_qubits=3)
    assert drawing.tagged == {0, 1}
    assert drawing.classical == [(0, 0, 1)]
    root = drawn("M 0\nH 0\nCX rec[-1] 1")
    assert [e.text for e in root.iter(f"{SVG}text") if e.get("class") == "tag"] == ["m0", "m0"]


def test_padding_counts_as_outcomes():
    drawing = lay_out(stim.Circuit("M 0\nMPAD 1 0\nCX rec[-3] 1"), num_qubits=2)
    assert drawing.items[-1].sources == (0,)


def test_symbols():
    kinds = lambda text: [mark.kind for mark in lay_out(stim.Circuit(text), num_qubits=2).items[0].marks]  # noqa: E731
    assert kinds("CX 0 1") == ["dot", "plus"]
    assert kinds("CZ 0 1") == ["dot", "dot"]
    assert kinds("XCY 0 1") == ["plus", "ring"]
    assert kinds("SWAP 0 1") == ["cross", "cross"]
    assert kinds("ISWAP 0 1") == ["box", "box"]
    assert kinds("MXX 0 1") == ["meter", "meter"]
    assert kinds("RX 0") == ["ket"]
    assert kinds("DEPOLARIZE1(0.1) 0") == ["noise"]


def test_feed_forward_is_a_double_line():
    assert classes(drawn("M 0\nCX rec[-1] 1")).count("feed") == 2
    assert classes(drawn("M 0\nCX 0 1")).count("feed") == 0


def test_idle_wires_are_drawn_for_all_labels():
    root = drawn("H 0", labels=["A", "B", "C"])
    assert classes(root).count("wire") == 3
    assert drawn("").get("role") == "img"


def test_too_few_labels():
    with pytest.raises(UsageError, match="labels: got 1, expected at least 2 names"):
        drawn("CX 0 1", labels=["A"])


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("H 64", {}, "got 65 qubits, expected at most 64.*--format stim"),
        ("REPEAT 401 {\nH 0\n}", {}, "more than 400 columns.*--format stim"),
        ("H 0\nH 0\nH 0", {"max_columns": 2}, "more than 2 columns"),
        ("REPEAT 1000000000 {\nH 0\nS 0\n}", {}, "expected at most 10000000"),
    ],
)
def test_limits(text, options, message):
    with pytest.raises(LimitError, match=message):
        drawn(text, **options)


def test_the_limits_themselves_are_allowed():
    drawn("H 63\nREPEAT 400 {\nX 0\n}")
