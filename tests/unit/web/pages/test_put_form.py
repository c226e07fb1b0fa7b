"""What the form that stores a state says."""

from __future__ import annotations

import pytest

from qloak.errors import UsageError
from qloak.web.pages.put_form import Providers, grouped, positions_of, whole

NOTHING, SOME, ALL = "uninformative", "partial", "authorized"


def reader(*parties, access=NOTHING, leaks=()):
    return {"parties": list(parties), "class": access, "leaks": list(leaks)}


def test_readers_of_a_kind_share_a_row():
    readers = [
        reader("a"),
        reader("b"),
        reader("a", "b"),
        reader("owner"),
        reader("owner", "a", access=ALL, leaks=["X", "Z"]),
        reader("owner", "b", access=ALL, leaks=["X", "Z"]),
    ]
    rows = grouped(readers, ["a", "b"])
    assert [(row["kind"], row["class"], row["providers"], row["every"]) for row in rows] == [
        ("one", NOTHING, ["a", "b"], True),
        ("all", NOTHING, ["a", "b"], True),
        ("owner", NOTHING, [], False),
        ("with", ALL, ["a", "b"], True),
    ]


def test_readers_who_differ_have_rows_of_their_own():
    rows = grouped([reader("a", access=SOME, leaks=["Y"]), reader("b")], ["a", "b"])
    assert [(row["providers"], row["leaks"], row["every"]) for row in rows] == [
        (["a"], ["Y"], False),
        (["b"], [], False),
    ]


@pytest.mark.parametrize(("up", "usual"), [(0, 0), (1, 0), (2, 2), (5, 4), (6, 6)])
def test_usual_number_of_clones_is_even(up, usual):
    providers = Providers([{"up": number < up} for number in range(7)])
    assert (providers.up, providers.usual) == (up, usual)


def test_positions():
    assert positions_of("") == []
    assert positions_of("3") == [3]
    assert positions_of(" 0, 2 ,10 ") == [0, 2, 10]
    for text in ("a", "1,", "-1", "1 2", "1;2", "99999"):
        with pytest.raises(UsageError):
            positions_of(text)


def test_whole_numbers():
    assert whole("ghz", "12") == 12
    for text in ("", "-1", "1.5", "1e3", "٣", "9" * 16):
        with pytest.raises(UsageError):
            whole("ghz", text)
