"""Labels against letters: what a gate does to the images of X and Z, by stim."""

from __future__ import annotations

from itertools import product

import pytest
import stim

from qloak.compile.encoder import PauliGate
from qloak.compile.untouched_labels import FULL, courses, label_after


def label(x: str, z: str) -> int:
    """By definition: which of X and Z have an image here, unless there are two different letters."""
    if x != "_" and z not in ("_", x):
        return FULL
    return (x != "_") + 2 * (z != "_")


def pattern(letter: str, x: str, z: str) -> int:
    """Which of the two images anticommute with the letter."""
    return (x not in ("_", letter)) + 2 * (z not in ("_", letter))


def test_labels_follow_the_images():
    reached = set()
    for xs, zs in product(product("_XYZ", repeat=2), repeat=2):
        for letters in product("XYZ", repeat=2):
            gate = PauliGate(0, 1, "".join(letters))
            circuit = stim.Circuit()
            circuit.append(gate.stim_name, [0, 1])
            x, z = (stim.PauliString("".join(image)).after(circuit) for image in (xs, zs))
            own, other = (pattern(letters[q], xs[q], zs[q]) for q in (0, 1))
            before, after = label(xs[0], zs[0]), label("_XYZ"[x[0]], "_XYZ"[z[0]])
            assert label_after(before, own, other) == after
            reached.add((before, own, other))
    # Every other combination is refused.
    for before, own, other in product(range(5), range(4), range(4)):
        assert (label_after(before, own, other) is None) == ((before, own, other) not in reached)


def test_a_site_at_the_end_needs_two_different_images():
    # Two gates: the first brings one of X, Z, Y in, the second another one, with the letter that anticommutes.
    ways = {(first, second) for first, second in product((1, 2, 3), repeat=2) if first != second}
    assert {left for left, _, _ in courses(0, 2, 0)} == {((a, 0), (b, a)) for a, b in ways}
    assert not courses(0, 1, 0)


@pytest.mark.parametrize(("left", "right"), [(2, 0), (0, 2), (2, 2)])
def test_courses_mirror(left, right):
    mirrored = {
        (tuple((b, a) for a, b in to_right), tuple((b, a) for a, b in to_left), tuple(1 - side for side in order))
        for to_left, to_right, order in courses(0, left, right)
    }
    assert mirrored == set(courses(0, right, left))
