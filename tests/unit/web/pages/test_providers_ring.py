"""Where servers stand in the picture of them."""

from __future__ import annotations

import pytest

from qloak.web.pages.providers_ring import MOST_DRAWN, around

WIDTH, HEIGHT = 520, 390
LETTER = 8.4
"""Width of a letter of 15 px, on the safe side."""


def provider(name="one", *, up=True, used=0, capacity=10, faults=None):
    return {"name": name, "up": up, "used": used, "capacity": capacity, "faults": faults or {}}


def boxes(server):
    """What a server covers: its picture and its name, as (left, top, right, bottom)."""
    half = len(server.label) * LETTER / 2
    return [
        (server.x - 25, server.y - 31, server.x + 25, server.y + 19),
        (server.x - half, server.y + 22, server.x + half, server.y + 38),
    ]


def overlap(one, other):
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


@pytest.mark.parametrize("count", range(1, MOST_DRAWN + 1))
@pytest.mark.parametrize("name", ["p", "a-long-provider-name"])
def test_servers_and_their_names_are_inside_the_picture_and_apart(count, name):
    servers = around([provider(f"{name}{i}") for i in range(count)])
    assert len(servers) == count
    for i, server in enumerate(servers):
        for left, top, right, bottom in boxes(server):
            assert 0 <= left <= right <= WIDTH
            assert 0 <= top <= bottom <= HEIGHT
        for other in servers[:i]:
            assert not any(overlap(a, b) for a in boxes(server) for b in boxes(other)), (server, other)


def test_first_on_top_then_clockwise():
    top, right, bottom, left = around([provider(str(i)) for i in range(4)])
    assert top.x == bottom.x
    assert left.x < top.x < right.x
    assert top.y < left.y == right.y < bottom.y


def test_more_than_can_be_drawn_are_not():
    assert around([provider(str(i)) for i in range(MOST_DRAWN + 1)]) == []
    assert around([]) == []


@pytest.mark.parametrize(
    ("used", "capacity", "shelves"),
    [(0, 10, 0), (1, 1000, 1), (2, 10, 1), (3, 10, 2), (5, 10, 3), (10, 10, 5), (12, 10, 5), (0, 0, 0), (3, 0, 5)],
)
def test_shelves_are_fifths_and_never_empty_with_something_on_them(used, capacity, shelves):
    (server,) = around([provider(used=used, capacity=capacity)])
    assert server.shelves == shelves


def test_state_is_told():
    servers = around([provider(), provider(faults={"slow": 1.0}), provider(up=False, used=4, faults={"slow": 1.0})])
    assert [server.state for server in servers] == ["up", "faulty", "down"]
    assert servers[2].shelves == 0


@pytest.mark.parametrize(("name", "label"), [("a" * 14, "a" * 14), ("a" * 15, "a" * 13 + "…"), ("", "")])
def test_long_names_are_cut(name, label):
    (server,) = around([provider(name)])
    assert server.label == label
    assert server.name == name
