"""The geometry of the Bloch sphere against independent numpy computations, and the text around it."""

from __future__ import annotations

import math
import re
from xml.etree import ElementTree

import numpy as np
import pytest

from qloak.demo.bloch_svg import (
    AZIMUTH_DEGREES,
    ELEVATION_DEGREES,
    MAX_VECTORS,
    bloch_sphere,
    component,
    printable,
    project,
)
from qloak.errors import UsageError

SVG = "{http://www.w3.org/2000/svg}"
AXES = np.eye(3)


def drawn(*vectors, **options):
    return ElementTree.fromstring(bloch_sphere(list(vectors), title="a state", **options))


def having(root, name):
    return [e for e in root.iter() if name in e.get("class", "").split()]


def ball(root):
    """Centre and radius of the outline."""
    (circle,) = having(root, "ball")
    return np.array([float(circle.get("cx")), float(circle.get("cy"))]), float(circle.get("r"))


def camera():
    """The unit vector towards the reader, from the two angles."""
    azimuth, elevation = np.radians([AZIMUTH_DEGREES, ELEVATION_DEGREES])
    return np.array([np.cos(elevation) * np.cos(azimuth), np.cos(elevation) * np.sin(azimuth), np.sin(elevation)])


def on_page(root, vector):
    """Where a point belongs in the drawing: right is z x camera, up is camera x right."""
    right = np.cross([0, 0, 1], camera())
    right /= np.linalg.norm(right)
    up = np.cross(camera(), right)
    centre, radius = ball(root)
    return centre + radius * np.array([right @ vector, -(up @ vector)])


def tip(root):
    (head,) = having(root, "tip")
    return np.array([float(c) for c in head.get("points").split()[0].split(",")])


def test_the_view_is_a_rotation_with_the_camera_as_its_last_axis():
    matrix = np.array([project(axis) for axis in AXES]).T
    np.testing.assert_allclose(matrix @ matrix.T, np.eye(3), atol=1e-12)
    assert np.linalg.det(matrix) == pytest.approx(1)
    np.testing.assert_allclose(matrix[2], camera(), atol=1e-12)


def test_zero_is_up_x_comes_to_the_reader_and_y_goes_right():
    elevation = math.radians(ELEVATION_DEGREES)
    assert project((0, 0, 1)) == pytest.approx((0, math.cos(elevation), math.sin(elevation)))
    right, up, depth = project((1, 0, 0))
    assert right < 0
    assert up < 0
    assert depth > 0.5
    right, _, depth = project((0, 1, 0))
    assert right > 0.5
    assert depth > 0


@pytest.mark.parametrize("vector", [*AXES, *-AXES, (0.6, -0.48, 0.64), (-0.3, 0.2, -0.1)], ids=str)
def test_the_arrow_ends_where_the_vector_does(vector):
    root = drawn(vector)
    np.testing.assert_allclose(tip(root), on_page(root, vector), atol=0.06)
    (shaft,) = having(root, "shaft")
    start = [float(shaft.get("x1")), float(shaft.get("y1"))]
    np.testing.assert_allclose(start, ball(root)[0], atol=0.06)


@pytest.mark.parametrize("vector", [*AXES, *-AXES, (0.6, -0.48, 0.64), (-0.6, 0.48, 0.1)], ids=str)
def test_an_arrow_is_dashed_exactly_where_it_points_away(vector):
    (shaft,) = having(drawn(vector), "shaft")
    assert ("away" in shaft.get("class")) == (camera() @ vector < 0)


def test_the_drop_line_meets_the_equator_plane_below_the_tip():
    vector = np.array([0.5, 0.4, 0.7])
    root = drawn(vector)
    (drop,) = having(root, "drop")
    points = np.array([[float(c) for c in p.split()] for p in re.split("[ML]", drop.get("d"))[1:]])
    expected = [on_page(root, v) for v in (vector, vector * [1, 1, 0], np.zeros(3))]
    np.testing.assert_allclose(points, expected, atol=0.06)


@pytest.mark.parametrize("index", [0, 1, 2], ids=["x", "y", "z"])
def test_great_circles_are_solid_in_front_and_dashed_behind(index):
    """The middle of each half is the circle's nearest or farthest point, found by sampling the circle."""
    root = drawn((0, 0, 0))
    centre, radius = ball(root)
    angles = np.linspace(0, 2 * np.pi, 100_001)
    plane = np.delete(AXES, index, axis=0)
    circle = np.outer(np.cos(angles), plane[0]) + np.outer(np.sin(angles), plane[1])
    depth = circle @ camera()
    arcs = having(root, "circle")[2 * index : 2 * index + 2]
    for arc, extreme in zip(arcs, (circle[depth.argmax()], circle[depth.argmin()]), strict=True):
        x0, y0, rx, ry, tilt, _, sweep, x1, y1 = (float(c) for c in re.findall(r"[-\d.]+", arc.get("d")))
        start = np.array([x0, y0]) - centre
        np.testing.assert_allclose(start, centre - np.array([x1, y1]), atol=0.11)
        assert rx == pytest.approx(radius)
        # The tilt runs along the long axis; a quarter turn in the sense of the sweep leads to the middle.
        along = np.array([math.cos(math.radians(tilt)), math.sin(math.radians(tilt))])
        np.testing.assert_allclose(start, radius * along, atol=0.06)
        quarter = (1 if sweep else -1) * np.array([-along[1], along[0]])
        np.testing.assert_allclose(centre + ry * quarter, on_page(root, extreme), atol=0.06)
    assert ["behind" in arc.get("class") for arc in arcs] == [False, True]


def test_the_zero_vector_is_a_dot_at_the_centre():
    root = drawn((0.0, -0.0, 0.0))
    (dot,) = having(root, "zero")
    np.testing.assert_allclose([float(dot.get("cx")), float(dot.get("cy"))], ball(root)[0])
    assert not having(root, "shaft")
    assert not having(root, "tip")


def test_a_vector_towards_the_reader_is_a_dot_at_its_tip():
    root = drawn(camera())
    (dot,) = having(root, "tip")
    assert dot.tag == SVG + "circle"
    np.testing.assert_allclose([float(dot.get("cx")), float(dot.get("cy"))], ball(root)[0], atol=0.06)
    assert not having(root, "zero")


def test_axes_and_poles_are_named():
    texts = {e.text for e in having(drawn((0, 0, 0)), "halo")}
    assert texts == {"x |+⟩", "y |+i⟩", "z |0⟩", "|1⟩"}


def test_the_components_are_printed_and_described():
    root = drawn((0.6, 0, -0.75), (0, 0, 0), labels=["in", "out"])
    assert [e.text for e in having(root, "numbers")] == ["in: (0.600, 0, −0.750)", "out: (0, 0, 0)"]
    assert root.find(SVG + "desc").text == "in: (0.600, 0, −0.750); out: (0, 0, 0)"


def test_everything_drawn_lies_inside_the_picture():
    root = drawn(*([(0, 0, 1)] * MAX_VECTORS))
    _, _, width, height = map(float, root.get("viewBox").split())
    for text in root.iter(SVG + "text"):
        assert 0 < float(text.get("x")) < width
        assert 0 < float(text.get("y")) < height
    assert float(root.get("height")) / float(root.get("width")) == pytest.approx(height / width, rel=0.01)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (-0.0, "0"), (1.0, "1"), (-1.0, "−1"), (1e-17, "0.000"), (-1e-17, "0.000"), (-0.25, "−0.250")],
)
def test_numbers_are_printed_exactly_or_rounded(value, text):
    assert component(value) == text


@pytest.mark.parametrize(
    "vectors",
    [
        [],
        [(0, 0)],
        [(0, 0, 0, 0)],
        [(math.nan, 0, 0)],
        [(math.inf, 0, 0)],
        [(1, 0, 1e-3)],
        [(0, 0, 0)] * (MAX_VECTORS + 1),
    ],
)
def test_what_is_no_bloch_vector_is_refused(vectors):
    with pytest.raises(UsageError, match=r"^vectors: got "):
        bloch_sphere(vectors, title="t")


def test_labels_must_match_the_vectors():
    with pytest.raises(UsageError, match=r"^labels: got 1, expected 2 labels"):
        bloch_sphere([(0, 0, 0), (0, 0, 1)], title="t", labels=["one"])


def test_rounding_beyond_the_surface_is_accepted():
    drawn((1 / math.sqrt(3) + 1e-16,) * 3)


def test_hostile_text_stays_text():
    label = '</text><script>alert("1")</script>&\x00\ud800'
    root = ElementTree.fromstring(bloch_sphere([(0, 0, 0.5)], title=label, labels=[label]))
    assert root.get("aria-label") == printable(label)
    assert printable(label).endswith("&\ufffd\ufffd")
    assert not [e for e in root.iter() if "script" in e.tag]


def test_the_file_is_self_contained_and_accessible():
    text = bloch_sphere([(0, 0, 1)], title="a state")
    assert not re.search(r"href|url\(|@import|<script|<image|<use", text)
    assert re.findall(r"https?://[^\"]*", text) == ["http://www.w3.org/2000/svg"]
    root = ElementTree.fromstring(text)
    assert root.get("role") == "img"
    assert root.find(SVG + "title").text == root.get("aria-label") == "a state"
    assert "prefers-color-scheme:dark" in root.find(SVG + "style").text
