"""Drawings for pages with a strict content security policy."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from qloak.circuits.formats import to_svg
from qloak.compile import compile_circuit, layout_svg
from qloak.core import EncryptedCloning
from qloak.lab.chart import Series, chart_svg
from qloak.lab.circuit import CircuitChoice, build_circuit
from qloak.lab.drawing import plain_svg

HOSTILE = '</title><script>alert(1)</script><style>*{display:none}</style>" onload="alert(2)'
SHAPES = {"rect", "circle", "path", "line", "polygon", "text"}


def check_plain(drawing):
    root = ElementTree.fromstring(drawing)
    for element in root.iter():
        name = element.tag.rpartition("}")[2]
        assert name in SHAPES | {"svg", "g", "title", "desc"}
        assert not {"style", "href"} & set(element.attrib)
        assert not [key for key in element.attrib if key.startswith("on")]
    return root


def circuits():
    scheme = EncryptedCloning(3)
    labels = [scheme.qubits.name(q) for q in range(7)]
    for method in ("unitary", "measured"):
        built = build_circuit(scheme, CircuitChoice(method=method))
        yield to_svg(built.circuit, labels=labels, title=HOSTILE)


@pytest.mark.parametrize("drawing", list(circuits()), ids=["unitary", "measured"])
def test_circuits_keep_their_shapes_and_lose_their_styles(drawing):
    plain = plain_svg(drawing)
    root = check_plain(plain)
    before = ElementTree.fromstring(drawing)
    assert root.get("aria-label") == before.get("aria-label")
    count = {name: len(list(before.iter(f"{{http://www.w3.org/2000/svg}}{name}"))) for name in SHAPES}
    assert count == {name: len(list(root.iter(f"{{http://www.w3.org/2000/svg}}{name}"))) for name in SHAPES}
    # Every class has its looks as attributes; the page's colours come by currentColor and Canvas.
    assert not re.findall(r'class="[^"]+"(?! (?:font|fill))', plain)
    assert set(re.findall(r'(?:fill|stroke)="([^"]+)"', plain)) <= {"none", "currentColor", "Canvas"}


def test_layouts_too():
    compiled = compile_circuit(2, "line-12")
    plain = plain_svg(layout_svg(compiled.encoder, compiled.graph, num_clones=2, title=HOSTILE))
    check_plain(plain)
    assert not re.findall(r'class="(?!qubit)[^"]+"(?! (?:font|fill))', plain)
    assert len(re.findall(r'<text fill="#', plain)) == len(compiled.encoder.clones[:2]) + len(compiled.encoder.key) + 1


def test_charts_too():
    series = [
        Series("<measured>", [(2, 0.8, 0.01), (3, 0.7, 0.02)], joined=False),
        Series("a & b", [(2, 0.9), (3, 0.85), (4, 0.2)]),
        Series("nothing", []),
        Series("flat", [(2, 0.5)]),
        Series("another", [(3, 0.25)]),
    ]
    root = check_plain(chart_svg(series, title=HOSTILE, xlabel="n <", ylabel='F "e"'))
    texts = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {"<measured>", "a & b", "flat", "n <", 'F "e"', "0.2", "0.9"} <= set(texts)
    assert "nothing" not in texts
    titles = [element.text for element in root.iter("{http://www.w3.org/2000/svg}title")]
    assert "<measured>, 2: 0.8 ± 0.01" in titles


@pytest.mark.parametrize("points", [[], [(2, 1.0)], [(2, 1.0), (3, 1.0)], [(1, -3.0), (200, 5e4)]])
def test_charts_of_any_values_stay_inside(points):
    root = check_plain(chart_svg([Series("one", points)], title="t", xlabel="x", ylabel="y"))
    _, _, width, height = map(float, root.get("viewBox").split())
    for element in root.iter():
        for key in ("x", "x1", "x2", "cx"):
            assert 0 <= float(element.get(key, 0)) <= width
        for key in ("y", "y1", "y2", "cy"):
            assert 0 <= float(element.get(key, 0)) <= height
