"""Where providers stand around the vault."""

from __future__ import annotations

import itertools
import math

import pytest

from qloak.web.picture import MOST_DRAWN, ring


def clones(count, state="away"):
    return [{"clone": f"S{i}", "provider": f"provider-{i}", "state": state} for i in range(1, count + 1)]


@pytest.mark.parametrize("count", range(1, MOST_DRAWN + 1))
def test_all_are_inside_and_apart(count):
    spots = ring(clones(count))
    assert [spot.clone for spot in spots] == [f"S{i}" for i in range(1, count + 1)]
    for spot in spots:
        assert 20 <= spot.x <= 340
        assert min(spot.y, spot.label_y) > 15
        assert max(spot.y, spot.label_y) < 308
    for one, other in itertools.combinations(spots, 2):
        assert math.dist((one.x, one.y), (other.x, other.y)) > 40


def test_what_is_home_is_half_way():
    (spot,) = ring(clones(1, "home"))
    assert (spot.at_x, spot.at_y) == (180.0, 156.0 - 56.0)


def test_too_many_are_not_drawn_and_long_names_are_cut():
    assert ring(clones(MOST_DRAWN + 1)) == []
    (spot,) = ring([{"clone": "S1", "provider": "a-very-long-name-of-a-place", "state": "lost"}])
    assert spot.label == "a-very-long-…"
    assert spot.provider == "a-very-long-name-of-a-place"
